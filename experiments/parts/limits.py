"""What the model of `ktnas` could reach if it had seen everything else: limits that no search of its kind can pass.

    python -m experiments.parts.limits            # 24 settings of the kernel; 6 on NAS-Bench-201, 3 on NAS-Bench-Graph
    python -m experiments.parts.limits --smoke    # seconds

The Gaussian process of `ktnas`, with its embedding and its kernel, is fitted to all entries of a task but one, and
predicts that one; so for every architecture (leave-one-out; Rasmussen and Williams 2006, eq. 5.12). Evaluating in the
order of these predictions is what a search would do that had nothing left to learn. On NAS-Bench-201 its limit is the
place of the best cell in that order, elsewhere the true rank of the best among the first 50. Near the top most of a
rank is luck, so a limit hangs on the settings of the kernel; they are chosen as `ktnas` chooses them, by posterior
density, each time on 300 other architectures. Equal networks are left out together: to a search they are unseen
alike. Beside it the limit where they are not, which results of equal networks make a little optimistic, and what
`ktnas` found.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, lapack
from threadpoolctl import threadpool_limits

from experiments.machinery import harness, publishing, tables, until_best
from experiments.machinery.compositions import kept
from experiments.machinery.harness import Options, as_search
from experiments.machinery.tables import MACRO, MICRO, NASBENCH201, NASBENCH_GRAPH
from ktnas.algorithms.presets import ktnas
from ktnas.embedding.base import group_widths
from ktnas.embedding.cached import cached
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import Measure, scores
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.rng import Streams
from ktnas.runner.design import Arm, Case, Named
from ktnas.spaces.base import SearchSpace, canonical
from ktnas.surrogate.multi_task import FittedMultiTask, MultiTaskGaussianProcess, Observations
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.typing import FloatArray, Genotype, IntArray

CAP = 300
EVALUATIONS = 50
LOOKED_AT = 300
"""Architectures on which settings of the kernel are chosen, seen on all tasks."""
DRAWS = 48
"""Settings that are tried for each choice."""
ROWS = 1024
"""Rows of a covariance that are computed at a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A benchmark whose limits are asked for.

    Attributes:
        name: Its name.
        tasks: Its tasks.
        settings: How often settings of the kernel are chosen.
        seeds: Seeds of `ktnas` beside it.
        every: Of its architectures, the first of so many.
    """

    name: str
    tasks: tuple[str, ...]
    settings: int
    seeds: int
    every: int = 1

    @property
    def until_best(self) -> bool:
        """Whether evaluations until the best are counted, not ranks after 50."""
        return self.name == NASBENCH201

    def case(self, opts: Options) -> Case:
        """What `ktnas` is given, as in sample_efficiency.py."""
        if self.until_best:
            return until_best.case(opts, CAP)
        return Case(Named(self.name, self.tasks), budget=opts.budget(EVALUATIONS))


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one task, one per choice of the kernel's settings.

    Attributes:
        strict: Equal networks left out together.
        with_equals: Every architecture left out by itself.
    """

    strict: list[int]
    with_equals: list[int]


def main() -> None:
    """Fit, run what has not been run, tabulate."""
    opts = harness.options(__doc__, __file__, seeds=100)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    for asked in questions(opts):
        runs = harness.sweep(opts, [Arm("ktnas", as_search(ktnas()))], [asked.case(opts)], asked.seeds)
        with threadpool_limits(1):  # OpenBLAS with several threads ends the process at 26,206 rows (scipy 1.17.1)
            found = limits(asked)
        text += [f"### {asked.name}\n", markdown(asked, found, runs)]
        rows += csv_rows(asked, found)
        publishing.publish(opts, "\n".join(text), rows, {})  # the last takes an hour: what there is, is there


def questions(opts: Options) -> list[Asked]:
    """The benchmarks, cheapest first."""
    if opts.smoke:
        return [Asked(MACRO, tables.tasks(opts, MACRO), 2, 2, every=8)]
    wanted = {MICRO: (24, 100), MACRO: (24, 100), NASBENCH201: (6, 100), NASBENCH_GRAPH: (3, 60)}
    return [Asked(name, tables.tasks(opts, name), settings, seeds) for name, (settings, seeds) in wanted.items()]


def limits(asked: Asked) -> dict[str, Limits]:
    """The limits of every task."""
    table = tables.opened(asked.name, asked.tasks)
    genotypes = table.genotypes[:: asked.every]
    fitness = np.column_stack([table.record(task).fitness[:: asked.every] for task in asked.tasks])
    y = np.column_stack([normal_scores(column) for column in fitness.T])
    method = kept(ktnas())
    embedder = cached(method.embedder, table.space, method.store)
    x = embedder.embed(genotypes)
    classes = equal_networks(table.space, genotypes)
    found = {task: Limits([], []) for task in asked.tasks}
    for choice in range(asked.settings):
        fitted = chosen(x, y, group_widths(embedder, x.shape[1]), Streams(choice).rng("limits"))
        predictions = left_out(covariance(x, fitted), y, classes)
        sys.stderr.write(f"limits: {asked.name}: {choice + 1} of {asked.settings} settings\n")
        for i, of_task in enumerate(found.values()):
            for limit, predicted in zip((of_task.with_equals, of_task.strict), predictions, strict=True):
                limit.append(reached(fitness[:, i], predicted[:, i], until_best=asked.until_best))
    return found


def equal_networks(space: SearchSpace, genotypes: Sequence[Genotype]) -> list[IntArray]:
    """Rows of the architectures that are one network, where there are several."""
    rows: dict[object, list[int]] = {}
    for row, genotype in enumerate(genotypes):
        rows.setdefault(canonical(space, genotype), []).append(row)
    return [np.array(own) for own in rows.values() if len(own) > 1]


