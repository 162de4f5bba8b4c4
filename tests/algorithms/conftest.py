"""A small problem with exact integer fitness, and a run whose every question and answer is kept."""

from dataclasses import dataclass, field, replace

import pytest

from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.embedding.one_hot import OneHot
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical
from ktnas.transfer.transfer_rank import TransferRank

SPACE = Categorical((4,) * 5)
WEIGHTS = {"first": (81, 27, 9, 3, 1), "second": (81, 27, 9, -3, 1), "third": (-81, 3, 27, 9, 1)}
"""Every architecture has a fitness of its own; the first two tasks are alike, the third is not."""


def evaluate(task, genotype):
    return Evaluation(float(sum(w * g for w, g in zip(WEIGHTS[task], genotype, strict=True))))


@dataclass
class Recording:
    """A search that keeps every question and answer."""

    search: object
    asked: list = field(default_factory=list)
    told: list = field(default_factory=list)
    states: list = field(default_factory=list)

    @property
    def name(self):
        return self.search.name

    def start(self, problem):
        self.states.append(self.search.start(problem))
        return self.states[-1]

    def generation(self, state):
        return self.search.generation(state)

    def outcomes(self, state):
        return self.search.outcomes(state) if isinstance(self.search, KTNAS) else {}

    def skipped(self, state):
        return self.search.skipped(state) if isinstance(self.search, KTNAS) else {}

    def ask(self, state, remaining, streams):
        self.asked.append(tuple(self.search.ask(state, remaining, streams)))
        return self.asked[-1]

    def tell(self, state, trials):
        self.told.append(trials)
        self.states.append(self.search.tell(state, trials))
        return self.states[-1]


@dataclass
class TaskCurves:
    """What happened in a run: questions, answers, the states before, between and after, and the result."""

    asked: list
    told: list
    states: list
    result: object

    @property
    def trials(self):
        return list(self.result.history)


def trajectory(search, names=("first", "second"), budget=40, seed=0, sources=(), stop_at=None, answer=evaluate):
    problem = Problem(SPACE, tuple(map(Task, names)), frozenset(sources))
    recording = Recording(search)
    result = run(problem, recording, answer, budget=Budget(budget, stop_at or {}), seed=seed)
    return TaskCurves(recording.asked, recording.told, recording.states, result)


def paper(**parts):
    """KTNAS as in the paper but for the one-hot code, with the given parts in place of its own."""
    base = KTNAS("paper", OneHot(), TransferRank(), NoScreening(), Offspring(), population=6, offspring=6, migrants=3)
    return replace(base, **parts)


@pytest.fixture
def run_course():
    return trajectory


@pytest.fixture
def make_paper():
    return paper


@pytest.fixture
def space():
    return SPACE


@pytest.fixture
def answer():
    return evaluate
