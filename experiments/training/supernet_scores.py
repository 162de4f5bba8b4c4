"""Architectures scored by supernets, and trained by themselves: what `supernet_correlation` compares.

Every answer is kept, and so is every supernet (`experiments.machinery.trainings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from experiments.machinery import trainings
from experiments.machinery.agreement import RESAMPLES
from experiments.machinery.cells import draw
from experiments.machinery.trainings import Place, Spent, Trainings
from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.registry import find
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.darts import EMT_NAS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.benchmark import SupernetBenchmark
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is trained.

    Attributes:
        images: The dataset.
        parts: Images to train on, and to validate on, at most.
        size: How large networks are.
        alone: How an architecture is trained by itself.
        supernet: How a supernet is trained.
        count: Number of architectures.
        resamples: Resamples of an interval.
    """

    images: str
    parts: tuple[int, int]
    size: Size
    alone: Recipe
    supernet: Recipe
    count: int
    resamples: int = RESAMPLES

    @property
    def text(self) -> str:
        """In words, without the separate training."""
        size, recipe = self.size, self.supernet
        pixels = f"reduced to {recipe.resolution} x {recipe.resolution} pixels" if recipe.resolution else "in full size"
        return (
            f"{size.channels} channels, {size.cells} cells, at most {self.parts[0]:,} images to train and "
            f"{self.parts[1]:,} to validate on, {pixels}, batches of {recipe.batch_size}; supernets: "
            f"{recipe.epochs} epochs"
        )


EMT, NB201 = "emt-nas", "nasbench201"
SPACES: Mapping[str, SearchSpace] = {EMT: EMT_NAS, NB201: NASBench201()}
JPEG = "cifar10_jpeg_10k"
_SMALL = Recipe(epochs=2, resolution=14, batch_size=32, padding=1)
_TINY = Recipe(epochs=1, batch_size=32, padding=0)
_FULL = Recipe(epochs=10, batch_size=128)
SCALES: Mapping[str, Mapping[str, Scale]] = {
    "small": {
        EMT: Scale("fashion_mnist", (1000, 500), Size(4, 3), _SMALL, replace(_SMALL, epochs=30), 24),
        NB201: Scale(
            JPEG, (4000, 2000), Size(16, 1), _SMALL, Recipe(epochs=40, resolution=8, batch_size=64, padding=1), 40
        ),
    },
    "paper": {
        EMT: Scale("fashion_mnist", (10_000, 5000), Size(20, 8), _FULL, replace(_FULL, epochs=150), 24),
        NB201: Scale(JPEG, (10_000, 2000), Size(16, 5), _FULL, replace(_FULL, epochs=300), 40),
    },
    "smoke": {
        EMT: Scale("digits", (32, 32), Size(2, 1), _TINY, _TINY, 4, 50),
        NB201: Scale("digits", (32, 32), Size(2, 1), _TINY, _TINY, 6, 50),
    },
}


@dataclass(frozen=True, slots=True)
class Unit:
    """What one process does.

    Attributes:
        case: Name of the space.
        scale: Name of the scale.
        asked: Architectures.
        seeds: Seeds.
        shared: Whether by a supernet per seed, or each by itself.
        name: Of the file that keeps it.
        place: Where.
    """

    case: str
    scale: str
    asked: tuple[Genotype, ...]
    seeds: tuple[int, ...]
    shared: bool
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of it.

    Attributes:
        fitness: Validation accuracy in %, a row per seed; 0 where a training failed.
        cost_s: What each has cost, likewise.
        spent: All that was done.
    """

    fitness: FloatArray
    cost_s: FloatArray
    spent: Spent


def architectures(case: str, count: int) -> list[Genotype]:
    """Random ones, all different; of NAS-Bench-201 the first cells of `training_truth`."""
    if case == NB201:
        return draw(count)
    return list(sample_distinct(SPACES[case], count, Streams(0).rng("architectures")))


@lru_cache(maxsize=2)
def dataset(case: str, scale: str) -> Dataset:
    """The images of a case."""
    how = SCALES[scale][case]
    return trainings.cut(find(how.images), *how.parts, how.parts[1])


@lru_cache(maxsize=4)
def benchmark(unit: Unit, seed: int) -> TrainingBenchmark | SupernetBenchmark:
    """What answers a unit; kept, with its supernet and images."""
    how, place = SCALES[unit.scale][unit.case], unit.place
    data = dataset(unit.case, unit.scale)
    alone = TrainingBenchmark(SPACES[unit.case], (data,), how.size, how.alone, place.device, seed)
    if not unit.shared:
        return alone
    return SupernetBenchmark(alone, how.size, how.supernet, place.directory / "supernets")


def answer(unit: Unit) -> Answers:
    """Train, or score."""
    kept = Trainings(unit.place.directory / f"{unit.name}.jsonl", unit.place.beside)
    try:
        task = dataset(unit.case, unit.scale).name
        found = [[kept.evaluate(benchmark(unit, seed), task, one) for one in unit.asked] for seed in unit.seeds]
    finally:
        kept.close()
    return Answers(
        np.array([[e.fitness if e.fitness is not None else 0.0 for e in row] for row in found]),
        np.array([[e.cost_s for e in row] for row in found]),
        kept.spent,
    )


def units(case: str, scale: str, asked: Sequence[Genotype], seeds: int, place: Place) -> list[Unit]:
    """A supernet per seed; and for EMT-NAS, each architecture by itself."""
    everything, numbers = tuple(asked), tuple(range(seeds))
    shared = [Unit(case, scale, everything, (seed,), True, f"{case}-supernet-{seed}", place) for seed in numbers]
    if case == NB201:
        return shared
    alone = [Unit(case, scale, (one,), numbers, False, f"{case}-{i}", place) for i, one in enumerate(everything)]
    return shared + alone
