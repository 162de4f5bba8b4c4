"""How long a search will train: what is added up, and that it is refused where it is too long."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import ConfigurationError
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training import estimate as module
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.estimate import Estimate, estimate, require_time
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
    monkeypatch.setattr(module, "_training_s", lambda benchmark, dataset, genotype, steps, batch: 2.0 + steps)


def test_evaluations_are_shared_by_workers_and_reports_are_not():
    each = Estimate({"a": 10.0, "b": 20.0}, 3, once_s=5.0)
    assert each.total_s([{"a": 6, "b": 6}]) == 6 * 30 / 3 + 5
    assert each.total_s([{"a": 6, "b": 6}, {"a": 0, "b": 3}]) == 6 * 30 / 3 + 3 * 20 / 3 + 2 * 5
    assert each.total_s([]) == 0
    assert Estimate({"a": 10.0}, 0).total_s([{"a": 6}]) == 60


def test_steps_are_added_up(clock):
    """A step of 10 images takes 1 s: 4 epochs of 40 images 16 s, measuring 30 images 1 s, and 2 s beside."""
    found = estimate(BENCHMARK)
    assert found.candidate_s == {"mine": pytest.approx(19.0)}
    assert found.total_s([{"mine": 5}]) == pytest.approx(5 * 19 / 2 + 19)  # the best is trained again
    half = replace(BENCHMARK, recipe=replace(BENCHMARK.recipe, share=0.5), weights=module.__file__)
    assert estimate(half).total_s([{"mine": 5}]) == pytest.approx(5 * 11 / 2)


def test_a_supernet_is_trained_once_and_its_candidates_are_measured(clock):
    shared = SupernetBenchmark(BENCHMARK, BENCHMARK.size, replace(BENCHMARK.recipe, epochs=10))
    assert estimate(shared).total_s([{"mine": 100}]) == pytest.approx(100 * 1 + (2 + 40 + 1) + 19)


def test_a_few_steps_are_really_trained():
    found = estimate(replace(BENCHMARK, limit_s=1e-9))  # nor does the limit of a candidate hold for them
    assert 0 < found.candidate_s["mine"] < 60


def test_what_takes_too_long_is_refused_with_the_estimate(clock):
    assert (
        require_time(BENCHMARK, [{"mine": 5}], None)
        == "about 1 min 6 s on 2 workers (a candidate of middling size: mine 19.0 s)"
    )
    with pytest.raises(ConfigurationError, match=r"estimated to take about 2 min 13 s .* more than --max-hours 0.03"):
        require_time(BENCHMARK, 2 * [{"mine": 5}], 0.03)
    with pytest.raises(ConfigurationError, match="--max-hours must be above 0; got 0"):
        require_time(BENCHMARK, [{"mine": 5}], 0)
    with pytest.raises(ConfigurationError, match="--max-hours must be above 0; got nan"):
        require_time(BENCHMARK, [{"mine": 5}], float("nan"))


def test_a_limit_that_most_candidates_will_exceed_is_told(clock):
    text = require_time(replace(BENCHMARK, limit_s=18.0), [{"mine": 5}], None)
    assert text.endswith("; with --time-limit 18, most candidates of mine will be given up")
    assert "given up" not in require_time(replace(BENCHMARK, limit_s=20.0), [{"mine": 5}], None)


def test_what_does_not_train_has_no_estimate():
    with pytest.raises(ConfigurationError, match="functions does not train"):
        require_time(FunctionBenchmark(NASBench201(), {"a": sum}), [{"mine": 5}], None)
