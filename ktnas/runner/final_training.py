"""`ktnas train`: one architecture, trained from scratch and measured on test images; its weights and its record."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypedDict

from ktnas.description import describe
from ktnas.errors import ConfigurationError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import locked_directory, to_json
from ktnas.formatting import count_text, duration, number_text
from ktnas.records.configuration import environment
from ktnas.records.run_directory import unused_directory
from ktnas.typing import JSON

if TYPE_CHECKING:
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.engine.trainer import EpochResult


WEIGHTS = "weights.safetensors"


RECORD = "training.json"


CHECKPOINT = "training.checkpoint"
"""How far a training has come; gone once it is done."""


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
            directory: Made if need be; files of an earlier training in it are replaced. If one of the same
                architecture and settings was cut off there, it goes on after its last whole epoch: the same weights, to
                the bit on a CPU. Where the training fails and it is empty, it is removed.
            progress: Gets a line per epoch; None for none.

        Raises:
            KtnasError: If the string is no architecture, another process trains there, or the training fails.
        """
        with self._held(directory):
            try:
                return self._trained(directory, progress)
            except BaseException as error:
                with suppress(OSError):
                    directory.rmdir()  # only what is empty can be removed so
                if progress is not None and isinstance(error, KeyboardInterrupt) and (directory / CHECKPOINT).exists():
                    progress.write(f"how far it has come is kept: the same command with --out {directory} goes on\n")
                raise

    @contextmanager
    def _held(self, directory: Path) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(locked_directory(directory))
            except OSError as error:
                raise ConfigurationError(f"cannot make {directory}: {error.strerror}; choose another --out") from None
            yield

    def _decides(self) -> str:
        """A name of everything that decides the weights."""
        decides = (self.architecture, self.seed, describe(self.benchmark.settings()))
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def _trained(self, directory: Path, progress: TextIO | None) -> Record:
        from ktnas.training.candidate import CandidateTrainer
        from ktnas.training.engine.checkpoint import Checkpoint
        from ktnas.training.engine.device import resolve

        benchmark, dataset = self.benchmark, self.benchmark.datasets[0]
        genotype = benchmark.space.parse(self.architecture)
        trainer = CandidateTrainer(replace(benchmark.plan, seed=self.seed), resolve(benchmark.device))
        on_epoch = None if progress is None else _Lines(progress)
        checkpoint = Checkpoint(directory / CHECKPOINT, self._decides())
        trained = trainer.train(dataset, genotype, on_epoch=on_epoch, checkpoint=checkpoint)
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
        checkpoint.remove()
        return record


class _Lines:
    """A line per epoch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._begun = stream, False

    def __call__(self, result: EpochResult) -> None:
        if not self._begun and result.epoch > 1:
            self._stream.write(f"goes on after epoch {result.epoch - 1}, where it was cut off\n")
        self._begun = True
        gone = result.cost_s
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
