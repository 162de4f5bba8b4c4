"""``beliefs.jsonl``: what the model of a search believed each time it chose, a line each. No result depends on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ktnas.algorithms.beliefs import Belief, Offered, Predicted
from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.records.checked import count_of, fields_of, genotype_of, list_of, number_of, text_of

BELIEFS = "beliefs.jsonl"

_LINE = json.JSONEncoder(allow_nan=False)

_MOST_TASKS = 1_000
"""Tasks of one record, at most: a matrix that grows with their square is not read without a bound."""


def encode(belief: Belief) -> str:
    """One line of ``beliefs.jsonl``, without its end; numbers with as many digits as mean something."""
    return _LINE.encode(
        {
            "seen": belief.seen,
            "generation": belief.generation,
            "tasks": belief.tasks,
            "correlation": [[round(value, 4) for value in row] for row in belief.correlation],
            "predicted": [
                {"task": one.task, "genotype": one.genotype, "mean": _digits(one.mean), "std": _digits(one.deviation)}
                for one in belief.predicted
            ],
            "offered": [
                {"source": one.source, "target": one.target, "candidates": one.candidates, "promising": one.promising}
                for one in belief.offered
            ],
        }
    )


def _digits(value: float) -> float:
    return float(f"{value:.5g}")


def decode(line: str) -> Belief:
    """What a line of ``beliefs.jsonl`` holds.

    Raises:
        DataError: If the line holds nothing of the kind.
    """
    try:
        record = fields_of(line)
        tasks = tuple(map(text_of, list_of(record["tasks"])))
        rows = tuple(tuple(map(number_of, list_of(row))) for row in list_of(record["correlation"]))
        _require_square(tasks, rows)
        return Belief(
            count_of(record["seen"]),
            count_of(record["generation"]),
            tasks,
            rows,
            tuple(_predicted(fields_of(one)) for one in list_of(record["predicted"])),
            tuple(_offered(fields_of(one)) for one in list_of(record["offered"])),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no belief but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _require_square(tasks: Sequence[str], rows: Sequence[Sequence[float]]) -> None:
    if len(tasks) > _MOST_TASKS or (rows and {len(rows), *map(len, rows)} != {len(tasks)}):
        raise ValueError(f"a correlation of {len(tasks)} tasks has as many rows and columns")


def _predicted(record: dict[str, object]) -> Predicted:
    task, genotype = text_of(record["task"]), genotype_of(record["genotype"])
    return Predicted(task, genotype, number_of(record["mean"]), number_of(record["std"]))


def _offered(record: dict[str, object]) -> Offered:
    source, target = text_of(record["source"]), text_of(record["target"])
    return Offered(source, target, count_of(record["candidates"]), count_of(record["promising"]))


def read_beliefs(directory: Path) -> tuple[Belief, ...]:
    """What a run's model believed, in the order in which it chose; nothing where nothing is recorded.

    Where a run went on with another program, what that believed of the same moment stands in place of the earlier.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    return latest(read_lines(directory / BELIEFS, decode, may_be_absent=True))


def latest(beliefs: Sequence[Belief]) -> tuple[Belief, ...]:
    """Of several of the same moment the last, in the order of the moments."""
    found = {(one.seen, one.generation, tuple((p.task, p.genotype) for p in one.predicted)): one for one in beliefs}
    return tuple(sorted(found.values(), key=lambda one: (one.seen, one.generation)))


class BeliefLog:
    """Appends to ``beliefs.jsonl`` of a run directory, which is made once there is anything to tell.

    What is found there already is not written again, so that a run that goes on leaves what one does that was never
    cut off. Nothing is synced for it: no result depends on it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._log: AppendOnlyLog[Belief] | None = None
        self._known: set[Belief] = set()

    def append(self, belief: Belief) -> None:
        """Add what a model believed.

        Raises:
            ConfigurationError: If it cannot be written.
            DataError: If what stands there is damaged.
        """
        if self._log is None:
            self._log = self._opened()
            self._known = set(self._log.records)
        line = encode(belief)
        if not self._known or decode(line) not in self._known:
            self._log.append([line], synced=False)

    def _opened(self) -> AppendOnlyLog[Belief]:
        try:
            return AppendOnlyLog(self._directory / BELIEFS, decode)
        except DataError as error:
            raise DataError(f"{error}; no result depends on that file: it may be removed") from None

    def close(self) -> None:
        """Release the file."""
        if self._log is not None:
            self._log.close()
