import json
import os
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from ktnas.errors import DataError
from ktnas.training.engine.on_device import Normalization
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.weights import Origin, digest, load, load_kept, read_origin, save
from ktnas.training.recipe import Recipe

ORIGIN = Origin("nasbench201", "|skip|", "cifar10", "Size(4, 1)", digest(Recipe()), Normalization((1.5,), (2.25,)))


def network(seed=0, width=3):
    return seeded(lambda: nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width)), seed)


def test_what_is_saved_comes_back(tmp_path):
    path, saved, other = tmp_path / "a.safetensors", network(0).to(memory_format=torch.channels_last), network(1)
    saved(torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0)))  # moves the running statistics
    save(path, saved, ORIGIN)
    load(path, other, ORIGIN)
    assert all(torch.equal(a, b) for a, b in zip(saved.state_dict().values(), other.state_dict().values(), strict=True))
    assert read_origin(path) == ORIGIN
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


def test_recipe_and_normalization_may_differ(tmp_path):
    path = tmp_path / "a.safetensors"
    save(path, network(), ORIGIN)
    load(path, network(1), replace(ORIGIN, recipe="other", normalization=Normalization((0.0,), (1.0,))))


@pytest.mark.parametrize("field", ["space", "architecture", "size", "task"])
def test_weights_of_something_else_are_refused(tmp_path, field):
    path, other = tmp_path / "a.safetensors", network(1)
    save(path, network(), ORIGIN)
    before = other[0].weight.clone()
    with pytest.raises(DataError, match=f"a weights file of another {field}: it holds .* not 'else'"):
        load(path, other, replace(ORIGIN, **{field: "else"}))
    assert torch.equal(before, other[0].weight)


def test_other_shapes_are_refused_before_anything_changes(tmp_path):
    path, other = tmp_path / "a.safetensors", network(1, width=4)
    save(path, network(), ORIGIN)
    before = other[0].weight.clone()
    with pytest.raises(DataError, match=r"tensor '0.bias' has shape \[3\] in the file and \[4\] in the network"):
        load(path, other, ORIGIN)
    assert torch.equal(before, other[0].weight)


def test_missing_tensors_are_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    save(path, network()[0], ORIGIN)
    with pytest.raises(DataError, match=r"'0.bias' has shape none in the file"):
        load(path, network(), ORIGIN)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no weights file"):
        load(tmp_path / "none", network(), ORIGIN)


@pytest.mark.parametrize("keep", [0, 7, 50, -1])
def test_a_damaged_file(tmp_path, keep):
    path = tmp_path / "a.safetensors"
    save(path, network(), ORIGIN)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="no safetensors file, or is damaged"):
        load(path, network(), ORIGIN)


@pytest.mark.parametrize("metadata", [None, {}, {"format": "ktnas weights 0"}])
def test_a_file_of_another_program(tmp_path, metadata):
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.zeros(2)}, path, metadata)
    with pytest.raises(DataError, match="was not written by ktnas"):
        read_origin(path)


@pytest.mark.parametrize("origin", ["", "[]", "{}", "null", "[" * 100_000, '{"normalization": {"mean": 3, "std": 1}}'])
def test_metadata_that_say_nothing(tmp_path, origin):
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.zeros(2)}, path, {"ktnas weights 1": origin})
    with pytest.raises(DataError, match="do not say what the weights belong to"):
        read_origin(path)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="weights cannot be written"):
        save(tmp_path / "file" / "a.safetensors", network(), ORIGIN)


def test_weights_and_all_names_on_the_way_to_them_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    path = tmp_path / "deep" / "a.safetensors"
    save(path, network(), ORIGIN)
    assert {place.stat().st_ino for place in (tmp_path, path.parent, path)} == set(synced)
    assert synced[-2:] == [path.stat().st_ino, path.parent.stat().st_ino]


def test_the_file_is_what_safetensors_writes(tmp_path):
    save(tmp_path / "a", network(), ORIGIN)
    with safe_open(tmp_path / "a", framework="pt") as file:
        metadata = file.metadata()
    save_file(network().state_dict(), tmp_path / "b", metadata)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_kept_weights_are_absent_where_they_are_damaged_and_refused_where_they_are_others(tmp_path, capsys):
    path = tmp_path / "a.safetensors"
    assert load_kept(path, network(), ORIGIN) is False
    save(path, network(), ORIGIN)
    assert load_kept(path, network(), ORIGIN) is True
    with pytest.raises(DataError, match="another task"):
        load_kept(path, network(), replace(ORIGIN, task="else"))
    assert not capsys.readouterr().err
    os.truncate(path, 0)
    assert load_kept(path, network(), ORIGIN) is False
    assert capsys.readouterr().err.startswith(f"note: {path} is no safetensors file, or is damaged")


def test_recipes_are_told_apart():
    assert len({digest(recipe) for recipe in (Recipe(), Recipe(epochs=4), Recipe(learning_rate=0.2), Recipe())}) == 3


@pytest.mark.parametrize("place", [0, 0.4, 1])
def test_a_bit_that_was_changed_is_damage(tmp_path, place, capsys):
    path = tmp_path / "a.safetensors"
    save(path, network(), ORIGIN)
    content = bytearray(path.read_bytes())
    header = 8 + int.from_bytes(content[:8], "little")
    content[header + int(place * (len(content) - header - 1))] ^= 1
    path.write_bytes(content)
    other = network(1)
    before = other[0].weight.clone()
    with pytest.raises(DataError, match="is damaged: its weights are not those that were written"):
        load(path, other, ORIGIN)
    assert not load_kept(path, other, ORIGIN)
    assert "training again instead" in capsys.readouterr().err
    assert torch.equal(before, other[0].weight)


def test_files_of_before_have_no_checksum_and_are_read(tmp_path):
    path, other = tmp_path / "a.safetensors", network(1)
    save(path, network(), ORIGIN)
    with safe_open(path, framework="pt") as file:
        ((key, text),) = file.metadata().items()
    plain = {name: value for name, value in json.loads(text).items() if name != "content"}
    save_file(network().state_dict(), path, {key: json.dumps(plain)})
    load(path, other, ORIGIN)
    assert torch.equal(other[0].weight, network()[0].weight)
