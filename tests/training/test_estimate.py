"""How long a search will train: what is measured, and what is added up."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training import estimate as module
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.halving import Halving
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.benchmark import SupernetBenchmark


def part(count):
    return Split(np.zeros((count, 8, 8, 1), np.uint8), np.arange(count) % 2)


DATA = Dataset("mine", Classification(2), part(40), part(30), part(10))
BENCHMARK = TrainingBenchmark(
    NASBench201(), (DATA,), Size(2, 1), Recipe(epochs=4, batch_size=10, padding=0), device="cpu", workers=2
)


@pytest.fixture
def clock(monkeypatch):
    """A training takes 2 s, and 1 s per step."""
    monkeypatch.setattr(module, "_training_s", lambda *asked: 2 + asked[-2] / asked[-1])


def test_steps_are_added_up(clock):
    """A step of 10 images takes 1 s: 4 epochs of 40 images 16 s, measuring 30 images 1 s, and 2 s beside."""
    found = BENCHMARK.estimate()
    assert found.candidate_s == {"mine": pytest.approx(19.0)}
    assert found.total_s([{"mine": 5}]) == pytest.approx(5 * 19 / 2 + 19)  # the best is trained again
    half = replace(BENCHMARK, recipe=replace(BENCHMARK.recipe, share=0.5), weights=module.__file__)
    assert half.estimate().total_s([{"mine": 5}]) == pytest.approx(5 * 11 / 2)


def test_a_supernet_is_trained_once_and_its_candidates_are_measured(clock):
    shared = SupernetBenchmark(BENCHMARK, BENCHMARK.size, replace(BENCHMARK.recipe, epochs=10))
    assert shared.estimate().total_s([{"mine": 100}]) == pytest.approx(100 * 1 + (2 + 40 + 1) + 19)


def test_a_few_steps_are_really_trained():
    found = replace(BENCHMARK, limit_s=1e-9).estimate()  # nor does the limit of a candidate hold for them
    assert 0 < found.candidate_s["mine"] < 60


def test_what_it_leaves_out_of_account_is_told(clock):
    halved = replace(BENCHMARK, halving=Halving(2), limit_s=18.0).estimate()
    assert (halved.halved, halved.limit_s) == (True, 18.0)
    assert not BENCHMARK.estimate().halved
