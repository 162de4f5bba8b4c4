"""Retrieval from finished tables, as M-DESIGN does it, beside what ``ktnas`` makes of the same sources.

    python -m experiments.paper.retrieval            # 2 seeds
    python -m experiments.paper.retrieval --smoke    # seconds

Every task of M-DESIGN's two tables is the target once; the complete tables of the other ten tasks are the sources.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options, ranks_at
from ktnas.algorithms.knowledge import Knowledge
from ktnas.config.sources import read_sources
from ktnas.records.sweep_log import RunRecord
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Case, Named

EVALUATIONS = (1, 10, 20, 50)

METHODS = ("retrieval", "ktnas")


def main() -> None:
    """Run and tabulate."""
    opts = harness.options(__doc__, __file__, seeds=2)
    runs: dict[str, list[RunRecord]] = {name: [] for name in METHODS}
    for table in opts.pick((tables.LINK, tables.GRAPH), (tables.LINK,)):
        cases = [case(opts, table, task) for task in tables.tasks(opts, table)]
        for run in harness.sweep(opts, harness.methods(METHODS), cases):
            runs[run.arm].append(run)
    rows = [row(name, n, found) for name, found in runs.items() for n in EVALUATIONS]
    publishing.publish(opts, explanation() + table_of(rows), rows, {})


def case(opts: Options, table: str, task: str) -> Case:
    """A target, with the other tasks' tables as sources."""
    named = Named(table, (task,))
    others = [other for other in tables.tasks(opts, table) if other != task]
    sources = read_sources([f"{table}:{','.join(others)}"], named.load())
    return Case(named, budget=opts.budget(EVALUATIONS[-1]), knowledge=Knowledge(sources))


def row(method: str, evaluations: int, runs: Sequence[RunRecord]) -> dict[str, Value]:
    """How far a method has come after so many evaluations, over targets and seeds."""
    ranks = np.array([rank for run in runs for rank in ranks_at([run], next(iter(run.tasks)), evaluations)])
    return {
        "method": method,
        "evaluations": evaluations,
        "searches": len(ranks),
        "best_of_space": int((ranks == 1).sum()),
        "share": float((ranks == 1).mean()),
        "median_rank": float(np.median(ranks)),
        "geometric_mean_rank": float(np.exp(np.log(ranks).mean())),
    }


def explanation() -> str:
    """What the table shows."""
    return (
        "How often the best of a task's 1,680 networks was found, over targets and seeds, with the other tasks' "
        "complete tables as sources; in parentheses the geometric mean of the true rank. *Published (copied): M-DESIGN "
        "finds the best of its space in 26 of 33 cases (79 %)*; which cases, and with what budget, could not be looked "
        "up.\n\n"
    )


def table_of(rows: Sequence[dict[str, Value]]) -> str:
    """Methods by evaluations."""
    lines = []
    for name in METHODS:
        own = [one for one in rows if one["method"] == name]
        cells = [f"{one['best_of_space']} of {one['searches']} ({one['geometric_mean_rank']:.1f})" for one in own]
        lines.append([name, *cells])
    return markdown_table(["method", *(f"after {n}" for n in EVALUATIONS)], lines)


if __name__ == "__main__":
    harness.start(main)
