"""Finished searches as sources: what they gain a search, and whether they ever harm it.

    python -m experiments.paper.sources            # 12 seeds
    python -m experiments.paper.sources --smoke    # seconds

Every task of a table is the target once. Its sources are ``ktnas``'s searches of 50 evaluations of every other task,
each by itself, with the same seed: run directories, as a user would have them (``ktnas run --from``). Against the same
search without sources, paired by target and seed: true rank of the best found after 5, 10, 20 and 50 evaluations.
With fewer than nine seeds no single target could be significant. Every search is published too, in
``sources-searches.csv``, and none that is there is repeated, but where others need it as a source.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options, as_search, signed_rank
from ktnas.algorithms.knowledge import Knowledge
from ktnas.algorithms.presets import ktnas
from ktnas.config.sources import read_sources
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.records.configuration import configuration
from ktnas.records.digest import code_digest
from ktnas.records.run_directory import RunDirectory
from ktnas.records.trials import read_trials
from ktnas.report.markdown import Value, markdown_table
from ktnas.report.statistics import holm
from ktnas.runner.design import Arm, Case, Named, Sweep
from ktnas.runner.experiment import Experiment, with_store
from ktnas.runner.plan import planned
from ktnas.runner.pool import map_in_parallel
from ktnas.runner.session import search_once
from ktnas.typing import FloatArray

EVALUATIONS = (5, 10, 20, 50)

USES: Mapping[str, tuple[str, ...]] = {
    "init, mean": ("init", "mean"),
    "init": ("init",),
    "init, mean, feature": ("init", "mean", "feature"),
}
"""What sources are used for, arm by arm; the default of ``--from`` is the first."""

ORDER = (
    tables.LINK,
    tables.GRAPH,
    tables.SCENES,
    tables.MACRO,
    tables.MICRO,
    tables.NASBENCH201,
    tables.NASBENCH_GRAPH,
)

SEARCHES = "searches"
"""The end of the name of the file in which every search is published."""

SIGNIFICANT = 0.05

Ranks = tuple[int | None, ...]
"""True ranks of the best found after `EVALUATIONS`; None where nothing was found."""

Line = Mapping[str, Value]
"""A search as a line of the published file."""

Found = Mapping[tuple[str, ...], Mapping[tuple[str, int], FloatArray]]
"""Logarithms to base 2 of ranks, by what sources were used for, then by task and seed; without sources first."""


@dataclass(frozen=True, slots=True)
class Target:
    """One search: of a task, with a seed, with sources or without.

    Attributes:
        table: The table.
        task: Its task.
        seed: The seed.
        uses: What sources are used for; empty for a search without any.
        others: The tasks that are sources.
        evaluations: Evaluations of the search.
        records: Where runs are kept.
    """

    table: str
    task: str
    seed: int
    uses: tuple[str, ...]
    others: tuple[str, ...]
    evaluations: int
    records: Path

    def place(self, task: str, uses: tuple[str, ...]) -> Path:
        """The run directory of a search."""
        name = "-".join(uses) or "alone"
        return self.records / "sources" / self.table / name / task / f"seed-{self.seed}"


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to.

    Attributes:
        ranks: Ranks of the best found.
        cpu_s: CPU seconds that it took.
        code: Digest of the program's source that searched.
    """

    ranks: Ranks
    cpu_s: float
    code: str


def main() -> None:
    """Run and tabulate."""
    opts = harness.options(__doc__, __file__, seeds=12)
    path = opts.out / f"{opts.name}-{SEARCHES}.csv"
    published = {} if opts.smoke else published_searches(path)
    text, rows, work = [explanation()], list[dict[str, Value]](), list[Searched]()
    for table in opts.pick(ORDER, (tables.LINK,)):
        results = results_of(opts, targets_of(opts, table), published)
        by_use = found(results)
        own = csv_rows(table, by_use)
        rows += own
        work += results.values()
        count = len({target.task for target in results})
        text += [f"### {table}: {count} targets, {opts.seeds} seeds\n", table_of(own), harm(by_use)]
        done = publishing.Work(
            {"searches": len(work)}, sum(one.cpu_s for one in work), tuple(sorted({one.code for one in work}))
        )
        publishing.publish(opts, "\n".join(text), rows, {}, work=done)  # after every table
        publishing.publish_rows(opts, SEARCHES, list(published.values()))


