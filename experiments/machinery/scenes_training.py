"""One training on rendered scenes by a setting: what the recipe is chosen from, and what the table is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import lru_cache
from hashlib import sha256
from time import perf_counter, process_time

from experiments.machinery.scenes_networks import SPACE
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.scenes import Scenes
from ktnas.training.candidate import CandidateTrainer, Plan
from ktnas.training.engine.device import resolve
from ktnas.training.engine.errors import TrainingError
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.recipe import Recipe
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Setting:
    """How networks are trained and judged on a task.

    Attributes:
        images: Scenes to train on.
        size: Height and width, pixels.
        epochs: Passes over them.
        batch: Images per step.
        rate: Learning rate at the start.
        channels: After the stem.
        validation: Scenes for validation.
        test: Scenes for the test.
        scenes: What differs from the default of `Scenes`, such as ``(("permutations", 12),)``.
        recipe: What else differs from the default of `Recipe`, where flips and shifts are left out.
    """

    images: int = 2000
    size: int = 16
    epochs: int = 1
    batch: int = 32
    rate: float = 0.1
    channels: int = 8
    validation: int = 500
    test: int = 1500
    scenes: tuple[tuple[str, float], ...] = ()
    recipe: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> str:
        """In a word, without the sizes of the parts that are judged on."""
        base = f"{self.size}px {self.images}x{self.epochs} b{self.batch} lr{self.rate:g} c{self.channels}"
        return " ".join([base, *(f"{key}={value:g}" for key, value in (*self.scenes, *self.recipe))])

    def dataset(self, task: str) -> Dataset:
        """The scenes as a task."""
        return Scenes(self.images, self.validation, self.test, self.size, **dict(self.scenes)).dataset(task)  # type: ignore[arg-type]

    def plan(self, seed: int) -> Plan:
        """How candidates are made and trained."""
        recipe = Recipe(
            epochs=self.epochs,
            batch_size=self.batch,
            learning_rate=self.rate,
            **{"flip": False, "padding": 0, **dict(self.recipe)},  # type: ignore[arg-type]
        )
        return Plan(SPACE, Size(self.channels), recipe, seed, build)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a training.

    Attributes:
        validation: The metric on the validation part, higher is better; None where training failed.
        tests: The same on parts of the test.
        loss: On the validation part, lower is better; None where training failed.
        test_losses: The same on parts of the test.
        parameters: Of the network.
        flops: Multiply-adds for one image.
        seconds: Of a CPU, or on the clock with a GPU.
    """

    validation: float | None
    tests: tuple[float, ...]
    loss: float | None
    test_losses: tuple[float, ...]
    parameters: int
    flops: int
    seconds: float


class Trainer:
    """Trains on one device.

    Args:
        recipe: Setting of each task.
        device: Where.
        parts: Into how many equal parts the test is cut.
    """

    def __init__(self, recipe: Mapping[str, Setting], device: str = "cpu", parts: int = 1) -> None:
        self.recipe, self.parts = recipe, parts
        place = resolve(device)
        self._trainers = {task: CandidateTrainer(setting.plan(0), place) for task, setting in recipe.items()}

    def __call__(self, genotype: Genotype, task: str, seed: int) -> Result:
        """Train a network once."""
        setting, trainer = self.recipe[task], self._trainers[task]
        trainer.plan = setting.plan(seed)  # the data, which it has, are the same for all seeds
        dataset, tests = _data(setting, task, self.parts)
        trainer.data(dataset)
        clock = process_time if trainer.device.type == "cpu" else perf_counter
        began = clock()
        try:
            trained = trainer.train(dataset, genotype)
            measured = [trainer.measure(trained.network, dataset, part) for part in tests]
        except TrainingError:
            return Result(None, (), None, (), 0, 0, clock() - began)
        parameters, flops = (int(trained.metrics[name]) for name in ("parameters", "flops"))
        return Result(
            validation=trained.training.fitness,
            tests=tuple(next(iter(metrics.values())) for metrics in measured),
            loss=trained.metrics["loss"],
            test_losses=tuple(metrics["test loss"] for metrics in measured),
            parameters=parameters,
            flops=flops,
            seconds=clock() - began,
        )


def digest(recipe: Mapping[str, Setting]) -> str:
    """Of all that decides a result beside the program and the machine."""
    return sha256(repr([(task, astuple(setting)) for task, setting in recipe.items()]).encode()).hexdigest()[:12]


@lru_cache(maxsize=16)
def _data(setting: Setting, task: str, parts: int) -> tuple[Dataset, tuple[Split, ...]]:
    dataset = setting.dataset(task)
    test = dataset.test
    if test is None:
        return dataset, ()
    step = len(test) // parts
    return dataset, tuple(
        Split(test.images[i : i + step], test.targets[i : i + step]) for i in range(0, step * parts, step)
    )
