"""Remake the picture on the README's first page, and the record of what it shows beside it: ``make picture``.

A test compares that record with what the program finds today, so that the picture is never one of an older program.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from ktnas.config.experiment import compose
from ktnas.config.run_options import RunOptions
from ktnas.problem.progress import progress_of
from ktnas.records.run_directory import RunDirectory
from ktnas.records.trials import read_trials
from ktnas.report.run_figures import draw
from ktnas.runner.session import search_once

IMAGES = Path(__file__).parent / "images"
PICTURE, RECORD = IMAGES / "demo.png", IMAGES / "demo.json"


def searched(place: Path) -> dict[str, list[list[float]]]:
    """What ``ktnas run`` finds: per task, after how many evaluations the best became which fitness.

    Args:
        place: Where the run is recorded and drawn.
    """
    experiment, directory = compose(RunOptions()), RunDirectory(place)
    summary = search_once(experiment, 0, directory)
    draw(experiment, directory, [summary], [place])
    progress = progress_of(read_trials(place), experiment.problem.names)
    return {task: [[step.evaluation, step.fitness] for step in found.improvements] for task, found in progress.items()}


def digest() -> str:
    """Of the picture as it lies there."""
    return hashlib.sha256(PICTURE.read_bytes()).hexdigest()


def main() -> None:
    """Search, draw, and record."""
    with tempfile.TemporaryDirectory() as place:
        found = searched(Path(place))
        PICTURE.write_bytes((Path(place) / "convergence.png").read_bytes())
    RECORD.write_text(json.dumps({"improvements": found, "picture": digest()}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
