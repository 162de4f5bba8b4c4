"""Figures: trajectories of the searches, what was transferred, and how alike the tasks of each benchmark are.

    python -m experiments.paper.figures            # 10 seeds; what transnas and nasbench_graph have run is not repeated
    python -m experiments.paper.figures --smoke    # seconds

Convergence with quartile bands, all tasks of a benchmark in one figure; generation by generation the mean percentile
of the transferred architectures on their targets and the share of positive transfers, by transfer rank and by random
transfer; Spearman's correlation of the tasks of each benchmark over the architectures that all of them list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import rankdata

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options, as_search
from experiments.machinery.tables import MACRO, MICRO, NASBENCH_GRAPH, PROTEINS, TASKS, tasks
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Move
from ktnas.report.comparison_figures import convergence
from ktnas.report.figures.bands import Line, Panel, bands
from ktnas.report.figures.comparison import Matrix, matrices
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Arm, Case, Named
from ktnas.transfer.random_transfer import RandomTransfer
from ktnas.typing import FloatArray

SEARCHED = (MICRO, MACRO, NASBENCH_GRAPH)
CORRELATED: Mapping[str, tuple[str, ...]] = {**TASKS, NASBENCH_GRAPH: (*TASKS[NASBENCH_GRAPH], PROTEINS)}
DRAWN = ("random-search", "regularized-evolution", "best-first", "emt-nas", "mtnas", "ktnas-paper", "ktnas")
EVALUATIONS = 100
TRANSFERS_AT = 50

Rows = list[dict[str, Value]]


def main() -> None:
    """Run what has not been run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=10)
    figures: dict[str, bytes] = {}
    text: list[str] = []
    rows: Rows = []
    correlated: Rows = []
    for name in opts.pick(SEARCHED, SEARCHED[-1:]):
        case = Case(Named(name, tasks(opts, name)), budget=opts.budget(EVALUATIONS))
        drawn = harness.sweep(opts, harness.methods(opts.pick(DRAWN, DRAWN[-2:-1])), [case])
        figures[f"convergence-{name}"] = convergence(drawn, drawn[0].case)
        shorter = replace(case, budget=opts.budget(TRANSFERS_AT))
        found = transfers(name, harness.sweep(opts, arms(opts, name), [shorter]))
        rows += found
        text += [f"### {name}: what was transferred\n", transfer_table(found)]
        figures[f"transfers-{name}"] = transfer_figure(found, f"{name}: transfers by generation")
    for name in opts.pick(CORRELATED, SEARCHED[-1:]):
        matrix = correlations(name, opts.pick(CORRELATED[name], tasks(opts, name)))
        correlated += correlation_rows(name, matrix)
        text += [f"### {name}: Spearman's correlation of the tasks\n", f"{matrix.title}.\n", correlation_table(matrix)]
        figures[f"correlation-{name}"] = matrices([matrix], f"{name}: Spearman's correlation of the tasks")
    publishing.publish(opts, "\n".join(text), rows, figures)
    publishing.publish_rows(opts, "correlations", correlated)


def arms(opts: Options, benchmark: str) -> list[Arm]:
    """Both presets, or on the largest space the quick one, with their transfer and with random transfer."""
    bases = (ktnas_paper(), ktnas())[: 1 if opts.smoke or benchmark == NASBENCH_GRAPH else None]
    return [
        arm
        for base in bases
        for arm in (
            Arm(base.name, as_search(base)),
            Arm(f"{base.name}, random transfer", as_search(replace(base, transfer=RandomTransfer()))),
        )
    ]


def transfers(benchmark: str, runs: Sequence[RunRecord]) -> Rows:
    """By arm and generation: how many were transferred, how good they were, and what became of them."""
    size = len(tables.opened(benchmark, TASKS[benchmark]).genotypes)
    moves: dict[str, dict[int, dict[int, list[Move]]]] = {}
    for run in runs:
        of_arm = moves.setdefault(run.arm, {})
        for trajectory in run.tasks.values():
            for move in trajectory.moves:
                of_arm.setdefault(move.generation, {}).setdefault(run.seed, []).append(move)
    return [
        {"benchmark": benchmark, "arm": arm, "generation": generation, **generation_row(by_seed, size)}
        for arm, of_arm in moves.items()
        for generation, by_seed in sorted(of_arm.items())
    ]