def results_of(opts: Options, every: Sequence[Target], published: dict[str, Line]) -> Mapping[Target, Searched]:
    """What searches came to: those that are not among the published ones are run, and added to them."""
    labels = {target: label(target) for target in every}
    missing = [target for target in every if labels[target] not in published]
    seeds = {target.seed for target in missing}
    needed = [target for target in every if target in missing or (target.seed in seeds and not target.uses)]
    for target, result in searched(needed, opts).items():
        published.setdefault(labels[target], line_of(target, labels[target], result))
    return {target: read(published[labels[target]]) for target in every}


def targets_of(opts: Options, table: str) -> list[Target]:
    """All searches of a table."""
    tasks, budget = tables.tasks(opts, table), opts.budget(EVALUATIONS[-1])
    return [
        Target(table, task, seed, uses, tuple(t for t in tasks if t != task), budget, opts.records)
        for seed in range(opts.seeds)
        for task in tasks
        for uses in ((), *(USES.values() if not opts.smoke else (USES["init, mean"],)))
    ]


def label(target: Target) -> str:
    """What tells a search from every other: its key in a sweep, and what sources were used for."""
    case = Case(Named(target.table, (target.task,)), budget=target.evaluations)
    (key,) = planned(Sweep((Arm("ktnas", as_search(ktnas())),), (case,), (target.seed,))).keys.values()
    return "-".join((key[:16], *target.uses))


def line_of(target: Target, key: str, result: Searched) -> Line:
    """A search as a line of the published file."""
    found = dict(zip((f"rank_{n}" for n in EVALUATIONS), result.ranks, strict=True))
    uses, cpu_s = ", ".join(target.uses), round(result.cpu_s, 2)
    about: Line = {"label": key, "table": target.table, "task": target.task, "seed": target.seed, "uses": uses}
    return {**about, **found, "cpu_s": cpu_s, "code": result.code}


def published_searches(path: Path) -> dict[str, Line]:
    """The lines of a file that was published, by label; none where there is no such file."""
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        return {line["label"]: dict(line) for line in csv.DictReader(file)}


def read(line: Line) -> Searched:
    """What a line says that a search came to."""
    ranks = (line[f"rank_{n}"] for n in EVALUATIONS)
    found = tuple(None if rank in {"", None} else int(str(rank)) for rank in ranks)
    return Searched(found, float(str(line["cpu_s"])), str(line["code"]))


def searched(every: Sequence[Target], opts: Options) -> Mapping[Target, Searched]:
    """Run searches; those without sources before those whose sources they are."""
    results: dict[Target, Searched] = {}
    for uses in dict.fromkeys(target.uses for target in every):
        own = [target for target in every if target.uses == uses]
        results.update(zip(own, map_in_parallel(search, own, jobs=opts.jobs), strict=True))
    return results


def found(results: Mapping[Target, Searched]) -> Found:
    """Logarithms of ranks by what sources were used for, then by task and seed."""
    by_use: dict[tuple[str, ...], dict[tuple[str, int], FloatArray]] = {}
    for target, result in results.items():
        ranks = np.array([np.nan if rank is None else rank for rank in result.ranks])
        by_use.setdefault(target.uses, {})[target.task, target.seed] = np.log2(ranks)
    return by_use


