from dataclasses import dataclass, replace

import numpy as np
import pytest

from ktnas.algorithms.mtnas import MTNAS, MTNASState, TaskState
from ktnas.errors import ConfigurationError
from ktnas.problem.population import fitness_of
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation, History, Proposal, Trial
from ktnas.spaces.operators import hamming, neighbours


@dataclass(frozen=True)
class Weighed:
    """Rates an architecture by a weighted sum of its positions."""

    sign: int = 1
    name: str = "weighed"

    def scores(self, space, task, genotypes):
        return np.array([self.sign * sum((i + 1) * g for i, g in enumerate(genotype)) for genotype in genotypes])


SEARCH = MTNAS(Weighed(), population=5, neighbours=3)


def taken(trajectory):
    """Each question that took something from another task: the state before, and its proposals for the task."""
    for state, asked in zip(trajectory.states, trajectory.asked, strict=False):
        for task in ("first", "second"):
            own = [p for p in asked if p.task == task]
            if own and own[0].source_task is not None:
                yield state, task, own


def used(proposals):
    return proposals[0].parents[0] if proposals[0].parents else proposals[0].genotype


def state_with(space, own, others, genotypes):
    living = tuple(Trial(0, Proposal("first", genotype), Evaluation(0.0)) for genotype in genotypes)
    task = TaskState(living=living, own=own, others=others)
    return MTNASState(Problem(space, (Task("first"),)), History(), 1, {"first": task})


def test_probability_of_self_evolution_by_hand(space):
    spread = [(0,) * 5, (1,) * 5, (2,) * 5]  # three pairs, five positions each: 15 - 3
    found = SEARCH.self_evolution(state_with(space, 0.3, 0.1, spread), "first")
    assert found == pytest.approx(1 / (1 + np.exp(-(0.001 * 12 + 0.3 - 0.1))))


def test_probability_rises_with_own_success_and_diversity_and_falls_with_others(space):
    near, far = [(0,) * 5, (0, 0, 0, 0, 1)], [(0,) * 5, (3,) * 5]
    base = SEARCH.self_evolution(state_with(space, 0.2, 0.2, near), "first")
    assert SEARCH.self_evolution(state_with(space, 0.5, 0.2, near), "first") > base
    assert SEARCH.self_evolution(state_with(space, 0.2, 0.5, near), "first") < base
    assert SEARCH.self_evolution(state_with(space, 0.2, 0.2, far), "first") > base


def test_averages_follow_the_improvements_of_each_way(run_course):
    trajectory = run_course(SEARCH, budget=60)
    own, others, best = (dict.fromkeys(("first", "second"), 0.0) for _ in range(3))
    for number, (told, state) in enumerate(zip(trajectory.told, trajectory.states[1:], strict=True)):
        for task in ("first", "second"):
            new = [trial for trial in told if trial.task == task]
            if not new:
                continue
            top = max(map(fitness_of, new))
            improved = top > best[task]
            average = own if new[0].proposal.source_task is None else others
            if number:
                average[task] += 0.1 * (improved - average[task])
            best[task] = top if improved or not number else best[task]
            assert state.tasks[task].own == pytest.approx(own[task])
            assert state.tasks[task].others == pytest.approx(others[task])
    assert max(own.values()) > 0
    assert max(others.values()) > 0


def test_takes_unused_improvements_each_once_the_best_first(run_course):
    trajectory, seen = run_course(SEARCH, budget=150), set()
    for state, task, proposals in taken(trajectory):
        donor = state.tasks["second" if task == "first" else "first"]
        cell = used(proposals)
        assert (task, cell) not in seen
        seen.add((task, cell))
        later = [t.genotype for t in donor.improving][[t.genotype for t in donor.improving].index(cell) + 1 :]
        exhausted = [g for g in later if (task, g) not in seen]
        for genotype in exhausted:  # better ones were passed over only where nothing around them is unvisited
            around = neighbours(state.problem.space, genotype)
            assert all(state.history.find(task, g) is not None for g in around)
    assert seen


@pytest.mark.parametrize("sign", [1, -1])
def test_evaluates_it_and_the_neighbours_that_the_proxy_rates_highest(run_course, space, sign):
    trajectory = run_course(replace(SEARCH, proxy=Weighed(sign)), budget=150)
    for state, task, proposals in taken(trajectory):
        cell = used(proposals)
        known = state.history.find(task, cell) is not None
        assert known or proposals[0].genotype == cell
        beside = [p.genotype for p in proposals if p.parents]
        assert all(hamming(genotype, cell) == 1 for genotype in beside)
        unvisited = [g for g in neighbours(space, cell) if state.history.find(task, g) is None]
        scores = dict(zip(unvisited, Weighed(sign).scores(space, task, unvisited), strict=True))
        assert len(beside) == min(3, len(unvisited))
        assert min(scores[g] for g in beside) >= max((s for g, s in scores.items() if g not in beside), default=-99)


def test_one_task_has_nothing_to_take(run_course):
    trajectory = run_course(SEARCH, ("first",), budget=60)
    assert all(trial.proposal.source_task is None for trial in trajectory.trials)


def test_sources_give_and_do_not_take(run_course):
    trajectory = run_course(SEARCH, budget=100, sources=("first",))
    assert {trial.task for trial in trajectory.trials if trial.proposal.source_task} == {"second"}


def test_population_ages(run_course):
    trajectory = run_course(SEARCH, ("first",), budget=60)
    assert trajectory.states[-1].tasks["first"].living == tuple(trajectory.trials[-5:])


def test_refuses():
    with pytest.raises(ConfigurationError, match="MTNAS cannot have these settings"):
        MTNAS(rate=0)
