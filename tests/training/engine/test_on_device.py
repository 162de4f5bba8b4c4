from dataclasses import replace

import numpy as np
import pytest
import torch

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
from ktnas.errors import ConfigurationError, DataError
from ktnas.training.engine.on_device import put
from ktnas.training.recipe import Recipe

CPU = torch.device("cpu")
RNG = np.random.default_rng(0)


def images(count=6, height=12, width=12, channels=3):
    return RNG.integers(0, 256, (count, height, width, channels)).astype(np.uint8)


def dataset(objective, targets, shape=(12, 12, 3), name="task"):
    part = Split(images(len(targets), *shape), targets)
    return Dataset(name, objective, part, part)


def classes(count=6, **options):
    return dataset(Classification(count), np.arange(count), **options)


def test_images_stay_bytes_and_are_normalised_by_channel():
    data = put(classes(), Recipe(), CPU)
    inputs = data.train.inputs(data.train.images)
    assert data.train.images.dtype == torch.uint8
    assert inputs.shape == (6, 3, 12, 12)
    assert inputs.is_contiguous(memory_format=torch.channels_last)
    assert inputs.mean((0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert inputs.std((0, 2, 3), correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_validation_is_normalised_by_the_images_trained_on():
    dark, light = np.zeros((2, 8, 8, 1), np.uint8), np.full((2, 8, 8, 1), 7, np.uint8)
    dark[0] = 10
    data = put(Dataset("t", Classification(2), Split(dark, np.arange(2)), Split(light, np.arange(2))), Recipe(), CPU)
    assert data.validation.normalization == data.train.normalization
    assert data.train.normalization.mean == (5.0,)
    assert data.train.normalization.std == (5.0,)
    assert torch.allclose(data.validation.inputs(data.validation.images), torch.tensor(0.4))


def test_an_empty_channel_is_left_finite():
    blank = Split(np.full((2, 8, 8, 1), 9, np.uint8), np.arange(2))
    data = put(Dataset("t", Classification(2), blank, blank), Recipe(), CPU)
    assert torch.equal(data.train.inputs(data.train.images), torch.zeros(2, 1, 8, 8))


def test_arrays_that_may_not_be_written_are_copied():
    given = classes()
    given.train.images.flags.writeable = False
    put(given, Recipe(), CPU).train.images.zero_()
    assert given.train.images.any()


def scaled(images, dtype=np.float32, factor=1 / 255, offset=0.0):
    part = Split((images.astype(float) * factor + offset).astype(dtype), np.arange(len(images)))
    return Dataset("t", Classification(len(images)), part, part)


class TestNumbers:
    """Images that are not bytes: only their range differs."""

    @pytest.mark.parametrize(
        ("dtype", "factor", "offset"),
        [(np.float32, 1 / 255, 0), (np.float64, 2 / 255, -1), (np.uint16, 257, 0), (np.float16, 1, 0), (">f4", 9, -70)],
    )
    def test_become_what_bytes_become(self, dtype, factor, offset):
        pixels = images(channels=5)
        inputs = []
        for given in (scaled(pixels, np.uint8, 1), scaled(pixels, dtype, factor, offset)):
            part = put(given, Recipe(), CPU).train
            inputs.append(part.inputs(part.images))
        assert torch.allclose(*inputs, atol=2e-3)

    def test_are_single_precision_on_the_device(self):
        given = scaled(images(), np.float64)
        train = put(given, Recipe(), CPU).train
        assert train.images.dtype == torch.float32
        train.images.zero_()
        assert given.train.images.any()

    @pytest.mark.parametrize("value", [0.0, 0.1, -3000.7])
    def test_a_channel_of_one_value_is_left_finite(self, value):
        pixels = np.random.default_rng(0).random((4, 8, 8, 2)).astype(np.float32)
        pixels[..., 1] = value
        data = put(scaled(pixels, factor=1), Recipe(), CPU)
        inputs = data.train.inputs(data.train.images)
        assert data.train.normalization.std[1] == 1.0
        assert float(inputs[:, 1].abs().max()) < 1e-3
        assert float(inputs[:, 0].std(correction=0)) == pytest.approx(1)

    def test_small_and_large_channels_weigh_the_same(self):
        pixels = np.random.default_rng(0).random((4, 8, 8, 2)) * [1e-4, 1e4]
        data = put(scaled(pixels, np.float64, 1), Recipe(), CPU)
        assert data.train.inputs(data.train.images).std((0, 2, 3), correction=0).tolist() == pytest.approx([1, 1])

    def test_are_resized_without_being_rounded_or_clipped(self):
        pixels = np.full((2, 16, 16, 1), -2.25, np.float32)
        pixels[:, :, 8:] = 300.5
        train = put(scaled(pixels, factor=1), Recipe(resolution=8), CPU).train
        assert train.images.dtype == torch.float32
        assert (float(train.images.min()), float(train.images.max())) == (-2.25, 300.5)

    @pytest.mark.parametrize(
        ("factor", "offset", "black"),
        [(1 / 255, 0, None), (257, 0, None), (2 / 255, -1, (-1.0, -1.0, -1.0)), (1, -90, "mean")],
    )
    def test_what_comes_in_from_outside_is_black_or_the_mean(self, factor, offset, black):
        pixels = images()
        pixels[0, 0, :2] = [[0] * 3, [255] * 3]
        train = put(scaled(pixels, np.float64, factor, offset), Recipe(), CPU).train
        expected = train.normalization.mean if black == "mean" else black
        assert train.black == expected
        inside = torch.ones(len(train), 12, 12, dtype=torch.bool)
        inside[:, 3] = False
        moved = train.bordered(train.images, inside)
        outside = torch.tensor(expected or (0.0,) * 3)
        assert torch.equal(moved[:, 3], outside.expand(len(train), 12, 3))
        assert torch.equal(moved[:, 4], train.images[:, 4])

    def test_another_part_is_treated_alike(self):
        given = scaled(images(), np.float64, 1, -90)
        data = put(given, Recipe(), CPU)
        assert data.part(given.validation).black == data.validation.black == data.train.black


class TestShare:
    def test_is_the_same_for_all_and_grows_by_inclusion(self):
        given = classes(40)
        kept = [set(put(given, Recipe(share=share), CPU).train.targets.tolist()) for share in (0.1, 0.1, 0.5, 1.0)]
        assert kept[0] == kept[1]
        assert [len(k) for k in kept] == [4, 4, 20, 40]
        assert kept[0] < kept[2] < kept[3]

    def test_keeps_images_and_targets_together(self):
        given = classes(20)
        train = put(given, Recipe(share=0.3), CPU).train
        assert np.array_equal(train.images.numpy(), given.train.images[train.targets.numpy()])

    def test_leaves_validation_and_normalization_whole(self):
        whole, half = (put(given, Recipe(share=share), CPU) for given in [classes(20)] for share in (1.0, 0.5))
        assert len(half.validation) == 20
        assert half.train.normalization == whole.train.normalization


class TestResolution:
    def test_a_mean_of_four_pixels(self):
        pixels = np.zeros((2, 16, 16, 1), np.uint8)
        pixels[:, ::2] = 100
        given = Dataset("t", Classification(2), Split(pixels, np.arange(2)), Split(pixels, np.arange(2)))
        train = put(given, Recipe(resolution=8), CPU).train
        assert train.images.shape == (2, 8, 8, 1)
        assert int(train.images[0, 4, 4, 0]) == 50

    def test_labels_of_pixels_are_not_mixed(self):
        labels = np.zeros((2, 16, 16), np.int64)
        labels[:, 8:, :8], labels[:, :, 8:] = 9, 200
        train = put(dataset(Segmentation(256), labels, (16, 16, 3)), Recipe(resolution=8), CPU).train
        assert train.targets.dtype == torch.uint8
        expected = np.zeros((8, 8), int)
        expected[4:, :4], expected[:, 4:] = 9, 200
        assert train.answers(train.targets)[0].tolist() == expected.tolist()

    def test_normals_keep_their_length(self):
        towards = RNG.normal(size=(2, 16, 16, 3))
        towards /= np.linalg.norm(towards, axis=-1, keepdims=True)
        train = put(dataset(Normals(), towards, (16, 16, 3)), Recipe(resolution=11), CPU).train
        answers = train.answers(train.targets)
        assert answers.shape == (2, 3, 11, 11)
        assert torch.allclose(answers.norm(dim=1), torch.tensor(1.0))

    def test_the_image_to_be_rebuilt_is_resized_as_the_image(self):
        pixels = images(2, 16, 16)
        part = Split(pixels, pixels.astype(np.float32) / 127.5 - 1)
        train = put(Dataset("t", Autoencoding(), part, part), Recipe(resolution=12), CPU).train
        assert torch.allclose((train.targets + 1) * 127.5, train.images.float(), atol=0.51)

    def test_numbers_are_left_alone(self):
        targets = RNG.normal(size=(2, 9))
        train = put(dataset(Regression(9), targets), Recipe(resolution=8), CPU).train
        assert train.targets.tolist() == pytest.approx(targets)

    def test_the_recipe_tells_the_shape(self):
        assert Recipe(resolution=8).resized((12, 10, 3)) == (8, 8, 3)
        assert Recipe().resized((12, 10, 3)) == (12, 10, 3)


class TestRefused:
    def test_a_jigsaw_that_cannot_be_cut(self):
        with pytest.raises(ConfigurationError, match="divisible by 3; got 16"):
            put(dataset(Jigsaw(6), np.arange(6)), Recipe(resolution=16), CPU)

    @pytest.mark.parametrize("objective", [Normals(), Autoencoding()])
    def test_images_smaller_than_the_window_of_ssim(self, objective):
        with pytest.raises(DataError, match="at least 11 x 11 pixels; got 8 x 8"):
            put(dataset(objective, np.zeros((3, 12, 12, 3))), Recipe(resolution=8), CPU)

    def test_labels_that_say_nothing(self):
        with pytest.raises(DataError, match="AUC is undefined"):
            put(dataset(MultiLabel(2), np.array([[0, 1], [0, 1]])), Recipe(), CPU)

    def test_labels_that_say_nothing_in_the_test(self):
        """Or the report would fail, after everything has been trained."""
        good = dataset(MultiLabel(2), np.array([[0, 1], [1, 1]]))
        put(good, Recipe(), CPU)
        with pytest.raises(DataError, match="same for all images to test on"):
            put(replace(good, test=Split(images(2), np.array([[0, 1], [0, 1]]))), Recipe(), CPU)

    @pytest.mark.parametrize("recipe", [Recipe(batch_size=1), Recipe(share=0.1)])
    def test_steps_of_a_single_image(self, recipe):
        with pytest.raises(ConfigurationError, match="a single image"):
            put(classes(), recipe, CPU)

    def test_another_fidelity_than_it_was_put_there_for(self):
        data = put(classes(), Recipe(), CPU)
        data.require_fit(Recipe(epochs=9), CPU)
        with pytest.raises(ConfigurationError, match=r"\(None, 1, cpu\); the training asks for \(None, 0.5, cpu\)"):
            data.require_fit(Recipe(share=0.5), CPU)


def test_another_part_is_prepared_in_the_same_way():
    given = classes()
    data = put(given, Recipe(resolution=8), CPU)
    part = data.part(given.validation)
    assert torch.equal(part.images, data.validation.images)
    assert part.normalization == data.train.normalization
