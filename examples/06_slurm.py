#!/usr/bin/env python
# SBATCH --array=0-31 --time=04:00:00 --gres=gpu:1
"""Slurm, by ask and tell: each job of an array takes an architecture, trains it, tells what it reached, and again.

    sbatch examples/06_slurm.py          # 32 jobs share one study; any may die, or join later
    python examples/06_slurm.py          # one job, here and now
    ktnas show runs/slurm                # how far it is, from anywhere

The study lies in a directory that all jobs see; it is locked for the moment of each question and answer. Prints a line
per evaluation, and the best at the end.
"""

from pathlib import Path

import ktnas
from ktnas.spaces.nasbench201 import NASBench201


def train(task: str, cell: tuple[int, ...]) -> float:
    """Hours on a GPU, in real life."""
    return 80.0 + cell.count(3) + (cell.count(1) if task == "photos" else cell.count(2))


study = ktnas.Study(Path("runs/slurm"), NASBench201(), ["photos", "sketches"], budget=15, seed=0)
while suggestions := study.ask(1):
    for suggestion in suggestions:
        try:
            value = train(suggestion.task, suggestion.genotype)
        except Exception as error:  # a failure is an answer too
            study.tell(suggestion, error=repr(error))
        else:
            study.tell(suggestion, value)
            print(f"{suggestion.task} {suggestion.architecture}: {value}")

for task, found in study.best.items():
    print(f"best of {task}: {found.fitness} with {found.architecture}")
