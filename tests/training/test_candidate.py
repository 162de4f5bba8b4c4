"""One candidate: the same bits again, failures as answers, weights kept, test metrics."""

import os

import numpy as np
import pytest
import torch
from torch import nn

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification, MultiLabel, Segmentation
from ktnas.errors import ConfigurationError, DataError
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.candidate import CandidateTrainer, Plan, training_seed
from ktnas.training.engine.errors import DeviceLostError
from ktnas.training.halving import Halving, rung_metric
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.recipe import Recipe

CELL, OTHER = (3, 1, 0, 2, 1, 3), (1, 1, 1, 1, 1, 1)
CPU = torch.device("cpu")


def split(count, seed, classes=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=count)
    images = rng.integers(60, size=(count, 8, 8, 1)) + 60 * labels[:, None, None, None]
    return Split(images.astype(np.uint8), labels)


DATA = Dataset("shades", Classification(3), split(48, 0), split(24, 1), split(24, 2))


def plan(**changes):
    recipe = Recipe(epochs=changes.pop("epochs", 2), batch_size=16, padding=0)
    return Plan(NASBench201(), Size(4, 1), recipe, changes.pop("seed", 0), changes.pop("networks", build), **changes)


def trainer(**changes):
    return CandidateTrainer(plan(**changes), CPU)


class TestTheSameBits:
    def test_in_another_trainer_after_other_candidates(self):
        first = trainer().evaluate(DATA, CELL)
        other = trainer()
        other.evaluate(DATA, OTHER)
        torch.rand(3)
        again = other.evaluate(DATA, CELL)
        assert (again.fitness, again.metrics) == (first.fitness, first.metrics)

    def test_but_not_with_another_seed(self):
        losses = {trainer(seed=seed).evaluate(DATA, CELL).metrics["loss"] for seed in (0, 1)}
        assert len(losses) == 2

    def test_the_global_generator_and_the_threads_are_left_alone(self):
        state, threads = torch.get_rng_state(), torch.get_num_threads()
        trainer().evaluate(DATA, CELL)
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.get_num_threads() == threads

    def test_seeds_differ_by_seed_task_and_genotype(self):
        asked = [(0, "a", CELL), (1, "a", CELL), (0, "b", CELL), (0, "a", OTHER)]
        assert len({training_seed(*question) for question in asked}) == 4
        assert training_seed(0, "a", tuple(np.array(CELL))) == training_seed(0, "a", CELL)


def test_what_is_recorded():
    answer = trainer(epochs=3, halving=Halving(2)).evaluate(DATA, CELL, {})
    assert list(answer.metrics) == ["accuracy", "loss", rung_metric(1), rung_metric(2), "epochs", "parameters", "flops"]
    assert answer.fitness == answer.metrics["accuracy"]
    assert answer.metrics["epochs"] == 3
    assert answer.cost_s > 0


def test_who_falls_behind_is_stopped_with_its_fitness_at_the_rung():
    behind = {1: (101.0, 102.0), 2: ()}
    answer = trainer(epochs=3, halving=Halving(2)).evaluate(DATA, CELL, behind)
    assert answer.metrics["epochs"] == 1
    assert answer.fitness == answer.metrics[rung_metric(1)]
    whole = trainer(epochs=3, halving=Halving(2)).evaluate(DATA, CELL)
    assert whole.metrics["epochs"] == 3


