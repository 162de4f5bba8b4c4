"""Which parts of the surrogate of ``ktnas`` find the best: variants fitted to the same histories.

    python -m experiments.parts.choices            # 24 seeds
    python -m experiments.parts.choices --smoke    # seconds

Whole searches tell methods apart that differ a lot; what a part is worth drowns in the luck of their starts. Here the
joint surrogate is fitted to what searches of ``ktnas`` had seen after 12 and after 30 evaluations per task, once as it
is and once per variant, with the same random numbers. The ten best architectures of each task are taken out of what it
has seen, and looked for in the order of its predictions: what counts is how late they come, as the mean logarithm to
base 2 of their places among the unseen. One less means that they would be found in half the evaluations. Differences
are paired by history. The histories are those of ``ktnas`` as it is, which favours what it would have chosen itself,
and an order by prediction alone does not explore: these figures judge parts of the model, not searches.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from time import process_time
from typing import TypeAlias

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.compositions import embedded_parts, exploring, kept
from experiments.machinery.processes import in_parallel
from experiments.machinery.tables import NASBENCH_GRAPH, TASKS, tasks
from ktnas.algorithms.candidates.evidence import Evidence, evidence
from ktnas.algorithms.candidates.joint_screening import observations
from ktnas.api import search
from ktnas.benchmarks.table import TableBenchmark
from ktnas.embedding.base import FittedEmbedder
from ktnas.embedding.cached import cached
from ktnas.embedding.combined import Combined
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.words import Neighbourhood
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.persistence import PersistentEmbedder
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.report.markdown import Value, markdown_table
from ktnas.rng import Streams
from ktnas.surrogate.multi_task import MultiTaskGaussianProcess, Observations
from ktnas.typing import FloatArray, Genotype, IntArray

AFTER = (12, 30)
"""Evaluations per task of which the surrogate knows."""
TOP = 10
"""Architectures that are taken out and looked for, per task."""

PARTS = ("operations on paths", "Weisfeiler-Lehman counts", "one-hot code", "quantities")
"""The groups of columns of the embedding of ``ktnas``, in their order; no table need have the last."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The surrogate with something exchanged.

    Attributes:
        name: What it is called.
        without: Numbers of the parts of the embedding that it does not see.
        exchanged: Other parts of the embedding, by their numbers; further ones by higher numbers.
        model: The Gaussian process.
    """

    name: str
    without: frozenset[int] = frozenset()
    exchanged: tuple[tuple[int, PersistentEmbedder], ...] = ()
    model: MultiTaskGaussianProcess = field(default_factory=MultiTaskGaussianProcess)


AS_IT_IS = Variant("as it is")
COUNTS = (0, WeisfeilerLehman(depth=0))
PLAIN = (1, WeisfeilerLehman(depth=1))
NODE2VEC = (len(PARTS), Node2Vec(words=Neighbourhood(1)))
PATHS = (len(PARTS) + 1, PathEncoding())
WIDER = MultiTaskGaussianProcess(spread=0.5)
VARIANTS = (
    *(Variant(f"without {part}", frozenset({i})) for i, part in enumerate(PARTS)),
    Variant("Weisfeiler-Lehman counts alone", frozenset({0, 2, 3})),
    Variant("counts of operations for those on paths", exchanged=(COUNTS,)),
    Variant("no emphasis on common neighbourhoods", exchanged=(PLAIN,)),
    Variant("with node2vec of neighbourhoods", exchanged=(NODE2VEC,)),
    Variant("with path counts", exchanged=(PATHS,)),
    Variant("with both", exchanged=(NODE2VEC, PATHS)),
    Variant("length scales spread by .5", model=WIDER),
    Variant("length scales around the median distance", model=MultiTaskGaussianProcess(scale=1.0)),
    Variant("length scales around 3 of it", model=MultiTaskGaussianProcess(scale=3.0)),
    Variant("length scales spread by .1", model=MultiTaskGaussianProcess(spread=0.1)),
    Variant("no transfer: correlation 0", model=MultiTaskGaussianProcess(correlation=0.0)),
    Variant("prior correlation .4", model=MultiTaskGaussianProcess(correlation=0.4)),
    Variant("prior correlation .8", model=MultiTaskGaussianProcess(correlation=0.8)),
    Variant("6 settings drawn", model=MultiTaskGaussianProcess(draws=6)),
    Variant("96 settings drawn", model=MultiTaskGaussianProcess(draws=96)),
)

Found: TypeAlias = dict[tuple[str, int], float]
"""How late the best come, by variant and number of evaluations."""


def main() -> None:
    """Search, fit, tabulate, draw."""
    parser = harness.parser_of(__doc__, seeds=24)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    opts = harness.read(parser, parser.parse_args(), __file__)
    seconds = 0.0
    gathered: dict[str, list[Found]] = {}
    for name in opts.pick(TASKS, (NASBENCH_GRAPH,)):
        work = partial(looked_up, name, tasks(opts, name), smoke=opts.smoke)
        made = in_parallel(work, range(opts.seeds), opts.jobs, f"{opts.name}: {name}")
        gathered[name] = [found for found, _ in made]
        seconds += sum(taken for _, taken in made)
    fits = sum(len(found) for histories in gathered.values() for found in histories)
    done = publishing.Work({"searches": opts.seeds * len(gathered), "fits": fits}, seconds)
    text = [
        f"Mean logarithm to base 2 of the places, in the order of the surrogate's predictions, of the {TOP} best "
        f"architectures, which it has not seen; means over the tasks and over {opts.seeds} histories. Below the first "
        "line, differences from it, of which negative ones are better; in parentheses where their 95 % bootstrap "
        "interval, not corrected for their number, holds 0. Only TransNAS macro and NAS-Bench-Graph have quantities.\n",
        *(f"### After {n} evaluations per task\n\n{markdown(gathered, n)}\n" for n in evaluations(opts.smoke)),
    ]
    rows = [row for name, histories in gathered.items() for row in csv_rows(name, histories)]
    publishing.publish(opts, "\n".join(text), rows, {}, work=done)


def evaluations(smoke: bool) -> tuple[int, ...]:
    """Of how many evaluations per task the surrogate knows."""
    return AFTER[:1] if smoke else AFTER


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A table, once per process.

    Attributes:
        table: It.
        row: The numbers of its architectures.
        best: Of the best of each task, ``(TOP,)``.
    """

    table: TableBenchmark
    row: Mapping[Genotype, int]
    best: Mapping[str, IntArray]


