"""A training that was cut off goes on to the bit; what is damaged, or of another training, is none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError
from ktnas.training.engine.checkpoint import Checkpoint
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import train
from ktnas.training.recipe import Recipe

CPU = torch.device("cpu")
RECIPE = Recipe(epochs=4, batch_size=8, warmup=0.2)


def images(count, seed):
    rng = np.random.default_rng(seed)
    return Split(rng.integers(0, 256, (count, 12, 12, 3)).astype(np.uint8), np.arange(count) % 3)


DATASET = Dataset("noise", Classification(3), images(24, 0), images(12, 1))


def network():
    def layers():
        return nn.Sequential(
            nn.Conv2d(3, 6, 3),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Dropout(0.3),  # draws from the global stream
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(6, 3),
        )

    return seeded(layers, 0)


def trained(model, checkpoint=None, recipe=RECIPE, until=99, **options):
    """Trained; cut off while it is told of an epoch, before that is kept."""
    told = []

    def on_epoch(result):
        if result.epoch == until:
            raise KeyboardInterrupt
        told.append(result)

    try:
        training = train(
            model, DATASET, recipe, device=CPU, seed=3, on_epoch=on_epoch, checkpoint=checkpoint, **options
        )
    except KeyboardInterrupt:
        return None, told
    return training, told


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "kept" / "here.checkpoint", "mine")


@pytest.fixture
def whole():
    model = network()
    return trained(model), model


class TestGoingOn:
    @pytest.mark.parametrize("until", [2, 3, 4])
    def test_is_to_the_bit(self, checkpoint, whole, until):
        (training, told), expected = whole
        trained(network(), checkpoint, until=until)
        torch.rand(3)  # what else the process draws is left alone
        before = torch.get_rng_state()
        model = network()
        again, left = trained(model, checkpoint)
        assert same(model, expected)
        assert again.metrics == training.metrics
        assert [(r.epoch, r.loss, r.fitness) for r in left] == [(r.epoch, r.loss, r.fitness) for r in told[until - 1 :]]
        assert torch.equal(before, torch.get_rng_state())

    def test_several_times_and_without_momentum(self, checkpoint):
        recipe = Recipe(epochs=4, batch_size=8, momentum=0.0)
        expected, model = network(), network()
        trained(expected, recipe=recipe)
        for until in (2, 3, 4):
            trained(network(), checkpoint, recipe, until)
        trained(model, checkpoint, recipe)
        assert same(model, expected)

    def test_counts_the_seconds_of_before(self, checkpoint):
        trained(network(), checkpoint, until=4)
        training, told = trained(network(), checkpoint)
        assert training.cost_s >= told[0].cost_s >= training.earlier_s > 0

    def test_keeps_to_the_limit_as_a_whole(self, checkpoint):
        trained(network(), checkpoint, until=4)
        with pytest.raises(TrainingError, match="over its limit of 1e-06 s in epoch 4"):
            trained(network(), checkpoint, limit_s=1e-6)

    def test_nothing_is_kept_of_a_single_epoch(self, checkpoint):
        trained(network(), checkpoint, Recipe(epochs=1, batch_size=8))
        assert not checkpoint.path.exists()

    def test_goes_away_with_what_killed_writers_have_left(self, checkpoint):
        trained(network(), checkpoint)
        folder = checkpoint.path.parent
        stale = folder / f".here.checkpoint-{'0' * 16}.tmp"
        for path in (stale, folder / "other.tmp"):
            path.touch()
            os.utime(path, (1, 1))
        (folder / f".here.checkpoint-{'1' * 16}.tmp").touch()  # later: somebody is writing it
        os.utime(checkpoint.path, (2, 2))
        checkpoint.remove()
        checkpoint.remove()
        assert sorted(path.name for path in folder.iterdir()) == [f".here.checkpoint-{'1' * 16}.tmp", "other.tmp"]

    def test_a_network_that_keeps_more_than_tensors_is_trained_without(self, checkpoint, capsys):
        class Counts(nn.Sequential):
            def get_extra_state(self):
                return {"calls": 1}

            def set_extra_state(self, state):
                pass

        training, _ = trained(Counts(*network()), checkpoint)
        assert training.epochs == 4
        assert not checkpoint.path.exists()
        assert "keeps more than tensors" in capsys.readouterr().err


class TestWhatCannotBeUsed:
    def begins_anew(self, checkpoint, whole, capsys):
        """Whether it does, and the note."""
        model = network()
        _, told = trained(model, checkpoint)
        assert [result.epoch for result in told] == [1, 2, 3, 4]
        assert same(model, whole[1])
        return capsys.readouterr().err

    @pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
    def test_a_file_that_was_cut(self, checkpoint, whole, capsys, share):
        trained(network(), checkpoint, until=3)
        content = checkpoint.path.read_bytes()
        checkpoint.path.write_bytes(content[: int(share * len(content))])
        note = self.begins_anew(checkpoint, whole, capsys)
        assert note.startswith(f"note: {checkpoint.path} is damaged")
        assert note.endswith("; training begins anew\n")

    @pytest.mark.parametrize("place", [0, 0.3, 0.7, 1])
    def test_a_bit_that_was_changed(self, checkpoint, whole, capsys, place):
        trained(network(), checkpoint, until=3)
        content = bytearray(checkpoint.path.read_bytes())
        header = 8 + int.from_bytes(content[:8], "little")
        content[header + int(place * (len(content) - header - 1))] ^= 4
        checkpoint.path.write_bytes(content)
        assert "it is not what was written" in self.begins_anew(checkpoint, whole, capsys)

    def test_another_training(self, checkpoint, whole, capsys):
        trained(network(), Checkpoint(checkpoint.path, "another"), until=3)
        assert "is of another training" in self.begins_anew(checkpoint, whole, capsys)

    def test_other_weights(self, checkpoint, whole, capsys):
        trained(nn.Sequential(*network(), nn.Linear(3, 3)), checkpoint, until=3)
        assert "is of a network with other weights" in self.begins_anew(checkpoint, whole, capsys)

    @pytest.mark.parametrize("epoch", ["-1", "0", "4", "1e3", "true", '"1"'])
    def test_epochs_that_cannot_be(self, checkpoint, whole, capsys, epoch):
        self._say(checkpoint, '"epoch": 2', f'"epoch": {epoch}')
        assert "how many epochs are done" in self.begins_anew(checkpoint, whole, capsys)

    @pytest.mark.parametrize("seconds", ["-1", "NaN", "1e999", '"x"'])
    def test_seconds_that_cannot_be(self, checkpoint, whole, capsys, seconds):
        self._say(checkpoint, '"cost_s": ', f'"cost_s": {seconds}, "is": ')
        assert "damaged" in self.begins_anew(checkpoint, whole, capsys)

    def _say(self, checkpoint, old, new):
        trained(network(), checkpoint, until=3)
        with safe_open(checkpoint.path, framework="pt") as file:
            metadata = {key: value.replace(old, new) for key, value in file.metadata().items()}
        save_file(load_file(checkpoint.path), checkpoint.path, metadata)

    def test_a_directory_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(DataError, match="cannot be written to"):
            trained(network(), Checkpoint(tmp_path / "file" / "here", "mine"))


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import test_checkpoint as t
from pathlib import Path

def on_epoch(result):
    if result.epoch == {epoch}:
        os.kill(os.getpid(), signal.SIGKILL)

t.train(t.network(), t.DATASET, t.RECIPE, device=t.CPU, seed=3, on_epoch=on_epoch,
        checkpoint=t.Checkpoint(Path({path!r}), "mine"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [2, 4])
def test_a_killed_process_goes_on_in_another(checkpoint, whole, epoch):
    code = KILLED.format(tests=str(Path(__file__).parent), epoch=epoch, path=str(checkpoint.path))
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    model = network()
    _, told = trained(model, checkpoint)
    assert told[0].epoch == epoch
    assert same(model, whole[1])
