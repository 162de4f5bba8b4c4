"""Which folders are parts, which are classes; what may be either is refused."""

import pytest

from ktnas.datasets.images.layout import divided, part_named
from ktnas.datasets.images.tree import walk
from ktnas.errors import DataError

PNG = b"\x89PNG\r\n\x1a\n"


def laid(directory, *images):
    for image in images:
        path = directory / image
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG)
    tree, _ = walk(directory)
    return tree


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *(
            (name, "train")
            for name in ("train", "Train", "TRAINING", "training_set", "trainset", "Training Data", "trn")
        ),
        *((name, "train") for name in ("train2017", "01-train", "images_train")),
        *((name, "validation") for name in ("val", "Valid", "VALIDATION", "val_images")),
        *((name, "test") for name in ("test", "Testing", "TestSet")),
        *((name, None) for name in ("trains", "cat", "evaluation", "train test", "data", "")),
    ],
)
def test_usual_names_of_parts_in_any_spelling(name, part):
    assert part_named(name) == part


def test_parts_hold_folders_of_images(tmp_path):
    tree = laid(tmp_path, "Train/a/0.png", "Train/b/0.png", "VALID/a/0.png", "testing/b/x/0.png")
    found = divided(tree)
    assert {part: tree.root.name for part, tree in found.parts.items()} == {
        "train": "Train",
        "test": "testing",
        "validation": "VALID",
    }
    assert found.passed_over == ()


def test_a_class_called_train_holds_images(tmp_path):
    for name, images in {
        "flat": ("car/0.png", "train/0.png", "plane/0.png"),
        "days": ("car/0.png", "train/0.png", "train/monday/0.png", "plane/0.png"),
    }.items():
        assert divided(laid(tmp_path / name, *images)).parts == {}


def test_what_lies_outside_is_named(tmp_path):
    tree = laid(
        tmp_path,
        *("train/a/0.png", "train/b/0.png", "train/stray.png", "val/a/0.png", "loose.png"),
        *("test/1.png", "test/2.png", "extra/a/0.png"),
    )
    found = divided(tree)
    assert set(found.parts) == {"train", "validation"}
    assert {(one.path, one.reason) for one in found.passed_over} == {
        ("loose.png", "outside of any part"),
        ("train/stray.png", "outside of any class"),
        ("test", "2 images without classes"),
        ("extra", "1 images, neither to train on nor val nor test"),
    }
    classes = divided(laid(tmp_path / "classes", "a/0.png", "b/0.png", "loose.png"))
    assert [(one.path, one.reason) for one in classes.passed_over] == [("loose.png", "outside of any class")]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (("train/a/0.png", "evaluation/a/0.png"), "whether 'train' is a class or the part .* lie 'evaluation'"),
        (("train/monday/0.png", "car/0.png"), "whether 'train' is a class or the part .* lie 'car'"),
        (("val/a/0.png", "test/a/0.png"), "has a folder of classes 'test', but none to train on; call that train"),
        (("train/0.png", "test/0.png"), "images lie in test, train directly; put them into a folder per class"),
        (("train/0.png", "test/0.png", "masks/0.png"), "images lie in test, train directly"),
        (("a/train/0.png", "a/test/0.png", "b/train/0.png"), "/a holds parts; put them above the classes instead"),
        (("train/a/0.png", "Train/a/0.png"), "has two folders for train: Train and train; keep one"),
        (("train/a/0.png", "val/a/0.png", "valid/a/0.png"), "has two folders for validation: val and valid"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path, images, message):
    with pytest.raises(DataError, match=message):
        divided(laid(tmp_path, *images))
