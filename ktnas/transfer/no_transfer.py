"""No transfer: every task is searched by itself. The arm that every other is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates


@dataclass(frozen=True, slots=True)
class NoTransfer:
    """Transfers nothing."""

    @property
    def name(self) -> str:
        return "none"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """No candidate moves, whatever it promises."""
        return ()
