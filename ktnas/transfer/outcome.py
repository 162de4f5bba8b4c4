"""What became of past transfers: positive or negative, judged by their children (method section 3).

A transferred architecture is positive if at least one of its *children* ranks within the best ``ratio`` of
the target's next population, else negative; the migrant itself is not judged. Everything here is a pure
function of trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ktnas.problem.population import Population, survivors
from ktnas.problem.trial import Trial
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judged transfer.

    Attributes:
        generation: The generation in which the architecture was transferred.
        genotype: The architecture.
        source_task: Where it came from.
        positive: The label: whether a child of it entered the best of the next population.
    """

    generation: int
    genotype: Genotype
    source_task: str
    positive: bool


def judged(trials: Sequence[Trial], population: Sequence[Trial], ratio: float) -> tuple[Outcome, ...]:
    """Label the transfers of one generation of one task.

    Args:
        trials: All trials of the generation on the task, migrants and offspring.
        population: The next population, best first.
        ratio: Share of the next population that counts as its best, in (0, 1]; at least one member.

    Returns:
        One outcome per migrant, in the order of ``trials``.
    """
    best = {t.genotype for t in population[: max(1, math.floor(ratio * len(population) + 1e-9))]}
    parents = {p for t in trials if t.proposal.source_task is None and t.genotype in best for p in t.proposal.parents}
    return tuple(
        Outcome(t.generation, t.genotype, t.proposal.source_task, t.genotype in parents)
        for t in trials
        if t.proposal.source_task is not None
    )


def outcomes_of(trials: Iterable[Trial], population: int, ratio: float) -> dict[str, tuple[Outcome, ...]]:
    """The outcomes of a whole search in generations, from its trials alone, as the search itself has judged them.

    Args:
        trials: Of all tasks, in order.
        population: Members per task.
        ratio: As in `judged`.

    Returns:
        By target task, oldest first; a generation without offspring is not judged, as the budget ended first.
    """
    populations: dict[str, Population] = {}
    found: dict[str, tuple[Outcome, ...]] = {}
    for _, generation in groupby(trials, key=lambda trial: trial.generation):
        by_task: dict[str, list[Trial]] = {}
        for trial in generation:
            by_task.setdefault(trial.task, []).append(trial)
        for task, own in by_task.items():
            populations[task] = survivors((*populations.get(task, ()), *own), population)
            moved = {trial.proposal.source_task is not None for trial in own}
            if moved == {True, False}:
                found[task] = (*found.get(task, ()), *judged(own, populations[task], ratio))
    return found
