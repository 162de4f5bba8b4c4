"""What a table knows of an architecture without training it, as a proxy: its size, never its fitness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.spaces.base import SearchSpace
from ktnas.typing import FloatArray, Genotype

PARAMETERS = "params_M"


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A complexity that a table lists; fulfils `ktnas.problem.proxy.Proxy`. The larger, the more promising.

    Attributes:
        measure: The table's name for it, such as ``"params_M"``.
        rows: Row of each listed architecture.
        values: The measure per task, each ``(rows,)``.
    """

    measure: str
    rows: Mapping[Genotype, int] = field(repr=False, compare=False)
    values: Mapping[str, FloatArray] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.measure

    def scores(self, space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        """The measure ``(n,)`` as listed for the task; minus infinity where it is not."""
        values = self.values[task]
        found = [values[self.rows[g]] if g in self.rows else np.nan for g in genotypes]
        return np.nan_to_num(np.array(found, dtype=np.float64), nan=-np.inf)


def tabulated(benchmark: Benchmark, measure: str = PARAMETERS) -> Tabulated | None:
    """A measure of complexity as a proxy; None if the benchmark does not list it for every task."""
    if not isinstance(benchmark, TableBenchmark):
        return None
    if any(measure not in record.complexity for record in benchmark.records):
        return None
    return Tabulated(measure, benchmark.rows, {r.task.name: r.complexity[measure] for r in benchmark.records})
