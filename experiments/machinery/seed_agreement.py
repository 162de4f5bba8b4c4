"""How far seeds agree on the order of networks, and how much of what they say is noise."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from ktnas.typing import FloatArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far seeds agree on the order of networks on one task.

    Attributes:
        networks: Number of networks.
        seeds: Number of seeds.
        every: Mean Spearman's rho of two seeds over all networks.
        fewer: The same with the validation part alone, a quarter of the scenes; None in the table.
        quarter: Within the best quarter by a third seed, the mean over the choices of that seed; None
            without one, or with fewer than 16 networks.
        between: Standard deviation between networks, noise taken off.
        within: Standard deviation between seeds of a network.
        seconds: Mean of a training.
    """

    networks: int
    seeds: int
    every: float
    fewer: float | None
    quarter: float | None
    between: float
    within: float
    seconds: float

    @property
    def reliability(self) -> float:
        """Share of the variance of one training that lies between networks."""
        total = self.between**2 + self.within**2
        return self.between**2 / total if total else 0.0


def agreement(metrics: FloatArray, seconds: float) -> Agreement:
    """Of metrics ``(seeds, networks, parts)``, the mean over parts being what is judged; higher is better."""
    seeds, networks, parts = metrics.shape
    judged = metrics.mean(axis=2)
    within = float(judged.var(axis=0, ddof=1).mean())
    between = float(judged.mean(axis=0).var(ddof=1)) - within / seeds
    return Agreement(
        networks=networks,
        seeds=seeds,
        every=mean_rho(judged),
        fewer=mean_rho(metrics[:, :, 0]) if parts > 1 else None,
        quarter=best_quarter(judged) if seeds > 2 and networks >= 16 else None,
        between=float(np.sqrt(max(0.0, between))),
        within=float(np.sqrt(within)),
        seconds=seconds,
    )


def mean_rho(metrics: FloatArray) -> float:
    """Mean Spearman's rho of two rows of ``(seeds, networks)``."""
    pairs = itertools.combinations(range(len(metrics)), 2)
    return float(np.mean([rho(metrics[i], metrics[j]) for i, j in pairs]))


def best_quarter(metrics: FloatArray) -> float:
    """Mean rho of two rows of ``(seeds, networks)`` among the quarter of the networks that a third row holds best.

    Were they chosen by the two rows themselves, luck in one would have to be made good by the other, and even equal
    trainings would seem to disagree.
    """
    found = []
    for third in range(len(metrics)):
        chosen = np.argsort(-metrics[third], kind="stable")[: max(3, metrics.shape[1] // 4)]
        others = [row for row in range(len(metrics)) if row != third]
        found.append(mean_rho(metrics[others][:, chosen]))
    return float(np.mean(found))


def rho(first: FloatArray, second: FloatArray) -> float:
    """Spearman's rho; 0 where all values of one are equal."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)
