"""NAS-Bench-Graph: eight tasks searched together, proteins apart, and what each task gives each other one.

    python -m experiments.paper.nasbench_graph            # 12 seeds
    python -m experiments.paper.nasbench_graph --smoke    # seconds

Ranks of the best architecture found after 25, 50 and 100 evaluations per task, for every method; the matrices of what
a source gains a target, by two-task searches against searches of the target alone with 25 evaluations, 8 x 8 for
``ktnas-paper`` and 4 x 4 for ``ktnas``; and proteins, which lists 2,021 of the 26,206 architectures only: alone, and
together with the other eight on those 2,021.
"""

from __future__ import annotations

from collections.abc import Mapping

from experiments.machinery import harness, joint, publishing, tables, transfer_matrix
from experiments.machinery.harness import Options
from experiments.machinery.tables import NASBENCH_GRAPH, PROTEINS, TASKS
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import compare, ranks_over_tasks
from ktnas.report.comparison_figures import convergence
from ktnas.report.figures.comparison import rank_diagram
from ktnas.report.markdown import Value, markdown_table, ranks_markdown
from ktnas.runner.design import Case, Named

EVALUATIONS = (25, 50, 100)
COMPARED_AT = 50
MATRIX_AT = 25
MATRICES: Mapping[str, tuple[str, ...]] = {
    "ktnas-paper": TASKS[NASBENCH_GRAPH],
    "ktnas": ("cora", "photo", "computers", "arxiv"),
}
"""Between which tasks a source's gains are asked for; of ``ktnas`` few, whose searches here take seconds each."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=12)
    tasks = tables.tasks(opts, NASBENCH_GRAPH)
    evaluations = (5, 12) if opts.smoke else EVALUATIONS
    case = Case(Named(NASBENCH_GRAPH, tasks), budget=evaluations[-1])
    runs = harness.sweep(opts, harness.methods(harness.method_names(opts)), [case])
    groups = joint.by_arm(runs)
    (comparison,) = compare(runs, baseline="ktnas", at=evaluations[-2])
    text = [
        f"### {NASBENCH_GRAPH}: {len(tasks)} tasks searched together\n",
        "Mean over the tasks of the true rank of the best found: mean [95 % bootstrap interval] / median over "
        f"{joint.seeds(groups)}.\n",
        joint.overview(groups, tasks, evaluations),
        f"By task after {evaluations[-2]} evaluations: mean rank / median rank (mean regret in the task's own unit).\n",
        joint.by_task(groups, tasks, evaluations[-2]),
        joint.differences(comparison),
    ]
    figures = {"joint": convergence(runs, runs[0].case)}
    ranks = ranks_over_tasks([comparison])
    if ranks is not None:
        text.append(ranks_markdown(ranks))
        figures["mean-ranks"] = rank_diagram(ranks, f"mean ranks over {ranks.blocks} tasks")
    rows = joint.rows(groups, NASBENCH_GRAPH, tasks, evaluations)
    apart, apart_rows = proteins(opts, evaluations)
    found = [
        transfer_matrix.gains(opts, arm, NASBENCH_GRAPH, of_arm, evaluations=opts.budget(MATRIX_AT))
        for name, of_arm in ({"regularized-evolution": tasks} if opts.smoke else MATRICES).items()
        for arm in harness.methods([name])
    ]
    text += [apart, "### What transfer gains over no transfer\n", *map(transfer_matrix.markdown, found)]
    figures["matrix"] = transfer_matrix.figure(found, f"{NASBENCH_GRAPH}: gain in log2 rank")
    publishing.publish(opts, "\n".join(text), [*rows, *apart_rows], figures)
    publishing.publish_rows(opts, "matrix", [row for one in found for row in transfer_matrix.rows(one)])


def proteins(opts: Options, evaluations: tuple[int, ...]) -> tuple[str, list[dict[str, Value]]]:
    """Proteins alone and together with the other tasks, on the architectures that it lists."""
    arms = harness.methods(opts.pick(("random-search", "regularized-evolution", "ktnas-paper", "ktnas"), ("ktnas",)))
    others = opts.pick(TASKS[NASBENCH_GRAPH], TASKS[NASBENCH_GRAPH][:1])
    alone = Case(Named(NASBENCH_GRAPH, (PROTEINS,)), budget=evaluations[-1], name=f"{PROTEINS} alone")
    together = Case(
        Named(NASBENCH_GRAPH, (*others, PROTEINS)),
        budget=evaluations[-1],
        name=f"{PROTEINS} with {len(others)} other tasks",
    )
    runs = harness.sweep(opts, arms, [alone, together])
    rows: list[dict[str, Value]] = []
    lines = []
    for arm in dict.fromkeys(run.arm for run in runs):
        for case in (alone.name, together.name):
            of_case: list[RunRecord] = [run for run in runs if (run.arm, run.case) == (arm, case)]
            ranks = {n: harness.ranks_at(of_case, PROTEINS, n) for n in evaluations}
            lines.append([arm, case, *(harness.cell(ranks[n]) for n in evaluations)])
            for n in evaluations:
                place: dict[str, Value] = {"case": case, "arm": arm, "evaluations": n, "task": PROTEINS}
                rows.append({**place, "measure": "rank", **harness.summary(ranks[n])})
    table = markdown_table(["method", "search", *(f"after {n}" for n in evaluations)], lines)
    return f"### {PROTEINS}: rank among the 2,021 architectures that it lists\n\n{table}", rows


if __name__ == "__main__":
    harness.start(main)
