"""BOHB-like search: successive halving over trainings of several lengths, new architectures by a density model.

Falkner, Klein, Hutter, "BOHB: Robust and Efficient Hyperparameter Optimization at Scale", ICML 2018. A training of
fewer epochs is a task of its own, called ``TASK@EPOCHS`` (``cifar10@12`` beside ``cifar10``); the tasks of one name are
the rungs of a ladder, the one without a number its top. Architectures begin on the lowest rung; the best third moves
up.

New ones come, but for a third that is drawn at random, from the model of the highest rung that has seen enough: the
best 15 % of its evaluations and the others each make a kernel density, a product over the positions of a code; of 64
drawn around good ones the one with the highest ratio of densities is taken. These numbers are those of the authors'
code (HpBandSter).

Deviations: what moves up is the best third of a rung so far (as in Li et al., "A System for Massively Parallel
Hyperparameter Tuning", MLSys 2020), not of a bracket, since a table has two or three lengths and Hyperband's brackets
begin with many; the kernels' width is by a rule of thumb in place of their normal reference rule. Each rung has the
budget of a task; once the lowest has used up its own, the best that have not moved up do so.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample_distinct
from ktnas.typing import FloatArray, Genotype, IntArray


@dataclass(frozen=True, slots=True)
class LadderState:
    """What has been evaluated.

    Attributes:
        problem: What is searched.
        ladders: Tasks by their names without epochs, the cheapest rung first.
        history: Every trial.
        generation: Number of questions answered.
    """

    problem: Problem
    ladders: Mapping[str, tuple[str, ...]]
    history: History
    generation: int


@dataclass(frozen=True, slots=True)
class SuccessiveHalving:
    """Successive halving with a density model. A task without rungs is searched by the model alone.

    Attributes:
        eta: One in so many moves up.
        good: Share of a rung's evaluations that counts as good.
        drawn: Architectures drawn from the model, of which one is taken.
        random: Share of new architectures that are drawn at random.
    """

    eta: int = 3
    good: float = 0.15
    drawn: int = 64
    random: float = 1 / 3

    def __post_init__(self) -> None:
        if self.eta < 2 or self.drawn < 1 or not (0 < self.good < 1 and 0 <= self.random <= 1):
            raise ConfigurationError(
                f"successive halving needs an eta of at least 2, a draw, and shares between 0 and 1; got {self}"
            )

    @property
    def name(self) -> str:
        return "bohb"

    def start(self, problem: Problem) -> LadderState:
        """Sort the tasks into ladders."""
        return LadderState(problem, ladders(problem.names), History(), 0)

    def ask(self, state: LadderState, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        """For each ladder: what moves up, if anything does; else new architectures on its lowest rung."""
        proposals: list[Proposal] = []
        for name, rungs in state.ladders.items():
            rng = streams.rng("bohb", name, state.generation)
            proposals += self._of_ladder(state, [rung for rung in rungs if rung in remaining], rungs, remaining, rng)
        return proposals

    def tell(self, state: LadderState, trials: Sequence[Trial]) -> LadderState:
        return replace(state, history=state.history.extended(trials), generation=state.generation + 1)

    def generation(self, state: LadderState) -> int:
        """Number of the question."""
        return state.generation

    def _of_ladder(
        self,
        state: LadderState,
        left: Sequence[str],
        rungs: Sequence[str],
        remaining: Mapping[str, int],
        rng: np.random.Generator,
    ) -> Sequence[Proposal]:
        for below, rung in itertools.pairwise(rungs):
            due = len(state.history.evaluated(below)) // self.eta - len(state.history.evaluated(rung))
            if rung in left and due > 0:
                moving = _best(state, below, rung, min(due, remaining[rung]))
                if moving:
                    return moving
        if not left:
            return ()
        if left[0] == rungs[0]:
            return self._new(state, rungs, left[0], min(self.eta, remaining[left[0]]), rng)
        below = rungs[rungs.index(left[0]) - 1]
        return _best(state, below, left[0], 1) or self._new(state, rungs, left[0], 1, rng)

    def _new(
        self, state: LadderState, rungs: Sequence[str], task: str, count: int, rng: np.random.Generator
    ) -> Sequence[Proposal]:
        space, chosen = state.problem.space_of(task), dict[Genotype, None]()
        known = frozenset(trial.genotype for trial in state.history.evaluated(task))
        model = self._model(state, rungs, space)
        for _ in range(count):
            if model is not None and rng.random() >= self.random:
                found = model.drawn(space, self.drawn, known | chosen.keys(), rng)
                if found is not None:
                    chosen[found] = None
                    continue
            chosen.update(dict.fromkeys(sample_distinct(space, 1, rng, known | chosen.keys())))
        return [Proposal(task, genotype) for genotype in chosen]

    def _model(self, state: LadderState, rungs: Sequence[str], space: SearchSpace) -> Densities | None:
        """Of the highest rung with enough evaluations; none where no rung has."""
        least = len(space.cardinalities) + 1
        for rung in reversed(rungs):
            seen = [t for t in state.history.evaluated(rung) if t.fitness is not None]
            if len(seen) >= least + 2:
                ordered = sorted(seen, key=lambda t: -(t.fitness or 0.0))
                good = max(least // 2, int(self.good * len(seen)), 1)
                codes = np.array([t.genotype for t in ordered])
                return Densities(space.cardinalities, codes[:good], codes[good:])
        return None


@dataclass(frozen=True)
class Densities:
    """Kernel densities of good codes and of others.

    Attributes:
        cardinalities: Number of values at each position.
        good: ``(n, positions)``, at least one.
        bad: ``(m, positions)``, at least one.
    """

    cardinalities: tuple[int, ...]
    good: IntArray
    bad: IntArray

    def drawn(
        self, space: SearchSpace, count: int, known: frozenset[Genotype], rng: np.random.Generator
    ) -> Genotype | None:
        """Of ``count`` drawn around good codes, the one with the highest ratio of densities; None if all are known."""
        width, sizes = _width(len(self.good), len(self.cardinalities)), np.array(self.cardinalities)
        found: dict[Genotype, None] = {}
        for _ in range(count):
            code = self.good[int(rng.integers(len(self.good)))]
            other = rng.random(len(code)) < width
            mixed = space.normalize(tuple(np.where(other, rng.integers(sizes), code).tolist()))
            if space.is_valid(mixed) and mixed not in known:
                found[mixed] = None
        if not found:
            return None
        codes = np.array(list(found))
        ratio = self._density(codes, self.good) / self._density(codes, self.bad)
        return list(found)[int(ratio.argmax())]

    def _density(self, codes: IntArray, around: IntArray) -> FloatArray:
        width = _width(len(around), codes.shape[1])
        elsewhere = width / np.maximum(np.array(self.cardinalities) - 1, 1)
        same = codes[:, None, :] == around[None, :, :]
        density: FloatArray = np.where(same, 1 - width, elsewhere).prod(axis=2).mean(axis=1)
        return density + 1e-32


def _width(points: int, positions: int) -> float:
    """How far a kernel reaches: the share that it gives to other values of a position."""
    return float(min(0.5, points ** (-1 / (4 + positions)) / 2))


def _best(state: LadderState, below: str, rung: str, count: int) -> list[Proposal]:
    """The best of a rung that the next has not evaluated."""
    seen = [t for t in state.history.evaluated(below) if t.fitness is not None]
    fresh = [t for t in seen if state.history.find(rung, t.genotype) is None]
    ordered = sorted(fresh, key=lambda t: -(t.fitness or 0.0))[:count]
    return [Proposal(rung, t.genotype, (t.genotype,)) for t in ordered]


def ladders(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Tasks by their names without epochs, the fewest epochs first, full trainings last.

    >>> ladders(["cifar10", "cifar10@12", "cifar100"])
    {'cifar10': ('cifar10@12', 'cifar10'), 'cifar100': ('cifar100',)}
    """
    found: dict[str, list[tuple[float, str]]] = {}
    for name in names:
        base, at, epochs = name.rpartition("@")
        rung = bool(at) and epochs.isdigit()
        found.setdefault(base if rung else name, []).append((float(epochs) if rung else float("inf"), name))
    return {base: tuple(name for _, name in sorted(rungs)) for base, rungs in found.items()}
