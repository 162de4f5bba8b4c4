"""The table of rendered scenes that ships with the package: seven tasks searched together, by every method.

    python -m experiments.paper.scenes            # 100 seeds
    python -m experiments.paper.scenes --smoke    # seconds

Ranks of the best architecture found after 25, 50 and 100 evaluations per task. The table had decided no setting of any
method when this was first run; the first results are kept as ``scenes-first`` beside the latest.
"""

from __future__ import annotations

from dataclasses import replace

from experiments.machinery import harness, joint, publishing
from experiments.machinery.tables import SCENES, tasks
from ktnas.benchmarks import scenes
from ktnas.report.comparison import compare, ranks_over_tasks
from ktnas.report.comparison_figures import convergence
from ktnas.report.figures.comparison import rank_diagram
from ktnas.report.markdown import ranks_markdown
from ktnas.runner.design import Case, Named

EVALUATIONS = (25, 50, 100)
FURTHER, SLOW, SLOW_SEEDS = ("pnas", "weaknas"), ("rgpe",), 10
"""Methods beside those that are compared on every table; a run of the slow one takes minutes."""

FIRST = "scenes-first"
"""What the first results are called."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=100)
    names, evaluations = tasks(opts, SCENES), (5, 12) if opts.smoke else EVALUATIONS
    case = Case(Named(SCENES, names), budget=evaluations[-1])
    quick = (*opts.pick(FURTHER, ()), *harness.method_names(opts))
    runs = harness.sweep(opts, harness.methods(quick), [case])
    if not opts.smoke:
        runs += harness.sweep(opts, harness.methods(SLOW), [case], seeds=SLOW_SEEDS)
    groups, middle = joint.by_arm(runs), evaluations[-2]
    (comparison,) = compare(runs, baseline="ktnas", at=middle)
    told = scenes.sheet()
    text = [
        f"Version {told['version']} of the table, {told['networks']} networks, {told['codes']} codes. Mean over the "
        "tasks of the true rank of the best found, among codes: mean [95 % bootstrap interval] / median over "
        f"{joint.seeds(groups)}.\n",
        joint.overview(groups, names, evaluations),
        f"By task after {middle} evaluations: mean rank / median rank (mean regret in the task's own unit).\n",
        joint.by_task(groups, names, middle),
        joint.differences(comparison),
    ]
    figures = {"joint": convergence(runs, runs[0].case)}
    ranks = ranks_over_tasks([comparison])
    if ranks is not None:
        text.append(ranks_markdown(ranks))
        figures["mean-ranks"] = rank_diagram(ranks, f"mean ranks over {ranks.blocks} tasks")
    rows = joint.rows(groups, SCENES, names, evaluations)
    publishing.publish(opts, "\n".join(text), rows, figures)
    if not opts.smoke and not (opts.out / f"{FIRST}.json").is_file():
        publishing.publish(replace(opts, name=FIRST), "\n".join(text), rows, figures)


if __name__ == "__main__":
    harness.start(main)