def chosen(x: FloatArray, y: FloatArray, groups: tuple[int, ...], rng: np.random.Generator) -> FittedMultiTask:
    """The model of `ktnas`, fitted to some architectures ``x (n, dim)`` and their scores ``y (n, tasks)``."""
    rows = rng.choice(len(x), min(LOOKED_AT, len(x)), replace=False)
    count = y.shape[1]
    seen = Observations(
        x=x[rows],
        rows=np.tile(np.arange(len(rows)), count),
        tasks=np.repeat(np.arange(count), len(rows)),
        y=y[rows].T.ravel(),
        groups=groups,
    )
    return MultiTaskGaussianProcess(draws=DRAWS).fit(seen, rng)


def covariance(x: FloatArray, fitted: FittedMultiTask) -> FloatArray:
    """Covariance ``(n, n)`` of observations of one task, noise included."""
    total = np.zeros((len(x), len(x)))
    settings = fitted.settings
    parts = np.split(x, np.cumsum(fitted.seen.groups)[:-1].tolist(), axis=1)
    for part, median, weight, scale in zip(parts, fitted.medians, settings.weights, settings.scales, strict=True):
        lengths = (part * part).sum(axis=1)
        for start in range(0, len(x), ROWS):
            rows = slice(start, start + ROWS)
            squares = np.maximum(lengths[rows, None] + lengths[None, :] - 2 * part[rows] @ part.T, 0)
            reach = np.sqrt(3 * squares / median) / scale
            total[rows] += weight * (1 + reach) * np.exp(-reach)
    total[np.diag_indices_from(total)] += settings.noise
    return total


def left_out(covariances: FloatArray, y: FloatArray, together: Sequence[IntArray]) -> tuple[FloatArray, FloatArray]:
    """What all others predict for each observation.

    Args:
        covariances: Covariance ``(n, n)`` of the observations, noise included; it is overwritten.
        y: Observations ``(n, tasks)``.
        together: Rows that are left out together.

    Returns:
        Predictions ``(n, tasks)`` from all others, and from all others but those that are left out together.
    """
    factor, failure = lapack.dpotrf(covariances.T, lower=True, overwrite_a=True)
    if failure:
        raise np.linalg.LinAlgError("a covariance must be positive definite")
    weights = cho_solve((factor, True), y, check_finite=False)
    inverted, _ = lapack.dtrtri(factor, lower=True, overwrite_c=True)  # the inverse of all is its transpose times it
    precisions = np.einsum("ij,ij->j", inverted, inverted)
    single: FloatArray = y - weights / precisions[:, None]
    strict = single.copy()
    for rows in together:
        own = inverted[:, rows]
        strict[rows] = y[rows] - np.linalg.solve(own.T @ own, weights[rows])
    return single, strict


def reached(fitness: FloatArray, predicted: FloatArray, *, until_best: bool) -> int:
    """What evaluating in descending order of the predictions ``(n,)`` comes to.

    Returns:
        The evaluations until the best, or else the true rank of the best of the first `EVALUATIONS`.
    """
    order = np.argsort(-predicted, kind="stable")
    if until_best:
        return 1 + int(np.argmax(fitness[order] == fitness.max()))
    return 1 + int((fitness > fitness[order[:EVALUATIONS]].max()).sum())


def of_ktnas(runs: Sequence[RunRecord], task: str) -> list[float]:
    """What `ktnas` came to on a task, run by run: evaluations until the best, or the rank of the best found."""
    if runs[0].until_best:
        return [scores(run, Measure.EVALUATIONS)[task] for run in runs]
    return harness.ranks_at(runs, task, runs[0].budget)


def markdown(asked: Asked, found: Mapping[str, Limits], runs: Sequence[RunRecord]) -> str:
    """Limits beside what `ktnas` came to."""
    columns: list[list[Sequence[float]]] = [
        [of_ktnas(runs, task), own.strict, own.with_equals] for task, own in found.items()
    ]
    together = np.sum if asked.until_best else np.mean
    columns.append([together(np.array(values), axis=0).tolist() for values in zip(*columns, strict=True)])
    names = [*found, "total" if asked.until_best else "mean"]
    lines = [
        [name, harness.cell(own), spread(strict), spread(with_equals)]
        for name, (own, strict, with_equals) in zip(names, columns, strict=True)
    ]
    what = "evaluations until the best cell" if asked.until_best else f"true rank of the best after {EVALUATIONS}"
    return (
        f"{what.capitalize()}: `ktnas`, mean [95 % bootstrap interval] / median over {len(runs)} seeds; limits, mean "
        f"(least to most) over {asked.settings} choices of the kernel's settings.\n\n"
        + markdown_table(["task", "ktnas", "limit", "limit, equal networks seen"], lines)
    )


def spread(values: Sequence[float]) -> str:
    """Mean, least and most."""
    return f"{number(float(np.mean(values)))} ({number(min(values))} to {number(max(values))})"


def csv_rows(asked: Asked, found: Mapping[str, Limits]) -> list[dict[str, Value]]:
    """One row per task and choice of settings."""
    return [
        {
            "benchmark": asked.name,
            "task": task,
            "measure": "evaluations" if asked.until_best else "rank",
            "settings": choice,
            "limit": strict,
            "limit_equal_networks_seen": with_equals,
        }
        for task, own in found.items()
        for choice, (strict, with_equals) in enumerate(zip(own.strict, own.with_equals, strict=True))
    ]


if __name__ == "__main__":
    harness.start(main)
