"""TransNAS-Bench-101, micro and macro: seven tasks searched together.

    python -m experiments.paper.transnas            # 20 seeds
    python -m experiments.paper.transnas --smoke    # seconds

Ranks of the best architecture found after 25, 50 and 100 evaluations per task, for every method.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.machinery import harness, joint, publishing
from experiments.machinery.harness import Options
from experiments.machinery.tables import MACRO, MICRO, tasks
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import compare, ranks_over_tasks
from ktnas.report.comparison_figures import convergence
from ktnas.report.figures.comparison import rank_diagram
from ktnas.report.markdown import Value, ranks_markdown
from ktnas.runner.design import Case, Named

EVALUATIONS = (25, 50, 100)
COMPARED_AT = 50
THREE = ("class_object", "class_scene", "room_layout")
"""The tasks over which arXiv 2504.00772 reports a mean rank."""

PUBLISHED_THREE: Mapping[str, str] = {
    "random-search": "57.7",
    "regularized-evolution": "44.0",
    "NSGANetV2": "36.3",
    "WeakNAS": "15.0",
    "mtnas": "5.7",
    "ktnas-paper": "5.5",
}
"""Micro cells, 50 evaluations, 10 runs: mean rank over the three tasks (arXiv 2504.00772)."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=20)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    figures: dict[str, bytes] = {}
    every: list[RunRecord] = []
    for name in opts.pick((MICRO, MACRO), (MICRO,)):
        runs = joint_runs(opts, name)
        every += runs
        text += joint_text(opts, name, runs)
        rows += joint.rows(joint.by_arm(runs), name, tasks(opts, name), evaluations(opts))
        figures[name] = convergence(runs, runs[0].case)
    ranks = ranks_over_tasks(compare(every, at=evaluations(opts)[-2]))
    if ranks is not None:
        text.append(ranks_markdown(ranks))
        figures["mean-ranks"] = rank_diagram(ranks, f"mean ranks over {ranks.blocks} tasks")
    publishing.publish(opts, "\n".join(text), rows, figures)


def evaluations(opts: Options) -> tuple[int, ...]:
    """After how many evaluations arms are compared."""
    return (5, 12) if opts.smoke else EVALUATIONS


def joint_runs(opts: Options, benchmark: str) -> list[RunRecord]:
    """All tasks searched together by every method."""
    case = Case(Named(benchmark, tasks(opts, benchmark)), budget=evaluations(opts)[-1])
    return harness.sweep(opts, harness.methods(harness.method_names(opts)), [case])


def joint_text(opts: Options, benchmark: str, runs: list[RunRecord]) -> list[str]:
    """The tables of a joint search."""
    groups = joint.by_arm(runs)
    extra: dict[str, Mapping[str, str]] = {}
    middle = evaluations(opts)[-2]
    if benchmark == MICRO and not opts.smoke:
        ours = {arm: f"{np.mean(joint.mean_over_tasks(of, THREE, COMPARED_AT)):.1f}" for arm, of in groups.items()}
        extra = {"object, scene, room after 50": ours, "object, scene, room after 50 (published)": PUBLISHED_THREE}
    (comparison,) = compare(runs, baseline="ktnas", at=middle)
    return [
        f"### {benchmark}: {len(tasks(opts, benchmark))} tasks searched together\n",
        "Mean over the tasks of the true rank of the best found: mean [95 % bootstrap interval] / median over "
        f"{joint.seeds(groups)}."
        + (" The column marked *published* is from arXiv 2504.00772, 10 runs, not ours." if extra else "")
        + "\n",
        joint.overview(groups, tasks(opts, benchmark), evaluations(opts), extra),
        f"By task after {middle} evaluations: mean rank / median rank (mean regret in the task's own unit).\n",
        joint.by_task(groups, tasks(opts, benchmark), middle),
        joint.differences(comparison),
    ]


if __name__ == "__main__":
    harness.start(main)
