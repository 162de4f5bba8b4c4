"""Evaluates functions of one's own, one architecture of which goes wrong: ``functions.py WAY SEED FILE``."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

import ktnas
from ktnas.evaluation.assignment import Assignment
from ktnas.evaluation.processes import Workers
from ktnas.problem.callback import Callbacks
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.spaces.categorical import Categorical
from ktnas.typing import Genotype

SPACE = Categorical((3, 3))


class NoTextError(Exception):
    """An error of which nothing can be told."""

    def __str__(self) -> str:
        raise RuntimeError("there is no text")


def go_wrong(way: str) -> object:
    """What happens to the one architecture."""
    if way == "raises":
        raise ZeroDivisionError("not today")
    if way == "raises without text":
        raise NoTextError
    if way == "exits":
        sys.exit(3)
    if way == "is long":
        raise ValueError("x" * 10_000_000)
    if way == "sets errors":
        np.seterr(all="raise")
    if way == "hangs":
        time.sleep(100_000)
    if way == "ends its process":
        os._exit(7)
    return {"answers NaN": float("nan"), "answers infinity": float("inf"), "answers a word": "good"}.get(way)


@dataclass(frozen=True)
class Function:
    """A sum, but for one architecture."""

    way: str
    victim: Genotype

    def __call__(self, genotype: Genotype) -> float:
        answer = go_wrong(self.way) if genotype == self.victim else None
        return float(genotype[0] * 2 + genotype[1]) if answer is None else answer  # type: ignore[return-value]


@dataclass(frozen=True)
class InWorker:
    """The function, as workers are given it."""

    function: Function

    def __call__(self, assignment: Assignment[None]) -> Evaluation:
        return Evaluation(self.function(assignment.question[1]))


def in_workers(function: Function) -> dict[Genotype, Evaluation]:
    """All architectures, two at a time, with a limit."""
    questions: list[Question] = [("sum", genotype) for genotype in product(range(3), repeat=2)]
    answerer = InWorker(function)
    with Workers([answerer, answerer], lambda asked, _: [Assignment(q) for q in asked], Callbacks(), 0.5) as workers:
        workers.expect(questions, History())
        return {genotype: workers(task, genotype) for task, genotype in questions}


def main() -> None:
    """Evaluate every architecture, and write what came of it."""
    way, seed, path = sys.argv[1:]
    victim = random.Random(int(seed)).choice(list(product(range(3), repeat=2)))
    function = Function(way, victim)
    if way in ("hangs", "ends its process"):
        found = in_workers(function)
    else:
        result = ktnas.search(SPACE, {"sum": function}, method="random-search", budget=9, seed=int(seed), catch=True)
        found = {trial.genotype: trial.evaluation for trial in result.history}
    answers = {str(genotype): (answer.fitness, answer.error) for genotype, answer in sorted(found.items())}
    Path(path).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
