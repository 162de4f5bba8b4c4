"""How many evaluations until the best cell of NAS-Bench-201 is found, on three tasks.

    python -m experiments.paper.nasbench201_evaluations            # 100 seeds
    python -m experiments.paper.nasbench201_evaluations --smoke    # seconds

The tasks are searched together; each ends once it has found the cell of the best validation accuracy after 200 epochs
(91.6067 / 73.4933 / 46.7333), the first population counted. A run that has not found it within the cap counts with the
cap, so that means are lower bounds where the share of runs that found it is below 100 %. Beside them stands the table
published in arXiv 2504.00772.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from experiments.machinery import harness, joint, publishing
from experiments.machinery.tables import NASBENCH201
from experiments.machinery.until_best import case, tabulated
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import compare
from ktnas.report.comparison_figures import convergence

CAPS: Mapping[int, Sequence[str]] = {
    300: ("ktnas", "gp-search", "bananas"),
    3000: (
        "ktnas-paper",
        "regularized-evolution",
        "local-search",
        "local-search-best",
        "best-first",
        "sequential",
        "mfea",
        "mfea2",
        "emt-nas",
        "mtnas",
        "enumeration",
    ),
    15625: ("random-search",),
}
"""Evaluations per task after which a search ends in any case, and the methods that have this cap."""

SEEDS: Mapping[str, int] = {"random-search": 20, "gp-search": 30}
"""Fewer seeds where a run is long: the mean of random search is known (15,626 / 2) anyway."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=100)
    groups: dict[int, list[RunRecord]] = {}
    for cap, names in ({300: ("ktnas", "regularized-evolution")} if opts.smoke else CAPS).items():
        for seeds in dict.fromkeys(SEEDS.get(name) for name in names):
            arms = harness.methods(name for name in names if SEEDS.get(name) == seeds)
            groups.setdefault(cap, []).extend(harness.sweep(opts, arms, [case(opts, cap)], seeds))
    rows, lines = tabulated(groups)
    text = [
        "### NAS-Bench-201: evaluations until the best cell\n",
        "Mean [95 % bootstrap interval] / median over the runs, one per seed; found: share of runs in which all three "
        "tasks found their best cell within the cap. The columns marked *published* are the means of arXiv 2504.00772, "
        "not ours; there, mtnas scores cells by synflow, here by parameters.\n",
        lines,
    ]
    figures = {}
    for cap, runs in groups.items():
        figures[f"convergence-{cap}"] = convergence(runs, runs[0].case)
    every = [replace(run, case=NASBENCH201) for runs in groups.values() for run in runs]
    (comparison,) = compare(every, baseline="ktnas")
    text.append(joint.differences(comparison, "each within its cap"))
    publishing.publish(opts, "\n".join(text), rows, figures)


if __name__ == "__main__":
    harness.start(main)
