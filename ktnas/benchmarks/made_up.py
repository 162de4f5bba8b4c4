"""Made-up tasks on a table's architectures, of the kinds on which a search may get stuck.

*Plateau*: every architecture without a path from input to output has one and the same fitness, and it is a good one:
few others exceed it. A search that does not know them for one network evaluates them one after the other.

*Two regions*: from one centre fitness falls slowly over the whole space; a few per cent of the architectures, those
nearest to another centre, are better than all else, and nothing around them tells. A search that looks only where it
expects much ends in the wide, lesser region.

Fitness is a function of the network: codes of equal networks have exactly the same. No figure of any table enters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.synthetic import landscape
from ktnas.benchmarks.table import TableBenchmark, TaskRecord
from ktnas.errors import ConfigurationError
from ktnas.problem.task import Task
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace, canonical
from ktnas.typing import FloatArray, Genotype, IntArray

PLATEAU, TWO_REGIONS = "plateau", "two-regions"
"""Names of the tasks."""

_LUCK = 0.5
"""Standard deviation of what sets networks of a plateau's task apart beside a landscape of deviation 1."""


@dataclass(frozen=True, slots=True)
class Plateau:
    """A source of benchmarks for sweeps: one task whose unconnected architectures are all alike, and good.

    Attributes:
        above: How many architectures exceed them.
        seed: Seed of the landscape that the others follow.
        base: Name of the benchmark whose architectures they are.
        directory: Where its table is looked for first.
    """

    above: int
    seed: int = 0
    base: str = "nasbench201"
    directory: Path | None = None

    def load(self) -> TableBenchmark:
        """The benchmark with this task alone.

        Raises:
            ConfigurationError: If every architecture is connected, or fewer than ``above`` are.
        """
        table = load_benchmark(self.base, (), self.directory)
        first = _first_codes(table.space, table.genotypes)
        smooth = landscape(table, self.seed)
        luck = Streams(self.seed).rng("plateau").standard_normal(len(smooth))
        fitness = (smooth / smooth.std() + _LUCK * luck)[first]
        connected = np.array([table.space.graph(genotype).is_connected for genotype in table.genotypes])
        if connected.all() or not 0 < self.above < connected.sum():
            raise ConfigurationError(
                f"a plateau needs unconnected architectures, and more than {self.above} connected ones; "
                f"{table.name} has {(~connected).sum():,} and {connected.sum():,}"
            )
        higher, lower = np.sort(fitness[connected])[::-1][self.above - 1 : self.above + 1]
        fitness[~connected] = (higher + lower) / 2
        return _of_one_task(table, PLATEAU, fitness, f"{(~connected).sum()} of its architectures are all alike")


@dataclass(frozen=True, slots=True)
class TwoRegions:
    """A source of benchmarks for sweeps: one task whose good architectures lie in two regions.

    Attributes:
        share: Share of the architectures that lie in the better region, above 0 and at most 0.5.
        seed: Seed of the centres and of what else sets architectures apart.
        base: Name of the benchmark whose architectures they are.
        directory: Where its table is looked for first.
    """

    share: float
    seed: int = 0
    base: str = "nasbench201"
    directory: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 0.5:
            raise ConfigurationError(f"the better region's share must be above 0 and at most 0.5; got {self.share}")

    def load(self) -> TableBenchmark:
        """The benchmark with this task alone."""
        table = load_benchmark(self.base, (), self.directory)
        codes = np.array(table.genotypes, dtype=np.int64)
        rng = Streams(self.seed).rng("two-regions")
        wide = codes[rng.integers(len(codes))]
        better = codes[rng.choice(np.flatnonzero((codes != wide).all(axis=1)))]
        from_wide, from_better = (_distances(codes, centre, rng) for centre in (wide, better))
        inside = from_better <= np.quantile(from_better, self.share)
        fitness = np.where(inside, 1.5 - from_better, 1 - from_wide) + 0.05 * rng.standard_normal(len(codes))
        fitness = fitness[_first_codes(table.space, table.genotypes)]
        return _of_one_task(table, TWO_REGIONS, fitness, "its good architectures lie in two regions")


def _distances(codes: IntArray, centre: IntArray, rng: np.random.Generator) -> FloatArray:
    """Distances ``(n,)`` from a centre in 0 to 1: the positions that differ, each of a random weight."""
    weights: FloatArray = rng.uniform(0.5, 1.5, size=codes.shape[1:])
    distances: FloatArray = (codes != centre) @ (weights / weights.sum())
    return distances


def _first_codes(space: SearchSpace, genotypes: Sequence[Genotype]) -> IntArray:
    """Row ``(n,)`` of the first code of each code's network."""
    first: dict[object, int] = {}
    return np.array([first.setdefault(canonical(space, g), row) for row, g in enumerate(genotypes)])


def _of_one_task(table: TableBenchmark, task: str, fitness: FloatArray, what: str) -> TableBenchmark:
    note = f"Task {task!r} is made up: {what}."
    record = TaskRecord(Task(task, "made-up fitness"), fitness)
    return replace(table, name=f"{table.name} with task {task}", records=(record,), notes=(*table.notes, note))
