"""What is drawn of a comparison: convergence on every case, and mean ranks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Trajectory
from ktnas.report.comparison import CaseComparison, Measure, Runs, by_case, measure_of
from ktnas.report.figures.bands import Line, Panel, bands
from ktnas.report.figures.comparison import rank_diagram
from ktnas.report.figures.style import Form, drawn
from ktnas.report.statistics import MeanRanks
from ktnas.typing import FloatArray

LONG = 150
"""Evaluations beyond which a linear scale would squeeze what happens first, and most, into a corner."""


def comparison_figures(
    records: Sequence[RunRecord], comparisons: Sequence[CaseComparison], ranks: MeanRanks | None, form: Form = "png"
) -> dict[str, Callable[[], bytes]]:
    """What draws each figure of a comparison, by its name: ``convergence``, numbered of several, and ``mean-ranks``."""
    drawn = [partial(convergence, records, comparison.case, form) for comparison in comparisons]
    numbers = [""] if len(drawn) == 1 else [f"-{i}" for i in range(1, len(drawn) + 1)]
    figures: dict[str, Callable[[], bytes]] = {
        f"convergence{number}": one for number, one in zip(numbers, drawn, strict=True)
    }
    if ranks is not None:
        title = f"mean ranks over {ranks.blocks} tasks"
        figures["mean-ranks"] = partial(rank_diagram, ranks, title, arms=arms_of(records), form=form)
    return figures


def convergence(records: Sequence[RunRecord], case: str, form: Form = "png") -> bytes:
    """The trajectory of every arm on a case: median and quartiles of its runs over evaluations, a panel per task.

    Heights are true ranks where they are known of every improvement, else the metric itself. Evaluations are on a
    logarithmic scale where a trajectory is longer than `LONG`.
    """
    runs = by_case(records)[case]
    every = [run for of_arm in runs.values() for run in of_arm.values()]
    tasks = list(dict.fromkeys(task for run in every for task in run.tasks))
    steps = [step for run in every for trajectory in run.tasks.values() for step in trajectory.steps]
    by_rank = measure_of(runs) is not Measure.FITNESS and all(step.rank is not None for step in steps)
    panels = [trajectory_panel(runs, task, by_rank=by_rank) for task in tasks]
    seeds = max(len(of_arm) for of_arm in runs.values())
    longest = max(trajectory.evaluations for run in every for trajectory in run.tasks.values())
    title = f"{case}; " + (f"median and quartiles of {seeds} runs" if seeds > 1 else "one run each")
    return bands(panels, title, logarithmic_x=longest > LONG, arms=arms_of(records), form=form)


def arms_of(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """All arms in the order in which they come first: that of their colours, in every figure."""
    return tuple(dict.fromkeys(record.arm for record in records))


def trajectory_panel(runs: Runs, task: str, *, by_rank: bool) -> Panel:
    """The trajectory of every arm on one task: median and quartiles of its runs."""
    lines = []
    label = "rank of the best found"
    for arm, of_arm in runs.items():
        trajectories = [run.tasks[task] for run in of_arm.values() if task in run.tasks]
        if not trajectories:
            continue
        if not by_rank:
            label = (
                f"{trajectories[0].metric} ({trajectories[0].unit})" if trajectories[0].unit else trajectories[0].metric
            )
        length = max(trajectory.evaluations for trajectory in trajectories)
        heights = np.array([curve(trajectory, length, by_rank=by_rank) for trajectory in trajectories])
        x = np.arange(1, length + 1, dtype=np.float64)
        lines.append(Line(arm, x, *np.quantile(heights, [0.5, 0.25, 0.75], axis=0)))
    return Panel(task, label, tuple(lines), logarithmic=by_rank)


def curve(trajectory: Trajectory, length: int, *, by_rank: bool) -> FloatArray:
    """What was best after each of ``length`` evaluations ``(length,)``: its rank, or the metric; NaN before any."""
    values = np.full(length, np.nan)
    for step in trajectory.steps:
        height = step.rank if by_rank else -step.fitness if trajectory.minimize else step.fitness
        values[step.evaluation - 1 :] = np.nan if height is None else drawn(height)
    return values
