"""What each finished search contributed to a run: to what its surrogate expected, and to what it began with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.algorithms.informed import Informed
from ktnas.algorithms.knowledge import LEAST, Source
from ktnas.problem.trial import History
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class TaskContribution:
    """What a source contributed to a task.

    Attributes:
        weight: Share of its prediction in what the surrogate expected at the end, at most 0.9 over all sources.
        agreement: Spearman's correlation of its predictions with the fitness of what the task evaluated; None where
            that is too little, or of the best of all sources together.
        first: The first architectures that came from it.
    """

    weight: float
    agreement: float | None
    first: tuple[Genotype, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a source contributed.

    Attributes:
        source: The source; None for the average of all.
        tasks: By the names of the tasks.
    """

    source: Source | None
    tasks: Mapping[str, TaskContribution]


def contributions(
    embedder: Informed,
    trends: Mapping[str, float],
    history: History,
    first: Callable[[str], Sequence[tuple[Genotype, int | None]]],
) -> list[Contribution]:
    """What each source contributed to a run, that of the average first.

    Args:
        embedder: What the run was told.
        trends: How much of what was expected held on each task that it searched.
        history: Every trial.
        first: What a task began with since sources told it to, as `first_choices`.
    """
    sources = embedder.knowledge.knowledge.sources
    parts: list[dict[str, TaskContribution]] = [{} for _ in range(len(sources) + 1)]
    for task, trend in trends.items():
        begun = first(task)
        agreed = agreements(embedder, history, task)
        for i, of_source in enumerate([None, *range(len(sources))]):
            weight = 0.0 if of_source is None else trend / len(sources)
            agreement = None if of_source is None else agreed[of_source]
            own = tuple(genotype for genotype, number in begun if number == of_source)
            parts[i][task] = TaskContribution(weight, agreement, own)
    return [Contribution(source, part) for source, part in zip([None, *sources], parts, strict=True)]


def agreements(embedder: Informed, history: History, task: str) -> list[float | None]:
    """Of each source, Spearman's correlation of what it predicts with what a task has found; None if that is little."""
    from scipy.stats import spearmanr  # takes most of a second to load, and few searches have sources

    seen = [(t.genotype, t.fitness) for t in history.evaluated(task) if t.fitness is not None]
    fitness = np.array([value for _, value in seen])
    if len(seen) < LEAST or np.ptp(fitness) == 0:
        return [None] * len(embedder.knowledge.knowledge.sources)
    predicted = embedder.knowledge.predictions([genotype for genotype, _ in seen])

    return [float(spearmanr(row, fitness).statistic) if np.ptp(row) > 0 else None for row in predicted]
