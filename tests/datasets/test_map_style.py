"""Datasets of torch, read item by item: what they are, what becomes of images and targets, what is refused."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, Subset, TensorDataset
from torch.utils.data import Dataset as TorchDataset

from ktnas.datasets import from_torch
from ktnas.datasets.objectives import Classification, MultiLabel, Regression, Segmentation
from ktnas.errors import DataError

COUNT = 12
LABELS = torch.arange(COUNT) % 3
BYTES = torch.arange(COUNT * 3 * 6 * 8).reshape(COUNT, 3, 6, 8).byte()


class Made(TorchDataset):
    """Items that a function makes."""

    def __init__(self, item, count=COUNT):
        self.item, self.count = item, count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return self.item(i)


class Endless(IterableDataset):
    def __iter__(self):
        return iter([(BYTES[0], 0)])


def images_of(item):
    return from_torch("mine", Made(item), Made(item))


class TestImages:
    def test_tensors_have_their_channels_first(self):
        dataset = from_torch("mine", TensorDataset(BYTES, LABELS), TensorDataset(BYTES[:3], LABELS[:3]))
        assert (dataset.name, dataset.shape, dataset.objective) == ("mine", (6, 8, 3), Classification(3))
        np.testing.assert_array_equal(dataset.train.images, BYTES.permute(0, 2, 3, 1).numpy())
        assert dataset.validation.targets.tolist() == [0, 1, 2]
        assert dataset.test is None
        assert dataset.account.counted == "15 images read: 12 train, 3 validation; class 0 5, class 1 5, class 2 5."
        assert dataset.note == ""

    def test_or_last_where_nothing_else_makes_sense_which_is_told(self):
        dataset = images_of(lambda i: (BYTES[i].permute(1, 2, 0), i % 3))
        assert dataset.shape == (6, 8, 3)
        assert "Tensors were read as (height, width, channels)." in dataset.note

    @pytest.mark.parametrize(
        ("item", "shape", "dtype"),
        [
            (lambda i: torch.rand(6, 8, generator=torch.Generator().manual_seed(i)), (6, 8, 1), np.float32),
            (lambda i: torch.full((9, 6, 8), i / COUNT, dtype=torch.bfloat16), (6, 8, 9), np.float32),
            (lambda i: np.full((6, 8, 4), i, np.uint16), (6, 8, 4), np.uint16),
            (lambda i: Image.new("RGB", (8, 6), (i, 0, 0)), (6, 8, 3), np.uint8),
            (lambda i: Image.new("L", (8, 6), i), (6, 8, 1), np.uint8),
            (lambda i: torch.full((3, 6, 8), float(i), requires_grad=True), (6, 8, 3), np.float32),
        ],
    )
    def test_arrays_and_pictures_of_any_kind(self, item, shape, dtype):
        dataset = images_of(lambda i: (item(i), i % 3))
        assert (dataset.shape, dataset.train.images.dtype) == (shape, dtype)

    def test_what_is_converted_is_told(self):
        modes = ("RGB", "L", "RGBA")
        dataset = images_of(lambda i: (Image.new(modes[i % 3], (8, 6), 7), i % 3))
        assert dataset.shape == (6, 8, 3)
        assert dataset.train.images[1, 0, 0].tolist() == [7, 7, 7]
        for told in ("Gray images beside colour became RGB: 4.", "Images of mode RGBA became RGB."):
            assert told in dataset.note

    def test_gray_parts_beside_colour(self):
        gray, colour = (Made(lambda i, m=mode: (Image.new(m, (8, 6), 7), i % 3)) for mode in ("L", "RGB"))
        dataset = from_torch("mine", colour, gray)
        assert dataset.validation.images.shape == (COUNT, 6, 8, 3)
        assert "Gray images of validation became RGB." in dataset.note

    def test_items_are_copies(self):
        buffer = np.zeros((6, 8), np.uint8)

        def item(i):
            buffer[:] = i
            return buffer, i % 3

        assert images_of(item).train.images[:, 0, 0, 0].tolist() == list(range(COUNT))

    def test_random_transforms_are_told(self):
        rng = np.random.default_rng(0)
        dataset = images_of(lambda i: (rng.random((6, 8)), i % 3))
        assert "Images of train differ each time they are read: random transforms were drawn once." in dataset.note


class TestTargets:
    @pytest.mark.parametrize(
        ("targets", "objective"),
        [
            (LABELS, Classification(3)),
            (LABELS[:, None], Classification(3)),
            (torch.eye(3)[LABELS], Classification(3)),
            ((LABELS[:, None] <= torch.arange(3)).long(), MultiLabel(3)),
            (LABELS / 2 + 0.1, Regression(1)),
            (torch.stack([LABELS + 0.5, LABELS - 0.5], 1), Regression(2)),
        ],
    )
    def test_tell_the_objective(self, targets, objective):
        assert from_torch("mine", TensorDataset(BYTES, targets)).objective == objective

    def test_may_have_it_told(self):
        maps = torch.zeros(COUNT, 6, 8, dtype=torch.long)
        assert from_torch("mine", TensorDataset(BYTES, maps), objective=Segmentation(4)).train.targets.shape[1:] == (
            6,
            8,
        )
        numbers = from_torch("mine", TensorDataset(BYTES, LABELS), objective=Regression(1)).train.targets
        assert numbers.dtype == np.float64
        assert numbers.shape[1:] == (1,)

    def test_classes_from_one_are_told(self):
        assert "class 0 (counted from 1?)" in from_torch("mine", TensorDataset(BYTES, LABELS + 1)).note

    def test_classes_bear_the_names_that_torchvision_gives_them(self):
        named = Made(lambda i: (BYTES[i], i % 3))
        named.classes = ["cat", "dog", "elk"]
        assert from_torch("mine", named).account.counted.endswith("; cat 4, dog 4, elk 4.")


class TestParts:
    def test_validation_is_held_out_of_each_class_where_there_is_none(self):
        dataset = from_torch("mine", TensorDataset(BYTES, LABELS), test=Subset(TensorDataset(BYTES, LABELS), [0, 1]))
        assert dataset.per_class == {"train": [3, 3, 3], "validation": [1, 1, 1], "test": [1, 1, 0]}

    def test_and_of_all_images_where_there_are_no_classes(self):
        dataset = from_torch("mine", TensorDataset(BYTES, LABELS / 7))
        assert [len(part) for part in dataset.parts.values()] == [10, 2]

    def test_a_class_of_one_image_cannot_be_divided(self):
        with pytest.raises(DataError, match="at least 2 images of each class are needed"):
            from_torch("mine", Made(lambda i: (BYTES[i], int(i == 0))))

    def test_lists_of_pairs_and_dictionaries_of_image_and_label_are_read(self):
        pairs = [(BYTES[i], i % 3) for i in range(COUNT)]
        records = Made(lambda i: {"label": i % 3, "image": Image.new("L", (8, 6), i)})
        assert from_torch("mine", pairs, pairs).shape == (6, 8, 3)
        assert from_torch("mine", records).shape == (6, 8, 1)


class TestRefused:
    @pytest.mark.parametrize(
        ("train", "message"),
        [
            (Endless(), "a Endless has no length, .* taken are map-style datasets"),
            (DataLoader(TensorDataset(BYTES, LABELS)), "a DataLoader has no items by index; .* give loader.dataset"),
            ((pair for pair in ()), "a generator has no items by index; .*list\\(dataset\\)"),
            ({"train": [], "test": []}, "got a dict of train, test; give its parts one by one"),
            (Made(None, 0), "a Made without items"),
            (BYTES.numpy(), "item 0 must be an image and its target, .*; got ndarray"),
            (Made(lambda i: (BYTES[i], 0, i)), "item 0 must be an image and its target, .*; got 3 of them"),
            (Made(lambda i: {"x": 1, "y": 2}), "got a dictionary of x, y"),
            (Made(lambda i: (BYTES[i], "cat")), "item 0: the target must be a whole number .* got str 'cat'"),
            (Made(lambda i: ("cat.png", 0)), "item 0: the image must be a tensor .* got str"),
            (Made(lambda i: (BYTES[i], 1 // (4 - i))), "item 4 of 12 cannot be read: ZeroDivisionError"),
            (Made(lambda i: (BYTES[i, :, : 6 - i // 9], 0)), "not of one form: .* at item 9, uint8 .* at item 0"),
            (Made(lambda i: (np.zeros((6, 8, 2 + i // 9)), 0)), "images have 2, 3 channels; bring all to one number"),
            (Made(lambda i: (BYTES[i], np.zeros(1 + i // 9))), r"targets differ in shape: \(1,\), \(2,\)"),
            (TensorDataset(BYTES, LABELS - 1), "labels must be 0 to 1; found -1 to 1"),
        ],
    )
    def test_with_what_can_be_taken(self, train, message):
        with pytest.raises(DataError, match=f"dataset 'mine'(, train)?.*{message}"):
            from_torch("mine", train)


def test_torch_is_not_imported():
    code = "import sys; from ktnas.datasets import from_torch; import numpy as np\n"
    code += "d = from_torch('mine', [(np.full((6, 8), i), i % 2) for i in range(9)]); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr
