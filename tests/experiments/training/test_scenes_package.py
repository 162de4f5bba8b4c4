"""The table that ships, made of the trainings."""

import gzip
import json

import pytest

from experiments.machinery.scenes_lines import COLUMNS
from experiments.machinery.scenes_networks import in_order
from experiments.machinery.scenes_training import digest
from experiments.training import scenes_package as package
from experiments.training.scenes_settings import BY_LOSS, RECIPE
from ktnas.benchmarks import scenes
from ktnas.datasets.scenes import TASKS
from ktnas.errors import DataError

HEAD = {"recipe": digest(RECIPE), "version": 1}
MACHINE = {"machine": {"on": "x", "torch": "2", "numpy": "2"}}


def line(network, task, seed, validation):
    told = {"validation": validation, "test": validation / 2, "loss": 1 / validation, "test_loss": 2 / validation}
    plain = {"network": network, "task": task, "seed": seed, "parameters": 5_000_000, "flops": 7_000_000}
    values = {**plain, **told, "seconds": "1.5", "machine": 0}
    return ",".join(str(values[name]) for name in COLUMNS)


@pytest.fixture
def source(tmp_path):
    """Three networks: one with two seeds, one with one, and one of which a task is missing."""
    first, second, third = (network.code for network in in_order()[:3])
    lines = [line(first, task, seed, 10.0 + seed) for task in TASKS for seed in (0, 1)]
    lines += [line(second, task, 0, 20.0) for task in TASKS] + [line(third, task, 0, 30.0) for task in TASKS[1:]]
    path = tmp_path / "scenes_table.csv"
    path.write_text("\n".join(["# " + json.dumps(HEAD), ",".join(COLUMNS), "# " + json.dumps(MACHINE), *lines]) + "\n")
    return path


@pytest.fixture
def shipped(source, tmp_path):
    """A directory with the files made of it."""
    for path, content in package.files(source).items():
        (tmp_path / path.name).write_bytes(content)
    return tmp_path


def test_networks_are_listed_once_every_task_is_measured(shipped):
    first, second, _ = in_order()[:3]
    benchmark = scenes.load(shipped)
    assert {"".join(map(str, genotype)) for genotype in benchmark.genotypes} == {*first.codes, *second.codes}
    assert scenes.sheet(shipped)["networks"] == 2
    assert scenes.sheet(shipped)["machines"] == {"x, torch 2": 27}


def test_metrics_are_those_of_the_first_seed(shipped):
    benchmark, (first, second) = scenes.load(shipped), in_order()[:2]
    for task in TASKS:
        expected = (-1 / 10.0, -1 / 20.0) if task in BY_LOSS else (10.0, 20.0)
        found = [benchmark.evaluate(task, network.genotype).fitness for network in (first, second)]
        assert found == pytest.approx(expected)
    report = benchmark.report("class_scene", first.genotype).metrics
    assert report == {"test_top1": 5.0, "params_M": 5.0, "flops_M": 7.0}


def test_further_seeds_tell_the_noise(shipped):
    networks, values = scenes.seeds("jigsaw", shipped)
    assert networks == (in_order()[0].genotype,)
    assert values.tolist() == [[10.0, 11.0]]


def test_the_same_trainings_give_the_same_bytes(source):
    assert package.files(source) == package.files(source)
    content = package.files(source)[scenes.TABLE]
    assert gzip.decompress(content).startswith(b"arch_str,codes,")


def test_trainings_of_another_recipe_are_refused(source):
    source.write_text(source.read_text().replace(HEAD["recipe"], "0" * 12))
    with pytest.raises(DataError, match=r"scenes_table --renew` brings it up"):
        package.files(source)


def test_what_ships_is_made_of_the_trainings_in_the_repository():
    """`python -m experiments.training.scenes_package` makes it anew."""
    made = package.files(package.RESULTS / "scenes_table.csv")
    assert {path: path.read_bytes() for path in made} == made
