"""Figures of the literature, rerun: evaluations until the best cell of NAS-Bench-201, method by method.

    python -m experiments.paper.rerun_figures            # 150 seeds, about a minute
    python -m experiments.paper.rerun_figures --smoke    # seconds

Each method searches until it has found the cell of the best validation accuracy after 200 epochs on every task. The
reference, in parentheses, are figures that reruns of the same methods by others gave; a figure is met where it lies
within two standard errors of the difference, the reference being taken to be as noisy as ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options
from experiments.machinery.tables import NASBENCH201
from ktnas.algorithms.base import Search
from ktnas.algorithms.best_first import BestFirst
from ktnas.algorithms.local_search import BestImprovement, LocalSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.algorithms.sequential import Sequential
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Arm, Case, Named
from ktnas.runner.loop import run

TASKS = tables.TASKS[NASBENCH201]
CHAIN = ("cifar100", "cifar10", "imagenet16")
REPEATS = "regularized evolution, repeats counted"

ARMS: Mapping[str, object] = {
    "regularized evolution": RegularizedEvolution(),
    "local search, first improvement": LocalSearch(),
    "local search, best improvement": LocalSearch(BestImprovement()),
    "best-first": BestFirst(),
    "best-first, whole neighbourhoods": BestFirst(BestImprovement()),
    "best-first, 10 random cells first": BestFirst(initial=10),
    "chained best-first, from the 4 best": Sequential(BestFirst(), 4, CHAIN),
}

REFERENCE: Mapping[str, tuple[float, float, float]] = {
    "regularized evolution": (291, 229, 720),
    REPEATS: (291, 229, 720),
    "local search, first improvement": (76, 71, 774),
    "best-first": (152, 67, 212),
    "chained best-first, from the 4 best": (14.2, 62.5, 130.7),
}
"""Mean evaluations on `TASKS`. The chain's three figures were given in the order of the chain."""

NOTES = """\
What counts is the first query of a cell on a task, the first population included; repeats are free. Regularized
evolution has no memory and asks again for cells that it knows: a quarter of its questions are such repeats. The
reference is met when they are counted.

Best-first evaluates one unvisited neighbour of the best cell that has any, and then looks again which cell is best.
Expanding whole neighbourhoods, the other reading of the name, finds the best cell of CIFAR-100 later. How
many random cells come first (1 or 10) makes little difference. In the chain, the first task has no cells to begin with
and costs what best-first costs alone.
"""


def main() -> None:
    """Run, compare, publish."""
    opts = harness.options(__doc__, __file__, seeds=150)
    cap = opts.budget(15625)
    case = Case(Named(NASBENCH201, TASKS), budget=cap, until_best=True)
    arms = [Arm(name, cast("Search[object]", ARMS[name])) for name in opts.pick(ARMS, list(ARMS)[:2])]
    found: dict[str, list[list[float]]] = {arm.name: [] for arm in arms}
    for record in harness.sweep(opts, arms, [case]):
        counts = [record.tasks[task].optimum_at or cap for task in TASKS]
        found[record.arm].append([float(count) for count in counts])
    found[REPEATS] = with_repeats(opts, cap)
    publishing.publish(opts, f"{table(found)}\n{NOTES}", rows(found), {})


def with_repeats(opts: Options, cap: int) -> list[list[float]]:
    """Questions of regularized evolution until the best cell, per seed and task."""
    benchmark = tables.opened(NASBENCH201, TASKS)
    problem = Problem(benchmark.space, benchmark.tasks)
    budget = Budget(cap, {task: best for task in TASKS if (best := benchmark.best_fitness(task)) is not None})
    counts = []
    for seed in range(opts.seeds):
        history = run(problem, RegularizedEvolution(), benchmark.evaluate, budget=budget, seed=seed).history
        counts.append([float(sum(trial.task == task for trial in history)) for task in TASKS])
    return counts


def standard_error(values: Sequence[float]) -> float:
    """Standard error of the mean."""
    return float(np.std(values, ddof=1) / math.sqrt(len(values)))


def met(values: Sequence[float], reference: float) -> bool:
    """Whether the mean and the reference differ by no more than two standard errors of their difference."""
    return abs(float(np.mean(values)) - reference) <= 2 * math.sqrt(2) * standard_error(values)


def rows(found: Mapping[str, Sequence[Sequence[float]]]) -> list[dict[str, Value]]:
    """Every figure."""
    made: list[dict[str, Value]] = []
    for name, counts in found.items():
        for i, task in enumerate(TASKS):
            values = [count[i] for count in counts]
            row: dict[str, Value] = {"method": name, "task": task, **harness.summary(values)}
            row["standard_error"] = standard_error(values)
            row["reference"] = REFERENCE[name][i] if name in REFERENCE else None
            row["met"] = met(values, REFERENCE[name][i]) if name in REFERENCE else None
            made.append(row)
    return made


def table(found: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Mean and standard error beside the reference."""
    lines = []
    for name, counts in found.items():
        cells = []
        for i in range(len(TASKS)):
            values = [count[i] for count in counts]
            beside = ""
            if name in REFERENCE:
                reference = REFERENCE[name][i]
                beside = f" ({reference:g}, {'met' if met(values, reference) else 'not met'})"
            cells.append(f"{np.mean(values):.1f} ± {standard_error(values):.1f}{beside}")
        totals = [sum(count) for count in counts]
        cells.append(f"{np.mean(totals):.1f} ± {standard_error(totals):.1f}")
        lines.append([name, str(len(counts)), *cells])
    heading = "### Evaluations until the best cell, mean ± standard error\n"
    note = "In parentheses: *rerun* by others, copied, and whether ours meets it (within two standard errors).\n"
    header = ["method", "seeds", *(f"{task} (rerun)" for task in TASKS), "total"]
    return f"{heading}\n{note}\n{markdown_table(header, lines)}"


if __name__ == "__main__":
    harness.start(main)
