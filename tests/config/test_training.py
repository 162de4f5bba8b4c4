"""What the command line says about live training, composed: defaults, data sets, refusals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ktnas.config import defaults
from ktnas.config.experiment import compose
from ktnas.config.options import options
from ktnas.config.registry import SCENE_TASKS, TRAINING_SPACES
from ktnas.config.run_options import RunOptions
from ktnas.config.shares import Shares
from ktnas.config.training import TrainingChoice, named_path, require_torch
from ktnas.datasets import scenes
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.registry import find
from ktnas.datasets.objectives import Classification
from ktnas.errors import ConfigurationError, DataError, KtnasError, UnknownNameError
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.networks.building import build
from ktnas.training.supernet.benchmark import EPOCHS, SupernetBenchmark

TINY = TrainingChoice(fitness="train", images=8, resolution=24, channels=4, device="cpu", batch_size=4)


@pytest.fixture
def mine(tmp_path):
    """A data set of one's own: an npz file."""
    rng = np.random.default_rng(0)
    path = tmp_path / "mine.npz"
    parts = {
        f"{part}_{what}": rng.integers(0, high, shape).astype(np.uint8)
        for part in ("train", "val", "test")
        for what, high, shape in (("images", 256, (12, 20, 20, 3)), ("labels", 3, (12,)))
    }
    parts["train_labels"][:3] = range(3)
    np.savez(path, **parts)
    return path


def test_names_are_those_of_the_scenes():
    assert set(SCENE_TASKS) == set(scenes.TASKS)


def test_every_space_that_is_offered_has_networks():
    for name in TRAINING_SPACES:
        space = TrainingChoice(space=name).search_space(())
        genotype = tuple(0 for _ in space.cardinalities)
        if not space.is_valid(genotype):
            continue
        size = replace(TINY, space=name).size(space)
        assert build(space, genotype, Classification(2), (32, 32, 3), size) is not None


def test_scenes_come_in_the_micro_space_and_other_images_in_that_of_emt_nas(mine):
    choice = replace(TINY, datasets=(("mine", str(mine)),))
    assert TINY.search_space(("normal", "jigsaw")).name == "transnas101-micro"
    assert choice.search_space(("mine",)).name == "emt-nas"
    assert choice.search_space(("mine", "normal")).name == "emt-nas"
    assert replace(choice, space="darts").search_space(("mine",)).name == "darts"


def test_scenes_are_rendered_in_the_resolution_and_others_resized(mine):
    benchmark = TINY.alone(("segmentsemantic",), None)
    dataset = benchmark.datasets[0]
    assert (dataset.shape, len(dataset.train), len(dataset.validation)) == ((24, 24, 3), 8, 2)
    assert benchmark.recipe.resolution is None
    other = replace(TINY, images=None, datasets=(("mine", str(mine)),)).alone(("mine",), None)
    assert (other.datasets[0].name, other.datasets[0].shape, other.recipe.resolution) == ("mine", (20, 20, 3), 24)


def test_a_scene_may_bear_another_name():
    dataset = replace(TINY, datasets=(("walls", "normal"),)).alone(("walls",), None).datasets[0]
    assert (dataset.name, dataset.objective.metric) == ("walls", "validation SSIM")


def large(channels=3, side=32):
    images = np.broadcast_to(np.uint8(0), (50_000, side, side, channels))
    part = Split(images, np.zeros(50_000, np.int64))
    return Dataset("large", Classification(2), part, part)


def test_large_data_sets_are_reduced_each_on_its_own(monkeypatch):
    """One share for all would leave next to nothing of a small one."""
    known = {"large": large(), "digits": find("digits")}
    monkeypatch.setattr("ktnas.datasets.images.registry.find", lambda name, directory: known[name])
    datasets = TrainingChoice().load(("large", "digits"), None)
    assert [len(dataset.train) for dataset in datasets] == [2000, len(known["digits"].train)]
    assert [dataset.note for dataset in datasets] == ["2,000 of 50,000 images are trained on.", ""]
    recipe = TrainingChoice(device="cpu").recipe(datasets)
    assert (recipe.share, recipe.epochs) == (1.0, defaults.EPOCHS)
    half = TrainingChoice(share=Shares(0.5))
    assert len(half.load(("large",), None)[0].train) == 50_000
    assert half.recipe((large(),)).share == 0.5