class TestFailures:
    def evaluated(self, network, **changes):
        return trainer(networks=lambda *_: network, **changes).evaluate(DATA, CELL)

    def test_a_network_that_raises(self):
        class Broken(nn.Module):
            def forward(self, images):
                raise RuntimeError("shapes do not match")

        assert self.evaluated(Broken()).error == "RuntimeError: shapes do not match"

    def test_one_that_cannot_be_built(self):
        def impossible(*_):
            raise ZeroDivisionError("no channels")

        assert trainer(networks=impossible).evaluate(DATA, CELL).error == "ZeroDivisionError: no channels"

    @pytest.mark.parametrize(
        ("raised", "text"),
        [(SystemExit(3), "SystemExit: 3"), (ValueError("x" * 10_000), f"ValueError: {'x' * 1_988}... (8,012 more")],
    )
    def test_one_that_raises_what_is_not_expected_of_it(self, raised, text):
        def raising(*_):
            raise raised

        assert trainer(networks=raising).evaluate(DATA, CELL).error.startswith(text)

    def test_one_that_diverges(self):
        class Diverging(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.zeros(64, 3))

            def forward(self, images):
                return images.flatten(1) @ self.weight + (float("nan") if self.training else 0.0)

        assert self.evaluated(Diverging()).error.startswith("diverged")

    def test_one_that_is_over_its_limit(self):
        answer = trainer(limit_s=1e-9).evaluate(DATA, CELL)
        assert answer.error.startswith("over its limit of 1e-09 s")
        assert answer.cost_s > 0

    def test_one_that_takes_the_gpu_with_it_is_no_mere_failure(self, monkeypatch):
        def crash(*_):
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

        assert "illegal memory access" in trainer(networks=crash).evaluate(DATA, CELL).error
        monkeypatch.setattr("ktnas.training.candidate.is_usable", lambda device: False)
        with pytest.raises(DeviceLostError, match=r"illegal memory .* cannot use cpu any more"):
            trainer(networks=crash).evaluate(DATA, CELL)

    def test_ctrl_c_is_no_failure(self):
        def interrupted(*_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            trainer(networks=interrupted).evaluate(DATA, CELL)


class TestWeights:
    def test_test_metrics_are_the_same_from_kept_weights_and_from_training_again(self, tmp_path):
        kept = tmp_path / "weights" / "one.safetensors"
        trainer().evaluate(DATA, CELL, keep=kept)
        assert kept.is_file()
        again = trainer().test(DATA, CELL, None)
        assert trainer().test(DATA, CELL, kept) == again
        assert list(again) == ["test accuracy", "test loss", "parameters", "flops"]

    def test_weights_that_cannot_be_written_cost_no_answer(self, tmp_path, capsys):
        (tmp_path / "file").touch()
        answer = trainer().evaluate(DATA, CELL, keep=tmp_path / "file" / "one.safetensors")
        assert answer.fitness == trainer().evaluate(DATA, CELL).fitness
        note = capsys.readouterr().err
        assert note.startswith("note: weights cannot be written to ")
        assert note.endswith("; they are not kept\n")

    def test_weights_are_used_and_not_trained_again(self, tmp_path, monkeypatch):
        kept = tmp_path / "one.safetensors"
        trainer().evaluate(DATA, CELL, keep=kept)
        monkeypatch.setattr("ktnas.training.candidate.train", None)
        assert trainer().test(DATA, CELL, kept)["test accuracy"] >= 0

    def test_weights_of_another_architecture_are_refused(self, tmp_path):
        kept = tmp_path / "one.safetensors"
        trainer().evaluate(DATA, OTHER, keep=kept)
        with pytest.raises(DataError, match="weights file of another architecture"):
            trainer().test(DATA, CELL, kept)

    @pytest.mark.parametrize("length", [0, 500])
    def test_damaged_weights_are_absent_ones(self, tmp_path, capsys, length):
        kept = tmp_path / "one.safetensors"
        trainer().evaluate(DATA, CELL, keep=kept)
        expected = trainer().test(DATA, CELL, kept)
        assert not capsys.readouterr().err
        os.truncate(kept, length)
        assert trainer().test(DATA, CELL, kept) == expected
        assert capsys.readouterr().err.startswith(f"note: {kept} is no safetensors file")

    def test_without_a_test_part_there_are_sizes_only(self):
        untested = Dataset("shades", DATA.objective, DATA.train, DATA.validation)
        assert list(trainer().test(untested, CELL, None)) == ["parameters", "flops"]


class TestCheck:
    @pytest.mark.parametrize(
        ("objective", "targets", "expected"),
        [
            (Classification(4), np.zeros(8, np.int64), r"\(2, 4\)"),
            (MultiLabel(5), np.tile(np.arange(8)[:, None] % 2, 5), r"\(2, 5\)"),
            (Segmentation(3), np.zeros((8, 8, 8), np.int64), r"\(2, 3, 8, 8\)"),
        ],
    )
    def test_outputs_that_do_not_fit_the_targets(self, objective, targets, expected):
        part = Split(np.zeros((8, 8, 8, 1), np.uint8), targets)
        dataset = Dataset("mine", objective, part, part)
        head = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
        with pytest.raises(ConfigurationError, match=rf"outputs of shape \(2, 3\) for two images.* need {expected}"):
            trainer(networks=lambda *_: head).check(dataset, CELL)
        trainer().check(dataset, CELL)
