"""What only a GPU can show; without one these are skipped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.engine import step
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.on_device import put
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import train
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.recipe import Recipe

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)
CELL = (3, 1, 2, 4, 1, 3)
RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=0.02)
TOLERANCE = 0.02
"""Relative difference of the training loss that docs/networks.md allows between two runs of the same seed."""


def dataset():
    rng = np.random.default_rng(0)
    labels = np.arange(160) % 4
    images = rng.integers(0, 120, (160, 16, 16, 3)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, :, label % 3] += 60 + 30 * (label // 3)
    part = Split(images, labels)
    return Dataset("t", Classification(4), part, part)


def network():
    return seeded(lambda: build(NASBench201(), CELL, Classification(4), (16, 16, 3), Size(8, 1)), 0)


def losses(device, recipe=RECIPE):
    told = []
    train(network(), dataset(), recipe, device=device, seed=3, on_epoch=lambda result: told.append(result.loss))
    return told


def test_a_recorded_step_learns_what_an_eager_one_does(monkeypatch):
    recorded = losses(GPU)
    monkeypatch.setattr(step, "_EAGER_STEPS", 10**9)
    assert losses(GPU) == pytest.approx(recorded, rel=TOLERANCE)


def test_a_gpu_learns_what_a_cpu_does():
    assert losses(GPU) == pytest.approx(losses(CPU), rel=TOLERANCE)


def test_the_same_seed_gives_the_same_within_the_tolerance():
    assert losses(GPU) == pytest.approx(losses(GPU), rel=TOLERANCE)


def test_a_step_with_drop_path_is_recorded_in_every_epoch(monkeypatch):
    made, graph = [], torch.cuda.CUDAGraph
    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: made.append(1) or graph())
    losses(GPU, replace(RECIPE, drop_path=0.3))
    assert len(made) == 3


def test_a_network_whose_steps_differ_is_not_recorded(monkeypatch):
    class Differing(torch.nn.Module):
        recordable = False

        def __init__(self):
            super().__init__()
            self.inner = network()

        def forward(self, images):
            return self.inner(images)

    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: pytest.fail("recorded"))
    train(Differing(), dataset(), RECIPE, device=GPU, seed=0)


def test_bfloat16_learns_too():
    assert losses(GPU, replace(RECIPE, precision="bfloat16"))[-1] < losses(GPU)[0]


def test_memory_that_runs_out_names_itself_and_leaves_the_gpu_usable():
    class Hungry(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = network()

        def forward(self, images):
            return self.inner(images) + torch.empty(2**50, dtype=torch.uint8, device=images.device).sum()

    with pytest.raises(TrainingError, match="out of memory on cuda:0"):
        train(Hungry(), put(dataset(), RECIPE, GPU), RECIPE, device=GPU, seed=0)
    assert losses(GPU)[-1] < 2
