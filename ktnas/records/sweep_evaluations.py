"""What the runs of a sweep evaluated with success, each fitness of an architecture once: others may learn from it.

``evaluated.jsonl`` grows by a line with each run that saw something new. It tells by itself of which data it is: the
cases of a sweep's directory may change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from ktnas.benchmarks.base import Benchmark
from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.task import Problem
from ktnas.problem.trial import Trial
from ktnas.records.checked import fields_of, flag_of, genotype_of, list_of, number_of, require_known, text_of
from ktnas.records.digest import table_digest
from ktnas.typing import JSON, Genotype

EVALUATED = "evaluated.jsonl"

Pair = tuple[Genotype, float]
"""An architecture and its fitness, higher is better."""


@dataclass(frozen=True, slots=True)
class SweptTask:
    """Of what evaluations are.

    Attributes:
        benchmark: Name of the benchmark.
        data: Digest of its data; None where there is none.
        space: Name of the search space.
        task: The task.
        coded: Whether the number of a space stands before each genotype, as in a search of several spaces.
    """

    benchmark: str
    data: str | None
    space: str
    task: str
    coded: bool


_FIELDS = frozenset({"benchmark", "data", "space", "task", "coded", "seen"})

Seen = Mapping[SweptTask, Sequence[Pair]]


def swept_tasks(benchmark: Benchmark, problem: Problem) -> dict[str, SweptTask]:
    """Of what the evaluations of each task are."""
    data, coded = table_digest(benchmark), len(problem.spaces) > 1
    return {
        task.name: SweptTask(benchmark.name, data, problem.space_of(task.name).name, task.name, coded)
        for task in problem.tasks
    }


def seen_by(trials: Sequence[Trial]) -> dict[str, tuple[Pair, ...]]:
    """What a run has evaluated with success, task by task."""
    found: dict[str, list[Pair]] = {}
    for trial in trials:
        if trial.fitness is not None and not trial.repeat:
            found.setdefault(trial.task, []).append((trial.genotype, trial.fitness))
    return {task: tuple(pairs) for task, pairs in found.items()}


def _encode(task: SweptTask, pairs: Sequence[Pair]) -> str:
    plain: dict[str, JSON] = {
        "benchmark": task.benchmark,
        "data": task.data,
        "space": task.space,
        "task": task.task,
        "coded": task.coded,
        "seen": [[list(genotype), fitness] for genotype, fitness in pairs],
    }
    return json.dumps(plain, allow_nan=False, separators=(",", ":"))


def _decode(line: str) -> tuple[SweptTask, tuple[Pair, ...]]:
    try:
        plain = fields_of(line)
        require_known(plain, _FIELDS)
        data = plain["data"]
        task = SweptTask(
            text_of(plain["benchmark"]),
            None if data is None else text_of(data),
            text_of(plain["space"]),
            text_of(plain["task"]),
            flag_of(plain["coded"]),
        )
        return task, tuple(_pair(*list_of(one)) for one in list_of(plain["seen"]))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no evaluations but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _pair(genotype: object, fitness: object) -> Pair:
    return genotype_of(genotype), float(number_of(fitness))


class SweepEvaluations:
    """Appends to ``evaluated.jsonl`` of a sweep's directory what is new."""

    def __init__(self, directory: Path) -> None:
        """Open it, or begin it; no other process can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / EVALUATED, _decode)
        self._known: dict[SweptTask, set[Pair]] = {}
        for task, pairs in self._log.records:
            self._known.setdefault(task, set()).update(pairs)

    def add(self, seen: Seen) -> None:
        """Add what a run has evaluated; what is new of it is on disk when this returns.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        lines = []
        for task, pairs in seen.items():
            known = self._known.setdefault(task, set())
            new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
            if new:
                known.update(new)
                lines.append(_encode(task, new))
        self._log.append(lines)

    def close(self) -> None:
        """Release the file."""
        self._log.close()


def read_sweep_evaluations(directory: Path) -> dict[SweptTask, tuple[Pair, ...]]:
    """What the runs of a sweep have evaluated, by task and architecture: of several fitnesses of one, their mean.

    It does not depend on the order of the runs. Nothing where a sweep was made before evaluations were kept.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    found: dict[SweptTask, dict[Genotype, set[float]]] = {}
    for task, pairs in read_lines(directory / EVALUATED, _decode, may_be_absent=True):
        for genotype, fitness in pairs:
            found.setdefault(task, {}).setdefault(genotype, set()).add(fitness)
    return {
        task: tuple((genotype, fsum(each) / len(each)) for genotype, each in sorted(found[task].items()))
        for task in sorted(found, key=str)
    }
