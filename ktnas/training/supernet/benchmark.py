"""Weight sharing as a benchmark: a candidate's fitness is that of its network with weights inherited from a supernet.

Fulfils `ktnas.benchmarks.computed.ComputedBenchmark`. The first evaluation of a task trains its supernet, as its cost
says; every later one costs a pass over the validation part. What a search has found is reported as trained by itself:
inherited weights are good for an order, not for an accuracy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import torch

from ktnas.benchmarks.base import Standing
from ktnas.benchmarks.estimate import Estimate
from ktnas.datasets.dataset import Dataset
from ktnas.errors import ArchitectureError, DataError
from ktnas.evaluation.assignment import Assignment, without_context
from ktnas.evaluation.protocol import BatchEvaluator
from ktnas.evaluation.serial import Serial
from ktnas.files.durable import make_directory
from ktnas.formatting import duration
from ktnas.problem.callback import Callbacks
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.operators import sample
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.engine import weights
from ktnas.training.engine.checkpoint import Checkpoint
from ktnas.training.engine.device import is_out_of_memory, one_thread, resolve
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.on_device import OnDevice, put
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import EpochResult, Training
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.network import Supernet, require_supernet, score, train_supernet
from ktnas.typing import Genotype

NAME = "supernet"


EPOCHS = 50
"""Default epochs of a supernet: an operation of EMT-NAS is then trained as often as in 2 to 6 epochs of its own."""


def _recipe() -> Recipe:
    return Recipe(epochs=EPOCHS)


@dataclass(frozen=True)
class SupernetBenchmark:
    """Networks of a search space that share their weights, one supernet per task.

    Attributes:
        alone: How what a search has found is trained by itself, for the report; gives space, datasets, device, seed.
        size: How large the networks in the supernet are.
        recipe: How a supernet is trained.
        directory: Where trained supernets are kept, to be loaded instead of trained again; one whose training was cut
            off goes on after its last whole epoch. None to keep none.

    Raises:
        ConfigurationError: If the space has no supernet, or an auxiliary head is asked for.
    """

    alone: TrainingBenchmark
    size: Size = field(default_factory=Size)
    recipe: Recipe = field(default_factory=_recipe)
    directory: Path | None = None
    name: str = NAME

    def __post_init__(self) -> None:
        require_supernet(self.alone.space, self.size)

    @property
    def space(self) -> SearchSpace:
        return self.alone.space

    @property
    def tasks(self) -> tuple[Task, ...]:
        return self.alone.tasks

    @property
    def device(self) -> str:
        """As `TrainingBenchmark.device`."""
        return self.alone.device

    @property
    def seed(self) -> int:
        """As `TrainingBenchmark.seed`."""
        return self.alone.seed

    @property
    def workers(self) -> int:
        """0: all candidates of a task share one network, in this process."""
        return 0

    @property
    def notes(self) -> tuple[str, ...]:
        shared = (
            f"Fitness is of weights shared by all candidates, trained for {self.recipe.epochs} epochs: it is meant to "
            "order candidates (docs/supernet.md tells how well it does), and is far below what each reaches when "
            "trained by itself. The first evaluation of a task includes the training of its supernet.",
            "Test metrics are of networks trained by themselves.",
        )
        return (*shared, *self.alone.notes[1:])

    @property
    def data_notes(self) -> tuple[str, ...]:
        """As `TrainingBenchmark.data_notes`."""
        return self.alone.data_notes

    def restricted(self, tasks: tuple[str, ...]) -> SupernetBenchmark:
        return replace(self, alone=self.alone.restricted(tasks))

    def best_fitness(self, task: str) -> None:
        """None: nothing is listed."""
        self.alone.best_fitness(task)

    def label(self, genotype: Genotype) -> str:
        return self.alone.label(genotype)

    def check(self) -> None:
        """Refuse what cannot be trained, before anything is.

        Raises:
            KtnasError: If there is no such device, or networks, recipes and datasets do not suit each other.
        """
        self.alone.check()
        for dataset in self.alone.datasets:
            self._supernets.check(dataset)

    def evaluate(self, task: str, genotype: Genotype, busy: Callable[[str], object] | None = None) -> Evaluation:
        """Fitness with inherited weights; of a task's first architecture, after its supernet was trained or loaded.

        Args:
            task: The task's name.
            genotype: The architecture.
            busy: Is told after each epoch of a supernet how far its training has come.

        Raises:
            UnknownNameError: If there is no such task.
            DataError: If the supernet that was kept is another one, or a new one cannot be written.
        """
        return self._supernets.evaluate(self.alone.dataset(task), genotype, busy)

    def evaluator(self, callbacks: Callbacks) -> AbstractContextManager[BatchEvaluator]:
        """Answers in this process.

        Raises:
            KtnasError: As `check`.
        """
        self.check()

        def answer(assignment: Assignment[object]) -> Evaluation:
            return self.evaluate(*assignment.question, busy=lambda text: callbacks.evaluations(doing=text))

        return nullcontext(Serial(answer, without_context, callbacks))

    def report(self, task: str, genotype: Genotype) -> Standing:
        """Test metrics of the architecture trained by itself, from new weights."""
        return self.alone.report(task, genotype)

    def estimate(self) -> Estimate:
        """From a few steps per task: each task's supernet, a pass of each candidate, and the report.

        Raises:
            KtnasError: If what is to be trained cannot be.
        """
        measured, datasets = self.alone.paces(), self.alone.datasets
        supernets_s = sum(measured[d.name].training_s(self.recipe, d) for d in datasets)
        seconds = {d.name: measured[d.name].measuring_s(d) for d in datasets}
        return Estimate(seconds, 1, self.alone.reports_s(measured) + supernets_s)

    def for_run(self, seed: int, directory: Path) -> SupernetBenchmark:
        """With the run's seed; supernets are kept in a directory of the run, so that one that goes on has them."""
        return replace(
            self, alone=self.alone.for_run(seed, directory), directory=directory / (self.directory or "supernets")
        )

    def settings(self) -> Mapping[str, object]:
        """What decides a fitness or a report, the seed aside."""
        supernet = {"size": asdict(self.size), "recipe": asdict(self.recipe)}
        return {"supernet": supernet, "alone": self.alone.settings()}

    @cached_property
    def _supernets(self) -> _Supernets:
        return _Supernets(self)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_supernets"}


