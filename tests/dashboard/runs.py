"""Run directories as searches leave them, small ones, and what may become of them."""

import json
import os
import time

import ktnas
from ktnas.spaces.categorical import Categorical


def total(genotype):
    return float(sum(genotype))


def loss(genotype):
    return float(sum((2 - g) ** 2 for g in genotype))


FUNCTIONS = {"total": total, "loss": loss}


def study(place, functions=FUNCTIONS, budget=12, seed=0):
    return ktnas.Study(
        place,
        Categorical((3,) * 4),
        functions,
        minimize=["loss"],
        method="regularized-evolution",
        budget=budget,
        seed=seed,
    )


def age(directory, seconds=3_600):
    """Make a record older: one that has just grown counts as running."""
    then = time.time() - seconds
    for path in directory.iterdir():
        os.utime(path, (then, then))


def cut(directory, lines):
    """Take a run back to its first lines, without a summary."""
    (directory / "summary.json").unlink(missing_ok=True)
    path = directory / "trials.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    age(directory)


def change(path, **fields):
    """Change fields of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    age(path.parent)
