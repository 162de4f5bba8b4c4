"""What it is worth to know the numbers by which architectures differ: channels, resolution, depth, widths.

    python experiments/quantities.py            # 100 seeds; 60 for NAS-Bench-Graph, 30 for bare codes
    python experiments/quantities.py --smoke    # seconds

``ktnas`` with and without `ktnas.embedding.quantities.Quantities`, all tasks of a table together, 50 evaluations each.
Where numbers mean something: the networks of TransNAS macro and NAS-Bench-Graph, and perceptrons by the widths of
their layers (`perceptrons.py`), trained here on the first call. Where digits are but names: the cells of NAS-Bench-201
and TransNAS micro as bare codes (``402031``), as a user's own table may hold them, without the graph that the space
would know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import ablation
import harness
import joint
import nasbench_graph
import numpy as np
from harness import Options
from perceptrons import DATA, WIDTHS, Perceptrons

from ktnas.algorithms.presets import ktnas
from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.table import TableBenchmark, listed_space
from ktnas.embedding.combined import Combined
from ktnas.embedding.quantities import Quantities
from ktnas.report.comparison import compare
from ktnas.report.figures.comparison import Line, Panel, bands
from ktnas.report.markdown import Value
from ktnas.runner.design import Arm, Case, Named
from ktnas.spaces.categorical import Categorical

EVALUATIONS = 50
TABLES = ("transnas101-macro", "nasbench-graph", "perceptrons", "nasbench201", "transnas101-micro")
FEWER_SEEDS = {"nasbench-graph": 60, "nasbench201": 30, "transnas101-micro": 30}
WITHOUT = "ktnas, without quantities"


@dataclass(frozen=True, slots=True)
class BareCodes:
    """A benchmark whose architectures are but codes of digits: a source for sweeps.

    Attributes:
        base: Name of the benchmark.
    """

    base: str

    def load(self) -> TableBenchmark:
        """The same figures in a categorical space."""
        benchmark = load_benchmark(self.base, (), None)
        space = Categorical(benchmark.space.cardinalities)
        listed = listed_space(space, benchmark.genotypes)
        return replace(benchmark, name=f"{self.base} as bare codes", space=listed, labels=())


def arms() -> list[Arm]:
    """The default with and without quantities, and what knows neither graphs nor numbers."""
    whole = ktnas()
    parts = cast("Combined", whole.embedder).parts
    fewer = Combined(tuple(part for part in parts if not isinstance(part, Quantities)))
    known = ablation.arm(whole.name, whole), ablation.arm(WITHOUT, replace(whole, embedder=fewer))
    return [*known, *harness.methods(["regularized-evolution"])]


def case(opts: Options, table: str) -> Case:
    """All tasks of a table together."""
    budget = opts.budget(EVALUATIONS)
    if table == "transnas101-macro":
        return Case(Named(table, ablation.TASKS), budget=budget)
    if table == "nasbench-graph":
        return Case(Named(table, nasbench_graph.TASKS), budget=budget)
    if table == "perceptrons":
        return Case(perceptrons(opts), budget=budget)
    return Case(BareCodes(table), budget=budget)


def perceptrons(opts: Options) -> Perceptrons:
    """Their table; a little one in a smoke run."""
    if opts.smoke:
        return Perceptrons(opts.records / "perceptrons", ("breast_cancer", "wine"), WIDTHS[:2])
    return Perceptrons(opts.records / "perceptrons", tuple(DATA), WIDTHS)


def main() -> None:
    """Train, run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=100)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    panels: list[Panel] = []
    for table in opts.pick(TABLES, TABLES[2:3]):
        if table == "perceptrons":
            perceptrons(opts).train(opts.jobs)
        runs = harness.sweep(opts, arms(), [case(opts, table)], FEWER_SEEDS.get(table))
        groups = joint.by_arm(runs)
        (comparison,) = compare(runs)
        tasks = comparison.tasks[1:]
        text += section(comparison.case, groups, tasks, joint.differences(comparison), comparison.at)
        rows += joint.rows(groups, comparison.case, tasks, (comparison.at,))
        panels.append(panel(table, groups, tasks, comparison.at))
    figure = bands(
        panels, "with and without quantities: mean and 95 % interval", x_label="evaluations per task", steps=False
    )
    harness.publish(opts, "\n".join(text), rows, {"ranks": figure})


def section(case: str, groups: joint.Groups, tasks: Sequence[str], differences: str, at: int) -> list[str]:
    """The tables of a case."""
    return [
        f"### {case}\n",
        "Mean over the tasks of the true rank of the best found, and a run's geometric mean: mean [95 % bootstrap "
        f"interval] / median over {joint.seeds(groups)}.\n",
        joint.overview(groups, tasks, (at,), {"geometric mean": ablation.geometric(groups)}),
        differences,
    ]


def panel(table: str, groups: joint.Groups, tasks: Sequence[str], at: int) -> Panel:
    """Mean ranks after 10, 20, ... evaluations."""
    steps = np.arange(10.0, at + 1, 10.0)
    lines = []
    for arm, runs in groups.items():
        found = [joint.mean_over_tasks(runs, tasks, int(step)) for step in steps]
        intervals = [harness.interval(values) for values in found]
        low, high = np.array([i.low for i in intervals]), np.array([i.high for i in intervals])
        lines.append(Line(arm, steps, np.array([float(np.mean(values)) for values in found]), low, high))
    return Panel(table, "mean true rank of the best found", tuple(lines), logarithmic=True)


if __name__ == "__main__":
    harness.start(main)
