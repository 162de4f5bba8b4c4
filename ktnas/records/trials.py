"""``trials.jsonl``: every trial of a run, in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.trial import Proposal, Trial
from ktnas.records.checked import count_of, evaluation_of, fields_of, flag_of, genotype_of, list_of, text_of

TRIALS = "trials.jsonl"

_LINE = json.JSONEncoder(allow_nan=False)


def encode(trial: Trial, architecture: str, number: int | None) -> str:
    """One line of ``trials.jsonl``, without its end.

    Args:
        trial: The trial.
        architecture: The architecture as users know it.
        number: Which evaluation of its task this is, from 1; None for a repeat.
    """
    proposal, evaluation = trial.proposal, trial.evaluation
    return _LINE.encode(
        {
            "task": proposal.task,
            "evaluation": number,
            "generation": trial.generation,
            "architecture": architecture,
            "genotype": proposal.genotype,
            "fitness": evaluation.fitness,
            "error": evaluation.error,
            "cost_s": evaluation.cost_s,
            "metrics": dict(evaluation.metrics),
            "repeat": trial.repeat,
            "parents": proposal.parents,
            "source_task": proposal.source_task,
        }
    )


def decode(line: str) -> Trial:
    """The trial that a line of ``trials.jsonl`` holds.

    Raises:
        DataError: If the line holds none.
    """
    try:
        record = fields_of(line)
        source = record["source_task"]
        proposal = Proposal(
            text_of(record["task"]),
            genotype_of(record["genotype"]),
            tuple(map(genotype_of, list_of(record["parents"]))),
            None if source is None else text_of(source),
        )
        return Trial(count_of(record["generation"]), proposal, evaluation_of(record), flag_of(record["repeat"]))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no trial but {line[:60]!r} ({type(error).__name__}: {error})") from None


def read_trials(directory: Path) -> tuple[Trial, ...]:
    """The trials recorded in a run directory, in order; a last line that was cut off is left out.

    Raises:
        DataError: If the directory holds no record of trials, or a damaged one.
    """
    return tuple(read_lines(directory / TRIALS, decode))


class TrialLog:
    """Appends trials to ``trials.jsonl``; those that stand there already must come again, exactly.

    Attributes:
        evaluations: Evaluations that are recorded, by task and genotype.
        found: The trials that are recorded.
        appended: Number of trials that have been added to those found.
    """

    def __init__(self, directory: Path) -> None:
        """Open the record of a run directory, or begin it; no other process can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / TRIALS, decode)
        self.found: Sequence[Trial] = self._log.records
        self.evaluations = {(t.task, t.genotype): t.evaluation for t in self.found if not t.repeat}
        self.appended = 0
        self._position = 0
        self._counts: dict[str, int] = {}

    def append(self, trials: Sequence[Trial], architectures: Sequence[str]) -> None:
        """Add trials, or find that they are the next ones recorded; on disk when this returns.

        Args:
            trials: Those that come next.
            architectures: Theirs, as users know them.

        Raises:
            ConfigurationError: If something else is recorded; the record is not changed then. Or if they cannot be
                written.
        """
        lines = [
            encode(trial, architecture, self._numbered(trial))
            for trial, architecture in zip(trials, architectures, strict=True)
        ]
        recorded = self._log.lines[self._position : self._position + len(lines)]
        for number, (line, found) in enumerate(zip(lines, recorded, strict=False), self._position + 1):
            if found != line.encode():
                raise ConfigurationError(
                    f"{self._log.path}, line {number}: the search now comes to another trial than the one recorded, "
                    "so another version of the program or of the data wrote it, or it was changed since; "
                    "choose another --out"
                )
        self._log.append(lines[len(recorded) :])
        self._position += len(lines)
        self.appended += len(lines) - len(recorded)

    def require_end(self) -> None:
        """Refuse a record that goes on where a search has come to its end.

        Raises:
            DataError: If it holds trials that have not come again; it is not changed.
        """
        if self._position < len(self._log.lines):
            raise DataError(
                f"{self._log.path}, line {self._position + 1}: the search ends before this trial, so it is none of "
                "its own; remove the lines from there on, or choose another --out"
            )

    def _numbered(self, trial: Trial) -> int | None:
        if trial.repeat:
            return None
        number = self._counts[trial.task] = self._counts.get(trial.task, 0) + 1
        return number

    def close(self) -> None:
        """Release the file."""
        self._log.close()
