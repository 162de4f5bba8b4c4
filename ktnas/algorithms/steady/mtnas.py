"""Steady form of MTNAS: rounds of a task overlap, and each is judged once it is answered whole.

What a task takes from another one is a round of several evaluations, of which the best joins the population; its own
mutants are rounds of one. What pending rounds have taken is not taken again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ktnas.algorithms.mtnas import MTNAS, MTNASState, Origin
from ktnas.algorithms.steady.base import neediest, others
from ktnas.problem.pending import Pending, with_pending
from ktnas.problem.task import Problem
from ktnas.problem.trial import Proposal, Trial
from ktnas.rng import Streams
from ktnas.spaces.operators import sample


@dataclass(frozen=True, slots=True)
class SteadyMTNASState:
    """MTNAS's state, and answers of rounds that are not answered whole.

    Attributes:
        inner: The state after all whole rounds; its history holds every answer.
        partial: Per task and what was taken, the answers so far.
    """

    inner: MTNASState
    partial: Mapping[tuple[str, Origin], tuple[Trial, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SteadyMTNAS:
    """MTNAS with overlapping rounds."""

    search: MTNAS

    @property
    def name(self) -> str:
        return self.search.name

    def start(self, problem: Problem) -> SteadyMTNASState:
        return SteadyMTNASState(self.search.start(problem))

    def ask(
        self, state: SteadyMTNASState, remaining: Mapping[str, int], pending: Sequence[Pending], streams: Streams
    ) -> Sequence[Proposal]:
        inner = state.inner
        if inner.generation == 0 and not pending:
            return self.search.ask(inner, remaining, streams)
        task = neediest(remaining)
        if not inner.tasks[task].living:
            return (Proposal(task, sample(inner.problem.space, streams.rng("mtnas", task))),)
        taken = {origin(p.proposal) for p in pending if p.task == task}
        taken |= {origin for of, origin in state.partial if of == task}
        used = inner.tasks[task].used | {one for one in taken if one is not None}
        tasks = {**inner.tasks, task: replace(inner.tasks[task], used=used)}
        history = with_pending(inner.history, pending)
        seen = replace(inner, history=history, tasks=tasks, generation=max(inner.generation, 1))
        return self.search.ask(seen, {task: remaining[task]}, streams)

    def tell(self, state: SteadyMTNASState, trial: Trial, pending: Sequence[Pending]) -> SteadyMTNASState:
        taken = origin(trial.proposal)
        if taken is None:
            return SteadyMTNASState(self.search.tell(state.inner, (trial,)), state.partial)
        key = (trial.task, taken)
        answers = (*state.partial.get(key, ()), trial)
        partial = {**state.partial, key: answers}
        if any(origin(one.proposal) == taken for one in others(pending, trial)):
            inner = replace(state.inner, history=state.inner.history.extended((trial,)))
            return SteadyMTNASState(replace(inner, generation=inner.generation + 1), partial)
        del partial[key]
        return SteadyMTNASState(self.search.with_round(state.inner, answers, (trial,)), partial)

    def generation(self, state: SteadyMTNASState) -> int:
        return state.inner.generation


def origin(proposal: Proposal) -> Origin | None:
    """What a proposal was taken from, itself or a neighbour of it; None for a task's own."""
    if proposal.source_task is None:
        return None
    return proposal.source_task, proposal.parents[0] if proposal.parents else proposal.genotype
