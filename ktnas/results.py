"""Run directories: the records that a run leaves on disk, and the way back from them. Nothing else writes files.

``trials.jsonl`` grows by one line per answer and is the state of the search: a run that was cut off is repeated
from it to the bit, and goes on from where it ends. docs/output.md describes every file, field by field.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ktnas.errors import ConfigurationError, DataError
from ktnas.recorded_names import plain_names
from ktnas.summary import Summary
from ktnas.trial import Evaluation, Proposal, Trial
from ktnas.typing import JSON, Genotype

CONFIG = "config.json"
TRIALS = "trials.jsonl"
SUMMARY = "summary.json"
ENVIRONMENT = "environment"
"""The part of ``config.json`` that describes the machine rather than the run: it may differ when a run goes on."""

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
        record = json.loads(line)
        proposal = Proposal(
            str(record["task"]),
            _genotype(record["genotype"]),
            tuple(map(_genotype, record["parents"])),
            record["source_task"],
        )
        evaluation = Evaluation(record["fitness"], record["cost_s"], dict(record["metrics"]), record["error"])
        return Trial(int(record["generation"]), proposal, evaluation, bool(record["repeat"]))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no trial but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _genotype(values: Sequence[int]) -> Genotype:
    if not all(isinstance(value, int) for value in values):
        raise TypeError(f"a genotype holds integers; got {values}")
    return tuple(values)


def read_trials(directory: Path) -> tuple[Trial, ...]:
    """The trials recorded in a run directory, in order; a last line that was cut off is left out.

    Raises:
        DataError: If the directory holds no record of trials, or a damaged one.
    """
    path = directory / TRIALS
    try:
        lines, _ = complete_lines(path.read_bytes())
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    return _decoded(lines, path)


def complete_lines(content: bytes) -> tuple[list[bytes], int]:
    """Lines that have an end, and the number of bytes they take; what follows was cut off while it was written."""
    size = content.rfind(b"\n") + 1
    return content[:size].splitlines(), size


def _decoded(lines: Sequence[bytes], path: Path) -> tuple[Trial, ...]:
    trials = []
    for number, line in enumerate(lines, 1):
        try:
            trials.append(decode(line.decode()))
        except (DataError, UnicodeDecodeError) as error:
            raise DataError(f"{path}, line {number}: {error}") from None
    return tuple(trials)


def lock(file: BinaryIO, directory: Path) -> None:
    """Make an open file of a directory this process's own until it is closed.

    Raises:
        ConfigurationError: If another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # not a POSIX system: two writers at once are not detected there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConfigurationError(
            f"another process is writing to {directory}; wait for it, or choose another --out"
        ) from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)


def to_json(value: object) -> str:
    """Indented JSON, one final line end, without NaN or infinity."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """A directory that holds one run, or one run per seed.

    Attributes:
        path: The directory.
    """

    path: Path

    def claim(self, config: Mapping[str, JSON]) -> None:
        """Make the directory this configuration's: create it, or find that it holds the same one already.

        Raises:
            ConfigurationError: If it holds something else, or cannot be written; nothing is changed then.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            held = [entry.name for entry in self.path.iterdir() if not entry.name.startswith(".")]
            if CONFIG in held:
                self._require_same(config)
            elif held:
                raise ConfigurationError(
                    f"{self.path} exists and is no run directory (it has no {CONFIG}); choose another --out"
                )
            else:
                write_atomically(self.path / CONFIG, to_json(config))
            if not os.access(self.path, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise ConfigurationError(f"cannot write to {self.path}: {error.strerror}; choose another --out") from None

    def _require_same(self, config: Mapping[str, JSON]) -> None:
        try:
            held = json.loads((self.path / CONFIG).read_text())
        except ValueError:
            held = None
        if not isinstance(held, dict):
            raise ConfigurationError(f"{self.path / CONFIG} is damaged; choose another --out, or remove the directory")
        held = {key: plain_names(value) for key, value in held.items()}
        here: dict[str, object] = json.loads(to_json(config))
        differing = next((k for k in {**here, **held} if k != ENVIRONMENT and here.get(k) != held.get(k)), None)
        if differing is not None:
            was, now = (json.dumps(c.get(differing))[:120] for c in (held, here))
            raise ConfigurationError(
                f"{self.path} holds a run with another configuration ({differing}: {was} there, {now} now); "
                "choose another --out, or remove the directory"
            )

    def finished_summary(self) -> Summary | None:
        """What ``summary.json`` holds of a single run that came to its end; None otherwise."""
        try:
            found = json.loads((self.path / SUMMARY).read_text())
        except (OSError, ValueError):
            return None
        finished = isinstance(found, dict) and found.get("finished") is True
        return cast("Summary", found) if finished else None

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the run, whole or not at all."""
        write_atomically(self.path / name, content)


class TrialLog:
    """Appends trials to ``trials.jsonl``; those that stand there already must come again, exactly.

    Attributes:
        answers: Evaluations that are recorded, by task and genotype.
        appended: Number of trials that have been added to those found.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / TRIALS
        try:
            path.touch()
            self._file: BinaryIO = path.open("r+b")
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another --out") from None
        self._path = path
        try:
            lock(self._file, path.parent)
            self._lines, self._size = complete_lines(self._file.read())
            trials = _decoded(self._lines, path)
        except BaseException:
            self._file.close()
            raise
        self.answers = {(t.task, t.genotype): t.evaluation for t in trials if not t.repeat}
        self.appended = 0
        self._position = 0
        self._counts: dict[str, int] = {}

    def append(self, trials: Sequence[Trial], architectures: Sequence[str]) -> None:
        """Add trials, or find that they are the next ones recorded; on disk when this returns.

        Raises:
            ConfigurationError: If something else is recorded; the record is not changed then.
        """
        new: list[str] = []
        for trial, architecture in zip(trials, architectures, strict=True):
            line = encode(trial, architecture, self._numbered(trial))
            if self._position < len(self._lines):
                self._compare(line)
            else:
                new.append(line + "\n")
            self._position += 1
        if not new:
            return
        if not self.appended:
            self._file.seek(self._size)
            self._file.truncate()
        self._file.write("".join(new).encode())
        self._file.flush()
        self.appended += len(new)

    def _numbered(self, trial: Trial) -> int | None:
        if trial.repeat:
            return None
        number = self._counts[trial.task] = self._counts.get(trial.task, 0) + 1
        return number

    def _compare(self, line: str) -> None:
        if self._lines[self._position] != line.encode():
            raise ConfigurationError(
                f"{self._path}, line {self._position + 1}: the search now comes to another trial than the one "
                "recorded, so another version of the program or of the data wrote it; choose another --out"
            )

    def close(self) -> None:
        """Release the file."""
        self._file.close()
