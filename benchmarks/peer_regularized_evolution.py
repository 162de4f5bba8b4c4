"""Our regularized evolution beside independent implementations, on the same table and with the same budget.

    pip install --group peers
    python benchmarks/peer_regularized_evolution.py [--seeds N] [--budget N] [--data DIR]

Peers are syne-tune's ``RegularizedEvolution``, the same algorithm by others, and optuna's ``NSGAIISampler``, the
nearest that optuna has: an elitist genetic algorithm. All have a population of 10, ours and syne-tune's a sample of 5,
and stop after the same number of different cells on each task of NAS-Bench-201. Printed are the mean of the best
validation accuracy with its standard error, and milliseconds per evaluation, all in one process, one after the other.
Our time is that of the full loop with its records, the peers' that of suggesting and telling alone. Syne-tune 0.16 does
not follow the seed it is given: its figures differ from call to call.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks import nasbench201
from ktnas.benchmarks.table import TableBenchmark
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.loop import run
from ktnas.typing import Genotype

POPULATION, SAMPLE = 10, 5

Fitness = Callable[[Genotype], float]
"""Validation accuracy of a cell; raises `Spent` instead of answering for one new cell too many."""


class Spent(Exception):  # noqa: N818 - no error: the end of a search that has no other
    """The budget is used up."""


class Counted:
    """A task that counts different cells, and keeps the best accuracy."""

    def __init__(self, benchmark: TableBenchmark, task: str, budget: int) -> None:
        self.benchmark, self.task, self.budget = benchmark, task, budget
        self.known: dict[Genotype, float] = {}

    def __call__(self, genotype: Genotype) -> float:
        if genotype not in self.known:
            if len(self.known) == self.budget:
                raise Spent
            fitness = self.benchmark.evaluate(self.task, genotype).fitness
            self.known[genotype] = float("-inf") if fitness is None else fitness
        return self.known[genotype]


def ours(benchmark: TableBenchmark, task: str, budget: int, seed: int) -> float:
    """The best accuracy that our loop finds."""
    alone = benchmark.restricted((task,))
    problem = Problem(alone.space, alone.tasks)
    search = RegularizedEvolution(POPULATION, SAMPLE)
    best = run(problem, search, alone.evaluate, budget=Budget(budget), seed=seed).tasks[task].best
    return float("-inf") if best is None or best.fitness is None else best.fitness


def syne_tune(fitness: Fitness, sizes: tuple[int, ...], seed: int) -> None:
    """Syne-tune's regularized evolution until the budget is spent; it minimises."""
    from syne_tune.config_space import choice
    from syne_tune.optimizer.schedulers.searchers.regularized_evolution import RegularizedEvolution as Peer

    space = {f"edge{i}": choice(list(range(size))) for i, size in enumerate(sizes)}
    peer = Peer(space, points_to_evaluate=[], population_size=POPULATION, sample_size=SAMPLE, random_seed=seed)
    trial = 0
    while True:
        config = peer.suggest()
        peer.on_trial_complete(trial, config, -fitness(tuple(config[name] for name in space)))
        trial += 1


def optuna(fitness: Fitness, sizes: tuple[int, ...], seed: int) -> None:
    """Optuna's NSGA-II until the budget is spent."""
    import optuna as peer

    peer.logging.set_verbosity(peer.logging.WARNING)
    sampler = peer.samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
    study = peer.create_study(direction="maximize", sampler=sampler)
    while True:
        trial = study.ask()
        genotype = tuple(trial.suggest_categorical(f"edge{i}", list(range(size))) for i, size in enumerate(sizes))
        study.tell(trial, fitness(genotype))


PEERS: dict[str, Callable[[Fitness, tuple[int, ...], int], None]] = {
    "syne-tune": syne_tune,
    "optuna NSGA-II": optuna,
}


def by_peer(
    peer: Callable[[Fitness, tuple[int, ...], int], None], benchmark: TableBenchmark, budget: int, task: str, seed: int
) -> float:
    """The best accuracy that a peer finds."""
    counted = Counted(benchmark, task, budget)
    with contextlib.suppress(Spent):
        peer(counted, benchmark.space.cardinalities, seed)
    return max(counted.known.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=50, help="runs per task (default: %(default)s)")
    parser.add_argument("--budget", type=int, default=100, help="different cells per run (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=None, help="directory of the table")
    options = parser.parse_args()
    benchmark = nasbench201.load(options.data)
    arms: dict[str, Callable[[str, int], float]] = {
        "ktnas": lambda task, seed: ours(benchmark, task, options.budget, seed)
    }
    for name, peer in PEERS.items():
        arms[name] = partial(by_peer, peer, benchmark, options.budget)
    print(f"{options.seeds} seeds, {options.budget} evaluations: mean best validation accuracy in %, standard error")
    print(f"{'':16}" + "".join(f"{task:>20}" for task in nasbench201.TASKS) + f"{'ms per evaluation':>20}")
    for name, search in arms.items():
        try:
            search(nasbench201.TASKS[0], options.seeds)  # imports, before the clock starts
        except ImportError as missing:
            print(f"{name}: {missing}; left out")
            continue
        began, line = time.perf_counter(), ""
        for task in nasbench201.TASKS:
            found = [search(task, seed) for seed in range(options.seeds)]
            line += f"{f'{np.mean(found):.3f} ± {np.std(found, ddof=1) / math.sqrt(len(found)):.3f}':>20}"
        spent = (time.perf_counter() - began) / (len(nasbench201.TASKS) * options.seeds * options.budget)
        print(f"{name:16}{line}{1000 * spent:20.3f}", flush=True)


if __name__ == "__main__":
    main()
