"""Does live training tell the truth? 40 cells of NAS-Bench-201, trained here, beside what the table says of them.

    python -m experiments.training.training_truth                   # on a CPU, see docs/experiments.md
    python -m experiments.training.training_truth --scale table     # on a GPU: networks and epochs as in the table
    python -m experiments.training.training_truth --smoke           # seconds

Cells are drawn at random, of different canonical forms, and trained on images of CIFAR-10 that went through lossy JPEG
(``cifar10_jpeg_10k``; the smoke run takes scikit-learn's digits), once per seed. Kendall's tau of their validation
accuracy with the table's after 12 and after 200 epochs, beside that of parameters and FLOPs, which cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from experiments.machinery import harness, publishing, trainings
from experiments.machinery.agreement import RESAMPLES, bootstrapped, interval, signs, tau
from experiments.machinery.cells import TRIVIAL, TRUTHS, draw, listed
from experiments.machinery.trainings import Place, Spent, Trainings
from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.registry import find
from ktnas.report.figures.comparison import Cloud, clouds
from ktnas.report.markdown import Value, markdown_table
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.typing import FloatArray, Genotype, IntArray

IMAGES = "cifar10_jpeg_10k"


@dataclass(frozen=True, slots=True)
class Scale:
    """How cells are trained.

    Attributes:
        images: The dataset.
        train: Images to train on, at most.
        size: How large networks are.
        recipe: How they are trained.
        cells: Number of cells.
        resamples: Resamples of an interval.
    """

    images: str
    train: int
    size: Size
    recipe: Recipe
    cells: int = 40
    resamples: int = RESAMPLES

    @property
    def text(self) -> str:
        """In words."""
        size, recipe = self.size, self.recipe
        pixels = f"reduced to {recipe.resolution} x {recipe.resolution} pixels" if recipe.resolution else "in full size"
        return (
            f"{size.channels} channels, cells per stage {size.cells}, epochs {recipe.epochs}, at most {self.train:,} "
            f"images {pixels}, batches of {recipe.batch_size}"
        )


SCALES = {
    "small": Scale(IMAGES, 4000, Size(16, 1), Recipe(epochs=3, resolution=16, batch_size=64, padding=2)),
    "table": Scale(IMAGES, 10_000, Size(16, 5), Recipe(epochs=12, batch_size=256)),
    "smoke": Scale("digits", 64, Size(2, 1), Recipe(epochs=1, batch_size=32), cells=6, resamples=50),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """What one process trains: a cell, once per seed.

    Attributes:
        number: Of the cell.
        cell: The cell.
        scale: Name of the scale.
        seeds: Number of trainings.
        place: Where.
    """

    number: int
    cell: Genotype
    scale: str
    seeds: int
    place: Place


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of a cell's trainings.

    Attributes:
        accuracies: Validation accuracy in %, seed by seed; NaN where a training failed.
        spent: What they cost.
    """

    accuracies: tuple[float, ...]
    spent: Spent


@lru_cache(maxsize=1)
def dataset(scale: str) -> Dataset:
    """The images of a scale."""
    return trainings.cut(find(SCALES[scale].images), SCALES[scale].train, 2000, 2000)


@lru_cache(maxsize=2)
def benchmark(scale: str, device: str, seed: int) -> TrainingBenchmark:
    """What trains; kept, so that images are put on the device once."""
    how = SCALES[scale]
    return TrainingBenchmark(NASBench201(), (dataset(scale),), how.size, how.recipe, device, seed)


