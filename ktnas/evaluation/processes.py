"""Several candidates in parallel, a process each: on CPU cores, or on GPUs, where several may share one.

Answers do not depend on the number of workers. A worker that dies (killed, a segmentation fault, no memory left in the
machine) is a failed evaluation with its reason, and another takes its place; one that does not end in its time is
ended. One that dies or stalls while it starts has cost no evaluation, and is replaced too.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from types import TracebackType
from typing import Generic, TypeVar

from ktnas.errors import KtnasError
from ktnas.evaluation.assignment import Answerer, Assign, Assignment
from ktnas.evaluation.worker import Worker, WorkerStartError
from ktnas.problem.callback import Callbacks, Printed, StopSearch
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.typing import Genotype

C = TypeVar("C")

_POLL_S = 1.0


_PATIENCE_S = 20.0
"""An answerer watches its own limit; a worker that overruns it by half and by so many seconds is ended from outside."""


_SLOW_START_S = 30.0
"""After so many seconds of a start, another worker is started if there may be more: who comes first, answers."""


_START_LIMIT_S = 120.0
"""After so many a worker that has not begun is ended."""


_STARTS = 2
"""Failed starts in a row that end the search."""


class Workers(Generic[C]):
    """Evaluates in several processes, which start as questions need them; a context manager, and a `BatchEvaluator`.

    Args:
        answerers: One per worker.
        assign: What is to be done for questions, after a history.
        callbacks: Told when an evaluation begins and ends.
        limit_s: Seconds that an evaluation may take; None for no limit.
        retries: How often an evaluation is begun anew whose worker was lost, before it has failed.
        watched: Whether an answerer watches the limit itself, and is ended from outside only if it overruns it.
    """

    def __init__(
        self,
        answerers: Sequence[Answerer[C]],
        assign: Assign[C],
        callbacks: Callbacks,
        limit_s: float | None = None,
        *,
        retries: int = 0,
        watched: bool = True,
    ) -> None:
        self._workers = [Worker(answerer) for answerer in answerers]
        self._assign, self._callbacks = assign, callbacks
        self._overdue_s = limit_s if limit_s is None or not watched else 1.5 * limit_s + _PATIENCE_S
        self._retries = retries
        self._lost: Counter[Question] = Counter()
        self._queue: deque[Assignment[C]] = deque()
        self._answers: dict[Question, Evaluation] = {}
        self._untold: deque[tuple[Question, Evaluation, str]] = deque()
        self._failed_starts = 0

    def __enter__(self) -> Workers[C]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers, at once; where Ctrl-C is the reason, what they have answered by now is told before."""
        self.end(collect=kind is not None and issubclass(kind, KeyboardInterrupt))

    @property
    def workers(self) -> int:
        """How many evaluations may run at the same time."""
        return len(self._workers)

    def end(self, *, collect: bool = False) -> None:
        """End all workers; what they have answered by now is told before, if that is wanted."""
        try:
            if collect:
                with suppress(KtnasError, StopSearch):
                    self._collect(0.0)
                    self._tell_arrived()
        finally:
            for worker in self._workers:
                worker.end()

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """Begin with these.

        Raises:
            KtnasError: If a worker cannot start.
        """
        self._answers.clear()
        running = {worker.assignment.question for worker in self._workers if worker.assignment is not None}
        wanted = self._assign(questions, history)
        self._queue = deque(assignment for assignment in wanted if assignment.question not in running)
        self._tell(self._hand_out())

    def submit(self, question: Question, history: History) -> None:
        """Begin with one more evaluation.

        Raises:
            KtnasError: If a worker cannot start.
        """
        self._queue.extend(self._assign([question], history))
        with suppress(StopSearch):  # whoever drives this asks callbacks itself
            self._tell(self._hand_out())

    def completed(self, patience_s: float) -> list[tuple[Question, Evaluation]]:
        """Answers that have arrived, in the order of arrival, after at most so many seconds.

        Raises:
            KtnasError: If a worker cannot start.
        """
        self._collect(patience_s)
        arrived = list(self._answers.items())
        self._answers.clear()
        with suppress(StopSearch):
            self._tell_arrived()
            self._tell(self._hand_out())
        return arrived

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer, as soon as it is there; others that arrive meanwhile are told and kept.

        Raises:
            KtnasError: If a worker cannot start.
        """
        question = (task, genotype)
        while question not in self._answers:
            if not self._is_coming(question):
                self._queue.append(Assignment(question))
            self._tell(self._hand_out())
            self._collect(_POLL_S)
            self._tell_arrived()  # on disk before more is begun: to start a worker takes long, and may fail
            self._tell(self._hand_out())
        return self._answers.pop(question)

    def _tell(self, begun: Sequence[Question]) -> None:
        if begun:
            self._callbacks.evaluations(begun)

    def _tell_arrived(self) -> None:
        """Tell answers one by one: where Ctrl-C comes between, the others are told in the end.

        Raises:
            StopSearch: If a callback wants to end the search; all have been told of everything by then.
        """
        stopped: StopSearch | None = None
        while self._untold:
            question, answer, printed = self._untold.popleft()
            try:
                if printed:
                    self._callbacks.evaluation_printed(Printed(question, printed))
                self._callbacks.evaluations(finished=((question, answer),))
            except StopSearch as stop:
                stopped = stop
        if stopped is not None:
            raise stopped

    def _is_coming(self, question: Question) -> bool:
        running = [worker.assignment for worker in self._workers]
        return any(a is not None and a.question == question for a in (*self._queue, *running))

    def _hand_out(self) -> list[Question]:
        """Give what waits to workers that are free, and start as many as the rest needs; returns what has begun."""
        begun = [
            self._queue.popleft().question
            for worker in self._workers
            if self._queue and worker.ready and worker.assignment is None and worker.ask(self._queue[0])
        ]
        starts = [worker.starting_s for worker in self._workers]
        needed = len(self._queue) - sum(seconds is not None and seconds < _SLOW_START_S for seconds in starts)
        for worker in [worker for worker in self._workers if worker.connection is None][: max(0, needed)]:
            worker.start()
        return begun

    def _collect(self, patience_s: float) -> None:
        """Wait for news of workers, and keep their answers."""
        ready = wait([w.connection for w in self._workers if w.connection is not None], patience_s)
        for worker in self._workers:
            answer = self._news(worker, waits=worker.connection in ready)
            if answer is not None and worker.assignment is not None:
                assignment, worker.assignment = worker.assignment, None
                question = assignment.question
                self._lost[question] += worker.lost
                if worker.lost and self._lost[question] <= self._retries:
                    self._queue.appendleft(assignment)
                    continue
                self._untold.append((question, answer, worker.printed))
                self._answers[question] = answer

    def _news(self, worker: Worker[C], *, waits: bool) -> Evaluation | None:
        """What a worker has sent, if something waits; else an answer for one that does not answer in its time."""
        try:
            if waits:
                answer = worker.news()
                if worker.ready:
                    self._failed_starts = 0
                return answer
            if (worker.starting_s or 0.0) > _START_LIMIT_S:
                raise worker.stalled()
        except WorkerStartError as error:
            self._failed_starts += 1
            if error.hopeless or self._failed_starts >= _STARTS:
                raise
            return None
        overdue = self._overdue_s is not None and worker.busy_s > self._overdue_s
        return worker.overdue() if overdue else None
