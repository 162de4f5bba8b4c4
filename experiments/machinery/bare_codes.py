"""Benchmarks as a user's own table may hold them: codes of digits, without the graph that the space would know."""

from __future__ import annotations

from dataclasses import dataclass, replace

from experiments.machinery.tables import opened
from ktnas.benchmarks.table import TableBenchmark, listed_space
from ktnas.spaces.categorical import Categorical


@dataclass(frozen=True, slots=True)
class BareCodes:
    """A benchmark whose architectures are but codes of digits: a source for sweeps.

    Attributes:
        base: Name of the benchmark.
    """

    base: str

    def load(self) -> TableBenchmark:
        """The same figures in a categorical space."""
        benchmark = opened(self.base)
        space = Categorical(benchmark.space.cardinalities)
        listed = listed_space(space, benchmark.genotypes)
        return replace(benchmark, name=f"{self.base} as bare codes", space=listed, labels=())
