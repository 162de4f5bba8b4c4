"""The same seed, the same trials: in fresh processes with other hash seeds, through the record, and in one process."""

import hashlib
import json
import os
import subprocess
import sys
from functools import cache

import pytest

from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical

METHODS = {"ktnas": ktnas, "ktnas-paper": ktnas_paper}

PROBLEM = Problem(Categorical((3,) * 4), (Task("first"), Task("second")))


def evaluate(task, genotype):
    a, b, c, d = genotype
    if a == b == c == d:
        return Evaluation.failed("all alike")
    return Evaluation(float(a * b + c - d if task == "first" else a * b - c + d))


@cache
def digest(method, seed):
    """A hash of everything a search asked and was told."""
    result = run(PROBLEM, METHODS[method](), evaluate, budget=Budget(16), seed=seed)
    record = [
        [t.generation, t.task, t.genotype, t.proposal.parents, t.proposal.source_task, t.fitness, t.repeat]
        for t in result.history
    ]
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


@pytest.mark.slow
def test_fresh_processes_with_other_hash_seeds_search_alike():
    processes = [
        subprocess.Popen(
            [sys.executable, __file__], env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in ("0", "1", "12345")
    ]
    outputs = [json.loads(process.communicate()[0]) for process in processes]
    assert all(process.returncode == 0 for process in processes)
    here = {method: digest(method, 7) for method in METHODS}
    assert outputs == [here] * 3


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_other_seeds_search_differently(method):
    assert digest(method, 7) != digest(method, 8)


if __name__ == "__main__":
    json.dump({method: digest(method, 7) for method in METHODS}, sys.stdout)
