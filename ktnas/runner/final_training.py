"""`ktnas train`: one architecture, trained from scratch and measured on test images; its weights and its record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TextIO, TypedDict

from ktnas.description import describe
from ktnas.errors import ConfigurationError
from ktnas.files.durable import make_directory, write_atomically
from ktnas.files.json_lines import to_json
from ktnas.formatting import count_text, duration, number_text
from ktnas.records.configuration import environment
from ktnas.records.run_directory import unused_directory
from ktnas.typing import JSON

if TYPE_CHECKING:
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.engine.trainer import EpochResult


WEIGHTS = "weights.safetensors"


RECORD = "training.json"


class Record(TypedDict):
    """What ``training.json`` holds."""

    architecture: str
    genotype: list[int]
    task: str
    metric: str
    seed: int
    validation: dict[str, float]
    test: dict[str, float]
    cost_s: float
    weights: str
    notes: list[str]
    training: JSON
    environment: JSON


@dataclass(frozen=True, slots=True)
class FinalTraining:
    """One architecture on one dataset.

    Attributes:
        benchmark: With that dataset alone.
        architecture: Its official string.
        seed: Seed of all random numbers.
    """

    benchmark: TrainingBenchmark
    architecture: str
    seed: int

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.benchmark.tasks[0].name

    def directory(self, parent: Path) -> Path:
        """A new directory for it.

        Raises:
            ConfigurationError: If it cannot be made.
        """
        architecture = re.sub(r"[^A-Za-z0-9]+", "-", self.architecture).strip("-")
        return unused_directory(parent, ("train", self.task, architecture[:40], f"seed{self.seed}"))

    def run(self, directory: Path, progress: TextIO | None) -> Record:
        """Train, measure, and write weights and record.

        Args:
            directory: Made if need be; files of an earlier training in it are replaced. Where the training fails and
                it is empty, it is removed.
            progress: Gets a line per epoch; None for none.

        Raises:
            KtnasError: If the string is no architecture, or its training fails.
        """
        try:
            make_directory(directory)
        except OSError as error:
            raise ConfigurationError(f"cannot make {directory}: {error.strerror}; choose another --out") from None
        try:
            return self._trained(directory, progress)
        except BaseException:
            with suppress(OSError):
                directory.rmdir()  # only what is empty can be removed so
            raise

    def _trained(self, directory: Path, progress: TextIO | None) -> Record:
        from ktnas.training.candidate import CandidateTrainer
        from ktnas.training.engine.device import resolve

        benchmark, dataset = self.benchmark, self.benchmark.datasets[0]
        genotype = benchmark.space.parse(self.architecture)
        trainer = CandidateTrainer(replace(benchmark.plan, seed=self.seed), resolve(benchmark.device))
        on_epoch = None if progress is None else _Lines(progress)
        trained = trainer.train(dataset, genotype, on_epoch=on_epoch)
        trainer.save(directory / WEIGHTS, trained.network, dataset, genotype)
        record = Record(
            architecture=self.architecture,
            genotype=list(genotype),
            task=dataset.name,
            metric=dataset.objective.metric,
            seed=self.seed,
            validation=dict(trained.metrics),
            test={} if dataset.test is None else trainer.measure(trained.network, dataset, dataset.test),
            cost_s=trained.training.cost_s,
            weights=WEIGHTS,
            notes=[dataset.note] if dataset.note else [],
            training=describe(benchmark.settings()),
            environment=environment(),
        )
        write_atomically(directory / RECORD, to_json(record))
        return record


class _Lines:
    """A line per epoch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._began = stream, monotonic()

    def __call__(self, result: EpochResult) -> None:
        gone = monotonic() - self._began
        left = gone * (result.epochs - result.epoch) / result.epoch
        fitness = "" if result.fitness is None else f", validation {number_text(result.fitness)}"
        clock = f"{duration(gone)}, about {duration(left)} left" if left else duration(gone)
        line = f"epoch {result.epoch}/{result.epochs}: training loss {number_text(result.loss)}{fitness}  ({clock})\n"
        self._stream.write(line)
        self._stream.flush()


def print_record(record: Mapping[str, object], stream: TextIO) -> None:
    """What came of it, in a few lines."""
    for part in ("validation", "test"):
        numbers = record[part]
        if isinstance(numbers, Mapping) and numbers:
            text = ", ".join(f"{name.removeprefix('test ')} {count_text(value)}" for name, value in numbers.items())
            stream.write(f"{part}: {text}\n")
