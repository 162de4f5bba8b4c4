"""Everything that a directory of `ktnas run` holds, or a study's, read at once: for those who show it.

Whatever can be missing may be: a run that has just begun has no trials, one under way no summary, an older one tells
less. What is there and damaged is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ktnas.algorithms.beliefs import Belief
from ktnas.errors import DataError
from ktnas.files.plain_json import read_json_file
from ktnas.problem.task import Task
from ktnas.problem.trial import Trial
from ktnas.records.beliefs import read_beliefs
from ktnas.records.checked import count_of, fields_of, number_of, text_of
from ktnas.records.configuration import seeds_of, task_of
from ktnas.records.run_directory import CONFIG, SUMMARY, RunDirectory, places_of
from ktnas.records.trials import TRIALS, read_named_trials
from ktnas.transfer.outcome import Outcome, outcomes_of
from ktnas.typing import JSON, Genotype

ALONE = "alone"
"""Within a run's directory: where targets are searched alone."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One run.

    Attributes:
        seed: Its seed.
        trials: Its trials, in order, repeats included.
        beliefs: What its model believed; empty where nothing is recorded of it.
        summary: What it came to; empty while it has not ended.
        place: Its directory; None in memory.
    """

    seed: int
    trials: tuple[Trial, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    summary: Mapping[str, object] = field(default_factory=dict)
    place: Path | None = None

    @property
    def finished(self) -> bool:
        """Whether it has come to its end."""
        return self.summary.get("finished") is True

    def seconds(self, part: str) -> float | None:
        """Its wall-clock seconds, ``"total"`` or those of the ``"search"``; None where nothing is told of them."""
        told = self.summary.get("seconds")
        value = told.get(part) if isinstance(told, Mapping) else None
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Recordings:
    """One run, or the repeats of one.

    Attributes:
        config: Its configuration, as ``config.json`` has it.
        tasks: Its tasks.
        roles: Per task ``"source"``, ``"target"`` or ``"task"``.
        best_listed: Per task the best listed fitness; None where it is not known.
        budget: Evaluations per task.
        runs: One per seed.
        label: An architecture as users know it.
        alone: By task, runs of the same search of that task alone.
        path: The directory; None in memory.
    """

    config: Mapping[str, JSON]
    tasks: tuple[Task, ...]
    roles: Mapping[str, str]
    best_listed: Mapping[str, float | None]
    budget: int
    runs: tuple[Recording, ...]
    label: Callable[[Genotype], str]
    alone: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    path: Path | None = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds."""
        return tuple(run.seed for run in self.runs)

    @property
    def title(self) -> str:
        """What was searched, and how."""
        sources = [task.name for task in self.tasks if self.roles[task.name] == "source"]
        others = [task.name for task in self.tasks if self.roles[task.name] != "source"]
        tasks = " to ".join(", ".join(group) for group in (sources, others) if group)
        return f"{self.config.get('benchmark')}: {tasks} ({self.method})"

    @property
    def method(self) -> str:
        """The method's name."""
        told = next((run.summary["method"] for run in self.runs if "method" in run.summary), None)
        if isinstance(told, str):
            return told
        method = self.config.get("method")
        if isinstance(method, Mapping):
            return str(method.get("label") or method.get("name") or method.get("type"))
        return str(method)

    def outcomes(self, run: Recording) -> Mapping[str, tuple[Outcome, ...]] | None:
        """What became of a run's transfers, per target; None where its record does not tell how they are judged."""
        method = self.config.get("method")
        if not isinstance(method, Mapping) or method.get("type") != "KTNAS" or self.without_generations:
            return None
        population, ratio = method.get("population"), method.get("ratio")
        if not isinstance(population, int) or not isinstance(ratio, int | float) or population < 1:
            return None
        return outcomes_of(run.trials, population, float(ratio))

    @property
    def without_generations(self) -> bool:
        """Whether the search was told answer by answer."""
        return "asynchronous" in self.config or self.config.get("told_each_answer") is True


def read_recordings(path: Path) -> Recordings:
    """All that a run directory holds, or a study's.

    Raises:
        DataError: If it holds none, or a damaged one.
    """
    if not path.is_dir():
        raise DataError(f"{path} is no directory: name the directory of a run, a study or a sweep")
    config = RunDirectory(path).config()
    if config is None:
        raise DataError(f"{path} holds no run: it has no {CONFIG} that can be read")
    try:
        seeds = seeds_of(config)
        described = {name: fields_of(one) for name, one in fields_of(config["tasks"]).items()}
        tasks = tuple(task_of(name, one) for name, one in described.items())
        roles = {name: text_of(one["role"]) for name, one in described.items()}
        listed = {name: _number(one["best_listed"]) for name, one in described.items()}
        budget = count_of(config["budget"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path / CONFIG} is damaged ({type(error).__name__}: {error})") from None
    if not tasks or not seeds:
        raise DataError(f"{path / CONFIG} is damaged: it has no tasks, or no seed")
    labels: dict[Genotype, str] = {}
    runs = tuple(_recording(place, seed, labels) for seed, place in places_of(path, seeds).items())
    alone = {
        task: tuple(_recording(own, seed, labels) for seed, own in places_of(place, seeds).items() if own.is_dir())
        for task, place in _alone(path).items()
        if task in roles
    }
    return Recordings(config, tasks, roles, listed, budget, runs, _Labels(labels), alone, path)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Architectures as users know them; the code of one that no record names."""

    known: Mapping[Genotype, str]

    def __call__(self, genotype: Genotype) -> str:
        return self.known.get(genotype) or ",".join(map(str, genotype))


def _number(value: object) -> float | None:
    return None if value is None else number_of(value)


def _recording(place: Path, seed: int, labels: dict[Genotype, str]) -> Recording:
    named = read_named_trials(place) if (place / TRIALS).exists() else ()
    for trial, label in named:
        labels.setdefault(trial.genotype, label)
    trials = tuple(trial for trial, _ in named)
    return Recording(seed, trials, read_beliefs(place), _summary(place), place)


def _summary(place: Path) -> Mapping[str, object]:
    try:
        return fields_of(read_json_file(place / SUMMARY))
    except (OSError, ValueError, TypeError):
        return {}


def _alone(path: Path) -> dict[str, Path]:
    """Directories of searches of one task alone, by the task."""
    found: dict[str, Path] = {}
    places = sorted((path / ALONE).iterdir()) if (path / ALONE).is_dir() else []
    for place in places:
        tasks = (RunDirectory(place).config() or {}).get("tasks")
        if isinstance(tasks, Mapping) and len(tasks) == 1:
            found[next(iter(tasks))] = place
    return found