def generation_row(by_seed: Mapping[int, Sequence[Move]], size: int) -> dict[str, Value]:
    """Mean percentile of a generation's migrants, over seeds, and the share of those judged that were positive."""
    ranks = [[move.rank for move in own if move.rank is not None] for own in by_seed.values()]
    percentiles = [100 * float(np.mean(own)) / size for own in ranks if own]
    judged = [move.positive for own in by_seed.values() for move in own if move.positive is not None]
    return {
        "transfers": sum(map(len, by_seed.values())),
        **harness.summary(percentiles),
        "judged": len(judged),
        "positive": sum(judged) / len(judged) if judged else None,
    }


def transfer_figure(found: Rows, title: str) -> bytes:
    """Percentiles and shares of positive transfers over the generations that have at least ten judged transfers."""
    names = list(dict.fromkeys(str(row["arm"]) for row in found))
    quality, success = [], []
    for name in names:
        own = [row for row in found if row["arm"] == name and float(row["judged"] or 0) >= 10]
        x = column(own, "generation")
        if len(own) > 1:
            quality.append(Line(name, x, column(own, "mean"), column(own, "low"), column(own, "high")))
            share = 100 * column(own, "positive")
            success.append(Line(name, x, share, share, share))
    panels = [
        Panel("migrants on their targets", "mean percentile (0 is best)", tuple(quality)),
        Panel("positive transfers", "share (%)", tuple(success)),
    ]
    return bands(panels, title, x_label="generation", steps=False)


def column(rows: Rows, key: str) -> FloatArray:
    """A column as numbers; NaN where there is none."""
    return np.array([np.nan if row[key] is None else float(row[key] or 0) for row in rows])


def transfer_table(found: Rows) -> str:
    """Over all generations: transfers, their mean percentile, and how many were positive."""
    lines = []
    for name in dict.fromkeys(str(row["arm"]) for row in found):
        own = [row for row in found if row["arm"] == name]
        count, judged = column(own, "transfers"), column(own, "judged")
        positive = np.nansum(column(own, "positive") * judged)
        lines.append(
            [
                name,
                f"{count.sum():.0f}",
                f"{np.average(column(own, 'mean'), weights=count):.1f}",
                f"{100 * positive / judged.sum():.1f} %" if judged.sum() else "-",
            ]
        )
    return markdown_table(["arm", "transfers", "mean percentile on the target", "positive"], lines)


def correlations(benchmark: str, tasks: Sequence[str]) -> Matrix:
    """Spearman's correlation of every two tasks, over the architectures on which both have a fitness."""
    table = tables.opened(benchmark)
    table = table if table.whole is None else table.whole  # every pair where both list it, not where all nine do
    fitness = [table.record(task).fitness for task in tasks]
    values = np.array([[spearman(a, b) for b in fitness] for a in fitness])
    counts = {int((np.isfinite(a) & np.isfinite(b)).sum()) for a in fitness for b in fitness}
    least, most = f"{min(counts):,}", f"{max(counts):,}"
    over = f"{least} to {most}" if least != most else most
    return Matrix(values, tuple(tasks), tuple(tasks), f"Over {over} architectures", limit=1.0)


def spearman(first: FloatArray, second: FloatArray) -> float:
    """Correlation of the ranks of two arrays ``(n,)``, of the entries that both have."""
    both = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(rankdata(first[both]), rankdata(second[both]))[0, 1])


def correlation_table(matrix: Matrix) -> str:
    """The matrix as a table."""
    lines = [[name, *(f"{v:.2f}" for v in row)] for name, row in zip(matrix.rows, matrix.values, strict=True)]
    return markdown_table(["", *matrix.columns], lines)


def correlation_rows(benchmark: str, matrix: Matrix) -> Rows:
    """One row per pair of tasks."""
    return [
        {"benchmark": benchmark, "first": matrix.rows[i], "second": matrix.columns[j], "spearman": float(value)}
        for (i, j), value in np.ndenumerate(matrix.values)
        if i < j
    ]


if __name__ == "__main__":
    harness.start(main)
