"""What synflow saves a search: evaluations until the best cell of NAS-Bench-201 is found, with and without it.

    python -m experiments.training.zero_cost_search            # 10 seeds
    python -m experiments.training.zero_cost_search --smoke    # seconds, on tiny networks

The three tasks are searched together; each ends once it has found the cell of the best validation accuracy, the first
population counted, or at the cap. synflow enters MTNAS and aging evolution as their proxy, `ktnas-paper` as a screening
of ten times as many offspring, and `ktnas` as a column of features. Scores cost no evaluation; all are computed first,
on one core in about six minutes, and kept in the user's cache directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from experiments.machinery import harness, publishing, tables, until_best
from experiments.machinery.compositions import embedded_parts
from experiments.machinery.harness import Options, as_search, cell
from experiments.machinery.tables import NASBENCH201
from ktnas.algorithms.base import Search
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.enumeration import Enumeration
from ktnas.algorithms.mtnas import MTNAS
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution
from ktnas.embedding.combined import Combined
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.files.array_cache import DiskStore
from ktnas.files.search_path import cache_directory
from ktnas.problem.proxy import Parameters, Proxy
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, Measure, scores
from ktnas.report.comparison_figures import convergence
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Arm, Case, Named
from ktnas.spaces.base import genotypes
from ktnas.training.networks import Size
from ktnas.training.zero_cost.inputs import Noise
from ktnas.training.zero_cost.proxy import ZeroCost
from ktnas.training.zero_cost.synflow import Synflow

TASKS = tables.TASKS[NASBENCH201]
CAP = 3000

PUBLISHED: Mapping[str, tuple[float, float, float, float]] = {
    "zero-cost-evolution, synflow": (230.8, 18.4, 213.0, 462.2),
    "mtnas, synflow": (106.0, 30.1, 92.3, 228.4),
    "ktnas-paper, synflow": (105.0, 26.6, 64.4, 196.0),
}
"""Means in arXiv 2504.00772, which uses synflow in all three: evaluations on each task, and in total."""

EXPLANATION = """\
Mean [95 % bootstrap interval] / median over the runs, one per seed; found: share of runs in which all three tasks found
their best cell within the cap of evaluations per task. *Published*: means of arXiv 2504.00772, not ours, without saying
how synflow enters. An enumeration is the same for every seed.
"""


def arms(synflow: Proxy) -> list[Arm]:
    """Each method without synflow and with it."""
    plain = ktnas()
    featured = replace(plain, embedder=Combined((*embedded_parts(plain), ProxyFeatures((synflow,)))))
    searches: dict[str, object] = {
        "enumeration, parameters": Enumeration(Parameters()),
        "enumeration, synflow": Enumeration(synflow),
        "zero-cost-evolution, parameters": ZeroCostEvolution(Parameters()),
        "zero-cost-evolution, synflow": ZeroCostEvolution(synflow),
        "mtnas, parameters": MTNAS(Parameters()),
        "mtnas, synflow": MTNAS(synflow),
        "ktnas-paper": ktnas_paper(),
        "ktnas-paper, parameters": replace(ktnas_paper(), pool=ProxyScreening(Parameters())),
        "ktnas-paper, synflow": replace(ktnas_paper(), pool=ProxyScreening(synflow)),
        "ktnas": as_search(plain),
        "ktnas, synflow": as_search(featured),
    }
    return [Arm(name, cast("Search[object]", search)) for name, search in searches.items()]


def tabulated(runs: Sequence[RunRecord]) -> tuple[list[dict[str, Value]], str]:
    """Rows of the CSV file, and the table in Markdown."""
    rows: list[dict[str, Value]] = []
    lines = []
    columns = [*TASKS, ALL_TASKS]
    for arm in dict.fromkeys(run.arm for run in runs):
        own = [run for run in runs if run.arm == arm]
        values = [scores(run, Measure.EVALUATIONS) for run in own]
        share = until_best.found(own, TASKS)
        for task in columns:
            summed = harness.summary([of_run[task] for of_run in values])
            rows.append({"arm": arm, "task": task, "cap": own[0].budget, **summed, "found": share})
        cells = [cell([of_run[task] for of_run in values]) for task in columns]
        published = " / ".join(map(str, PUBLISHED.get(arm, ()))) or "-"
        lines.append([arm, str(len(own)), f"{100 * share:.0f} %", *cells, published])
    return rows, markdown_table(["method", "runs", "found", *TASKS, "total", "published"], lines)


def scored(opts: Options) -> Proxy:
    """The proxy, with every cell scored (in a smoke run, of tiny networks and as they are asked for)."""
    store = DiskStore(cache_directory() / "proxies")
    if opts.smoke:
        return ZeroCost(Synflow(), Noise(shape=(8, 8, 3)), Size(channels=2, cells=1), store=store)
    space = tables.opened(NASBENCH201).space
    ZeroCost(Synflow(), store=store).scores(space, TASKS[0], genotypes(space))
    return ZeroCost(Synflow(), store=store)


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=10)
    chosen = arms(scored(opts))
    if opts.smoke:
        chosen = [arm for arm in chosen if arm.name in {"mtnas, synflow", "ktnas-paper, synflow"}]
    case = Case(Named(NASBENCH201, TASKS), budget=opts.budget(CAP), until_best=True)
    runs = harness.sweep(opts, chosen, [case])
    rows, table = tabulated(runs)
    figures = {"convergence": convergence(runs, runs[0].case)}
    publishing.publish(opts, f"### Evaluations until the best cell\n\n{EXPLANATION}\n{table}", rows, figures)


if __name__ == "__main__":
    harness.start(main)