def train(unit: Unit) -> Cell:
    """Train a cell."""
    kept = Trainings(unit.place.directory / f"cell-{unit.number}.jsonl", unit.place.beside)
    try:
        task = dataset(unit.scale).name
        answers = [
            kept.evaluate(benchmark(unit.scale, unit.place.device, seed), task, unit.cell) for seed in range(unit.seeds)
        ]
    finally:
        kept.close()
    accuracies = tuple(float("nan") if answer.fitness is None else answer.fitness for answer in answers)
    return Cell(accuracies, kept.spent)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a predictor orders cells, each figure with the ends of its 95 % interval over cells.

    Attributes:
        tau: Kendall's tau with what the table says.
        gain: That, minus the tau of parameters.
    """

    tau: tuple[float, float, float]
    gain: tuple[float, float, float]


def agreement(scores: FloatArray, truth: FloatArray, parameters: FloatArray, resamples: int = RESAMPLES) -> Agreement:
    """Of scores ``(n,)`` or ``(k, n)``, the mean of k predictors, with the truth ``(n,)``."""
    s, t, p = signs(scores), signs(truth), signs(parameters)

    def of(order: FloatArray, rows: IntArray) -> float:
        return tau(order[..., rows[:, None], rows], t[rows[:, None], rows])

    count = len(truth)
    return Agreement(
        bootstrapped(lambda rows: of(s, rows), count, resamples),
        bootstrapped(lambda rows: of(s, rows) - of(p, rows), count, resamples),
    )


def better_half(truth: FloatArray) -> IntArray:
    """Rows of the better half, in order."""
    return np.sort(np.argsort(truth, kind="stable")[len(truth) // 2 :])


def compared(
    predictors: Mapping[str, FloatArray], table: Mapping[str, FloatArray], resamples: int
) -> tuple[list[list[str]], list[dict[str, Value]]]:
    """Lines of the table, and rows of the CSV file."""
    short, long = (table[truth] for truth in TRUTHS)
    every, half = np.arange(len(long)), better_half(long)
    against = {
        (TRUTHS[0], "all"): (short, every),
        (TRUTHS[1], "all"): (long, every),
        (TRUTHS[1], "better half"): (long, half),
    }
    lines, rows = [], []
    for name, scores in predictors.items():
        found = {
            key: agreement(scores[..., picked], truth[picked], table[TRIVIAL["parameters"]][picked], resamples)
            for key, (truth, picked) in against.items()
        }
        first, second, third = found.values()
        gain = "-" if name == "parameters" else interval(second.gain)
        lines.append([name, interval(first.tau), interval(second.tau), gain, interval(third.tau)])
        for (truth, which), one in found.items():
            row: dict[str, Value] = {"predictor": name, "truth": truth, "cells": which}
            row |= dict(zip(("tau", "low", "high"), one.tau, strict=True))
            rows.append(row | dict(zip(("gain", "gain_low", "gain_high"), one.gain, strict=True)))
    return lines, rows


def main() -> None:
    """Train, compare, publish."""
    opts, scale, place = trainings.read_options(__doc__, __file__, seeds=2, large="table")
    scale = "smoke" if opts.smoke else scale
    cells = draw(SCALES[scale].cells)
    table = listed(cells)
    dataset(scale)  # what is missing is told before anything is trained
    place = place.shared_by(len(cells))
    units = [Unit(i, cell, scale, opts.seeds, place) for i, cell in enumerate(cells)]
    found = trainings.in_parallel(train, units, opts.jobs, opts.name)
    accuracies = np.array([cell.accuracies for cell in found]).T
    scores = np.nan_to_num(accuracies, nan=0.0)  # what failed is worse than all that did not
    predictors = {
        "one training": scores,
        f"mean of {len(scores)} trainings": scores.mean(axis=0),
        **{name: table[column] for name, column in TRIVIAL.items()},
        "the table after 12 epochs": table[TRUTHS[0]],
    }
    lines, rows = compared(predictors, table, SCALES[scale].resamples)
    header = ["predictor", "12 epochs", "200 epochs", "200 epochs, more than parameters", "200 epochs, better half"]
    text = f"{explained(scale, place, found, accuracies)}\n{markdown_table(header, lines)}"
    work = Spent.sum([cell.spent for cell in found]).work(place)
    publishing.publish(opts, text, rows, {"cells": figure(scores, table)}, work=work)
    publishing.publish_rows(opts, "cells", cell_rows(cells, accuracies, table))


def explained(scale: str, place: Place, found: Sequence[Cell], accuracies: FloatArray) -> str:
    """Heading, and what was done."""
    images, cost_s, count = dataset(scale), sum(cell.spent.cost_s for cell in found), accuracies.size
    repeats = tau(signs(np.nan_to_num(accuracies[0])), signs(np.nan_to_num(accuracies[1])))
    return f"""\
### Kendall's tau with the table's validation accuracy on CIFAR-10

{len(found)} random cells of different canonical forms, trained {len(accuracies)} times each: {SCALES[scale].text}.
Images: `{images.name}`. {images.note}
Tau after 12 and after 200 epochs of the table [95 % bootstrap interval over cells], on all cells and on the better half
of them. *More than parameters*: on the same resampled cells; where the interval holds 0, the difference is not
significant. Two trainings of the same cells, with different seeds, agree by {repeats:.2f}. Of {count} trainings
{int(np.isnan(accuracies).sum())} failed; {cost_s / count:.1f} s each, {cost_s / 3600:.2f} {place.unit} in all.
"""


def figure(scores: FloatArray, table: Mapping[str, FloatArray]) -> bytes:
    """What the cells are here over what the table says of them."""
    here, long = "validation accuracy here (%)", "table, 200 epochs (%)"
    parts = [
        Cloud("one training", scores[0], table[TRUTHS[1]], here, long),
        Cloud("parameters", table[TRIVIAL["parameters"]], table[TRUTHS[1]], "parameters (M)", long),
        Cloud("the table after 12 epochs", table[TRUTHS[0]], table[TRUTHS[1]], "table, 12 epochs (%)", long),
    ]
    return clouds(parts, f"{scores.shape[1]} cells of NAS-Bench-201")


def cell_rows(
    cells: Sequence[Genotype], accuracies: FloatArray, table: Mapping[str, FloatArray]
) -> list[dict[str, Value]]:
    """A row per cell."""
    return [
        {
            "cell": NASBench201().format(cell),
            **{f"here_seed{k}": None if np.isnan(row[i]) else float(row[i]) for k, row in enumerate(accuracies)},
            **{name: float(column[i]) for name, column in table.items()},
        }
        for i, cell in enumerate(cells)
    ]


if __name__ == "__main__":
    harness.start(main)
