"""Proxies as features of a surrogate: what is known of a network before training, beside what its graph looks like.

``Combined((*combined().parts, ProxyFeatures((ZeroCost(Synflow()),))))`` gives the scores a group of columns of their
own, which the joint surrogate weighs against the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Proxy, rated
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample_distinct
from ktnas.store import Arrays, require
from ktnas.typing import FloatArray, Genotype

_LIMIT = 4.0
"""Standard deviations beyond which a score counts as that far out; also where minus infinity goes."""


@dataclass(frozen=True, slots=True)
class FittedProxyFeatures:
    """Proxies and the axes of their scores.

    Attributes:
        space: The space.
        proxies: The proxies, one per column.
        task: The task that they are asked about.
        unit: ``(columns,)`` magnitude below which a score counts linearly, above logarithmically.
        centre: ``(columns,)`` mean over the corpus.
        spread: ``(columns,)`` standard deviation over the corpus; 1 where there is none.
    """

    space: SearchSpace
    proxies: tuple[Proxy, ...]
    task: str
    unit: FloatArray
    centre: FloatArray
    spread: FloatArray

    def embed(self, genotypes: Sequence[Genotype]) -> FloatArray:
        scores = _scores(self.proxies, self.space, self.task, genotypes)
        standardized = (_logarithm(scores, self.unit) - self.centre) / self.spread
        return np.clip(standardized, -_LIMIT, _LIMIT)

    def state(self) -> Arrays:
        return {"unit": self.unit, "centre": self.centre, "spread": self.spread}


@dataclass(frozen=True, slots=True)
class ProxyFeatures:
    """One column per proxy: its signed logarithm, standardized over a corpus.

    Attributes:
        proxies: The proxies, at least one.
        task: The task that they are asked about; proxies that read no images say the same for every task.
        corpus_size: Architectures that the columns are standardized on.
    """

    proxies: tuple[Proxy, ...]
    task: str = ""
    corpus_size: int = 200

    def __post_init__(self) -> None:
        if not self.proxies or self.corpus_size < 2:
            raise ConfigurationError(f"proxy features need at least 1 proxy and 2 architectures; got {self}")

    @property
    def name(self) -> str:
        return "+".join(proxy.name for proxy in self.proxies)

    def fit(self, space: SearchSpace, rng: np.random.Generator) -> FittedProxyFeatures:
        scores = _scores(self.proxies, space, self.task, sample_distinct(space, self.corpus_size, rng))
        finite = np.isfinite(scores)
        unit = np.array([_median(np.abs(column[kept])) for column, kept in zip(scores.T, finite.T, strict=True)])
        logarithms = _logarithm(scores, unit)
        columns = [column[kept] for column, kept in zip(logarithms.T, finite.T, strict=True)]
        centre = np.array([float(column.mean()) if len(column) else 0.0 for column in columns])
        spread = np.array([float(column.std()) if len(column) else 0.0 for column in columns])
        return FittedProxyFeatures(space, self.proxies, self.task, unit, centre, np.where(spread > 0, spread, 1.0))

    def restore(self, space: SearchSpace, state: Arrays) -> FittedProxyFeatures:
        names = ("unit", "centre", "spread")
        arrays = [require(state, name, np.float64, (len(self.proxies),)).astype(np.float64) for name in names]
        if min(arrays[0].min(), arrays[2].min()) <= 0:
            raise ValueError("units and spreads of proxy features must be positive")
        return FittedProxyFeatures(space, self.proxies, self.task, *arrays)


def _scores(proxies: Sequence[Proxy], space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
    return np.stack([rated(proxy, space, task, genotypes) for proxy in proxies], axis=1)


def _logarithm(scores: FloatArray, unit: FloatArray) -> FloatArray:
    """``sign(x) log(1 + |x| / unit)``: scores of either sign, whatever their scale."""
    return np.sign(scores) * np.log1p(np.abs(scores) / unit)


def _median(magnitudes: FloatArray) -> float:
    found = float(np.median(magnitudes)) if len(magnitudes) else 0.0
    return found if found > 0 else 1.0
