"""What a transfer promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ktnas.embedding.base import FittedEmbedder
from ktnas.problem.trial import Trial
from ktnas.transfer.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a transfer may choose from, for one target in one generation.

    Attributes:
        target: Name of the target task.
        generation: The current generation, from 1.
        trials: Members of the donors' populations not yet evaluated on the target, each architecture once.
        outcomes: Judged transfers to the target so far, oldest first.
        embedder: Vectors for candidates and for past migrants, on shared axes.
        evaluated: What each task has evaluated so far, in order, by the tasks' names; where tasks are of different
            spaces, architectures of their own.
    """

    target: str
    generation: int
    trials: tuple[Trial, ...]
    outcomes: tuple[Outcome, ...]
    embedder: FittedEmbedder
    evaluated: Mapping[str, tuple[Trial, ...]] = field(default_factory=dict)


class Transfer(Protocol):
    """A way to choose migrants. Its fields are its whole configuration."""

    @property
    def name(self) -> str:
        """Name used at the command line and in records."""

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """At most ``count`` of ``candidates.trials``, in order of preference; empty to transfer nothing."""
