"""A task of a table beside a synthetic one of a chosen rank correlation with it: how much may tasks differ?

The synthetic fitness is ``r z + sqrt(1 - r^2) e``: ``z`` are the normal scores of the task's ranks, ``e`` those of a
random landscape, made orthogonal to ``z``. The landscape is a sum of random effects of single positions and of pairs of
positions of the code, so that the synthetic task can be searched as well as a real one; white noise could not. With
``r = 2 sin(pi rho / 6)`` Spearman's correlation is ``rho``, up to a few hundredths where ``e`` is not quite normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.table import TableBenchmark, TaskRecord
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Task
from ktnas.rng import Streams
from ktnas.typing import FloatArray

SYNTHETIC = "synthetic"
"""Name of the synthetic task."""


@dataclass(frozen=True, slots=True)
class CorrelatedTasks:
    """Where such a pair of tasks comes from: a source of benchmarks for sweeps.

    Attributes:
        base: Name of the benchmark.
        task: Its task; one that every listed architecture has a fitness of.
        correlation: Spearman's correlation of the synthetic task with it, from -1 to 1.
        seed: Seed of the random landscape.
        directory: Where the table is looked for first.
    """

    base: str
    task: str
    correlation: float
    seed: int = 0
    directory: Path | None = None

    def load(self) -> TableBenchmark:
        """The benchmark with two tasks, the synthetic one first."""
        benchmark = load_benchmark(self.base, (self.task,), self.directory)
        return with_correlated_task(benchmark, self.task, self.correlation, self.seed)


def with_correlated_task(benchmark: TableBenchmark, task: str, correlation: float, seed: int) -> TableBenchmark:
    """A task of a benchmark, after a synthetic one of the given Spearman correlation with it.

    Raises:
        ConfigurationError: If the correlation is not between -1 and 1, or the task lacks a fitness somewhere.
        UnknownNameError: If the benchmark has no such task.
    """
    if not -1 <= correlation <= 1:
        raise ConfigurationError(f"a rank correlation lies between -1 and 1; got {correlation}")
    record = benchmark.record(task)
    if not np.isfinite(record.fitness).all():
        raise ConfigurationError(f"task {task!r} of {benchmark.name} has no fitness for some listed architectures")
    z = _normal_scores(record.fitness)
    e = _normal_scores(landscape(benchmark, seed))
    e -= z * (e @ z) / (z @ z)
    e /= e.std()
    r = round(2 * math.sin(math.pi * correlation / 6), 12)  # 1 exactly for a correlation of 1, which keeps ties
    fitness = r * z + math.sqrt(1 - r * r) * e
    synthetic = TaskRecord(Task(SYNTHETIC, "normal score"), fitness)
    note = f"Task {SYNTHETIC!r} is made up: Spearman's correlation with {task!r} is {correlation:+.2f} (seed {seed})."
    return replace(
        benchmark,
        name=f"{benchmark.name} with a task of correlation {correlation:+.2f}",
        records=(synthetic, record),
        notes=(*benchmark.notes, note),
    )


def _normal_scores(values: FloatArray) -> FloatArray:
    """Normal scores ``(n,)`` of ranks, with mean 0 and standard deviation 1; equal values get equal scores."""
    from scipy.stats import rankdata  # takes most of a second to load

    scores = ndtri((rankdata(values) - 0.5) / len(values))
    standardised: FloatArray = (scores - scores.mean()) / scores.std()
    return standardised


def landscape(benchmark: TableBenchmark, seed: int) -> FloatArray:
    """Sum of random effects of every position's value and of every pair's ``(n,)``; both kinds weigh the same."""
    codes = np.array(benchmark.genotypes, dtype=np.int64)
    sizes = benchmark.space.cardinalities
    rng = Streams(seed).rng("landscape")
    single = np.sum([rng.normal(size=size)[codes[:, i]] for i, size in enumerate(sizes)], axis=0)
    pairs = np.zeros(len(codes))
    for i, j in combinations(range(len(sizes)), 2):
        pairs += rng.normal(size=(sizes[i], sizes[j]))[codes[:, i], codes[:, j]]
    landscape: FloatArray = single / single.std() + (pairs / pairs.std() if pairs.any() else 0.0)
    return landscape