def test_a_share_of_one_data_set_leaves_the_others_alone(monkeypatch):
    known = {"large": large(), "digits": find("digits")}
    monkeypatch.setattr("ktnas.datasets.images.registry.find", lambda name, directory: known[name])
    one, all_others = Shares(named=(("digits", 0.5),)), Shares(0.1, (("digits", 0.5),))
    for shares, images in ((one, 2000), (all_others, 5000)):
        choice = TrainingChoice(share=shares, device="cpu")
        datasets = choice.load(("large", "digits"), None)
        assert [len(dataset.train) for dataset in datasets] == [images, round(0.5 * len(known["digits"].train))]
        assert datasets[1].note == f"{len(datasets[1].train):,} of 1,259 images are trained on."
        assert choice.recipe(datasets).share == 1
    scenes = replace(TINY, share=Shares(named=(("walls", 0.5),)), datasets=(("walls", "normal"),))
    assert len(scenes.load(("walls",), None)[0].train) == 4


@pytest.mark.slow
def test_scenes_that_are_asked_for_are_used():
    choice = replace(TINY, images=2100, resolution=16)
    assert len(choice.load(("class_scene",), None)[0].train) == 2100
    assert choice.recipe(choice.load(("class_scene",), None)).share == 1


def test_gray_images_are_not_mirrored_and_small_ones_hardly_shifted():
    recipes = [TrainingChoice().recipe(data) for data in ((large(),), (large(), large(channels=1)), (large(side=8),))]
    assert [(recipe.flip, recipe.padding) for recipe in recipes] == [(True, 4), (False, 4), (True, 1)]
    assert TrainingChoice(resolution=16).recipe((large(),)).padding == 2
    assert [TrainingChoice().recipe((large(channels=count),)).flip for count in (2, 4, 5)] == [False, True, True]


def test_what_is_given_is_used():
    choice = replace(TINY, epochs=7, limit_s=9.0, halving=4, keep_weights=True, workers=3, precision="bfloat16")
    benchmark = choice.alone(("normal",), None)
    assert (benchmark.recipe.epochs, benchmark.recipe.batch_size, benchmark.size.channels) == (7, 4, 4)
    assert (benchmark.limit_s, benchmark.halving.eta, benchmark.workers) == (9.0, 4, 3)
    assert str(benchmark.weights) == "weights"
    assert benchmark.recipe.precision == "bfloat16"
    assert TINY.alone(("normal",), None).workers >= 1


def test_options_lead_to_an_experiment_and_without_tasks_to_the_scenes():
    experiment = compose(RunOptions(training=TINY, budget=6))
    assert isinstance(experiment.benchmark, TrainingBenchmark)
    assert experiment.problem.names == ("segmentsemantic", "normal")
    assert experiment.problem.role("segmentsemantic") == "source"
    assert (TINY.images, TINY.resolution) != (defaults.IMAGES, defaults.RESOLUTION)


def test_a_supernet_has_its_own_epochs():
    choice = TrainingChoice(space="nasbench201", fitness="supernet", channels=2, device="cpu", epochs=3)
    benchmark = choice.benchmark(("digits",), None)
    assert isinstance(benchmark, SupernetBenchmark)
    assert (benchmark.recipe.epochs, benchmark.alone.recipe.epochs, benchmark.workers) == (3, defaults.EPOCHS, 0)
    assert replace(choice, epochs=None).benchmark(("digits",), None).recipe.epochs == EPOCHS