def search(target: Target) -> Searched:
    """Run a search, unless its directory holds it finished already, and look up what it came to."""
    began = process_time()
    table = tables.opened(target.table, (target.task,))
    place = target.place(target.task, target.uses)
    directory = RunDirectory(place)
    method = ktnas()
    if target.uses:
        places = [str(target.place(task, ())) for task in target.others]
        method = method.with_knowledge(Knowledge(read_sources(places, table), target.uses))
    composed = with_store(as_search(method))
    problem = Problem(table.space, table.tasks)
    experiment = Experiment(table, problem, composed, Budget(target.evaluations))
    if directory.finished_summary() is None:
        search_once(experiment, target.seed, directory)
    directory.claim(configuration(table, problem, composed, experiment.budget, (target.seed,)))  # refuses another run
    best, standing, ranks = float("-inf"), None, list[int | None]()
    for trial in read_trials(place):
        if trial.fitness is not None and trial.fitness > best:
            best, standing = trial.fitness, table.report(target.task, trial.genotype).rank
        ranks.append(standing)
    at = tuple(ranks[min(n, len(ranks)) - 1] for n in EVALUATIONS)
    return Searched(at, process_time() - began, code_digest())


def gains(found: Found, uses: tuple[str, ...]) -> FloatArray:
    """Differences ``(searches, len(EVALUATIONS))`` from the search without sources; negative where sources help."""
    alone = found[()]
    return np.array([ranks - alone[key] for key, ranks in found[uses].items()])


def explanation() -> str:
    """What the tables show."""
    return (
        "Difference in log2 of the true rank of the best found (halvings), with sources less without, paired by target "
        "and seed: mean ± one standard error over targets and seeds, and Wilcoxon's signed-rank p, not corrected. "
        "Negative: sources help. *init, mean* is what `--from` does.\n"
    )


def csv_rows(table: str, found: Found) -> list[dict[str, Value]]:
    """Every mean, by what sources are used for, task and number of evaluations."""
    rows: list[dict[str, Value]] = []
    for name, uses in USES.items():
        if uses not in found:
            continue
        differences, keys = gains(found, uses), list(found[uses])
        for task in ("all targets", *dict.fromkeys(task for task, _ in keys)):
            own = [i for i, (other, _) in enumerate(keys) if task in ("all targets", other)]
            for column, evaluations in enumerate(EVALUATIONS):
                values = differences[own, column]
                rows.append(
                    {
                        "table": table,
                        "uses": name,
                        "target": task,
                        "evaluations": evaluations,
                        "searches": len(values),
                        "halvings": float(values.mean()),
                        "standard_error": float(values.std(ddof=1)) / len(values) ** 0.5,
                        "p": signed_rank(values),
                    }
                )
    return rows


def table_of(rows: Sequence[Mapping[str, Value]]) -> str:
    """The gains over all targets."""
    lines = []
    for name in USES:
        own = [row for row in rows if row["uses"] == name and row["target"] == "all targets"]
        if own:
            cells = [f"{row['halvings']:+.2f} ± {row['standard_error']:.2f} ({row['p']:.2g})" for row in own]
            lines.append([name, str(own[0]["searches"]), *cells])
    return markdown_table(["used for", "searches", *(f"after {n}" for n in EVALUATIONS)], lines)


def harm(found: Found) -> str:
    """Targets on which sources are found to harm or to help at the end, after Holm's correction over the targets."""
    lines = []
    for name, uses in USES.items():
        if uses not in found:
            continue
        differences, keys = gains(found, uses)[:, -1], list(found[uses])
        tasks = list(dict.fromkeys(task for task, _ in keys))
        own = {task: differences[[i for i, (other, _) in enumerate(keys) if other == task]] for task in tasks}
        adjusted = holm([signed_rank(values) for values in own.values()])
        means = {task: float(values.mean()) for task, values in own.items()}
        told = [task for task, p in zip(tasks, adjusted, strict=True) if p < SIGNIFICANT]
        worst = max(means, key=means.__getitem__)
        lines.append(
            [
                name,
                ", ".join(task for task in told if means[task] < 0) or "none",
                ", ".join(task for task in told if means[task] > 0) or "none",
                f"{worst} ({means[worst]:+.2f})",
            ]
        )
    names = ["used for", f"better after {EVALUATIONS[-1]}", "worse", "highest mean difference"]
    return markdown_table(names, lines)


if __name__ == "__main__":
    harness.start(main)
