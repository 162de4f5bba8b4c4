"""What a comparison needs of a run, on one line: every improvement and every transfer, not every trial.

``runs.jsonl`` holds one such line per finished run of a sweep, keyed by everything that decides the run. It is only
ever appended to, so an interruption costs the runs that were under way and nothing else. docs/sweep.md describes the
fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import BinaryIO

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import complete_lines, lock
from ktnas.records.trajectory import Move, Step, Trajectory
from ktnas.typing import JSON

RUNS_FILE = "runs.jsonl"


SWEEP_FILE = "sweep.json"
"""What was asked for last in a sweep's directory: arms and cases in full, in order, and seeds."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One finished run.

    Attributes:
        arm: What was compared: the name of the algorithm's composition.
        case: What was searched, and for how long.
        seed: The seed.
        budget: Evaluations per task.
        until_best: Whether a task stopped once it had found the best listed fitness.
        tasks: How it went, by task.
        wall_s: Wall-clock seconds of the search.
        cpu_s: Processor seconds of the search.
        code: Digest of the program's source that made it.
    """

    arm: str
    case: str
    seed: int
    budget: int
    until_best: bool
    tasks: Mapping[str, Trajectory]
    wall_s: float = 0.0
    cpu_s: float = 0.0
    code: str = ""


def encode(record: RunRecord, key: str) -> str:
    """One line of ``runs.jsonl``, without its end."""
    tasks = {
        name: {
            **{field.name: getattr(course, field.name) for field in fields(course)},
            "steps": [list(asdict(step).values()) for step in course.steps],
            "moves": [list(asdict(move).values()) for move in course.moves],
        }
        for name, course in record.tasks.items()
    }
    plain: dict[str, JSON] = {field.name: getattr(record, field.name) for field in fields(record)}
    return json.dumps({"key": key, **plain, "tasks": tasks}, allow_nan=False, separators=(",", ":"))


def decode(line: str) -> tuple[str, RunRecord]:
    """Key and record of a line of ``runs.jsonl``.

    Raises:
        DataError: If the line holds none.
    """
    try:
        plain = json.loads(line)
        key = str(plain.pop("key"))
        tasks = {str(name): _course(course) for name, course in plain.pop("tasks").items()}
        return key, RunRecord(**plain, tasks=tasks)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"no run but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _course(plain: dict[str, list[list[object]]]) -> Trajectory:
    steps = tuple(Step(*step) for step in plain.pop("steps"))  # type: ignore[arg-type]
    moves = tuple(Move(*move) for move in plain.pop("moves"))  # type: ignore[arg-type]
    return Trajectory(**plain, steps=steps, moves=moves)  # type: ignore[arg-type]


def read_records(path: Path) -> dict[str, RunRecord]:
    """The records of a ``runs.jsonl`` by key; of several with one key the last. A line that was cut off is left out.

    Raises:
        DataError: If the file cannot be read, or is damaged.
    """
    try:
        lines, _ = complete_lines(path.read_bytes())
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    return _decoded(lines, path)


def _decoded(lines: Sequence[bytes], path: Path) -> dict[str, RunRecord]:
    records = {}
    for number, line in enumerate(lines, 1):
        try:
            key, record = decode(line.decode())
        except (DataError, UnicodeDecodeError) as error:
            raise DataError(f"{path}, line {number}: {error}") from None
        records[key] = record
    return records


class RecordLog:
    """Appends records to a directory's ``runs.jsonl``, which no other process can write to meanwhile.

    Attributes:
        records: What is recorded, by key.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / RUNS_FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.touch()
            self._file: BinaryIO = path.open("r+b")
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another --out") from None
        try:
            lock(self._file, directory)
            lines, size = complete_lines(self._file.read())
            self.records = _decoded(lines, path)
        except BaseException:
            self._file.close()
            raise
        self._file.seek(size)
        self._cut = True

    def append(self, key: str, record: RunRecord) -> None:
        """Add a record; on disk when this returns."""
        if self._cut:  # what follows the last whole line was cut off while it was written
            self._file.truncate()
            self._cut = False
        self._file.write((encode(record, key) + "\n").encode())
        self._file.flush()
        self.records[key] = record

    def close(self) -> None:
        """Release the file."""
        self._file.close()
