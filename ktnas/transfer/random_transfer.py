"""Ungated transfer: migrants are drawn at random from the donors' populations in every generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.selection import draw


@dataclass(frozen=True, slots=True)
class RandomTransfer:
    """Transfers random candidates."""

    @property
    def name(self) -> str:
        return "random"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """``count`` candidates drawn without replacement."""
        return draw(candidates.trials, count, rng)
