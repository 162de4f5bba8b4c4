"""What the donors' populations offer a task: their members that it does not know, in its own space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ktnas.algorithms.multi_population.state import KTNASState
from ktnas.problem.trial import History, Trial
from ktnas.spaces.several import OneOfSeveral
from ktnas.transfer.base import Candidates
from ktnas.typing import Genotype


def offered(state: KTNASState, target: str) -> tuple[Trial, ...]:
    """Members of the donors' populations that the target has not evaluated, each architecture once."""
    found: dict[Genotype, Trial] = {}
    for donor in state.problem.donors(target):
        for trial in _translated(state, target, state.populations[donor]):
            if state.history.find(target, trial.genotype) is None:
                found.setdefault(trial.genotype, trial)
    return tuple(found.values())


def candidates(state: KTNASState, target: str, trials: tuple[Trial, ...]) -> Candidates:
    """What the transfer is told of those among which it may choose."""
    evaluated = _Evaluated(state.history)
    return Candidates(target, state.generation, trials, state.outcomes[target], state.embedder, evaluated)


def _translated(state: KTNASState, target: str, trials: Sequence[Trial]) -> Sequence[Trial]:
    """Trials of another task as they would be in the target's space."""
    space = state.problem.space_of(target)
    if state.translation is None or not isinstance(space, OneOfSeveral):
        return trials
    return [
        replace(trial, proposal=replace(trial.proposal, genotype=state.translation.into(space.number, trial.genotype)))
        for trial in trials
    ]


class _Evaluated(Mapping[str, tuple[Trial, ...]]):
    """What each task has evaluated, looked through when it is asked for: most transfers never ask."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __getitem__(self, task: str) -> tuple[Trial, ...]:
        found = self._history.evaluated(task)
        if not found:
            raise KeyError(task)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(trial.task for trial in self._history))

    def __len__(self) -> int:
        return sum(1 for _ in self)
