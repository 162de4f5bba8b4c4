"""EMT-NAS (Liao, Jin, Du, CVPR 2023): multifactorial evolution of architectures.

Parents are drawn from all populations together; those of different tasks cross over with random mating probability
0.3 and are only mutated otherwise. The two children of a pair go to the two parents' tasks in random order, mated or
not: even without crossover between tasks an architecture can change its task. Positions mutate at rate 0.02.

The authors draw parents in proportion to fitness and smooth fitness over training epochs, both for weights shared
while training; parents are drawn uniformly here, and fitness is what the task answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ktnas.algorithms.mfea import MFEA, Alone, FixedMating


@dataclass(frozen=True, slots=True)
class Shuffled:
    """The children go to the two parents' tasks in random order."""

    def tasks(self, parents: tuple[str, str], mated: bool, rng: np.random.Generator) -> tuple[str, str]:
        """``parents`` or, with probability 1/2, the reverse."""
        return (parents[1], parents[0]) if rng.random() < 0.5 else parents


def emt_nas() -> MFEA:
    """EMT-NAS with the settings of its code."""
    return MFEA(FixedMating(0.3), Alone(), Shuffled(), mutation_rate=0.02, label="emt-nas")
