import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from ktnas.datasets.account import HIDDEN, NO_IMAGE
from ktnas.datasets.images.folder import read_folder
from ktnas.datasets.images.pictures import PIXEL_LIMIT, SIDE
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError


def save(path, value, size=(5, 4), mode="L"):
    """An image of one colour; ``size`` is width, height."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value).save(path)


def fill(directory, classes, count, first=0):
    """Gray images whose level is their number, in the order of classes and names."""
    level = first
    for name in classes:
        for i in range(count):
            save(directory / name / f"{i:02}.png", level)
            level += 1
    return directory


def levels(split):
    return split.images[:, 0, 0, 0].tolist()


class TestParts:
    def test_without_parts_each_class_is_divided(self, tmp_path):
        dataset = read_folder(fill(tmp_path / "mine", ("b", "a"), 20))
        assert (dataset.name, dataset.objective, dataset.shape) == ("mine", Classification(2), (4, 5, 1))
        # a is class 0, its levels 20 to 39; of 20, 3 are held out twice
        assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [28, 6, 6]
        for part in (dataset.train, dataset.validation, dataset.test):
            assert [0 if level >= 20 else 1 for level in levels(part)] == part.targets.tolist()
        assert sorted(levels(dataset.train) + levels(dataset.validation) + levels(dataset.test)) == list(range(40))
        assert levels(dataset.test) == [23, 30, 36, 3, 10, 16]

    def test_the_same_folder_gives_the_same_parts(self, tmp_path):
        first, second = (read_folder(fill(tmp_path / "mine", ("a", "b"), 7)) for _ in range(2))
        np.testing.assert_array_equal(first.validation.images, second.validation.images)

    @pytest.mark.parametrize("name", ["val", "valid", "validation"])
    def test_parts_in_folders(self, tmp_path, name):
        fill(tmp_path / "train", ("a", "b"), 2)
        fill(tmp_path / name, ("b",), 3, first=50)
        fill(tmp_path / "test", ("a", "b"), 1, first=80)
        dataset = read_folder(tmp_path)
        assert (levels(dataset.train), dataset.train.targets.tolist()) == ([0, 1, 2, 3], [0, 0, 1, 1])
        assert (levels(dataset.validation), dataset.validation.targets.tolist()) == ([50, 51, 52], [1, 1, 1])
        assert (levels(dataset.test), dataset.test.targets.tolist()) == ([80, 81], [0, 1])

    def test_validation_is_held_out_where_there_is_none(self, tmp_path):
        fill(tmp_path / "train", ("a", "b"), 3)
        dataset = read_folder(tmp_path)
        assert levels(dataset.train) == [0, 2, 3, 5]
        assert levels(dataset.validation) == [1, 4]
        assert dataset.test is None

    def test_hidden_and_other_files_are_passed_over(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        for name in (".hidden.png", "notes.txt", "Thumbs.db"):
            (tmp_path / "a" / name).write_bytes(b"x")
        (tmp_path / ".cache").mkdir()
        (tmp_path / "readme.md").write_text("x")
        dataset = read_folder(tmp_path)
        assert sum(map(len, (dataset.train, dataset.test))) == 4
        assert [(one.path, one.reason) for one in dataset.account.passed_over] == [
            (".cache", HIDDEN),
            ("a/.hidden.png", HIDDEN),
            ("a/Thumbs.db", HIDDEN),
            ("a/notes.txt", NO_IMAGE),
            ("readme.md", NO_IMAGE),
        ]


class TestWhatCounts:
    def test_content_decides_where_the_suffix_does_not(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        for i, (name, kind) in enumerate({"x.jpe": "JPEG", "y": "PNG", "z.dat": "WEBP", "w.dib": "BMP"}.items()):
            Image.new("L", (5, 4), 100 + i).save(tmp_path / "a" / name, format=kind)
        (tmp_path / "b" / "BMW.txt").write_text("BMW, P5 and other cars")
        dataset = read_folder(tmp_path)
        assert sum(map(len, dataset.parts.values())) == 10
        assert [one.path for one in dataset.account.passed_over] == ["b/BMW.txt"]

    def test_folders_within_a_class_belong_to_it(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        fill(tmp_path / "b" / "2019", ("may", "june"), 2, first=50)
        (tmp_path / "elsewhere").mkdir()
        save(tmp_path / "elsewhere" / "0.png", 99)
        (tmp_path / "a" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (tmp_path / "elsewhere" / "round").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        for name in ("1.png", "2.png"):
            save(tmp_path / "elsewhere" / name, 98)
        dataset = read_folder(tmp_path)
        assert [sum(counts) for counts in zip(*dataset.per_class.values(), strict=True)] == [6, 7, 3]
        assert [one.path for one in dataset.account.passed_over] == ["a/more/round", "elsewhere/round"]

    def test_what_is_read_is_told(self, tmp_path):
        fill(tmp_path / "mine", ("a", "b"), 4)
        save(tmp_path / "mine" / "loose.png", 1)
        (tmp_path / "mine" / "a" / "notes.txt").write_text("x")
        dataset = read_folder(tmp_path / "mine").told()
        assert dataset.account.counted == "8 images read: 4 train, 2 validation, 2 test; a 4, b 4."
        assert dataset.note == "Not read: loose.png (outside of any class), a/notes.txt."

    def test_classes_that_may_be_one(self, tmp_path):
        dataset = read_folder(fill(tmp_path, ("cat", "Cat", "dog"), 3))
        assert dataset.account.remarks == ("Classes whose names differ in capital letters or spaces only: Cat, cat.",)


class TestPixels:
    def test_sizes_that_agree_stay(self, tmp_path):
        assert read_folder(fill(tmp_path, ("a", "b"), 3)).shape == (4, 5, 1)

    def test_sizes_that_differ_become_the_resized_central_square(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        wide = np.zeros((100, 300), np.uint8)
        wide[:, 100:200] = 200
        Image.fromarray(wide).save(tmp_path / "a" / "00.png")
        dataset = read_folder(tmp_path)
        assert dataset.shape == (SIDE, SIDE, 1)
        (image,) = [
            image
            for part in (dataset.train, dataset.validation, dataset.test)
            for image in part.images
            if image.max() == 200
        ]
        assert set(image.ravel().tolist()) == {200}  # the square alone, without its dark surroundings

    def test_one_image_in_colour_makes_all_so(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        save(tmp_path / "a" / "00.png", (10, 20, 30), mode="RGB")
        dataset = read_folder(tmp_path)
        assert dataset.shape == (4, 5, 3)
        pixels = [
            part.images[i, 0, 0].tolist()
            for part in (dataset.train, dataset.validation, dataset.test)
            for i in range(len(part))
        ]
        assert sorted(pixels) == sorted([[10, 20, 30], *([level] * 3 for level in range(1, 6))])

    @pytest.mark.parametrize(
        ("suffix", "mode", "value", "expected"),
        [
            (".jpg", "RGB", (80, 80, 80), [80, 80, 80]),
            (".JPEG", "L", 80, [80]),
            (".bmp", "RGB", (1, 2, 3), [1, 2, 3]),
            (".gif", "P", 0, [0, 0, 0]),
            (".tif", "CMYK", (0, 0, 0, 0), [255, 255, 255]),
            (".ppm", "RGB", (1, 2, 3), [1, 2, 3]),
            (".webp", "RGB", (0, 0, 0), [0, 0, 0]),
            (".png", "RGBA", (1, 2, 3, 128), [1, 2, 3]),
            (".png", "LA", (9, 128), [9]),
            (".png", "1", 1, [255]),
        ],
    )
    def test_formats(self, tmp_path, suffix, mode, value, expected):
        for name in ("a", "b"):
            for i in range(3):
                save(tmp_path / name / f"{i}{suffix}", value, mode=mode)
        assert read_folder(tmp_path).train.images[0, 0, 0].tolist() == expected


def png_header(width, height):
    def chunk(kind, content):
        checksum = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class TestErrors:
    def check(self, directory, message):
        with pytest.raises(DataError, match=message):
            read_folder(directory)

    def test_a_folder_that_is_not_there(self, tmp_path):
        self.check(tmp_path / "none", "none does not exist or is no directory")

    def test_a_folder_without_classes(self, tmp_path):
        self.check(tmp_path, "must have a folder for each of at least two classes; found none")
        fill(tmp_path, ("cats",), 3)
        self.check(tmp_path, "found only 'cats'")
        fill(tmp_path / "zip" / "birds", ("wren", "tit"), 3)
        self.check(tmp_path / "zip", "found only 'birds'; if tit, wren are the classes, name .*zip/birds")

    def test_a_class_without_images(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "c").mkdir()
        (tmp_path / "c" / "notes.txt").write_text("x")
        self.check(tmp_path, r"class 'c' in .* has 0 images; at least 3 are needed \(files that end in \.bmp")

    def test_a_class_with_too_few_images_to_divide(self, tmp_path):
        self.check(fill(tmp_path / "x", ("a", "b"), 2), "class 'a' in .* has 2 images; at least 3")
        self.check(fill(tmp_path / "y" / "train", ("a", "b"), 1).parent, "class 'a' in .* has 1 images; at least 2")

    def test_classes_that_the_training_part_has_not(self, tmp_path):
        fill(tmp_path / "train", ("a", "b"), 2)
        fill(tmp_path / "val", ("a", "b", "c"), 1)
        self.check(tmp_path, "has classes that the training part has not: c")

    def test_a_part_without_classes(self, tmp_path):
        fill(tmp_path / "train", ("a", "b"), 2)
        (tmp_path / "val").mkdir()
        self.check(tmp_path, "val must have a folder for each class; found none")

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
    @pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".bmp", ".tif", ".webp", ".ppm"])
    def test_a_broken_image_is_named(self, tmp_path, suffix, share):
        fill(tmp_path, ("a", "b"), 3)
        pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
        path = tmp_path / "b" / f"01{suffix}"
        Image.fromarray(pixels).save(path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        self.check(tmp_path, rf"01\{suffix} is no image that can be read")

    def test_what_only_looks_like_an_image(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "b" / "02.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 4\n")
        self.check(tmp_path, r"02\.png is no image that can be read")

    def test_more_than_eight_bits_beside_eight_are_refused(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        Image.fromarray(np.full((4, 5), 1000, np.uint16)).save(tmp_path / "a" / "00.png")
        self.check(tmp_path, r"00\.png has pixels of mode 'I;16', .*00\.png of mode 'L': their scales differ; save all")

    def test_pixels_that_are_neither_gray_nor_colour(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        Image.new("LAB", (5, 4)).save(tmp_path / "a" / "00.tif")
        self.check(tmp_path, r"00\.tif has pixels of mode 'LAB'; save it as gray or RGB")

    @pytest.mark.parametrize(
        ("name", "start"),
        [("01.heic", b"x"), ("01", b"\0\0\0\x18ftypavif"), ("01.raw.dng", b"II*\0"), ("01.dat", b"\x93NUMPY\x01\0")],
    )
    def test_images_of_a_kind_that_is_not_read(self, tmp_path, name, start):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "b" / name).write_bytes(start)
        self.check(tmp_path, f"b/{name} is an image of a kind that is not read; read are PNG, JPEG")

    def test_a_link_to_nothing(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "b" / "09.png").symlink_to(tmp_path / "moved.png")
        self.check(tmp_path, r"09\.png is no image that can be read: it is a link to nothing")

    def test_a_broken_image_without_a_suffix(self, tmp_path):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "b" / "09").write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
        self.check(tmp_path, "b/09 is no image that can be read")

    @pytest.mark.parametrize("side", [9_000, 12_000, 40_000])
    def test_decompression_bombs_are_refused_by_their_header(self, tmp_path, side):
        fill(tmp_path, ("a", "b"), 3)
        (tmp_path / "a" / "00.png").write_bytes(png_header(side, side))
        self.check(tmp_path, r"00\.png (has 9000 x 9000 pixels|is no image that can be read: Image size)")

    def test_more_than_memory_should_hold_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr("ktnas.datasets.images.files.SIZE_LIMIT", 100)
        self.check(fill(tmp_path, ("a", "b"), 3), "GiB of memory")

    def test_pillow_may_be_missing(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "PIL.Image", None)
        self.check(fill_with_bytes(tmp_path), r"needs pillow: pip install 'ktnas\[train\]'")


def fill_with_bytes(directory):
    for name in ("a", "b"):
        (directory / name).mkdir()
        for i in range(3):
            (directory / name / f"{i}.png").write_bytes(b"x")
    return directory


def test_the_pixel_limit_is_below_that_of_pillow():
    assert PIXEL_LIMIT < Image.MAX_IMAGE_PIXELS
