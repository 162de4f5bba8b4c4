"""Remake the picture on the README's first page, and the record of what it shows beside it: ``make picture``.

It is what ``ktnas plot`` draws of what ``ktnas run`` finds. A test compares the record of the first seed with what the
program finds today, so that the picture is never one of an older program, or of another version of the table.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ktnas.cli.searches import Searches, told_of_sharing
from ktnas.config.defaults import SHOWN_SEEDS
from ktnas.config.experiment import compose
from ktnas.config.run_options import RunOptions
from ktnas.problem.progress import progress_of
from ktnas.records.run_directory import RunDirectory
from ktnas.records.trials import read_trials
from ktnas.study.looking import figures_of

IMAGES = Path(__file__).parent / "images"
PICTURE, RECORD = IMAGES / "demo.png", IMAGES / "demo.json"


def searched(place: Path, seeds: int = 1) -> dict[str, object]:
    """What ``ktnas run`` finds: for the first seed after how many evaluations the best became which fitness, and alone.

    Args:
        place: Where the runs are recorded and drawn.
        seeds: How many.
    """
    asked = RunOptions()
    experiment, searches = compose(asked), Searches(place, range(seeds), os.cpu_count() or 1, catch=False, silent=True)
    together = searches.run(partial(compose, asked))
    alone = searches.alone(asked, experiment)
    places, others = searches.places(together), searches.alone_places(experiment, alone)
    found = told_of_sharing(experiment, together, alone, RunDirectory(place))
    RunDirectory(place).write("convergence.png", figures_of(place)["convergence"]())
    return {
        "together": improvements(places[0], experiment.problem.names),
        "alone": {task: improvements(runs[0], [task])[task] for task, runs in others.items()},
        "sharing": [str(one) for one in found],
    }


def improvements(place: Path, tasks: Sequence[str]) -> dict[str, list[list[float]]]:
    """Per task, after how many evaluations the best became which fitness."""
    progress = progress_of(read_trials(place), tasks)
    return {task: [[step.evaluation, step.fitness] for step in found.improvements] for task, found in progress.items()}


def digest() -> str:
    """Of the picture as it lies there."""
    return hashlib.sha256(PICTURE.read_bytes()).hexdigest()


def main() -> None:
    """Search, draw, and record."""
    with tempfile.TemporaryDirectory() as place:
        found = searched(Path(place), SHOWN_SEEDS)
        PICTURE.write_bytes((Path(place) / "convergence.png").read_bytes())
    RECORD.write_text(json.dumps({**found, "picture": digest()}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
