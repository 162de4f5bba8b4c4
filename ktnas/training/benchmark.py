"""Live training as a benchmark: a candidate's fitness is that of its network, trained on a task's data.

Fulfils `ktnas.benchmarks.computed.ComputedBenchmark`. A search sees validation metrics only; `TrainingBenchmark.report`
measures on the test part and is asked once, after the search.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np
import torch

from ktnas.benchmarks.base import Standing
from ktnas.benchmarks.estimate import Estimate
from ktnas.datasets.dataset import Dataset, Split
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.evaluation.assignment import Assignment
from ktnas.evaluation.processes import Workers
from ktnas.evaluation.protocol import BatchEvaluator
from ktnas.evaluation.serial import Serial
from ktnas.problem.callback import Callbacks
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.recorded_names import lasting_name
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample
from ktnas.training.candidate import Build, CandidateTrainer, Plan
from ktnas.training.engine.device import devices, resolve
from ktnas.training.estimate import Pace, paces
from ktnas.training.halving import Earlier, Halving, earlier
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.recipe import Recipe
from ktnas.typing import Genotype

NAME = "training"


@dataclass(frozen=True)
class TrainingBenchmark:
    """Networks of a search space, trained on datasets.

    Attributes:
        space: The search space.
        datasets: One per task; names unique.
        size: How large the networks are.
        recipe: How they are trained.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        seed: Decides, with task and genotype, every random number of a training.
        networks: Makes a network; your own function for a space of your own.
        limit_s: Seconds after which a candidate is given up; None for no limit.
        halving: Stops candidates that fall behind; None to train all of them to the end.
        weights: Directory where the weights of every trained candidate are kept; None to forget them.
        workers: Processes that train in parallel; 0 to train in this one. No result depends on it.

    Raises:
        ConfigurationError: If there is no dataset, two share a name, or a number is out of its range; if
            halving has nothing to stop.
    """

    space: SearchSpace
    datasets: tuple[Dataset, ...]
    size: Size = field(default_factory=Size)
    recipe: Recipe = field(default_factory=Recipe)
    device: str = "auto"
    seed: int = 0
    networks: Build = build
    limit_s: float | None = None
    halving: Halving | None = None
    weights: Path | None = None
    workers: int = field(default=0, compare=False)
    name: str = NAME

    def __post_init__(self) -> None:
        names = [dataset.name for dataset in self.datasets]
        if not names:
            raise ConfigurationError("training needs at least one dataset; got none")
        if len(set(names)) != len(names):
            raise ConfigurationError(f"datasets must have different names; got {', '.join(names)}")
        if self.limit_s is not None and not 0 < self.limit_s < math.inf:  # NaN is none either
            raise ConfigurationError(f"the time limit must be finite and above 0 seconds; got {self.limit_s:g}")
        if self.halving is not None and not self.halving.rungs(self.recipe.epochs):
            raise ConfigurationError("halving stops nobody in trainings of 1 epoch: raise the epochs, or leave it out")
        if self.workers < 0:
            raise ConfigurationError(f"there must be at least 0 workers; got {self.workers}")

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(dataset.task for dataset in self.datasets)

    @property
    def notes(self) -> tuple[str, ...]:
        recipe, size = self.recipe, self.size
        epochs = f"{recipe.epochs} epoch{'s' if recipe.epochs > 1 else ''}"
        pixels = "" if recipe.resolution is None else f" at {recipe.resolution} x {recipe.resolution} pixels"
        share = "" if recipe.share == 1 else f", {100 * recipe.share:g} % of the images"
        first = (
            f"Fitness is of networks trained here for {epochs}{pixels}{share}, {size.channels} channels: "
            "it ranks candidates, and is not comparable with published accuracies."
        )
        halved = "" if self.halving is None or self.weights else "Test metrics are of networks trained for all epochs."
        untested = [f"{dataset.name} has no test part." for dataset in self.datasets if dataset.test is None]
        own = [f"{dataset.name}: {dataset.note}" for dataset in self.datasets if dataset.note]
        return tuple(note for note in (first, halved, *untested, *own) if note)

    @property
    def data_notes(self) -> tuple[str, ...]:
        """Of each dataset that was read, how many images of which classes there are, and its note."""
        told = {dataset.name: (dataset.account.counted, dataset.note) for dataset in self.datasets}
        return tuple(f"{name}: {' '.join(filter(None, texts))}" for name, texts in told.items() if any(texts))

    def restricted(self, tasks: tuple[str, ...]) -> TrainingBenchmark:
        return replace(self, datasets=tuple(map(self.dataset, tasks)))

    def dataset(self, task: str) -> Dataset:
        """The dataset of a task.

        Raises:
            UnknownNameError: If there is no such task.
        """
        found = next((dataset for dataset in self.datasets if dataset.name == task), None)
        if found is None:
            raise unknown_name("task", task, [dataset.name for dataset in self.datasets], self.name)
        return found

    def best_fitness(self, task: str) -> None:
        """None: nothing is listed."""
        self.dataset(task)

    def label(self, genotype: Genotype) -> str:
        return self.space.format(genotype)

    def check(self) -> None:
        """Refuse what cannot be trained, before anything is.

        Raises:
            KtnasError: If there is no such device, or networks, recipe and datasets do not suit each other.
        """
        first = sample(self.space, Streams(self.seed).rng("check"))
        here = resolve(self.device).type == "cpu"
        trainer = self._trainer if here else CandidateTrainer(self.plan, torch.device("cpu"))
        for dataset in self.datasets:
            trainer.check(dataset, first)

    def evaluate(self, task: str, genotype: Genotype) -> Evaluation:
        """Train in this process, to the end: halving compares within a run, so that only `evaluator` knows it."""
        return self.trained(Assignment((task, genotype)))

    def trained(self, assignment: Assignment[Earlier]) -> Evaluation:
        """Train in this process, as far as the fitness of earlier candidates at the rungs lets it."""
        task, genotype = assignment.question
        return self._trainer.evaluate(self.dataset(task), genotype, assignment.context, self._kept(task, genotype))

    def evaluator(self, callbacks: Callbacks) -> AbstractContextManager[BatchEvaluator]:
        """Trains in this process, or in workers.

        Raises:
            KtnasError: As `check`.
        """
        self.check()
        if self.workers == 0:
            return nullcontext(Serial(self.trained, self.assignments, callbacks))
        answerers = [_InWorker(replace(self, device=str(place))) for place in devices(self.device, self.workers)]
        return Workers(answerers, self.assignments, callbacks, self.limit_s)

    def with_workers(self, workers: int) -> TrainingBenchmark:
        """The same with so many workers."""
        return replace(self, workers=workers)

    def answerer(self) -> _InWorker:
        """Trains a candidate in whatever process, on that machine's device."""
        return _InWorker(self)

    def assignments(self, questions: Sequence[Question], history: History) -> list[Assignment[Earlier]]:
        """What is to be trained for questions, after a history that decides about halving."""
        if self.halving is None:
            return [Assignment(question) for question in questions]
        rungs = self.halving.rungs(self.recipe.epochs)
        bars: dict[str, Earlier] = {task.name: earlier(history, task.name, rungs) for task in self.tasks}
        return [Assignment(question, bars[question[0]]) for question in questions]

    def report(self, task: str, genotype: Genotype) -> Standing:
        """Test metrics, from kept weights if there are any, else after training again: the same bits on a CPU."""
        return Standing(metrics=self._trainer.test(self.dataset(task), genotype, self._kept(task, genotype)))

    def estimate(self) -> Estimate:
        """From a few steps per task; halving is left out of account, so that it can only take less.

        Raises:
            KtnasError: If what is to be trained cannot be.
        """
        measured = self.paces()
        seconds = {d.name: measured[d.name].training_s(self.recipe, d) for d in self.datasets}
        return Estimate(seconds, self.workers, self.reports_s(measured), self.limit_s, self.halving is not None)

    def paces(self) -> Mapping[str, Pace]:
        """How fast candidates of each task are trained."""
        return paces(self.plan, self.datasets, resolve(self.device))

    def reports_s(self, measured: Mapping[str, Pace]) -> float:
        """Seconds of training the best of each task again for `report`; 0 where weights are kept."""
        tested = [dataset for dataset in self.datasets if dataset.test is not None]
        return 0.0 if self.weights else sum(measured[d.name].training_s(self.recipe, d) for d in tested)

    def for_run(self, seed: int, directory: Path) -> TrainingBenchmark:
        """With the run's seed; weights, if they are to be kept, in a directory of the run."""
        return replace(self, seed=seed, weights=self.weights and directory / self.weights)

    def settings(self) -> Mapping[str, object]:
        """What decides a fitness, the seed aside; of datasets, their size and a checksum."""
        return {
            "space": self.space.name,
            "networks": lasting_name(self.networks),
            "size": asdict(self.size),
            "recipe": asdict(self.recipe),
            "device": resolve(self.device).type,
            "limit_s": self.limit_s,
            "halving": None if self.halving is None else asdict(self.halving),
            "datasets": {dataset.name: _described(dataset) for dataset in self.datasets},
        }

    @property
    def plan(self) -> Plan:
        """How candidates are made and trained."""
        return Plan(self.space, self.size, self.recipe, self.seed, self.networks, self.limit_s, self.halving)

    @cached_property
    def _trainer(self) -> CandidateTrainer:
        return CandidateTrainer(self.plan, resolve(self.device))

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_trainer"}  # other processes, own data

    def _kept(self, task: str, genotype: Genotype) -> Path | None:
        if self.weights is None:
            return None
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", task)[:60].strip("-.")
        decides = (self.seed, self.space.name, self.size, self.recipe, self.halving, task, genotype)
        return self.weights / f"{plain}-{crc32(repr(decides).encode()):08x}.safetensors"


@dataclass(frozen=True, slots=True)
class _InWorker:
    """Trains in a process of its own, beside others."""

    benchmark: TrainingBenchmark

    def __call__(self, assignment: Assignment[Earlier]) -> Evaluation:
        torch.set_num_threads(1)  # the other cores are for other workers
        return self.benchmark.trained(assignment)


def _described(dataset: Dataset) -> dict[str, object]:
    objective = {"type": type(dataset.objective).__name__, **asdict(dataset.objective)}
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    sizes = {key: None if part is None else len(part) for key, part in parts.items()}
    checksum = 0
    for part in parts.values():
        checksum = checksum if part is None else _checksum(part, checksum)
    return {"objective": objective, "shape": list(dataset.shape), **sizes, "checksum": f"{checksum:08x}"}


def _checksum(part: Split, begun: int) -> int:
    return crc32(np.ascontiguousarray(part.targets).data, crc32(np.ascontiguousarray(part.images).data, begun))
