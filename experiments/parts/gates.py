"""Which gate decides something: votes on predictions and effects of edits, beside transfer rank, chance and none.

    python -m experiments.parts.gates            # 40 seeds, ktnas with 10
    python -m experiments.parts.gates --smoke    # seconds

The first four tasks of a table together, 50 evaluations each, paired by seed with no transfer: true rank of the best
found. In two searches: ``ktnas``, whose surrogate over all tasks has seen all that a gate sees; and evolution, whose
offspring are evaluated as they are bred, in which nothing but a gate moves anything. Besides, a target in
NAS-Bench-101, whose space cannot be listed, with the three tasks of NAS-Bench-201 as sources in another space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options, as_search, ranks_at, signed_rank
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.several import SeveralBenchmarks
from ktnas.records.sweep_log import RunRecord
from ktnas.report.markdown import Value, markdown_table
from ktnas.report.statistics import holm
from ktnas.runner.design import Arm, Case, Named
from ktnas.transfer.base import Transfer
from ktnas.transfer.edit_effects import EditEffects
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.prediction_votes import PredictionVotes
from ktnas.transfer.random_transfer import RandomTransfer
from ktnas.transfer.transfer_rank import TransferRank
from ktnas.typing import FloatArray

EVALUATIONS = (20, 50)

TOGETHER = 4
"""Tasks of a table that are searched together."""

NASBENCH101 = "nasbench101"

BRED = "evolution"

ORDER = (tables.LINK, tables.GRAPH, tables.MICRO, NASBENCH101)

NONE, RANDOM = "none", "random"

GATES: Mapping[str, Transfer] = {
    NONE: NoTransfer(),
    RANDOM: RandomTransfer(),
    "transfer rank": TransferRank(),
    "prediction votes": PredictionVotes(),
    "edit effects": EditEffects(),
}


@dataclass(frozen=True, slots=True)
class Across:
    """NAS-Bench-201's tasks, and NAS-Bench-101's one."""

    def load(self) -> Benchmark:
        """Both, read once per process."""
        return SeveralBenchmarks((tables.opened(tables.NASBENCH201), tables.opened(NASBENCH101)), qualified=True)


def bases() -> dict[str, KTNAS]:
    """The searches in which gates are exchanged; in the second, the embedding of the first decides what is alike."""
    bred = replace(ktnas_paper(), embedder=ktnas().embedder)
    return {BRED: bred, "ktnas": ktnas()}


def main() -> None:
    """Run and tabulate."""
    opts = harness.options(__doc__, __file__, seeds=40)
    text, rows = [explanation()], list[dict[str, Value]]()
    for base, search in bases().items():
        text.append(f"### {base}\n")
        for table in opts.pick(ORDER, (tables.LINK,)):
            own = rows_of(table, base, found(opts, table, base, search))
            rows += own
            text += [f"#### {table}: {own[0]['seeds']} seeds\n", table_of(own)]
            publishing.publish(opts, "\n".join(text), rows, {})  # after every table


def found(opts: Options, table: str, base: str, search: KTNAS) -> dict[str, FloatArray]:
    """Logarithms of ranks ``(seeds, tasks, len(EVALUATIONS))`` by the gate."""
    budget = opts.budget(EVALUATIONS[-1])
    if table == NASBENCH101:
        sources = tuple(f"{tables.NASBENCH201}:{task}" for task in tables.TASKS[tables.NASBENCH201])
        case, targets = Case(Across(), sources, budget), [f"{NASBENCH101}:cifar10"]
    else:
        targets = list(tables.tasks(opts, table))[:TOGETHER]
        case = Case(Named(table, tuple(targets)), budget=budget)
    arms = [Arm(f"{base}, {name}", as_search(replace(search, transfer=gate))) for name, gate in GATES.items()]
    runs = harness.sweep(opts, arms, [case], seeds=opts.seeds if base == BRED else max(2, opts.seeds // 4))
    return {
        name: logarithms([run for run in runs if run.arm == arm.name], targets)
        for name, arm in zip(GATES, arms, strict=True)
    }


def logarithms(runs: Sequence[RunRecord], targets: Sequence[str]) -> FloatArray:
    """Logarithms to base 2 of true ranks ``(seeds, tasks, len(EVALUATIONS))``, in the order of the seeds."""
    ordered = sorted(runs, key=lambda run: run.seed)
    ranks = np.array([[ranks_at(ordered, task, n) for n in EVALUATIONS] for task in targets], dtype=np.float64)
    values: FloatArray = np.log2(ranks).transpose(2, 0, 1)
    return values


def explanation() -> str:
    """What the tables show."""
    return (
        "Difference in log2 of the true rank of the best found (halvings) from the same search without transfer, the "
        "mean over the tasks, paired by seed: mean ± one standard error over seeds, and Wilcoxon's signed-rank p after "
        "Holm's correction over the gates of a search. Negative: the gate helps. *Worst task*: the highest mean "
        "difference of a task. *Than random*: the same difference from random transfer.\n"
    )


def rows_of(table: str, base: str, values: Mapping[str, FloatArray]) -> list[dict[str, Value]]:
    """Every mean, by gate and number of evaluations."""
    rows: list[dict[str, Value]] = []
    for column, evaluations in enumerate(EVALUATIONS):
        of_gate = {name: values[name][:, :, column] - values[NONE][:, :, column] for name in GATES if name != NONE}
        means = {name: difference.mean(axis=1) for name, difference in of_gate.items()}
        beyond = {name: mean - means[RANDOM] for name, mean in means.items() if name != RANDOM}
        than_random = dict(zip(beyond, holm([signed_rank(mean) for mean in beyond.values()]), strict=True))
        for (name, mean), p in zip(means.items(), holm([signed_rank(mean) for mean in means.values()]), strict=True):
            more = beyond.get(name)
            rows.append(
                {
                    "table": table,
                    "search": base,
                    "gate": name,
                    "evaluations": evaluations,
                    "seeds": len(mean),
                    "halvings": float(mean.mean()),
                    "standard_error": float(mean.std(ddof=1)) / len(mean) ** 0.5,
                    "p": p,
                    "worst_task": float(of_gate[name].mean(axis=0).max()),
                    "than_random": None if more is None else float(more.mean()),
                    "than_random_error": None if more is None else float(more.std(ddof=1)) / len(more) ** 0.5,
                    "than_random_p": than_random.get(name),
                }
            )
    return rows


def table_of(rows: Sequence[Mapping[str, Value]]) -> str:
    """The differences, gate by gate."""
    lines = []
    for name in dict.fromkeys(str(row["gate"]) for row in rows):
        own = [row for row in rows if row["gate"] == name]
        cells = [f"{row['halvings']:+.2f} ± {row['standard_error']:.2f} ({row['p']:.2g})" for row in own]
        last = own[-1]
        than = "-"
        if last["than_random"] is not None:
            than = f"{last['than_random']:+.2f} ± {last['than_random_error']:.2f} ({last['than_random_p']:.2g})"
        lines.append([name, *cells, f"{last['worst_task']:+.2f}", than])
    names = [f"after {n}" for n in EVALUATIONS]
    return markdown_table(["gate", *names, "worst task", f"than random, {names[-1]}"], lines)


if __name__ == "__main__":
    harness.start(main)
