"""A method of your own: three pure functions, checked, and run beside one that ships. Prints what both found.

The state is a frozen object, and everything random comes from a named stream: that is all that is needed to be kept,
interrupted, continued to the bit and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ktnas
from ktnas import Evaluation, History, Problem, Proposal, Streams, Task, Trial
from ktnas.spaces import mutate, sample
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.testing import check_search


@dataclass(frozen=True)
class Climbing:
    """All that the method knows."""

    problem: Problem
    history: History
    step: int = 0


@dataclass(frozen=True)
class HillClimber:
    """Changes one operation of the best cell of any task; `patience` steps without a gain restart at random."""

    patience: int = 20
    name: str = "hill-climber"

    def start(self, problem: Problem) -> Climbing:
        return Climbing(problem, History())

    def ask(self, state: Climbing, remaining: Mapping[str, int], streams: Streams) -> Sequence[Proposal]:
        return [self.one(state, task, streams.rng("hill-climber", task, state.step)) for task in remaining]

    def one(self, state: Climbing, task: str, rng) -> Proposal:
        seen = [trial for trial in state.history.evaluated(task) if trial.fitness is not None]
        best = max(range(len(seen)), key=lambda i: seen[i].fitness, default=None)
        if best is None or len(seen) - best > self.patience:
            return Proposal(task, sample(state.problem.space, rng))
        parent = seen[best].genotype
        return Proposal(task, mutate(state.problem.space, parent, rng), parents=(parent,))

    def tell(self, state: Climbing, trials: Sequence[Trial]) -> Climbing:
        return Climbing(state.problem, state.history.extended(trials), state.step + 1)

    def generation(self, state: Climbing) -> int:
        return state.step


problem = Problem(NASBench201(), (Task("a"), Task("b")))
check_search(HillClimber(), problem, lambda task, cell: Evaluation(float(sum(cell))))

tasks = {"photos": lambda cell: 2.0 * cell.count(3) + cell.count(1), "sketches": lambda cell: 2.0 * cell.count(2)}
for method in (HillClimber(), "regularized-evolution"):
    result = ktnas.search(NASBench201(), tasks, budget=40, seed=0, method=method)
    print(getattr(method, "name", method), {task: found.fitness for task, found in result.best.items()})
