"""What a comparison needs of a run, on one line: every improvement and every transfer, not every trial.

``runs.jsonl`` holds one such line per finished run of a sweep, keyed by everything that decides the run. It is only
ever appended to, so an interruption costs the runs that were under way and nothing else. docs/sweep.md describes the
fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.durable import make_directory
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.records.checked import count_of, fields_of, flag_of, list_of, number_of, require_known, text_of
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
        cpu_s: CPU seconds of the search.
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


_FIELDS = frozenset({"key", *(field.name for field in fields(RunRecord))})


def encode(record: RunRecord, key: str) -> str:
    """One line of ``runs.jsonl``, without its end."""
    tasks = {
        name: {
            **{field.name: getattr(trajectory, field.name) for field in fields(trajectory)},
            "steps": [list(asdict(step).values()) for step in trajectory.steps],
            "moves": [list(asdict(move).values()) for move in trajectory.moves],
        }
        for name, trajectory in record.tasks.items()
    }
    plain: dict[str, JSON] = {field.name: getattr(record, field.name) for field in fields(record)}
    return json.dumps({"key": key, **plain, "tasks": tasks}, allow_nan=False, separators=(",", ":"))


def decode(line: str) -> tuple[str, RunRecord]:
    """Key and record of a line of ``runs.jsonl``.

    Raises:
        DataError: If the line holds none.
    """
    try:
        plain = fields_of(line)
        require_known(plain, _FIELDS)
        tasks = {name: _trajectory(fields_of(one)) for name, one in fields_of(plain["tasks"]).items()}
        _require_tasks(tasks)
        return text_of(plain["key"]), RunRecord(
            arm=text_of(plain["arm"]),
            case=text_of(plain["case"]),
            seed=count_of(plain["seed"]),
            budget=count_of(plain["budget"]),
            until_best=flag_of(plain["until_best"]),
            tasks=tasks,
            wall_s=number_of(plain.get("wall_s", 0.0)),
            cpu_s=number_of(plain.get("cpu_s", 0.0)),
            code=text_of(plain.get("code", "")),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"no run but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _require_tasks(tasks: Mapping[str, Trajectory]) -> None:
    if not tasks:
        raise ValueError("a run has at least one task")


def _trajectory(plain: dict[str, object]) -> Trajectory:
    listed = plain["best_listed"]
    return Trajectory(
        role=text_of(plain["role"]),
        metric=text_of(plain["metric"]),
        unit=text_of(plain["unit"]),
        minimize=flag_of(plain["minimize"]),
        best_listed=None if listed is None else number_of(listed),
        evaluations=count_of(plain["evaluations"]),
        failed=count_of(plain["failed"]),
        skipped=count_of(plain["skipped"]),
        steps=tuple(_step(*list_of(step)) for step in list_of(plain["steps"])),
        moves=tuple(_move(*list_of(move)) for move in list_of(plain["moves"])),
    )


def _step(evaluation: object, fitness: object, rank: object) -> Step:
    return Step(count_of(evaluation), number_of(fitness), _rank(rank))


def _move(generation: object, evaluation: object, source: object, rank: object, positive: object) -> Move:
    judged = None if positive is None else flag_of(positive)
    return Move(count_of(generation), count_of(evaluation), text_of(source), _rank(rank), judged)


def _rank(value: object) -> int | None:
    return None if value is None else count_of(value)


def read_records(path: Path) -> dict[str, RunRecord]:
    """The records of a ``runs.jsonl`` by key; of several with one key the last. A line that was cut off is left out.

    Raises:
        DataError: If the file cannot be read, or is damaged.
    """
    return dict(read_lines(path, decode))


class SweepLog:
    """Appends records to a directory's ``runs.jsonl``.

    Attributes:
        records: What is recorded, by key.
    """

    def __init__(self, directory: Path) -> None:
        """Open the record of a sweep's directory, which is made if need be; nobody else can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        path = directory / RUNS_FILE
        try:
            make_directory(directory)
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another --out") from None
        self._log = AppendOnlyLog(path, decode)
        self.records = dict(self._log.records)

    def append(self, key: str, record: RunRecord) -> None:
        """Add a record; on disk when this returns.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        self._log.append([encode(record, key)])
        self.records[key] = record

    def close(self) -> None:
        """Release the file."""
        self._log.close()
