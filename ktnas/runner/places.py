"""Where runs are recorded: a directory for those that are new, and what is left to do in those that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ktnas.records.evaluations import answered
from ktnas.records.run_directory import RunDirectory, places_of, unused_directory
from ktnas.runner.experiment import Experiment

_NAME_LIMIT = 60


def fresh_directory(experiment: Experiment, seeds: Sequence[int], parent: Path) -> Path:
    """A new directory named after the run; where the name is taken, with a number behind it: nothing is overwritten.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    problem = experiment.problem
    sources = "+".join(name for name in problem.names if name in problem.sources)
    others = "+".join(name for name in problem.names if name not in problem.sources)
    tasks = f"{sources}-to-{others}" if sources else others
    if len(tasks) > _NAME_LIMIT:
        tasks = f"{len(problem.names)}-tasks"
    seed = f"seed{seeds[0]}" if len(seeds) == 1 else f"seeds{seeds[0]}-{seeds[-1]}"
    return unused_directory(parent, (experiment.benchmark.name, tasks, experiment.search.name, seed))


def unanswered(experiment: Experiment, seeds: Sequence[int], path: Path | None) -> list[Counter[str]]:
    """Per run that has not come to its end, how many evaluations of each task are left.

    Args:
        experiment: What is searched.
        seeds: A run for each.
        path: Where they are recorded; it need not exist. None where nothing is.

    Raises:
        DataError: If one holds a damaged record.
    """
    every = Counter(dict.fromkeys(experiment.problem.names, experiment.budget.evaluations))
    if path is None:
        return [every for _ in seeds]
    budget = experiment.budget.evaluations
    finished = {place: RunDirectory(place).finished_summary() for place in places_of(path, seeds).values()}
    runs = [place for place, found in finished.items() if found is None or found.get("budget") != budget]
    return [every - Counter(task for task, _ in answered(run)) for run in runs]
