"""Callbacks: what whoever looks on is told of a search, hook by hook, and how it ends one.

A callback is an object of a class that overrides the hooks it needs:

    class Patience(Callback):
        def generation_finished(self, progress):
            return progress.generation > 9      # True ends the search; so does raising StopSearch

A search that is ended so keeps everything it has found, and a recorded one goes on later. Nothing that a callback does
changes what a search asks: with the same seed, the trials up to the end are those of a search that nobody ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.problem.progress import Progress, RunProgress, SweepProgress, TaskProgress
from ktnas.problem.run_events import Closed, Opened
from ktnas.problem.trial import Evaluation, Proposal, Question, Trial


class StopSearch(Exception):  # noqa: N818 - it is no error
    """Raised by a callback, it ends the search; its text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks.

    Attributes:
        generation: The search's generation, from 0.
        proposals: In order; repeats, and what exceeds the budget, included.
    """

    generation: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """An evaluation that begins.

    Attributes:
        question: The task's name, and the architecture.
    """

    question: Question


@dataclass(frozen=True, slots=True)
class Finished:
    """An evaluation that has ended.

    Attributes:
        question: The task's name, and the architecture.
        evaluation: The answer; a failure is one too.
    """

    question: Question
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Printed:
    """What an evaluation printed in its worker.

    Attributes:
        question: The task's name, and the architecture.
        text: The end of it, both streams in their order; not empty.
    """

    question: Question
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A generation that was answered, before the search is told.

    Attributes:
        generation: The search's generation, from 0.
        trials: The new trials, in order, repeats included; where the search was ended meanwhile, those until then.
    """

    generation: int
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A search that has come to its end, or was ended by a callback.

    Attributes:
        tasks: How far each task has come.
        stopped: Why a callback ended it; None if it came to its end.
    """

    tasks: Mapping[str, TaskProgress]
    stopped: str | None = None


class Callback:
    """Is told of a search; every hook does nothing until it is overridden.

    A hook that returns True or raises `StopSearch` ends the search, or the sweep; `run_opened` and `run_closed` do not.
    All other callbacks are told first.
    """

    def run_opened(self, opened: Opened) -> None:
        """A run is about to search; told once, before all else. One that only shows a finished run tells nothing."""

    def run_closed(self, closed: Closed) -> None:
        """A run has ended, by an exception too; told once, after all else, wherever `run_opened` was."""

    def generation_asked(self, asked: Asked) -> bool | None:
        """A search has asked; nothing of it has been evaluated."""

    def evaluation_begun(self, begun: Begun) -> bool | None:
        """An evaluation begins. Evaluators that work in parallel begin several before the first has ended."""

    def evaluation_finished(self, finished: Finished) -> bool | None:
        """An evaluation has ended; those in parallel end in any order. A repeat is no evaluation."""

    def evaluation_printed(self, printed: Printed) -> bool | None:
        """An evaluation in a worker has printed something; told when it has ended, before `evaluation_finished`."""

    def generation_answered(self, answered: Answered) -> bool | None:
        """All that a search has asked is answered, and it has not been told yet: whoever records, records here."""

    def generation_finished(self, progress: Progress) -> bool | None:
        """A search has been told the answers to what it asked."""

    def search_ended(self, ended: Ended) -> bool | None:
        """A search has ended, but not by an exception."""

    def progressed(self, progress: RunProgress) -> bool | None:
        """A run has come further: a generation has been finished; with an evaluator that takes long, also within it."""

    def busy(self, doing: str) -> bool | None:
        """Something that takes long is done beside searching; an empty text: no longer."""

    def sweep_progressed(self, progress: SweepProgress) -> bool | None:
        """A run of a sweep has ended; also told once at the beginning."""


def _ends(returned: object) -> bool:
    """Whether what a hook returned ends the search: truth only, not, say, the number of characters written."""
    return isinstance(returned, bool | np.bool_) and bool(returned)


class _AfterGenerations(Callback):
    def __init__(self, function: Callable[[Progress], object]) -> None:
        self._function = function

    def generation_finished(self, progress: Progress) -> bool | None:
        return _ends(self._function(progress))


def as_callback(callback: Callback | Callable[[Progress], object] | None) -> Callback:
    """A callback as it is; a function as one that is called with a `Progress` after every generation."""
    if callback is None:
        return Callback()
    return callback if isinstance(callback, Callback) else _AfterGenerations(callback)


def _overrides(hook: Callable[..., object], default: object) -> bool:
    """Whether a hook does anything: those that are called very often are left out where they do not."""
    return getattr(hook, "__func__", hook) is not default


class FailureKinds:
    """Which kinds of failures have been met: an error is of the kind that it begins with, such as ``ValueError``."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def told(self, finished: Finished) -> str:
        """A sentence on a failure that is the first of its kind on its task; empty for any other evaluation."""
        task, _ = finished.question
        error = finished.evaluation.error
        if error is None or (key := (task, error.partition(":")[0])) in self._known:
            return ""
        self._known.add(key)
        return f"task {task}: an evaluation failed: {error} (more of this kind will only be counted)"


