"""What `live_images` searches, how much of it, and what came of it; it draws no conclusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from experiments.machinery import harness, trainings
from experiments.machinery.harness import as_search
from experiments.machinery.trainings import Place, Spent, Trainings
from ktnas.algorithms.candidates.pool import BredAndRandom, Offspring, Pool
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.registry import find
from ktnas.datasets.objectives import Classification
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.problem.trial import Evaluation, Trial
from ktnas.runner.design import Arm
from ktnas.runner.experiment import with_store
from ktnas.runner.loop import run
from ktnas.spaces.darts import EMT_NAS
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.typing import Genotype

OURS = "ktnas"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tasks.

    Attributes:
        name: What they are called together.
        tasks: Names of the datasets.
        sources: Those that only donate; none if each donates to the other.
    """

    name: str
    tasks: tuple[str, ...]
    sources: tuple[str, ...] = ()


PAIRS = (
    Pair("MNIST to Fashion-MNIST", ("mnist", "fashion_mnist"), ("mnist",)),
    Pair("CIFAR-10 with PneumoniaMNIST", ("cifar10_lossless5k", "pneumoniamnist")),
)
DIGITS = Pair("which digit to odd or even", ("digits", "parity"), ("digits",))


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done.

    Attributes:
        pairs: What is searched.
        size: How large networks are.
        search: How candidates are trained.
        final: How the best is trained anew.
        images: Of the training, validation and test part, at most.
        budget: Evaluations per task.
        arms: Names of the methods.
        population: Of ``ktnas-paper``.
        pool: What ``ktnas`` chooses from, if not what it always does.
    """

    pairs: tuple[Pair, ...]
    size: Size
    search: Recipe
    final: Recipe
    images: tuple[int, int, int]
    budget: int
    arms: tuple[str, ...]
    population: int = 20
    pool: Pool | None = None

    @property
    def text(self) -> str:
        """In words."""
        train, validation, test = self.images
        size, pixels = self.size, self.search.resolution
        shape = f"reduced to {pixels} x {pixels} pixels" if pixels else "in full size"
        return (
            f"Networks of {size.cells} cells with {size.channels} channels; at most {train:,} images to train on, "
            f"{validation:,} to validate on, {test:,} to test on, {shape}. Epochs: {self.search.epochs} in the search, "
            f"{self.final.epochs} for the best, anew; batches of {self.search.batch_size}. Evaluations per task: "
            f"{self.budget}."
        )


SMALL = Recipe(epochs=1, resolution=16, batch_size=32, padding=2, flip=False)
PAPER = Recipe(epochs=3, batch_size=128, weight_decay=1e-4, flip=False)
ARMS = ("random-search", "gp-search", OURS)
PAPER_ARMS = (*ARMS, "ktnas-paper, no transfer", "ktnas-paper")

SCALES = {
    "small": Scale(PAIRS, Size(8, 3), SMALL, replace(SMALL, epochs=3), (1000, 500, 1000), 9, ARMS),
    "paper": Scale(PAIRS, Size(20, 8), PAPER, replace(PAPER, epochs=20), (5000, 1000, 10_000), 40, PAPER_ARMS),
    "smoke": Scale(
        (DIGITS,),
        Size(2, 1),
        replace(SMALL, resolution=None),
        replace(SMALL, resolution=None),
        (32, 32, 32),
        6,
        ("random-search", OURS),
        pool=BredAndRandom(Offspring(), 20),
    ),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """What one process does: all methods on a pair, with one seed.

    Attributes:
        pair: The pair.
        scale: Name of the scale.
        seed: The seed.
        place: Where.
    """

    pair: Pair
    scale: str
    seed: int
    place: Place


@dataclass(frozen=True, slots=True)
class Found:
    """What a method has found on a task.

    Attributes:
        pair: Name of the pair.
        arm: The method.
        seed: The seed.
        task: The task.
        architecture: The best by validation fitness.
        trajectory: Best validation fitness after each evaluation; NaN before any.
        test: Test fitness of that architecture, trained anew.
        parameters: Its parameters.
        search_s: What the search's trainings cost.
        final_s: What the last one cost.
    """

    pair: str
    arm: str
    seed: int
    task: str
    architecture: str
    trajectory: tuple[float, ...]
    test: float
    parameters: float
    search_s: float
    final_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a unit.

    Attributes:
        found: By method and task.
        spent: What its trainings cost, each counted once.
    """

    found: tuple[Found, ...]
    spent: Spent


