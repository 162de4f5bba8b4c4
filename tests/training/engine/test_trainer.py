import os
import runpy
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import (
    Autoencoding,
    Classification,
    Jigsaw,
    MultiLabel,
    Normals,
    Regression,
    Segmentation,
)
from ktnas.errors import ConfigurationError
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.on_device import put
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import EpochResult, measure, train
from ktnas.training.recipe import Recipe

CPU = torch.device("cpu")
SMALL = Recipe(epochs=2, batch_size=8)


def colours(count=24, seed=0):
    """Images of three classes, each brighter in one channel."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    images = rng.integers(0, 60, (count, 12, 12, 3)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, :, label] += 60
    return Split(images, labels)


def dataset(count=24):
    return Dataset("colours", Classification(3), colours(count), colours(12, seed=1))


def network(seed=0):
    return seeded(
        lambda: nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)
        ),
        seed,
    )


def trained(recipe=SMALL, *, data=None, seed=0, model=None, **options):
    return train(model or network(), data or dataset(), recipe, device=CPU, seed=seed, **options)


def state(model):
    return [tensor.clone() for tensor in model.state_dict().values()]


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_tiny_set_is_learnt():
    losses = []
    found = trained(Recipe(epochs=8, batch_size=8), on_epoch=lambda result: losses.append(result.loss))
    assert found.metrics["accuracy"] == found.fitness == 100.0
    assert losses[-1] < losses[0] / 2
    assert found.epochs == 8
    assert not found.stopped
    assert found.cost_s > 0


def test_a_network_is_left_ready_to_use_and_agrees_with_its_metrics():
    model = network()
    found = trained(model=model)
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert measure(model, put(dataset(), SMALL, CPU).validation, SMALL) == found.metrics


class TestDeterminism:
    def test_equal_seeds_give_equal_bits_and_others_do_not(self):
        models = [network() for _ in range(3)]
        recipe = Recipe(epochs=2, batch_size=8, cutout=4)
        for model, seed in zip(models, (0, 0, 1), strict=True):
            trained(recipe, model=model, seed=seed)
        assert equal(state(models[0]), state(models[1]))
        assert not equal(state(models[0]), state(models[2]))

    def test_what_was_drawn_before_does_not_matter(self):
        first = network()
        trained(model=first)
        torch.rand(7)
        second = network()
        trained(model=second)
        assert equal(state(first), state(second))

    def test_the_global_generator_is_left_alone(self):
        before = torch.get_rng_state()
        trained()
        assert torch.equal(before, torch.get_rng_state())

    def test_dropout_follows_the_seed(self):
        def dropping():
            return nn.Sequential(network(), nn.Dropout(0.5))

        models = [dropping(), dropping()]
        for model in models:
            torch.rand(3)
            trained(model=model)
        assert equal(state(models[0]), state(models[1]))

    def test_a_data_set_on_the_device_gives_the_same(self):
        models = [network(), network()]
        data = dataset()
        trained(model=models[0], data=data)
        trained(model=models[1], data=put(data, SMALL, CPU))
        assert equal(state(models[0]), state(models[1]))

    @pytest.mark.slow
    def test_a_fresh_process_with_another_hash_seed_agrees_to_the_bit(self, tmp_path):
        program = tmp_path / "program.py"
        program.write_text(DIGEST)
        other = subprocess.run(
            [sys.executable, program],
            env={**os.environ, "PYTHONHASHSEED": "1234", "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert other.stdout.strip() == runpy.run_path(program)["digest"]


DIGEST = """
import hashlib, numpy as np, torch
torch.set_num_threads(1)
from torch import nn
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Segmentation
from ktnas.training.recipe import Recipe
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import train
rng = np.random.default_rng(0)
part = Split(rng.integers(0, 256, (20, 12, 12, 3)).astype(np.uint8), rng.integers(4, size=(20, 12, 12)))
net = seeded(
    lambda: nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Dropout(0.1), nn.Conv2d(8, 4, 1)), 5
)
train(
    net, Dataset("t", Segmentation(4), part, part), Recipe(epochs=2, batch_size=8), device=torch.device("cpu"), seed=3
)
data = b"".join(t.numpy().tobytes() for t in net.state_dict().values())
digest = hashlib.sha256(data).hexdigest()
print(digest)
"""


class Recorder(nn.Module):
    """Remembers the batches that it was trained on."""

    def __init__(self):
        super().__init__()
        self.inner, self.batches, self.drop_path, self.paths = network(), [], 0.0, []

    def forward(self, images):
        if self.training:
            self.batches.append(images.clone())
            self.paths.append(self.drop_path)
        return self.inner(images)


class TestBatches:
    def sizes(self, count, recipe):
        model = Recorder()
        trained(recipe, data=dataset(count), model=model)
        return [len(batch) for batch in model.batches]

    def test_an_incomplete_batch_is_left_out(self):
        assert self.sizes(25, Recipe(epochs=2, batch_size=12)) == [12] * 4

    def test_fewer_images_than_a_batch_are_one_smaller_batch(self):
        assert self.sizes(9, Recipe(epochs=2, batch_size=128)) == [9, 9]

    def test_every_image_is_seen_once_in_an_epoch_and_in_another_order_in_the_next(self):
        model, recipe = Recorder(), Recipe(epochs=2, batch_size=8, flip=False, padding=0)
        trained(recipe, data=dataset(24), model=model)
        first, second = torch.cat(model.batches[:3]), torch.cat(model.batches[3:])
        part = put(dataset(24), recipe, CPU).train
        keys = sorted(image.sum().item() for image in part.inputs(part.images))
        assert sorted(image.sum().item() for image in first) == pytest.approx(keys)
        assert sorted(image.sum().item() for image in second) == pytest.approx(keys)
        assert not torch.equal(first, second)

    def test_drop_path_is_set_before_each_epoch(self):
        model = Recorder()
        trained(Recipe(epochs=3, batch_size=12, drop_path=0.2), model=model)
        assert model.paths == pytest.approx([0, 0, 0.1, 0.1, 0.2, 0.2])


class TestFailures:
    def test_a_network_that_diverges(self):
        with pytest.raises(TrainingError, match="diverged in epoch 1 of 2: the training loss is"):
            trained(Recipe(epochs=2, batch_size=8, learning_rate=1e30, gradient_clip=0.0))

    def test_divergence_is_told_by_its_epoch(self):
        class Late(Recorder):
            def forward(self, images):
                outputs = super().forward(images)
                return outputs * float("inf") if len(self.batches) == 4 else outputs

        with pytest.raises(TrainingError, match="diverged in epoch 2 of 3"):
            trained(Recipe(epochs=3, batch_size=8), model=Late())

    def test_outputs_that_are_infinite_only_when_measured(self):
        class Sick(Recorder):
            def forward(self, images):
                outputs = super().forward(images)
                return outputs if self.training else outputs * float("nan")

        with pytest.raises(TrainingError, match="diverged in epoch 2 of 2, validation: the loss is nan"):
            trained(model=Sick())

    def test_memory_that_runs_out(self):
        class Hungry(Recorder):
            def forward(self, images):
                torch.empty(2**58, dtype=torch.uint8)

        model = Hungry()
        with pytest.raises(TrainingError, match="out of memory on cpu with batches of 8 images") as caught:
            trained(model=model)
        assert caught.value.__context__ is None  # the traceback would keep the step's tensors

    def test_a_limit_on_time(self):
        with pytest.raises(TrainingError, match="over its limit of 0 s in epoch 1 of 9"):
            trained(Recipe(epochs=9, batch_size=8), limit_s=0.0)

    def test_a_defect_of_the_network_is_not_hidden(self):
        with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
            trained(model=nn.Sequential(nn.Flatten(), nn.Linear(3, 3)))

    def test_data_put_there_for_another_recipe(self):
        with pytest.raises(ConfigurationError, match="put it there anew"):
            trained(SMALL, data=put(dataset(), Recipe(resolution=10), CPU))


class TestProceed:
    def test_is_asked_after_every_epoch_but_the_last(self):
        asked = []
        trained(Recipe(epochs=3, batch_size=8), proceed=lambda epoch, fitness: asked.append((epoch, fitness)) or True)
        assert [epoch for epoch, _ in asked] == [1, 2]
        assert all(0 <= fitness <= 100 for _, fitness in asked)

    def test_only_at_rungs(self):
        asked = []
        results = []
        trained(
            Recipe(epochs=4, batch_size=8),
            proceed=lambda epoch, fitness: asked.append(epoch) or True,
            on_epoch=results.append,
            rungs=(1, 3),
        )
        assert asked == [1, 3]
        assert [result.fitness is not None for result in results] == [True, False, True, True]

    def test_ends_training_with_what_was_measured(self):
        seen = []
        found = trained(
            Recipe(epochs=4, batch_size=8), proceed=lambda epoch, fitness: seen.append(fitness) or epoch < 2
        )
        assert found.stopped
        assert found.epochs == 2
        assert found.fitness == seen[-1]

    def test_does_not_change_the_training(self):
        models = [network(), network()]
        trained(model=models[0])
        trained(model=models[1], proceed=lambda epoch, fitness: True)
        assert equal(state(models[0]), state(models[1]))


def test_an_observer_is_told_after_each_epoch():
    told = []
    trained(Recipe(epochs=3, batch_size=8), on_epoch=told.append)
    assert [(r.epoch, r.epochs) for r in told] == [(1, 3), (2, 3), (3, 3)]
    assert all(isinstance(r, EpochResult) for r in told)
    assert [r.fitness is None for r in told] == [True, True, False]
    assert sorted(r.cost_s for r in told) == [r.cost_s for r in told]


def test_measuring_changes_nothing():
    model = network()
    model[1].eval()  # a part that is frozen on purpose stays so
    before, modes = state(model), [module.training for module in model.modules()]
    part = put(dataset(), SMALL, CPU).validation
    found = measure(model, part, SMALL)
    assert equal(before, state(model))
    assert [module.training for module in model.modules()] == modes
    assert all(parameter.grad is None for parameter in model.parameters())
    assert list(found) == ["accuracy", "loss"]


def test_measuring_does_not_depend_on_the_size_of_batches():
    model, part = network(), put(dataset(), SMALL, CPU).validation
    found = [measure(model, part, Recipe(batch_size=size)) for size in (2, 5, 100)]
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    assert found[2] == pytest.approx(found[0], rel=1e-6)


@pytest.mark.parametrize(
    ("objective", "outputs", "metric"),
    [
        (Classification(3), 3, "accuracy"),
        (Jigsaw(3), 3, "accuracy"),
        (MultiLabel(2), 2, "auc"),
        (Regression(9), 9, "negative_loss"),
        (Segmentation(3), 3, "pixel_accuracy"),
        (Normals(), 3, "ssim"),
        (Autoencoding(), 3, "ssim"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_every_objective_trains(objective, outputs, metric, precision):
    rng = np.random.default_rng(0)
    count = 8
    targets = {
        Classification: rng.integers(3, size=count),
        Jigsaw: rng.integers(3, size=count),
        MultiLabel: np.arange(2 * count).reshape(count, 2) // 2 % 2,
        Regression: rng.normal(size=(count, 9)),
        Segmentation: rng.integers(3, size=(count, 12, 12)),
    }.get(type(objective), rng.uniform(-1, 1, (count, 12, 12, 3)))
    part = Split(rng.integers(0, 256, (count, 12, 12, 3)).astype(np.uint8), targets)
    layers = [nn.Conv2d(3, outputs, 3, padding=1), nn.BatchNorm2d(outputs)]
    if targets.ndim < 3:
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    model = seeded(lambda: nn.Sequential(*layers), 0)
    recipe = Recipe(epochs=1, batch_size=4, precision=precision)
    found = train(model, Dataset("t", objective, part, part), recipe, device=CPU, seed=0)
    assert next(iter(found.metrics)) == metric
    assert all(np.isfinite(value) for value in found.metrics.values())