@lru_cache(maxsize=1)
def opened(name: str, tasks: tuple[str, ...]) -> Opened:
    """The table of this name, with these tasks."""
    table = tables.opened(name, tasks)
    row = {genotype: i for i, genotype in enumerate(table.genotypes)}
    best = {task: np.argsort(-table.record(task).fitness, kind="stable")[:TOP] for task in tasks}
    return Opened(table, row, best)


@lru_cache(maxsize=6)  # as many as the variants have, of one table
def embedded(at: Opened, exchanged: tuple[tuple[int, PersistentEmbedder], ...]) -> tuple[FittedEmbedder, FloatArray]:
    """The embedding of ``ktnas`` with some parts exchanged, and the vectors ``(n, dim)`` of a whole table."""
    method = kept(exploring())
    numbered = {**dict(enumerate(embedded_parts(method))), **dict(exchanged)}
    embedder = Combined(tuple(numbered.values()))
    fitted = cached(embedder, at.table.space, method.store)
    return fitted, fitted.embed(at.table.genotypes)


def looked_up(name: str, tasks: tuple[str, ...], seed: int, *, smoke: bool) -> tuple[Found, float]:
    """Search a table, fit every variant to what was seen, look for the best; and the CPU time."""
    began = process_time()
    at = opened(name, tasks)
    method = harness.as_search(kept(exploring()))
    history = search(at.table, tasks, budget=evaluations(smoke)[-1], seed=seed, method=method).history
    found: Found = {}
    for n in evaluations(smoke):
        seen = {task: without_best(own, n, at, task) for task, own in evidence(history, {}).items()}
        for variant in (AS_IT_IS, *VARIANTS[: 2 if smoke else None]):
            embedder, x = embedded(at, variant.exchanged)
            means = predicted(variant, observations(seen, embedder), x, seed)
            found[variant.name, n] = float(
                np.mean([lateness(mean, own, at, task) for mean, (task, own) in zip(means, seen.items(), strict=True)])
            )
    return found, process_time() - began


def without_best(seen: Evidence, n: int, at: Opened, task: str) -> Evidence:
    """The first ``n`` of what a task has seen, without its best."""
    best = set(at.best[task].tolist())
    kept = [i for i, genotype in enumerate(seen.genotypes[:n]) if at.row[genotype] not in best]
    return Evidence(tuple(seen.genotypes[i] for i in kept), seen.fitness[kept])


def predicted(variant: Variant, known: Observations, x: FloatArray, seed: int) -> FloatArray:
    """Means ``(tasks, n)`` of all architectures ``x (n, dim)``."""
    kept = [i for i in range(len(known.groups)) if i not in variant.without]
    columns = np.isin(np.repeat(np.arange(len(known.groups)), known.groups), kept)
    fewer = replace(known, x=known.x[:, columns], groups=tuple(known.groups[i] for i in kept))
    fitted = variant.model.fit(fewer, Streams(seed).rng("choices"))
    means, _ = fitted.predict(x[:, columns], range(int(known.tasks.max()) + 1), 0)
    return means


def lateness(mean: FloatArray, seen: Evidence, at: Opened, task: str) -> float:
    """Mean logarithm to base 2 of the places of the best, among the unseen in the order of the means ``(n,)``."""
    unseen = mean.copy()
    unseen[[at.row[genotype] for genotype in seen.genotypes]] = -np.inf
    place = np.empty(len(mean))
    place[np.argsort(-unseen, kind="stable")] = np.arange(1, len(mean) + 1)
    return float(np.log2(place[at.best[task]]).mean())


def differences(histories: Sequence[Found], variant: str, n: int) -> list[float]:
    """Of a variant from the surrogate as it is, history by history."""
    return [found[variant, n] - found[AS_IT_IS.name, n] for found in histories]


def markdown(gathered: Mapping[str, Sequence[Found]], n: int) -> str:
    """A line per variant, a column per table."""
    names = list(dict.fromkeys(variant for histories in gathered.values() for variant, _ in histories[0]))
    lines = [[AS_IT_IS.name, *(f"{np.mean([f[AS_IT_IS.name, n] for f in own]):.3f}" for own in gathered.values())]]
    lines += [[name, *(said(differences(own, name, n)) for own in gathered.values())] for name in names[1:]]
    return markdown_table(["surrogate", *gathered], lines)


def said(values: Sequence[float]) -> str:
    """A mean difference; in parentheses where it may be none."""
    bounds = harness.interval(values)
    text = f"{np.mean(values):+.3f}"
    return text if bounds.low > 0 or bounds.high < 0 else f"({text})"


def csv_rows(name: str, histories: Sequence[Found]) -> list[dict[str, Value]]:
    """One row per variant and number of evaluations."""
    place: dict[str, Value] = {"benchmark": name}
    return [
        {**place, "evaluations": n, "surrogate": other, **harness.summary(differences(histories, other, n))}
        for other, n in histories[0]
        if other != AS_IT_IS.name
    ]


if __name__ == "__main__":
    harness.start(main)
