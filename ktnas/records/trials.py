"""``trials.jsonl``: every trial of a run, in order, and which of them were asked at once."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from pathlib import Path

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import REMEDY, AppendOnlyLog, read_lines
from ktnas.problem.trial import Proposal, Trial
from ktnas.records.checked import (
    count_of,
    evaluation_of,
    fields_of,
    flag_of,
    genotype_of,
    list_of,
    require_known,
    text_of,
)

TRIALS = "trials.jsonl"

_LINE = json.JSONEncoder(allow_nan=False)

_FIELDS = frozenset(
    {
        *("task", "evaluation", "generation", "architecture", "genotype", "fitness", "error", "cost_s", "metrics"),
        *("repeat", "parents", "source_task", "trial", "question"),
    }
)


def encode(trial: Trial, architecture: str, number: int | None) -> str:
    """One line of ``trials.jsonl``, without its end and what a `TrialLog` puts there.

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


@dataclass(frozen=True, slots=True)
class _Line:
    """What a line holds: a trial, which one of the run it is, and which question of the search it answers, from 1."""

    trial: Trial
    number: int | None
    question: int | None
    architecture: str


def decode(line: str) -> Trial:
    """The trial that a line of ``trials.jsonl`` holds.

    Raises:
        DataError: If the line holds none.
    """
    return _decoded(line).trial


def _decoded(line: str) -> _Line:
    try:
        record = fields_of(line)
        require_known(record, _FIELDS)
        source = record["source_task"]
        proposal = Proposal(
            text_of(record["task"]),
            genotype_of(record["genotype"]),
            tuple(map(genotype_of, list_of(record["parents"]))),
            None if source is None else text_of(source),
        )
        trial = Trial(count_of(record["generation"]), proposal, evaluation_of(record), flag_of(record["repeat"]))
        numbers = _number_of(record.get("trial")), _number_of(record.get("question"))
        return _Line(trial, *numbers, text_of(record.get("architecture", "")))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no trial but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _number_of(value: object) -> int | None:
    return None if value is None else count_of(value)


def read_trials(directory: Path) -> tuple[Trial, ...]:
    """The trials recorded in a run directory, in order; a last line that was cut off is left out.

    Raises:
        DataError: If the directory holds no record of trials, or a damaged one.
    """
    return tuple(line.trial for line in _read(directory))


def trials_so_far(directory: Path) -> tuple[Trial, ...]:
    """The trials as `read_trials`; none where nothing has been recorded yet.

    Raises:
        DataError: If the record is damaged.
    """
    return read_trials(directory) if (directory / TRIALS).exists() else ()


def read_named_trials(directory: Path) -> tuple[tuple[Trial, str], ...]:
    """The trials recorded in a run directory as `read_trials`, each with its architecture as users know it.

    Raises:
        DataError: As `read_trials`.
    """
    return tuple((line.trial, line.architecture) for line in _read(directory))


def _read(directory: Path) -> list[_Line]:
    path = directory / TRIALS
    lines = read_lines(path, _decoded)
    _require_order(lines, path)
    return lines


def _require_order(lines: Sequence[_Line], path: Path) -> None:
    """Refuse a record of which lines are missing, or stand elsewhere than they were written."""
    for place, line in enumerate(lines, 1):
        if line.number not in {None, place}:
            raise DataError(
                f"{path}, line {place}: trial {line.number} stands where trial {place} was written; {REMEDY}"
            )


def _same(line: str, found: bytes, number: int) -> bool:
    """Whether a recorded line is this one; which question it answers need not be told, nor anything in an older one."""
    before = line[:-1].encode()
    rest = found[len(before) :]
    told = re.fullmatch(rb', "trial": ([0-9]+), "question": (?:[0-9]+|null)\}', rest)
    return found.startswith(before) and (rest == b"}" or (told is not None and int(told[1]) == number))


class TrialLog:
    """Appends trials to ``trials.jsonl``; those that stand there already must come again, exactly.

    Attributes:
        evaluations: Evaluations that are recorded, by task and genotype.
        trials: The trials found there, in order.
        checked: Whether the lines found have checks, all of them.
        appended: Number of trials that have been added to those found.
    """

    def __init__(self, directory: Path, *, told: bool = True) -> None:
        """Open the record of a run directory, or begin it; no other process can write to it until `close`.

        Args:
            directory: The run directory.
            told: Whether lines that are added tell which question they answer: only those that the program which
                began the run has asked may be taken from the record without asking anew.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / TRIALS, _decoded)
        try:
            _require_order(self._log.records, self._log.path)
        except BaseException:
            self._log.close()
            raise
        self.trials = tuple(line.trial for line in self._log.records)
        self.checked = all(line.number is not None for line in self._log.records)
        self.evaluations = {(t.task, t.genotype): t.evaluation for t in self.trials if not t.repeat}
        self.appended = 0
        self._told = told
        self._position = 0
        self._questions = 0
        self._counts: dict[str, int] = {}

    def questions(self) -> list[tuple[Proposal, ...]]:
        """What was asked at once and answered, in order, as far as the record tells; the last may not be whole."""
        told = takewhile(lambda line: line.question is not None, self._log.records)
        groups = [(n, tuple(line.trial.proposal for line in lines)) for n, lines in groupby(told, lambda o: o.question)]
        return [proposals for place, (n, proposals) in enumerate(groups, 1) if n == place]

    def append(self, trials: Sequence[Trial], architectures: Sequence[str], *, synced: bool = True) -> None:
        """Add what answers one question, or find that it is what is recorded next; on disk when this returns.

        Args:
            trials: Those that come next.
            architectures: Theirs, as users know them.
            synced: Whether they must outlast a power cut, as all must that was paid for; else they wait for `sync`.

        Raises:
            ConfigurationError: If something else is recorded; the record is not changed then. Or if they cannot be
                written.
        """
        self._questions += 1
        lines = [
            encode(trial, architecture, self._numbered(trial))
            for trial, architecture in zip(trials, architectures, strict=True)
        ]
        recorded = self._log.lines[self._position : self._position + len(lines)]
        for number, (line, found) in enumerate(zip(lines, recorded, strict=False), self._position + 1):
            if not _same(line, found, number):
                raise ConfigurationError(
                    f"{self._log.path}, line {number}: the search now comes to another trial than the one recorded, "
                    "so another version of the program or of the data wrote it, or it was changed since; "
                    "choose another --out"
                )
        first = self._position + len(recorded) + 1
        self._log.append([self._whole(line, n) for n, line in enumerate(lines[len(recorded) :], first)], synced=synced)
        self._position += len(lines)
        self.appended += len(lines) - len(recorded)

    def sync(self) -> None:
        """Have on disk what was added.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        self._log.sync()

    def _whole(self, line: str, number: int) -> str:
        """A line with its place in the run; records that were begun without go on without."""
        if not self._log.checked:
            return line
        question = self._questions if self._told else "null"
        return f'{line[:-1]}, "trial": {number}, "question": {question}}}'

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
