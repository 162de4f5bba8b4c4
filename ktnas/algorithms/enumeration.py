"""Enumeration by a proxy: every architecture of the space, the most promising first; learns nothing.

What a search saves beyond this order is what it has learned. With parameters as the proxy, the best cells of
NAS-Bench-201 turn up early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Parameters, Proxy, rated
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import genotypes
from ktnas.typing import Genotype, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class EnumerationState:
    """The order, and how far each task has come in it.

    Attributes:
        listed: Every architecture, per task.
        orders: Per task, numbers in what is listed ``(n,)``, the most promising first.
        asked: Architectures asked so far, per task.
        generation: Number of questions answered.
    """

    listed: Mapping[str, tuple[Genotype, ...]]
    orders: Mapping[str, IntArray]
    asked: Mapping[str, int]
    generation: int


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Enumeration by a proxy, descending. Architectures of equal score come in the order of the space.

    Attributes:
        proxy: The free score.
        batch: Architectures per question and task.
    """

    proxy: Proxy = field(default_factory=Parameters)
    batch: int = 10

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ConfigurationError(f"enumeration needs a batch of at least 1; got {self.batch}")

    @property
    def name(self) -> str:
        return "enumeration"

    def with_proxy(self, proxy: Proxy) -> Enumeration:
        return replace(self, proxy=proxy)

    def start(self, problem: Problem) -> EnumerationState:
        """Sort the space; it must be one that can be listed."""
        listed = {task: genotypes(problem.space_of(task)) for task in problem.names}
        scores = {task: rated(self.proxy, problem.space_of(task), task, own) for task, own in listed.items()}
        orders = {task: np.argsort(-values, kind="stable") for task, values in scores.items()}
        return EnumerationState(listed, orders, dict.fromkeys(problem.names, 0), 0)

    def ask(self, state: EnumerationState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """The next of each task's order; nothing random."""
        proposals: list[Proposal] = []
        for task, left in remaining.items():
            first = state.asked[task]
            chosen = state.orders[task][first : first + min(self.batch, left)].tolist()
            proposals.extend(Proposal(task, state.listed[task][i]) for i in chosen)
        return proposals

    def tell(self, state: EnumerationState, trials: Sequence[Trial]) -> EnumerationState:
        """Go on behind what was answered."""
        asked = {task: count + sum(t.task == task for t in trials) for task, count in state.asked.items()}
        return replace(state, asked=asked, generation=state.generation + 1)

    def generation(self, state: EnumerationState) -> int:
        """Number of the question."""
        return state.generation
