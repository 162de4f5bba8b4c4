"""Populations: tuples of trials, best first; and how the next one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from ktnas.problem.trial import Trial
from ktnas.typing import Genotype

Population: TypeAlias = tuple[Trial, ...]
"""Members of one task's population, each architecture once, best first; failed trials are never members."""


def fitness_of(trial: Trial) -> float:
    """Fitness for comparison; a failed trial is worse than any other."""
    return float("-inf") if trial.fitness is None else trial.fitness


def survivors(trials: Iterable[Trial], size: int) -> Population:
    """Elitist truncation: the best ``size`` different architectures, best first; of equals, the earlier first."""
    members: dict[Genotype, Trial] = {}
    for trial in trials:
        if trial.fitness is not None:
            members.setdefault(trial.genotype, trial)
    return tuple(sorted(members.values(), key=fitness_of, reverse=True)[:size])


def tournament(members: Sequence[Trial], size: int, rng: np.random.Generator) -> Trial:
    """The best of ``size`` members drawn with replacement; of equals, the first drawn."""
    drawn: list[int] = rng.integers(len(members), size=size).tolist()
    return max((members[i] for i in drawn), key=fitness_of)
