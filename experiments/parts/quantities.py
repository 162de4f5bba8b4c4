"""What it is worth to know the numbers by which architectures differ: channels, resolution, depth, widths.

    python -m experiments.parts.quantities            # 100 seeds; 60 for NAS-Bench-Graph, 30 for bare codes
    python -m experiments.parts.quantities --smoke    # seconds

``ktnas`` with and without `ktnas.embedding.quantities.Quantities`, all tasks of a table together, 50 evaluations each.
Where numbers mean something: the networks of TransNAS macro and NAS-Bench-Graph, and perceptrons by the widths of
their layers (`perceptrons.py`), trained here on the first call. Where digits are but names: the cells of NAS-Bench-201
and TransNAS micro as bare codes (``402031``), as a user's own table may hold them, without the graph that the space
would know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.machinery import harness, joint, publishing
from experiments.machinery.bare_codes import BareCodes
from experiments.machinery.compositions import arm, embedded_parts
from experiments.machinery.harness import Options
from experiments.machinery.tables import MACRO, MICRO, NASBENCH201, NASBENCH_GRAPH, TASKS
from experiments.parts.perceptrons import DATA, WIDTHS, Perceptrons
from ktnas.algorithms.presets import ktnas
from ktnas.embedding.combined import Combined
from ktnas.embedding.quantities import Quantities
from ktnas.report.comparison import compare
from ktnas.report.figures.bands import Panel, bands
from ktnas.report.markdown import Value
from ktnas.runner.design import Arm, Case, Named

EVALUATIONS = 50
TABLES = (MACRO, NASBENCH_GRAPH, "perceptrons", NASBENCH201, MICRO)
FEWER_SEEDS = {NASBENCH_GRAPH: 60, NASBENCH201: 30, MICRO: 30}
WITHOUT = "ktnas, without quantities"


def arms() -> list[Arm]:
    """The default with and without quantities, and what knows neither graphs nor numbers."""
    whole = ktnas()
    fewer = Combined(tuple(part for part in embedded_parts(whole) if not isinstance(part, Quantities)))
    known = arm(whole.name, whole), arm(WITHOUT, replace(whole, embedder=fewer))
    return [*known, *harness.methods(["regularized-evolution"])]


def case(opts: Options, table: str) -> Case:
    """All tasks of a table together."""
    budget = opts.budget(EVALUATIONS)
    if table in (MACRO, NASBENCH_GRAPH):
        return Case(Named(table, TASKS[table]), budget=budget)
    if table == "perceptrons":
        return Case(perceptrons(opts), budget=budget)
    return Case(BareCodes(table), budget=budget)


def perceptrons(opts: Options) -> Perceptrons:
    """Their table; a little one in a smoke run."""
    if opts.smoke:
        return Perceptrons(opts.records / "perceptrons", ("breast_cancer", "wine"), WIDTHS[:2], epochs=2)
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
        panels.append(joint.panel(table, groups, tasks, comparison.at))
    figure = bands(
        panels, "with and without quantities: mean and 95 % interval", x_label="evaluations per task", steps=False
    )
    publishing.publish(opts, "\n".join(text), rows, {"ranks": figure})


def section(case: str, groups: joint.Groups, tasks: Sequence[str], differences: str, at: int) -> list[str]:
    """The tables of a case."""
    return [
        f"### {case}\n",
        "Mean over the tasks of the true rank of the best found, and a run's geometric mean: mean [95 % bootstrap "
        f"interval] / median over {joint.seeds(groups)}.\n",
        joint.overview(groups, tasks, (at,), {"geometric mean": joint.geometric(groups)}),
        differences,
    ]


if __name__ == "__main__":
    harness.start(main)
