"""How few evaluations `ktnas` needs, with many seeds: what it is measured by, beside its variants and its limits.

    python -m experiments.paper.sample_efficiency            # 100 seeds, variants 10, NAS-Bench-Graph 20
    python -m experiments.paper.sample_efficiency --smoke    # seconds

Evaluations until the best cell of NAS-Bench-201, and all seven tasks of TransNAS-Bench-101 together after 50
evaluations each. Variants: with the number of parameters as a further feature (`ktnas` itself uses none); on
NAS-Bench-201 among bred and random candidates only, as it must in a space too large to be listed; without any transfer,
a Gaussian process per task; exploring to the end, where the end is foreseen; operations counted where they stand,
identities too, in place of the paths that they lie on; and node2vec and path counts beside the rest. Ranks are given as
the table has them and as its other entries predict (`smoothed`); the limit is the best rank among the 50 different
results that these predictions put first. On NAS-Bench-Graph, eight tasks together and 50 evaluations each, `ktnas`
stands beside every baseline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from experiments.machinery import harness, joint, publishing, tables, until_best
from experiments.machinery.compositions import embedded_parts, exploring
from experiments.machinery.harness import Options, as_search, cell
from experiments.machinery.smoothed import SmoothedTask, smoothed
from experiments.machinery.tables import MACRO, MICRO, NASBENCH201, NASBENCH_GRAPH
from ktnas.algorithms.candidates.pool import BredAndRandom
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.presets import gp_search, ktnas
from ktnas.embedding.combined import Combined
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.words import Neighbourhood, OperationAndPosition
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.problem.proxy import Parameters
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import compare
from ktnas.report.comparison_figures import convergence
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.runner.design import Arm, Case, Named
from ktnas.typing import FloatArray

CAP = 300
EVALUATIONS = 50
VARIANT_SEEDS = 10
GRAPH_SEEDS = 20


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=100)
    text: list[str] = []
    counts: list[dict[str, Value]] = []
    ranks: list[dict[str, Value]] = []
    figures: dict[str, bytes] = {}
    for benchmark in opts.pick((NASBENCH201, MICRO, MACRO), (NASBENCH_GRAPH,)):
        runs = searched(opts, benchmark)
        counted = benchmark == NASBENCH201
        about = counted_until_best(runs, counts) if counted else ranked(opts, benchmark, runs, ranks)
        text += [f"### {benchmark}\n", *about]
        figures[benchmark] = convergence(runs, runs[0].case)
    text += [f"### {NASBENCH_GRAPH}\n", *graph(opts, ranks)]
    publishing.publish(opts, "\n".join(text), ranks, figures)
    if counts:
        publishing.publish_rows(opts, "until-best", counts)


def variants() -> list[Arm]:
    """`ktnas` with one part exchanged."""
    base = ktnas()
    return [
        Arm("with parameters", as_search(replace(base, embedder=with_parameters(base)))),
        Arm("no transfer", as_search(gp_search())),
    ]


def embeddings() -> list[Arm]:
    """`ktnas` with more in its embedding, or with operations counted where they stand, not on paths."""
    counts = tuple(WeisfeilerLehman(depth=0) if part == PathOperations() else part for part in embedded_parts(ktnas()))
    more = (
        *embedded_parts(ktnas()),
        Node2Vec(words=OperationAndPosition()),
        Node2Vec(words=Neighbourhood(1)),
        PathEncoding(),
    )
    named = {"counts of operations": counts, "node2vec and path counts too": more}
    return [Arm(name, as_search(replace(ktnas(), embedder=Combined(found)))) for name, found in named.items()]


def with_parameters(base: KTNAS) -> Combined:
    """Its embedder with a group of one column: the number of parameters."""
    return Combined((*embedded_parts(base), ProxyFeatures((Parameters(),))))


def searched(opts: Options, benchmark: str) -> list[RunRecord]:
    """Every arm on one benchmark, all its tasks together."""
    others = [*variants(), *embeddings()[: 1 if opts.smoke else None]]
    if benchmark == NASBENCH201:
        case = until_best.case(opts, CAP)
        others.append(Arm("among candidates", as_search(replace(ktnas(), pool=BredAndRandom()))))
    else:
        case = Case(Named(benchmark, tables.tasks(opts, benchmark)), budget=opts.budget(EVALUATIONS))
        others.append(Arm("exploring to the end", as_search(exploring())))
    runs = harness.sweep(opts, [Arm("ktnas", as_search(ktnas()))], [case])
    return runs + harness.sweep(opts, others, [case], VARIANT_SEEDS)


def counted_until_best(runs: Sequence[RunRecord], rows: list[dict[str, Value]]) -> list[str]:
    """What is said of evaluations until the best."""
    found, table = until_best.tabulated({CAP: runs})
    rows += found
    return [
        "Evaluations until the best cell of each of the three tasks: mean [95 % bootstrap interval] / median. Columns "
        "marked *published* are the means of arXiv 2504.00772 and its journal version, not ours.\n",
        table,
        joint.differences(compare(runs, baseline="ktnas")[0], f"each within {CAP} evaluations per task"),
    ]


def ranked(opts: Options, benchmark: str, runs: Sequence[RunRecord], rows: list[dict[str, Value]]) -> list[str]:
    """What is said of ranks after so many evaluations."""
    tasks, evaluations = tables.tasks(opts, benchmark), opts.budget(EVALUATIONS)
    truth = smoothed(benchmark, tasks, OneHot(), 100) if opts.smoke else smoothed(benchmark, tasks)
    groups = joint.by_arm(runs)
    rows += joint.rows(groups, benchmark, tasks, [evaluations])
    lines = []
    for arm, of_arm in groups.items():
        ranks = per_task(of_arm, tasks, evaluations)
        smooth = smoothed_ranks(of_arm, truth, evaluations)
        means = [found.mean(axis=1).tolist() for found in (ranks, smooth)]
        place: dict[str, Value] = {"case": benchmark, "arm": arm, "evaluations": evaluations}
        rows.append({**place, "task": "all tasks", "measure": "smoothed rank", **harness.summary(means[1])})
        medians = " / ".join(number(float(np.median(found))) for found in (ranks, smooth))
        lines.append([arm, str(len(of_arm)), *map(cell, means), medians])
    (comparison,) = compare(runs, baseline="ktnas", at=evaluations)
    return [
        f"{len(tasks)} tasks together, {evaluations} evaluations each: mean over the tasks of the rank of the best "
        "found, as listed and smoothed, mean [95 % bootstrap interval] / median over runs; last, the medians over all "
        "runs and tasks.\n",
        markdown_table(["method", "runs", "rank", "smoothed rank", "medians"], lines),
        joint.differences(comparison),
        "`ktnas` by task; regret in the task's own unit.\n",
        by_task(groups["ktnas"], truth, evaluations),
    ]


def graph(opts: Options, rows: list[dict[str, Value]]) -> list[str]:
    """`ktnas` beside the baselines on NAS-Bench-Graph, task by task."""
    tasks, evaluations = tables.tasks(opts, NASBENCH_GRAPH), opts.budget(EVALUATIONS)
    case = Case(Named(NASBENCH_GRAPH, tasks), budget=evaluations)
    runs = harness.sweep(opts, harness.methods(harness.method_names(opts)), [case], GRAPH_SEEDS)
    groups = joint.by_arm(runs)
    rows += joint.rows(groups, NASBENCH_GRAPH, tasks, [evaluations])
    (comparison,) = compare(runs, baseline="ktnas", at=evaluations)
    return [
        f"{len(tasks)} tasks together, {evaluations} evaluations each, {joint.seeds(groups)}: mean over the tasks of "
        "the rank of the best found, mean [95 % bootstrap interval] / median over runs.\n",
        joint.overview(groups, tasks, [evaluations]),
        "By task: mean rank / median rank (mean regret in the task's own unit).\n",
        joint.by_task(groups, tasks, evaluations),
        joint.differences(comparison),
    ]


def per_task(runs: Sequence[RunRecord], tasks: Sequence[str], evaluations: int) -> FloatArray:
    """Listed ranks ``(runs, tasks)``."""
    return np.array([harness.ranks_at(runs, task, evaluations) for task in tasks]).T


def smoothed_ranks(runs: Sequence[RunRecord], truth: Mapping[str, SmoothedTask], evaluations: int) -> FloatArray:
    """Smoothed ranks ``(runs, tasks)`` of the best found by listed fitness."""
    steps = [[(truth[task], run.tasks[task].at(evaluations)) for task in truth] for run in runs]
    return np.array([[task.rank(step.fitness) for task, step in line if step is not None] for line in steps])


def by_task(runs: Sequence[RunRecord], truth: Mapping[str, SmoothedTask], evaluations: int) -> str:
    """Ranks, regret and limit of every task."""
    tasks = list(truth)
    ranks, smooth = per_task(runs, tasks, evaluations), smoothed_ranks(runs, truth, evaluations)
    lines = []
    for i, task in enumerate(tasks):
        regret = harness.regrets_at(runs, task, evaluations)
        shown = [cell(ranks[:, i].tolist()), cell(smooth[:, i].tolist()), f"{np.mean(regret):.3g}"]
        lines.append([task, *shown, str(truth[task].limit(EVALUATIONS))])
    limit = number(float(np.mean([task.limit(EVALUATIONS) for task in truth.values()])))
    means = [cell(found.mean(axis=1).tolist()) for found in (ranks, smooth)]
    lines.append(["mean", *means, "", limit])
    return markdown_table(["task", "rank", "smoothed rank", "mean regret", "limit"], lines)


if __name__ == "__main__":
    harness.start(main)
