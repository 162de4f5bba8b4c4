import subprocess
import sys

import numpy as np
import pytest

from ktnas.datasets.objectives import Autoencoding, Classification, Jigsaw, Normals, Regression, Segmentation
from ktnas.datasets.scenes import TASKS, Scenes, scene_dataset, tasks
from ktnas.datasets.scenes.jigsaw import distant_permutations, shuffled
from ktnas.errors import ConfigurationError, UnknownNameError

SMALL = Scenes(train=6, validation=4, test=3, size=20, seed=2)


@pytest.mark.parametrize(
    ("task", "objective", "shape"),
    [
        ("class_scene", Classification(16), ()),
        ("class_object", Classification(16), ()),
        ("room_layout", Regression(9), (9,)),
        ("jigsaw", Jigsaw(24), ()),
        ("segmentsemantic", Segmentation(17), (20, 20)),
        ("normal", Normals(), (20, 20, 3)),
        ("autoencoder", Autoencoding(), (20, 20, 3)),
    ],
)
def test_every_task_has_its_objective_and_targets(task, objective, shape):
    dataset = SMALL.dataset(task)
    assert (dataset.name, dataset.objective) == (task, objective)
    parts = (dataset.train, dataset.validation, dataset.test)
    assert [len(part) for part in parts] == [6, 4, 3]
    assert all(part.targets.shape[1:] == shape for part in parts)
    assert "rendered" in dataset.note


def test_the_tasks_are_those_of_transnas():
    assert set(TASKS) == {
        *("class_scene", "class_object", "room_layout", "jigsaw"),
        "segmentsemantic",
        "normal",
        "autoencoder",
    }


def test_tasks_show_the_same_scenes_rendered_once(monkeypatch):
    images = SMALL.dataset("normal").train.images
    monkeypatch.setattr(tasks, "render_views", None)  # would fail if it were called again
    assert SMALL.dataset("class_scene").train.images is images
    assert Scenes(6, 4, 3, 20, 2, permutations=5).dataset("room_layout").train.images is images


def test_autoencoding_targets_are_the_image():
    part = SMALL.dataset("autoencoder").validation
    assert np.rint((part.targets + 1) * 127.5).astype(np.uint8).tolist() == part.images.tolist()
    assert part.targets.dtype == np.float32


def test_jigsaw_images_are_the_scenes_shuffled_as_the_targets_say():
    whole, part = SMALL.dataset("normal").validation.images, SMALL.dataset("jigsaw").validation
    back = np.argsort(distant_permutations(24)[part.targets], axis=1)
    assert part.images.shape == (4, 18, 18, 3)
    assert (shuffled(part.images, back) == whole[:, :18, :18]).all()


def test_no_test_part_where_none_is_asked_for():
    assert scene_dataset("normal", train=2, validation=2, test=0, size=16).test is None


def test_scene_dataset_is_that_of_scenes():
    one = scene_dataset("class_object", train=6, validation=4, test=3, size=20, seed=2)
    assert one.train.targets is SMALL.dataset("class_object").train.targets


def test_numbers_of_classes_can_be_chosen():
    chosen = Scenes(40, 1, 0, 16, 0, scene_classes=3, object_classes=5, permutations=2)
    for task, count in (("class_scene", 3), ("class_object", 5), ("jigsaw", 2)):
        assert set(chosen.dataset(task).train.targets.tolist()) == set(range(count))


def test_classes_are_balanced():
    many = Scenes(train=600, validation=1, test=0, size=16)
    for task, most in (("class_scene", 2.5), ("class_object", 3.5), ("jigsaw", 2.5)):
        dataset = many.dataset(task)
        classes = 24 if task == "jigsaw" else 16
        counts = np.bincount(dataset.train.targets, minlength=classes)
        assert counts.min() > 0
        assert counts.max() / counts.min() < most, task


def test_an_unknown_task_is_named():
    with pytest.raises(UnknownNameError, match=r"unknown task 'norml' of rendered scenes; did you mean 'normal'\?"):
        SMALL.dataset("norml")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"train": 0}, "train must be at least 1; got 0"),
        ({"validation": 0}, "validation must be at least 1; got 0"),
        ({"test": -1}, "test must be at least 0; got -1"),
        ({"train": 10**9}, r"1,000,0.* take \d.* GiB; at most 32 GiB are rendered: ask for fewer images"),
        ({"size": 8}, "size must be 16 to 512; got 8"),
        ({"seed": -3}, "seed must be at least 0; got -3"),
        ({"scene_classes": 48}, "scene_classes must be 2 to 47; got 48"),
        ({"object_classes": 41}, "object_classes must be 2 to 40; got 41"),
        ({"permutations": 1}, "permutations must be 2 to 362880; got 1"),
        ({"object_share": 0.3}, "object_share must be 0 to 0.2; got 0.3"),
        ({"object_share": float("nan")}, "object_share must be 0 to 0.2; got nan"),
    ],
)
def test_what_cannot_be_is_refused(settings, message):
    with pytest.raises(ConfigurationError, match=f"rendered scenes: {message}"):
        Scenes(**settings)


GOLDEN = {
    "class_scene": ([3, 12, 5, 11, 2, 10, 7, 14, 7, 4, 4, 3], [1, 13, 15, 11, 2, 7]),
    "class_object": ([14, 2, 4, 11, 12, 14, 13, 14, 7, 8, 3, 3], [9, 1, 7, 0, 4, 15]),
    "jigsaw": ([21, 5, 23, 7, 9, 14, 20, 11, 12, 12, 4, 0], [10, 10, 11, 20, 19, 13]),
}


def test_scenes_are_those_of_always():
    """Small integers only: they do not hang on the last bit of a floating-point number."""
    golden = Scenes(train=12, validation=6, test=1, size=32, seed=11)
    found = {task: golden.dataset(task) for task in ("class_scene", "class_object", "jigsaw")}
    assert {task: (d.train.targets.tolist(), d.validation.targets.tolist()) for task, d in found.items()} == GOLDEN


def test_starts_without_torch_and_matplotlib():
    program = (
        "import sys\nfrom ktnas.datasets.scenes import scene_dataset\n"
        "scene_dataset('jigsaw', train=1, validation=1, test=1, size=16)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"torch", "matplotlib", "PIL", "scipy"}
