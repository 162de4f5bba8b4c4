"""What a study has come to so far: read from its directory each time it is asked for, or kept in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.problem.trial import Trial
from ktnas.records.evaluations import read_evaluations
from ktnas.records.proposals import Journal, read_journal
from ktnas.records.trials import trials_so_far
from ktnas.runner.experiment import Experiment
from ktnas.study.desk import Desk
from ktnas.study.result import SearchResult
from ktnas.study.telling import Suggestion
from ktnas.study.told import pending_ids, with_told

if TYPE_CHECKING:
    from ktnas.records.recordings import Recordings


class StudyStanding:
    """What a study has come to so far.

    Attributes:
        result: What its last run came to; None before there was one.
    """

    def __init__(self, experiment: Experiment, seed: int, directory: Path | None, desk: Desk) -> None:
        """Nothing is read yet.

        Args:
            experiment: What is searched.
            seed: Seed of every random number.
            directory: The study's; None where everything is kept in memory.
            desk: Where it is asked and told from outside.
        """
        self._experiment, self._seed, self._directory, self._desk = experiment, seed, directory, desk
        self.result: SearchResult | None = None

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every answer so far, in order; those that the method has not been told yet come last."""
        arrived = {} if self._directory is None else read_evaluations(self._directory)
        return with_told(self._whole_trials(), self._journal(), arrived)

    @property
    def pending(self) -> list[Suggestion]:
        """What was handed out and is not told, in the order of the ids."""
        journal, label = self._journal(), self._experiment.benchmark.label
        ids = pending_ids(self._whole_trials(), journal)
        questions = {number: journal.questions[number] for number in ids}
        return [Suggestion(number, task, label(code), code) for number, (task, code) in questions.items()]

    @property
    def progress(self) -> Mapping[str, TaskProgress]:
        """How far each task has come."""
        return progress_of(self.trials, self._experiment.problem.names, self._experiment.budget.stop_at)

    def recordings(self) -> Recordings:
        """All of it, for who shows it."""
        from ktnas.study.showing import recordings_of

        trials = self.trials if self._directory is None else ()
        return recordings_of(self._experiment, self._seed, self._directory, trials, self._desk.beliefs)

    def _journal(self) -> Journal:
        return self._desk.journal if self._directory is None else read_journal(self._directory)

    def _whole_trials(self) -> Sequence[Trial]:
        """What the method was told."""
        if self._directory is not None:
            return trials_so_far(self._directory)
        asked = self._desk.trials
        run = () if self.result is None else self.result.history
        return tuple(run) if len(run) >= len(asked) else asked
