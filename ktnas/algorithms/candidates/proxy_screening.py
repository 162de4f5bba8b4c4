"""Pools screened by a proxy: many are bred, the most promising by a free score may be evaluated.

The low-fidelity helper of the paper on NAS-Bench-201 (method section 5), which says that there is one, synflow, but not
where it acts: ``replace(ktnas_paper(), pool=ProxyScreening(ZeroCost(Synflow())))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ktnas.algorithms.candidates.pool import Breeding, Offspring, Pool, PoolMembers
from ktnas.algorithms.candidates.variation import Child
from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Proxy, rated
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class ProxyScreening:
    """The candidates of another pool that a proxy rates highest, best first.

    A pool and no `ktnas.algorithms.candidates.screening.Screening`: so it goes before whatever else screens.

    Attributes:
        proxy: Rates what the pool holds.
        pool: Where candidates come from; known ones are left out.
        per_evaluation: PoolMembers kept for each architecture that is evaluated.
    """

    proxy: Proxy
    pool: Pool = field(default_factory=lambda: Offspring(per_evaluation=10))
    per_evaluation: int = 1

    def __post_init__(self) -> None:
        if self.per_evaluation < 1:
            raise ConfigurationError(f"at least 1 candidate must be kept per evaluation; got {self.per_evaluation}")

    def candidates(self, breeding: Breeding, rng: np.random.Generator) -> PoolMembers:
        """``count * per_evaluation`` candidates that are not known, or fewer."""
        found = self.pool.candidates(breeding, rng)
        unknown = [i for i, genotype in enumerate(found.genotypes) if not breeding.known(genotype)]
        scores = rated(self.proxy, breeding.space, breeding.task, [found.genotypes[i] for i in unknown])
        order = np.argsort(-scores, kind="stable")[: breeding.count * self.per_evaluation]
        return _Chosen(found, tuple(unknown[i] for i in order.tolist()))


@dataclass(frozen=True, slots=True)
class _Chosen:
    pool: PoolMembers
    indices: tuple[int, ...]

    @property
    def genotypes(self) -> Sequence[Genotype]:
        return [self.pool.genotypes[i] for i in self.indices]

    def child(self, index: int) -> Child:
        return self.pool.child(self.indices[index])