def composed(name: str, scale: Scale) -> Arm:
    """A method by name."""
    if name == OURS and scale.pool is not None:
        return Arm(name, as_search(replace(ktnas(), pool=scale.pool)))
    if not name.startswith("ktnas-paper"):
        (arm,) = harness.methods([name])
        return arm
    search = replace(ktnas_paper(), population=scale.population)
    return Arm(name, as_search(search if name == "ktnas-paper" else replace(search, transfer=NoTransfer())))


@lru_cache(maxsize=8)
def dataset(name: str, images: tuple[int, int, int]) -> Dataset:
    """A dataset by name, cut."""
    whole = parity() if name == "parity" else find(name)
    return trainings.cut(whole, *images)


def parity() -> Dataset:
    """Scikit-learn's digits, odd or even: a second task for the smoke run."""
    digits = find("digits")
    return replace(
        digits,
        name="parity",
        objective=Classification(2),
        train=_parity(digits.train),
        validation=_parity(digits.validation),
        test=None if digits.test is None else _parity(digits.test),
    )


def _parity(part: Split) -> Split:
    return Split(part.images, part.targets.astype(np.int64) % 2)


def search(unit: Unit) -> Outcome:
    """Search a pair with every method, and measure what was found."""
    scale = SCALES[unit.scale]
    data = tuple(dataset(name, scale.images) for name in unit.pair.tasks)
    benchmark = TrainingBenchmark(EMT_NAS, data, scale.size, scale.search, unit.place.device, unit.seed)
    plain = unit.pair.name.lower().replace(" ", "-")
    kept = Trainings(unit.place.directory / f"{plain}-seed-{unit.seed}.jsonl", unit.place.beside)
    try:
        found = [one for name in scale.arms for one in results(unit, composed(name, scale), benchmark, kept)]
    finally:
        kept.close()
    return Outcome(tuple(found), kept.spent)


def results(unit: Unit, arm: Arm, benchmark: TrainingBenchmark, kept: Trainings) -> list[Found]:
    """What one method finds on every task of the pair."""
    scale = SCALES[unit.scale]
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(unit.pair.sources))
    final = replace(benchmark, recipe=scale.final)

    def evaluate(task: str, genotype: Genotype) -> Evaluation:
        return kept.evaluate(benchmark, task, genotype)

    result = run(problem, with_store(arm.search), evaluate, budget=Budget(scale.budget), seed=unit.seed)
    found = []
    for task in problem.names:
        best = result.tasks[task].best
        if best is None:
            raise SystemExit(f"{arm.name}, seed {unit.seed}: every training on {task} failed")
        metrics = dict(kept.test(final, task, best.genotype))
        found.append(
            Found(
                pair=unit.pair.name,
                arm=arm.name,
                seed=unit.seed,
                task=task,
                architecture=benchmark.label(best.genotype),
                trajectory=trajectory(result.history.evaluated(task), scale.budget),
                test=next(iter(metrics.values())),
                parameters=metrics["parameters"],
                search_s=result.tasks[task].cost_s,
                final_s=metrics["cost_s"],
            )
        )
    return found


def trajectory(trials: Sequence[Trial], length: int) -> tuple[float, ...]:
    """The best fitness after each evaluation; of a search that ended early, what it had, to the end."""
    values = [float("nan") if trial.fitness is None else trial.fitness for trial in trials]
    best = np.fmax.accumulate(values)
    return tuple(float(value) for value in np.pad(best, (0, length - len(best)), mode="edge"))
