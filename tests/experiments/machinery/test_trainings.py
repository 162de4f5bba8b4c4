"""Trainings that experiments keep, and the command line of those that train."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.machinery import publishing, trainings
from experiments.training import live_images, supernet_correlation, training_truth
from ktnas.benchmarks.base import Standing
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation

LARGE = {training_truth: "table", supernet_correlation: "paper", live_images: "paper"}
"""Experiments with a scale that needs a GPU."""


class Benchmark:
    """Answers with what it is asked, and counts."""

    def __init__(self, seed=0, epochs=1):
        self.seed, self.epochs, self.asked, self.device = seed, epochs, 0, "cpu"

    def settings(self):
        return {"epochs": self.epochs}

    def evaluate(self, task, genotype):
        self.asked += 1
        if genotype == (9,):
            return Evaluation.failed("diverged")
        return Evaluation(float(sum(genotype)), 5.0, {"loss": 1.0})

    def report(self, task, genotype):
        self.asked += 1
        return Standing(metrics={"accuracy": 7.0, "parameters": 3.0})


class TestTrainings:
    def test_nothing_is_trained_twice(self, tmp_path):
        path = tmp_path / "new" / "unit.jsonl"
        for expected in (4, 0):
            benchmark, kept = Benchmark(), trainings.Trainings(path)
            found = [kept.evaluate(benchmark, "t", g) for g in ((1, 2), (1, 2), (3,), (9,))]
            tested = kept.test(benchmark, "t", (1, 2))
            kept.close()
            assert benchmark.asked == expected
            assert [f.fitness for f in found] == [3.0, 3.0, 3.0, None]
            assert found[-1].error == "diverged"
            assert found[0].metrics == {"loss": 1.0}
            assert tested["accuracy"] == 7.0
            assert next(iter(tested)) == "accuracy"
            assert kept.spent.trainings == 4
            assert len(kept.spent.codes) == 1

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"seed": 1}, {"seed": 2}),
            ({"epochs": 1}, {"epochs": 2}),
        ],
    )
    def test_what_decides_a_training_tells_it_apart(self, tmp_path, first, second):
        kept = trainings.Trainings(tmp_path / "unit.jsonl")
        benchmarks = Benchmark(**first), Benchmark(**second)
        for benchmark in benchmarks:
            for task in ("t", "u"):
                kept.evaluate(benchmark, task, (1,))
        kept.close()
        assert [benchmark.asked for benchmark in benchmarks] == [2, 2]

    def test_a_line_that_was_cut_off_is_trained_again(self, tmp_path):
        path = tmp_path / "unit.jsonl"
        kept = trainings.Trainings(path)
        for genotype in ((1,), (2,)):
            kept.evaluate(Benchmark(), "t", genotype)
        kept.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:-10])
        kept, benchmark = trainings.Trainings(path), Benchmark()
        assert [kept.evaluate(benchmark, "t", g).fitness for g in ((1,), (2,))] == [1.0, 2.0]
        kept.close()
        assert benchmark.asked == 1
        assert len(path.read_bytes().splitlines()) == 2

    def test_two_processes_do_not_write_one_file(self, tmp_path):
        kept = trainings.Trainings(tmp_path / "unit.jsonl")
        with pytest.raises(ConfigurationError, match="another process"):
            trainings.Trainings(tmp_path / "unit.jsonl")
        kept.close()


def test_what_a_gpu_costs_is_divided_among_those_that_share_it(tmp_path, monkeypatch):
    place = trainings.Place("cuda", 16, tmp_path).shared_by(4)
    assert place.beside == 4
    monkeypatch.setattr(trainings, "resolve", torch.device)
    monkeypatch.setattr(trainings, "perf_counter", iter((10.0, 18.0)).__next__)
    kept, benchmark = trainings.Trainings(tmp_path / "unit.jsonl", place.beside), Benchmark()
    benchmark.device = "cuda"
    assert kept.evaluate(benchmark, "t", (1,)).cost_s == 2.0
    kept.close()
    assert place.unit == "GPU hours"


def test_cut_keeps_the_same_images_with_their_labels():
    labels = np.arange(20) % 10
    images = np.broadcast_to(labels[:, None, None, None], (20, 8, 8, 1)).astype(np.uint8)
    part = Split(images, labels)
    whole = Dataset("d", Classification(10), part, part, part, note="n")
    short = trainings.cut(whole, 7, 20, 3)
    assert [len(p) for p in (short.train, short.validation, short.test)] == [7, 20, 3]
    assert (short.train.images[:, 0, 0, 0] == short.train.targets).all()
    again = trainings.cut(whole, 7, 20, 3)
    assert again.train.targets.tolist() == short.train.targets.tolist()
    assert short.note == "n"


class TestLarge:
    @pytest.fixture
    def options(self, monkeypatch):
        """What an experiment makes of its command line."""

        def read(module, *arguments):
            monkeypatch.setattr(sys, "argv", [module.__file__, *arguments])
            return trainings.read_options("", module.__file__, 2, LARGE[module])

        return read

    @pytest.mark.parametrize("module", LARGE, ids=lambda module: Path(module.__file__).stem)
    def test_its_results_lie_beside_those_of_the_small_scale(self, module, options):
        name = Path(module.__file__).stem
        small, _, at = options(module)
        large, scale, elsewhere = options(module, "--scale", LARGE[module], "--device", "cpu")
        assert (small.name, large.name, scale) == (name, f"{name}-{scale}", LARGE[module])
        assert at.directory != elsewhere.directory
        shown = publishing.command(large)
        assert shown == f"python -m experiments.training.{name} --scale {scale} --device cpu --seeds 2"

    def test_two_in_parallel_on_a_gpu_unless_told_otherwise(self, options, monkeypatch):
        monkeypatch.setattr(trainings, "resolve", lambda name: torch.device("cuda", 0))
        monkeypatch.setattr(trainings, "default_workers", {"cuda:0": 2}.get)
        assert options(live_images, "--scale", "paper")[2].beside == 2
        assert options(live_images, "--scale", "paper", "--jobs", "5")[2].beside == 5
