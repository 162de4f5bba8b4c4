"""Where evaluations are computed, behind one interface: threads, processes, an executor, a cluster.

A backend is given questions one by one and tells answers as they arrive, in whatever order: asynchronous searches are
driven by it directly, synchronous ones through `Batched`, whose results do not depend on the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

from ktnas.evaluation.assignment import Reply
from ktnas.problem.callback import Callbacks, Printed, StopSearch
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.typing import Genotype


@runtime_checkable
class Backend(Protocol):
    """Where evaluations are computed. It tells the run's callbacks when an evaluation begins and ends."""

    @property
    def workers(self) -> int:
        """How many evaluations may run at the same time now; it may change, and be 0 for a while."""

    def submit(self, question: Question, history: History) -> None:
        """Begin with an evaluation as soon as may be.

        Args:
            question: Not under way already.
            history: All trials so far; no answer may depend on anything else that happened before.

        Raises:
            KtnasError: If it cannot be computed here.
        """

    def completed(self, patience_s: float) -> Sequence[tuple[Question, Evaluation]]:
        """Answers that have arrived since the last call.

        Args:
            patience_s: Seconds to wait for the first of them; there may be none after it.

        Raises:
            KtnasError: If nothing can be computed any more.
        """

    def end(self, *, collect: bool = False) -> None:
        """End what is under way; what has arrived by then is told to callbacks, if that is wanted."""


PATIENCE_S = 1.0
"""Seconds between two looks at whether more workers have come, at most."""


class Announcer:
    """What backends tell callbacks: an evaluation that begins, one that has ended, what it printed."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks

    def begun(self, question: Question) -> None:
        """An evaluation begins.

        Raises:
            StopSearch: If a callback wants to end the search.
        """
        self._callbacks.evaluations(begun=(question,))

    def finished(self, question: Question, reply: Reply) -> None:
        """An evaluation has ended. Whether a callback wants to end the search is left to `Callbacks.stopped`."""
        with suppress(StopSearch):
            if reply.printed:
                self._callbacks.evaluation_printed(Printed(question, reply.printed))
            self._callbacks.evaluations(finished=((question, reply.evaluation),))


class Batched:
    """A `BatchEvaluator` on a backend: begins with a whole batch, and answers in the order asked.

    Args:
        backend: Where evaluations are computed.
        callbacks: Those of the run, which `StopSearch` is raised for.
    """

    def __init__(self, backend: Backend, callbacks: Callbacks) -> None:
        self._backend, self._callbacks = backend, callbacks
        self._waiting: list[Question] = []
        self._running: set[Question] = set()
        self._answers: dict[Question, Evaluation] = {}
        self._history = History()

    def expect(self, questions: Sequence[Question], history: History) -> None:
        """Begin with as many of these as there are workers; the others follow as workers become free."""
        self._history = history
        self._waiting = [q for q in questions if q not in self._running and q not in self._answers]
        self._fill()

    def __call__(self, task: str, genotype: Genotype) -> Evaluation:
        """The answer, as soon as it is there; others that arrive meanwhile are kept."""
        question = (task, genotype)
        while question not in self._answers:
            if question not in self._running and question not in self._waiting:
                self._waiting.insert(0, question)
            self._fill()
            for arrived, answer in self._backend.completed(PATIENCE_S):
                self._running.discard(arrived)
                self._answers[arrived] = answer
            if self._callbacks.stopped is not None and question not in self._answers:
                raise StopSearch(self._callbacks.stopped)
        return self._answers.pop(question)

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._backend.workers:
            question = self._waiting.pop(0)
            self._running.add(question)
            self._backend.submit(question, self._history)
