"""Asks a study and tells it, to its end: ``study_job.py DIR SEED [AGAIN]``; ``... clock`` with a clock that jumps."""

from __future__ import annotations

import random
import sys
import time

import ktnas
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4, 4, 4))


def answer(task: str, genotype: tuple[int, ...]) -> float:
    """What is measured."""
    return float(sum(genotype)) if task == "sum" else genotype.count(3) - genotype[0] / 10


def main(directory: str, seed: str, how: str = "") -> None:
    """Work until nothing is left to ask."""
    study = ktnas.Study(
        directory,
        SPACE,
        ["sum", "threes"],
        method="regularized-evolution",
        budget=14,
        seed=int(seed),
        asynchronous=False,
    )
    again = None
    if how == "clock":
        rng, again = random.Random(int(seed)), 60.0
        time.time = lambda: rng.uniform(0, 4e9)
    elif how:
        again = float(how)
    while suggestions := study.ask(3, again=again):
        for suggestion in suggestions:
            if suggestion.id in {one.id for one in study.pending}:
                study.tell(suggestion, answer(suggestion.task, suggestion.genotype))


if __name__ == "__main__":
    main(*sys.argv[1:])