class _Supernets:
    """The trained supernets of a benchmark, with their data, on its device."""

    def __init__(self, benchmark: SupernetBenchmark) -> None:
        self._benchmark = benchmark
        self._device = resolve(benchmark.device)
        self._data: dict[str, OnDevice] = {}
        self._trained: dict[str, Supernet] = {}
        self._failed: dict[str, str] = {}

    def check(self, dataset: Dataset) -> None:
        """A path runs on two images.

        Raises:
            KtnasError: If size, recipe and dataset do not suit each other.
        """
        part = self._put(dataset).train
        supernet = self._built(dataset).to(self._device)
        with torch.no_grad():
            supernet(part.inputs(part.images[:2]), sample(supernet.space, Streams(0).rng("check")))

    def evaluate(self, dataset: Dataset, genotype: Genotype, busy: Callable[[str], object] | None) -> Evaluation:
        """As `SupernetBenchmark.evaluate`."""
        began, earlier_s = perf_counter(), 0.0
        try:
            with one_thread():
                supernet, earlier_s = self._supernet(dataset, busy)
                metrics = score(supernet, genotype, self._put(dataset), self._benchmark.recipe)
        except (TrainingError, ArchitectureError) as error:
            return Evaluation.failed(str(error), perf_counter() - began)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            reason = f"out of memory on {self._device}: {error}".partition("\n")[0]
            return Evaluation.failed(reason, perf_counter() - began)
        return Evaluation(next(iter(metrics.values())), earlier_s + perf_counter() - began, metrics)

    def _put(self, dataset: Dataset) -> OnDevice:
        if dataset.name not in self._data:
            self._data[dataset.name] = put(dataset, self._benchmark.recipe, self._device)
        return self._data[dataset.name]

    def _built(self, dataset: Dataset) -> Supernet:
        benchmark = self._benchmark
        shape = benchmark.recipe.resized(dataset.shape)
        return seeded(lambda: Supernet(benchmark.space, dataset.objective, shape, benchmark.size), benchmark.seed)

    def _supernet(self, dataset: Dataset, busy: Callable[[str], object] | None) -> tuple[Supernet, float]:
        """The trained supernet of a task, and seconds that were paid before its training was cut off.

        One that failed would fail again, at the same cost.
        """
        if dataset.name in self._failed:
            raise TrainingError(self._failed[dataset.name])
        earlier_s = 0.0
        if dataset.name not in self._trained:
            supernet, path = self._built(dataset), self._path(dataset)
            checkpoint = None if path is None else Checkpoint(path.with_suffix(".checkpoint"), path.stem)
            if path is not None and weights.load_kept(path, supernet, self._origin(dataset)):
                supernet.to(self._device)
            else:
                self._require_directory()
                earlier_s = self._train(supernet, dataset, busy, checkpoint).earlier_s
                if path is not None:
                    weights.save(path, supernet, self._origin(dataset))
            if checkpoint is not None:
                checkpoint.remove()
            self._trained[dataset.name] = supernet
        return self._trained[dataset.name], earlier_s

    def _train(
        self,
        supernet: Supernet,
        dataset: Dataset,
        busy: Callable[[str], object] | None,
        checkpoint: Checkpoint | None,
    ) -> Training:
        recipe, seed = self._benchmark.recipe, self._benchmark.seed

        def on_epoch(result: EpochResult) -> None:
            left = duration(result.cost_s * (result.epochs - result.epoch) / result.epoch)
            if busy is not None:
                busy(f"supernet of {dataset.name}: epoch {result.epoch} of {result.epochs}, about {left} left")

        if busy is not None:
            busy(f"supernet of {dataset.name}: epoch 0 of {recipe.epochs}")
        try:
            return train_supernet(
                supernet,
                self._put(dataset),
                recipe,
                device=self._device,
                seed=seed,
                on_epoch=on_epoch,
                checkpoint=checkpoint,
            )
        except TrainingError as error:
            self._failed[dataset.name] = f"the supernet of {dataset.name!r}: {error}"
            raise TrainingError(self._failed[dataset.name]) from error

    def _require_directory(self) -> None:
        """Before hours of training, not after them."""
        directory = self._benchmark.directory
        if directory is None:
            return
        try:
            make_directory(directory)
        except OSError as error:
            raise DataError(f"no directory for trained supernets can be made at {directory}: {error}") from error

    def _path(self, dataset: Dataset) -> Path | None:
        """A file of its own for everything that decides a supernet's weights."""
        benchmark = self._benchmark
        if benchmark.directory is None:
            return None
        alone = benchmark.alone.restricted((dataset.name,)).settings()
        decides = {
            "space": repr(benchmark.space),
            "seed": benchmark.seed,
            "supernet": benchmark.settings()["supernet"],
            "device": alone["device"],
            "datasets": alone["datasets"],
        }
        digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]
        return benchmark.directory / f"supernet-{digest}.safetensors"

    def _origin(self, dataset: Dataset) -> weights.Origin:
        benchmark = self._benchmark
        return weights.Origin(
            space=benchmark.space.name,
            architecture="supernet",
            task=dataset.name,
            size=str(benchmark.size),
            recipe=weights.digest(benchmark.recipe),
            normalization=self._put(dataset).train.normalization,
        )
