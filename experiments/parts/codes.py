"""What it is worth that a symbol of a bare code is the same operation at every position.

    python -m experiments.parts.codes            # 20 seeds
    python -m experiments.parts.codes --smoke    # seconds

The cells of NAS-Bench-201 and TransNAS micro as bare codes (``402031``), as a user's own table may hold them, without
the graph that the space would know: ``ktnas`` where a symbol means the same wherever it stands, as `Categorical` has
it, and where it means something else at every position. Two further tables are made up, so that nothing recurs in
them: NAS-Bench-201 and micro again, with the symbols of every position in an order of its own. All tasks together, 50
evaluations each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.machinery import harness, joint, publishing
from experiments.machinery.bare_codes import BareCodes
from experiments.machinery.harness import Options
from experiments.machinery.tables import MICRO, NASBENCH201, TASKS
from ktnas.algorithms.presets import ktnas
from ktnas.benchmarks.table import TableBenchmark, listed_space
from ktnas.records.sweep_log import RunRecord
from ktnas.report.figures.bands import Panel, bands
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.report.statistics import PairedTest, holm, paired_test
from ktnas.rng import Streams
from ktnas.runner.design import Arm, Case
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.graph import OperationGraph
from ktnas.typing import Genotype

TABLES = (NASBENCH201, MICRO)
EVALUATIONS = 50
SEEDS = 20


@dataclass(frozen=True)
class Apart(Categorical):
    """Codes whose symbols are other operations at every position."""

    def graph(self, genotype: Genotype) -> OperationGraph:
        graph, size = super().graph(genotype), len(genotype)
        start, *between, end = graph.operations
        names = (f"{name}@{i % size}" for i, name in enumerate(between))
        return OperationGraph((start, *names, end), graph.edges)


@dataclass(frozen=True, slots=True)
class Codes:
    """A benchmark as bare codes: a source for sweeps.

    Attributes:
        base: Name of the benchmark.
        apart: Whether the search takes the symbols of different positions for different operations.
        mixed: Whether they are: the symbols of every position are put in another order.
    """

    base: str
    apart: bool = False
    mixed: bool = False

    def load(self) -> TableBenchmark:
        """The same figures, under other codes."""
        plain = BareCodes(self.base).load()
        kind = Apart if self.apart else Categorical
        space = kind(plain.space.cardinalities)
        genotypes = plain.genotypes
        if self.mixed:
            rng = Streams(0).rng("mixed-codes")
            orders = [rng.permutation(size).tolist() for size in space.cardinalities]
            genotypes = tuple(tuple(order[v] for order, v in zip(orders, g, strict=True)) for g in genotypes)
        name = f"{self.base} as {'mixed' if self.mixed else 'bare'} codes{', apart' * self.apart}"
        return replace(plain, name=name, space=listed_space(space, genotypes), genotypes=genotypes)


def main() -> None:
    """Run and tabulate."""
    opts = harness.options(__doc__, __file__, seeds=SEEDS)
    places = [(MICRO, True)] if opts.smoke else [(table, mixed) for table in TABLES for mixed in (False, True)]
    found = {place: (searched(opts, *place, apart=False), searched(opts, *place, apart=True)) for place in places}
    tests = [tested(*pair, TASKS[table]) for (table, _), pair in found.items()]
    corrected = holm([test.p for test in tests])
    lines: list[list[str]] = []
    rows: list[dict[str, Value]] = []
    panels: list[Panel] = []
    for (table, mixed), test, p in zip(places, tests, corrected, strict=True):
        title = f"{table}, {'mixed' if mixed else 'bare'} codes"
        groups = dict(zip(("the same", "apart"), found[table, mixed], strict=True))
        ranks = {name: joint.mean_over_tasks(runs, TASKS[table], at(opts)) for name, runs in groups.items()}
        bounds = f"[{number(test.interval.low)}, {number(test.interval.high)}]"
        lines.append([title, *map(harness.cell, ranks.values()), f"{test.difference:+.3g} {bounds}", f"{p:.2g}"])
        rows += [{"case": title, "symbols": name, **harness.summary(values)} for name, values in ranks.items()]
        panels.append(joint.panel(title, groups, TASKS[table], at(opts)))
    text = [
        f"Mean over the tasks of the true rank of the best found by `ktnas` with {at(opts)} evaluations per task: mean "
        f"[95 % bootstrap interval] / median over {opts.seeds} seeds, where a symbol is taken for the same operation "
        "at every position and where not; the paired difference of the mean logarithm to base 2 of the ranks, negative "
        "if the same is better, its 95 % interval, and Wilcoxon's signed-rank p after Holm's correction. In *mixed* "
        "codes no symbol recurs.\n",
        markdown_table(["table", "the same", "apart", "halvings of the rank", "p"], lines),
    ]
    figure = bands(panels, "symbols: mean and 95 % interval", x_label="evaluations per task", steps=False)
    publishing.publish(opts, "\n".join(text), rows, {"ranks": figure})


def at(opts: Options) -> int:
    """Evaluations per task."""
    return opts.budget(EVALUATIONS)


def searched(opts: Options, table: str, mixed: bool, *, apart: bool) -> list[RunRecord]:
    """All tasks of a table together."""
    case = Case(Codes(table, apart, mixed), budget=at(opts))
    return harness.sweep(opts, [Arm("ktnas", harness.as_search(ktnas()))], [case])


def tested(together: Sequence[RunRecord], apart: Sequence[RunRecord], tasks: Sequence[str]) -> PairedTest:
    """The mean logarithms of the ranks of runs of the same seeds."""
    first, second = (
        np.log2([harness.ranks_at(runs, task, together[0].tasks[task].evaluations) for task in tasks]).mean(axis=0)
        for runs in (together, apart)
    )
    return paired_test(first, second, Streams(0).rng("bootstrap"))


if __name__ == "__main__":
    harness.start(main)
