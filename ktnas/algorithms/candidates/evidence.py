"""What screenings learn from: the architectures that each task has evaluated with success."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from ktnas.problem.trial import History, Trial
from ktnas.typing import FloatArray, Genotype


def itself(genotype: Genotype) -> Hashable:
    """Every code a network of its own."""
    return genotype


@dataclass(frozen=True, slots=True)
class Evidence:
    """What has been seen on one task.

    Attributes:
        genotypes: The ``n >= 1`` architectures evaluated with success, each once.
        fitness: Their fitness ``(n,)``, higher is better.
        remaining: Evaluations that are left.
        network: The network that a code stands for: the same for codes of equal networks.
    """

    genotypes: tuple[Genotype, ...]
    fitness: FloatArray
    remaining: float = math.inf
    network: Callable[[Genotype], Hashable] = itself

    def settled(self, proofs: int) -> frozenset[Hashable]:
        """Networks of which ``proofs`` codes or more have been evaluated, and all have shown exactly one fitness."""
        shown: dict[Hashable, list[float]] = {}
        for genotype, value in zip(self.genotypes, self.fitness.tolist(), strict=True):
            shown.setdefault(self.network(genotype), []).append(value)
        return frozenset(net for net, values in shown.items() if len(values) >= proofs and len(set(values)) == 1)


def evidence(
    history: History, remaining: Mapping[str, int], network: Callable[[Genotype], Hashable] = itself
) -> dict[str, Evidence]:
    """What each task has been seen to reach; tasks on which nothing succeeded are absent.

    Args:
        history: Every trial.
        remaining: Evaluations that are left, per task.
        network: The network that a code stands for.
    """
    seen: dict[str, list[Trial]] = {}
    for trial in history:
        if trial.fitness is not None and not trial.repeat:
            seen.setdefault(trial.task, []).append(trial)
    return {
        task: Evidence(
            tuple(t.genotype for t in trials),
            np.array([t.fitness for t in trials], dtype=np.float64),
            remaining.get(task, 0),
            network,
        )
        for task, trials in seen.items()
    }
