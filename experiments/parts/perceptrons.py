"""A table of real trainings whose code is all numbers: perceptrons of four hidden layers, by the width of each.

Every network of the space is trained by scikit-learn on its bundled datasets, once per split, and kept in a file per
dataset, so that a search may look it up. Small, noisy and quick: the 625 networks take some ten CPU minutes.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from experiments.machinery.processes import in_parallel
from ktnas.benchmarks.table import TableBenchmark, TaskRecord
from ktnas.files.durable import write_atomically
from ktnas.problem.task import Task
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.typing import FloatArray, Genotype, IntArray

DATA = {"digits": load_digits, "breast_cancer": load_breast_cancer, "wine": load_wine}
WIDTHS, LAYERS, SPLITS, EPOCHS = (4, 8, 16, 32, 64), 4, 2, 20
METRIC = "mean validation log-likelihood"


def space(widths: Sequence[int]) -> Categorical:
    """A width for each layer, such as ``4:64:16:8``."""
    return Categorical((len(widths),) * LAYERS, (tuple(map(str, widths)),) * LAYERS, ":", "perceptrons")


@dataclass(frozen=True, slots=True)
class Perceptrons:
    """Where the benchmark comes from, once `train` has been called: a source for sweeps.

    Attributes:
        directory: Of the files.
        tasks: The datasets.
        widths: What a layer may have.
        epochs: How long each is trained.
    """

    directory: Path
    tasks: tuple[str, ...] = tuple(DATA)
    widths: tuple[int, ...] = WIDTHS
    epochs: int = EPOCHS

    def load(self) -> TableBenchmark:
        """The benchmark."""
        where = space(self.widths)
        everything = genotypes(where)
        records = tuple(
            TaskRecord(Task(task, METRIC), np.array(json.loads(self.file(task).read_text()), dtype=np.float64))
            for task in self.tasks
        )
        return TableBenchmark("perceptrons", where, everything, records)

    def train(self, jobs: int) -> None:
        """Train what is not in the files, in parallel."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for task in self.tasks:
            if not self.file(task).is_file():
                networks = genotypes(space(self.widths))
                what = f"perceptrons: networks on {task}"
                found = in_parallel(partial(fitness, task, self.widths, self.epochs), networks, jobs, what)
                write_atomically(self.file(task), json.dumps(found))

    def file(self, task: str) -> Path:
        """What is kept of a dataset."""
        return self.directory / f"{task}-{len(self.widths)}-widths.json"


def fitness(task: str, widths: Sequence[int], epochs: int, genotype: Genotype) -> float:
    """Mean log-likelihood of what is held out (30 % of each class), over splits; one seed per split."""
    x, y = DATA[task](return_X_y=True)
    layers = [widths[value] for value in genotype]
    return float(np.mean([-_loss(x, y, layers, epochs, split) for split in range(SPLITS)]))


def _loss(x: FloatArray, y: IntArray, layers: Sequence[int], epochs: int, split: int) -> float:
    learn, held, targets, answers = train_test_split(x, y, test_size=0.3, random_state=split, stratify=y)
    scaler = StandardScaler().fit(learn)
    network = MLPClassifier(layers, max_iter=epochs, learning_rate_init=0.01, batch_size=64, random_state=split)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged: that is meant
        network.fit(scaler.transform(learn), targets)
    return float(log_loss(answers, network.predict_proba(scaler.transform(held)), labels=network.classes_))
