"""A callback that records a run: its trials, and answers that took long, go to its directory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from ktnas.problem.callback import Answered, Callback, Ended, Finished, Printed
from ktnas.problem.progress import Progress, RunProgress
from ktnas.records.evaluations import EvaluationLog
from ktnas.records.printed import PrintedLog
from ktnas.records.summary import Ending, Seconds
from ktnas.records.trials import TrialLog
from ktnas.typing import Genotype

APART_S = 1.0
"""Seconds between two moments at which the answers of a table are synced."""


@dataclass(slots=True)
class Recorder(Callback):
    """Writes trials down before the search acts on them; answers that take long, as soon as they are there.

    What a table answers costs nothing to find again: its trials are synced once a second, and at the end.

    Attributes:
        label: An architecture as users know it.
        log: The trials on disk.
        answers: The answers on disk; None where they take no time.
        printed: What evaluations printed, on disk; None where they are in this process.
        search_s: Seconds spent in the search itself.
        began: When the run began.
        free: Whether answers cost nothing.
        synced: When trials were last synced.
    """

    label: Callable[[Genotype], str]
    log: TrialLog
    answers: EvaluationLog | None = None
    printed: PrintedLog | None = None
    search_s: float = 0.0
    began: float = field(default_factory=perf_counter)
    free: bool = False
    synced: float = -math.inf

    def evaluation_finished(self, finished: Finished) -> None:
        if self.answers is not None:
            self.answers.append(finished.question, finished.evaluation)

    def evaluation_printed(self, printed: Printed) -> None:
        if self.printed is not None:
            self.printed.append(printed.question, printed.text)

    def generation_answered(self, answered: Answered) -> None:
        now = perf_counter()
        synced = not self.free or now - self.synced >= APART_S
        self.log.append(answered.trials, [self.label(trial.genotype) for trial in answered.trials], synced=synced)
        self.synced = now if synced else self.synced

    def search_ended(self, ended: Ended) -> None:
        self.log.sync()

    def generation_finished(self, progress: Progress) -> None:
        self.search_s = progress.search_s

    def ending(self, progress: RunProgress, stopped: str | None = None) -> Ending:
        """How far a run came that was interrupted, or that a callback has ended."""
        self.log.sync()
        seconds: Seconds = {"total": perf_counter() - self.began, "search": self.search_s}
        return Ending(progress.tasks, seconds, finished=False, stopped=stopped)