@pytest.mark.parametrize(
    ("changes", "tasks", "error", "message"),
    [
        ({}, ("holidays",), UnknownNameError, "unknown dataset 'holidays'.*Tasks of rendered scenes: class_scene"),
        ({"space": "nasbench-graph"}, ("normal",), UnknownNameError, "unknown search space 'nasbench-graph' of live"),
        ({"space": "transnas-micro"}, ("normal",), UnknownNameError, "did you mean 'transnas101-micro'"),
        ({"datasets": (("mine", "absent.npz"),)}, ("mine",), DataError, "no such file"),
        ({"datasets": (("mine", "x.npz"),)}, ("normal",), ConfigurationError, "--dataset mine=x.npz is no task"),
        ({"datasets": (("a", "x"), ("a", "y"))}, ("a",), ConfigurationError, "--dataset names a task twice"),
        ({"epochs": 0}, ("normal",), ConfigurationError, "epochs must be at least 1; got 0"),
        ({"share": Shares(0.1)}, ("normal",), ConfigurationError, "single image"),
        ({"share": Shares(named=(("normal", 0.1),))}, ("normal",), ConfigurationError, "single image"),
        ({"share": Shares(named=(("norml", 0.1),))}, ("normal",), UnknownNameError, "did you mean 'normal'"),
        ({"resolution": 4}, ("normal",), ConfigurationError, "size must be 16 to 512; got 4"),
        ({"batch_size": 1}, ("normal",), ConfigurationError, "single image"),
        ({"channels": 1}, ("normal",), ConfigurationError, "at least 2 channels"),
        ({"batch_size": 0}, ("normal",), ConfigurationError, "batch_size must be at least 1"),
        ({"precision": "half"}, ("normal",), ConfigurationError, "precision must be float32 or bfloat16; got half"),
        ({"images": 0}, ("normal",), ConfigurationError, "train must be at least 1; got 0"),
        ({"device": "tpu"}, ("normal",), ConfigurationError, "unknown device 'tpu'"),
        ({"device": "cuda:99"}, ("normal",), ConfigurationError, "'cuda:99' cannot be had"),
        ({"images": 8, "space": "nasbench201"}, ("digits",), ConfigurationError, "--images is of rendered scenes"),
        ({"cells": 2}, ("normal",), ConfigurationError, "--cells is not for transnas101-micro"),
        ({"workers": 0}, ("normal",), ConfigurationError, "--workers must be at least 1; got 0"),
        ({"halving": 1}, ("normal",), ConfigurationError, "eta of at least 2; got 1"),
        ({"limit_s": 0.0}, ("normal",), ConfigurationError, "above 0 seconds; got 0"),
        ({"fitness": "supernet"}, ("normal",), ConfigurationError, "'transnas101-micro' has no supernet"),
        ({"fitness": "supernet", "space": "darts", "halving": 2}, ("normal",), ConfigurationError, "--halving is for"),
        (
            {"fitness": "supernet", "space": "darts", "limit_s": 2.0},
            ("normal",),
            ConfigurationError,
            "--time-limit is for",
        ),
        ({"fitness": "supernet", "space": "darts", "workers": 2}, ("normal",), ConfigurationError, "--workers is for"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is(changes, tasks, error, message):
    with pytest.raises(error, match=message):
        replace(TINY, **changes).benchmark(tasks, None)


def test_labels_out_of_range_are_refused(mine):
    content = dict(np.load(mine))
    content["val_labels"] = content["val_labels"] + 40
    np.savez(mine, **content)
    with pytest.raises(DataError, match="labels must be 0 to 2"):
        replace(TINY, images=None, datasets=(("mine", str(mine)),)).benchmark(("mine",), None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"benchmark": "nasbench201"}, "--benchmark is a source of fitness of its own"),
        ({"table": Path("mine.csv"), "space": "darts", "tasks": ("normal",)}, "--table is a source of fitness"),
        ({"until_best": True}, "--until-best needs a table; training does not list"),
    ],
)
def test_sources_of_fitness_do_not_mix(changes, message):
    with pytest.raises(KtnasError, match=message):
        compose(RunOptions(training=TINY, budget=6, **changes))


@pytest.mark.parametrize("text", ["mine", "=x", "mine="])
def test_a_dataset_has_a_name_and_a_path(text):
    with pytest.raises(ConfigurationError, match="is not of the form NAME=PATH"):
        named_path(text)


@pytest.mark.parametrize("given", [one for one in options(TrainingChoice) if one.field != "fitness"])
def test_without_training_each_option_is_a_mistake(given):
    value = {int: 2, float: 1.0, bool: True, str: "bfloat16"}[given.kind]
    choice = replace(TrainingChoice(), **{given.field: (("a", "b"),) if given.several else value})
    with pytest.raises(ConfigurationError, match=f"{given.flag} is for live training: add --fitness train"):
        choice.require_live()
    replace(choice, fitness="train").require_live()


def test_without_torch_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr("ktnas.config.training.find_spec", lambda name: None)
    with pytest.raises(
        ConfigurationError, match=r"live training needs torch and safetensors: pip install 'ktnas\[train\]'"
    ):
        require_torch()


def test_a_misspelt_task_of_rendered_scenes_is_told_its_spelling():
    with pytest.raises(UnknownNameError, match="unknown task 'segmentsemantik' of rendered scenes; did you mean"):
        TrainingChoice().load(("segmentsemantik",), None)
