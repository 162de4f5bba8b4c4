"""How far a study has come, read from its directory: nothing is asked for that, and nobody is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ktnas.files.json_lines import read_lines
from ktnas.files.plain_json import read_json_file
from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.problem.trial import Trial
from ktnas.records.checked import fields_of, genotype_of, list_of, text_of
from ktnas.records.evaluations import read_evaluations
from ktnas.records.proposals import PROPOSALS, Journal, read_journal
from ktnas.records.run_directory import SUMMARY
from ktnas.records.trials import TRIALS, trials_so_far
from ktnas.study.opening import StudyRecord, read_recorded
from ktnas.study.told import pending_ids, with_told
from ktnas.typing import JSON, Genotype


@dataclass(frozen=True, slots=True)
class StudyState:
    """How far a study has come.

    Attributes:
        recorded: What it is.
        trials: Every answer so far.
        journal: What was asked and told from outside.
        pending: Ids that were handed out and are not told.
        labels: Architectures as users know them.
        summary: What its last run came to; empty where none has ended.
    """

    recorded: StudyRecord
    trials: tuple[Trial, ...]
    journal: Journal
    pending: tuple[int, ...]
    labels: Mapping[Genotype, str]
    summary: Mapping[str, object]

    @property
    def progress(self) -> Mapping[str, TaskProgress]:
        """How far each task has come."""
        names = [task.name for task in self.recorded.tasks]
        return progress_of(self.trials, names, self.recorded.budget.stop_at)

    @property
    def ending(self) -> str:
        """In which state it is, in a word or a sentence."""
        if self.summary.get("finished") is True:
            return "finished"
        stopped = self.summary.get("stopped")
        if isinstance(stopped, str):
            return f"stopped: {stopped}"
        return "not finished" if self.trials or self.pending else "not begun"

    def best(self) -> dict[str, JSON]:
        """The best architecture per task, as JSON has it; null where nothing has succeeded."""
        found: dict[str, JSON] = {}
        for task in self.recorded.tasks:
            done = self.progress[task.name]
            found[task.name] = None
            if done.best is not None and done.fitness is not None:
                found[task.name] = {
                    "architecture": self.label(done.best.genotype),
                    "genotype": list(done.best.genotype),
                    "fitness": done.fitness,
                    "value": task.to_fitness(done.fitness),
                    "evaluations_to_best": done.evaluations_to_best,
                    "source_task": done.best.proposal.source_task,
                }
        return found

    def label(self, genotype: Genotype) -> str:
        """An architecture as users know it; its code where none is recorded."""
        return self.labels.get(genotype) or ",".join(map(str, genotype))

    def plain(self) -> dict[str, JSON]:
        """All of it, as JSON has it."""
        recorded, progress, best = self.recorded, self.progress, self.best()
        return {
            **{key: cast("JSON", recorded.config.get(key)) for key in ("benchmark", "space", "method")},
            "seed": recorded.seed,
            "budget": recorded.budget.evaluations,
            "state": self.ending,
            "tasks": {
                name: {
                    "evaluations": done.evaluations,
                    "failed": done.failed,
                    "cost_s": done.cost_s,
                    "best": best[name],
                }
                for name, done in progress.items()
            },
            "pending": [self._pending(number) for number in self.pending],
        }

    def _pending(self, number: int) -> dict[str, JSON]:
        task, genotype = self.journal.questions[number]
        return {
            "id": number,
            "task": task,
            "architecture": self.label(genotype),
            "genotype": list(genotype),
            "given_at": self.journal.given[number],
        }


def read_state(path: Path) -> StudyState:
    """How far the study of a directory has come.

    Raises:
        ConfigurationError: If it holds several runs.
        DataError: If it holds no study, or a damaged one.
    """
    recorded = read_recorded(path)
    whole = trials_so_far(path)
    journal = read_journal(path)
    labels = dict(
        pair
        for name in (PROPOSALS, TRIALS)
        for pairs in read_lines(path / name, _labels, may_be_absent=True)
        for pair in pairs
    )
    pending = tuple(pending_ids(whole, journal))
    return StudyState(
        recorded, with_told(whole, journal, read_evaluations(path)), journal, pending, labels, _summary(path)
    )


def _labels(line: str) -> list[tuple[Genotype, str]]:
    """The architectures that a line tells, which has been read before."""
    record = fields_of(line)
    told = [record] if "architecture" in record else [fields_of(one) for one in list_of(record.get("proposals", []))]
    return [(genotype_of(one["genotype"]), text_of(one["architecture"])) for one in told]


def _summary(path: Path) -> Mapping[str, object]:
    try:
        return fields_of(read_json_file(path / SUMMARY))
    except (OSError, ValueError, TypeError):
        return {}