class Callbacks(Callback):
    """Tells several callbacks, in their order, and remembers whether one wants to end the search.

    An evaluator that takes long is handed one of these, and calls `evaluations`; the loop calls the hooks.

    Attributes:
        stopped: Why a callback ended the search; None while none has.
    """

    def __init__(self, *members: Callback) -> None:
        self._members = members
        self._shown = [member for member in members if _overrides(member.progressed, Callback.progressed)]
        self._told = [
            member
            for member in members
            if _overrides(member.evaluation_begun, Callback.evaluation_begun)
            or _overrides(member.evaluation_finished, Callback.evaluation_finished)
        ]
        self.stopped: str | None = None
        self.start(0, ())

    @classmethod
    def of(cls, callback: Callback | None) -> Callbacks:
        """The same if it is several already, else one that tells it."""
        if isinstance(callback, Callbacks):
            return callback
        return cls() if callback is None else cls(callback)

    def start(self, seed: int, tasks: Iterable[str], *, asynchronous: bool = False) -> None:
        """A run begins: nothing has been evaluated.

        Args:
            seed: The run's seed.
            tasks: Names of the tasks.
            asynchronous: Whether evaluations go on while the search is told of others.
        """
        self._asynchronous = asynchronous
        self._seed, self._generation, self._doing = seed, 0, ""
        self._tasks: dict[str, TaskProgress] = {task: TaskProgress() for task in tasks}
        self._running: set[Question] = set()
        self._answers: dict[Question, Evaluation] = {}
        self._trials: tuple[Trial, ...] = ()

    @property
    def of_evaluations(self) -> bool:
        """Whether anybody wants to be told of evaluations: nobody has to tell, where they take no time."""
        return bool(self._told)

    @property
    def of_generations(self) -> bool:
        """Whether anybody wants to be told of generations, or of the end."""
        hooks = ("generation_asked", "generation_answered", "generation_finished", "search_ended")
        return any(
            _overrides(getattr(member, hook), getattr(Callback, hook)) for member in self._members for hook in hooks
        )

    def stop(self, why: str) -> None:
        """End the search as soon as may be."""
        self.stopped = self.stopped or why or "a callback ended the search"

    def _tell(self, hook: Callable[[Callback], object], members: Iterable[Callback] | None = None) -> bool:
        for member in self._members if members is None else members:
            try:
                if _ends(hook(member)):
                    self.stop("")
            except StopSearch as stop:
                self.stop(str(stop))
        return self.stopped is not None

    def evaluations(
        self,
        begun: Sequence[Question] = (),
        finished: Sequence[tuple[Question, Evaluation]] = (),
        doing: str = "",
    ) -> None:
        """What has happened at one moment to evaluations that take long.

        Args:
            begun: Those that have begun.
            finished: Answers that are there now; they may be asked for later, or never.
            doing: What the one that is under way has come to, in words.

        Raises:
            StopSearch: If a callback wants to end the search; all have been told of everything by then.
        """
        for question, evaluation in finished:
            self._running.discard(question)
            self._answers[question] = evaluation
            self.evaluation_finished(Finished(question, evaluation))
        for question in begun:
            self._running.add(question)
            self.evaluation_begun(Begun(question))
        self._doing = doing
        self.progressed(self.progress())
        if self.stopped is not None:
            raise StopSearch(self.stopped)

    def arrived(self, question: Question) -> Evaluation | None:
        """The answer of an evaluator that takes long, if it is there and no generation that was answered holds it."""
        return self._answers.get(question)

    def progress(self) -> RunProgress:
        """How far the run has come, with the answers of the generation that is not complete."""
        tasks = dict(self._tasks)
        arrived = [Trial(self._generation, Proposal(*question), answer) for question, answer in self._answers.items()]
        for trial in (*self._trials, *arrived):
            tasks[trial.task] = tasks.get(trial.task, TaskProgress()).after(trial)
        running = dict(Counter(task for task, _ in self._running))
        return RunProgress(self._seed, tasks, running, self._doing if running else "")

    def run_opened(self, opened: Opened) -> None:
        for member in self._members:
            member.run_opened(opened)

    def run_closed(self, closed: Closed) -> None:
        for member in self._members:
            member.run_closed(closed)

    def generation_asked(self, asked: Asked) -> bool:
        self._generation = asked.generation
        return self._tell(lambda member: member.generation_asked(asked))

    def evaluation_begun(self, begun: Begun) -> bool:
        return self._tell(lambda member: member.evaluation_begun(begun), self._told)

    def evaluation_finished(self, finished: Finished) -> bool:
        return self._tell(lambda member: member.evaluation_finished(finished), self._told)

    def evaluation_printed(self, printed: Printed) -> bool:
        return self._tell(lambda member: member.evaluation_printed(printed))

    def generation_answered(self, answered: Answered) -> bool:
        self._trials = answered.trials
        if self._answers:
            for trial in answered.trials:
                self._answers.pop((trial.task, trial.genotype), None)
        return self._tell(lambda member: member.generation_answered(answered))

    def generation_finished(self, progress: Progress) -> bool:
        self._tasks, self._trials = dict(progress.tasks), ()
        if not self._asynchronous:
            self._running.clear()
            self._answers.clear()
        stopped = self._tell(lambda member: member.generation_finished(progress))
        return self.progressed(self.progress()) if self._shown else stopped

    def search_ended(self, ended: Ended) -> bool:
        return self._tell(lambda member: member.search_ended(ended))

    def progressed(self, progress: RunProgress) -> bool:
        return self._tell(lambda member: member.progressed(progress), self._shown)

    def busy(self, doing: str) -> bool:
        return self._tell(lambda member: member.busy(doing))

    def sweep_progressed(self, progress: SweepProgress) -> bool:
        return self._tell(lambda member: member.sweep_progressed(progress))
