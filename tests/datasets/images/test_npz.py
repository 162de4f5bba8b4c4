import io
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest

from ktnas.datasets.images import files
from ktnas.datasets.images.npz import holds_images, read_headers, read_npz
from ktnas.datasets.objectives import Classification, MultiLabel
from ktnas.errors import DataError

SIZES = {"train": 6, "val": 3, "test": 4}


def arrays(channels=None, labels=lambda n: np.arange(n) % 3, parts=("train", "val", "test"), dtype=np.int64):
    rng = np.random.default_rng(0)
    form = (5, 4) if channels is None else (5, 4, channels)
    images = {f"{part}_images": rng.integers(0, 256, (SIZES[part], *form), np.uint8) for part in parts}
    return images | {f"{part}_labels": labels(SIZES[part]).astype(dtype) for part in parts}


def save(path, content, compressed=True):
    (np.savez_compressed if compressed else np.savez)(path, **content)
    return path


def rewrite(path, key, change):
    """The archive with the bytes of one array changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[f"{key}.npy"] = change(members[f"{key}.npy"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def npy(shape, descr="|u1", content=b"", version=(1, 0)):
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + content


class TestReading:
    @pytest.mark.parametrize("compressed", [True, False])
    def test_gray_images_get_their_channel(self, tmp_path, compressed):
        content = arrays()
        dataset = read_npz(save(tmp_path / "mine.npz", content, compressed))
        assert (dataset.name, dataset.objective, dataset.shape) == ("mine", Classification(3), (5, 4, 1))
        np.testing.assert_array_equal(dataset.train.images, content["train_images"][..., None])
        np.testing.assert_array_equal(dataset.validation.images, content["val_images"][..., None])
        np.testing.assert_array_equal(dataset.test.images, content["test_images"][..., None])
        assert dataset.train.targets.tolist() == [0, 1, 2, 0, 1, 2]
        assert dataset.validation.targets.tolist() == [0, 1, 2]
        assert dataset.test.targets.tolist() == [0, 1, 2, 0]

    def test_colour_and_one_channel_images_stay(self, tmp_path):
        assert read_npz(save(tmp_path / "a.npz", arrays(3))).shape == (5, 4, 3)
        assert read_npz(save(tmp_path / "b.npz", arrays(1))).shape == (5, 4, 1)

    def test_images_are_writable_bytes(self, tmp_path):
        images = read_npz(save(tmp_path / "a.npz", arrays(3))).train.images
        assert images.dtype == np.uint8
        assert images.flags.writeable
        assert images.flags.c_contiguous

    @pytest.mark.parametrize("dtype", [np.uint8, np.int32, ">i8", np.uint64])
    def test_labels_in_a_column_of_any_integer_type_are_classes(self, tmp_path, dtype):
        content = arrays(labels=lambda n: (np.arange(n) % 3)[:, None], dtype=dtype)
        dataset = read_npz(save(tmp_path / "a.npz", content))
        assert dataset.train.targets.tolist() == [0, 1, 2, 0, 1, 2]
        assert dataset.train.targets.dtype == np.int64

    def test_several_columns_are_labels_that_hold_together(self, tmp_path):
        content = arrays(labels=lambda n: np.tri(4)[np.arange(n) % 4], dtype=np.uint8)
        dataset = read_npz(save(tmp_path / "a.npz", content))
        assert dataset.objective == MultiLabel(4)
        assert dataset.validation.targets.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]

    @pytest.mark.parametrize("dtype", [np.uint8, bool, np.float64])
    def test_one_hot_rows_are_classes(self, tmp_path, dtype):
        content = arrays(labels=lambda n: np.eye(4)[np.arange(n) % 4], dtype=dtype)
        dataset = read_npz(save(tmp_path / "a.npz", content))
        assert dataset.objective == Classification(4)
        assert dataset.validation.targets.tolist() == [0, 1, 2]
        assert dataset.account.remarks == ("Labels are one-hot rows: 4 classes.",)

    def test_classes_without_a_training_image_are_told(self, tmp_path):
        content = arrays(labels=lambda n: np.arange(n) % 3 + 1)
        assert read_npz(save(tmp_path / "a.npz", content)).account.remarks == (
            "No training image is of class 0 (counted from 1?); classes count from 0 without gaps.",
        )

    def test_other_arrays_are_named(self, tmp_path):
        content = arrays() | {"ids": np.arange(3), "train_masks": np.arange(2)}
        dataset = read_npz(save(tmp_path / "a.npz", content))
        assert sorted(one.path for one in dataset.account.passed_over) == ["ids", "train_masks"]

    @pytest.mark.parametrize("dtype", [np.float16, ">f4", np.float64, np.uint16, np.int64, bool])
    @pytest.mark.parametrize("channels", [2, 5])
    def test_numbers_of_any_type_and_channels_are_images(self, tmp_path, dtype, channels):
        content = arrays(channels)
        content |= {key: (array / 2).astype(dtype) for key, array in content.items() if key.endswith("images")}
        dataset = read_npz(save(tmp_path / "a.npz", content))
        assert dataset.shape == (5, 4, channels)
        np.testing.assert_array_equal(dataset.train.images, content["train_images"])

    def test_bytes_that_do_not_use_their_range_are_told(self, tmp_path):
        content = arrays()
        content |= {key: array % 2 for key, array in content.items() if key.endswith("images")}
        (remark,) = read_npz(save(tmp_path / "a.npz", content)).account.remarks
        assert remark.startswith("All pixels are 0 or 1")

    def test_column_major_arrays_are_turned(self, tmp_path):
        content = arrays(3)
        turned = {key: np.asfortranarray(array) for key, array in content.items()}
        dataset = read_npz(save(tmp_path / "a.npz", turned))
        np.testing.assert_array_equal(dataset.train.images, content["train_images"])
        assert dataset.train.images.flags.c_contiguous

    def test_there_may_be_no_test_part_and_other_arrays(self, tmp_path):
        content = arrays(parts=("train", "val")) | {"extra": np.zeros(3)}
        assert read_npz(save(tmp_path / "a.npz", content)).test is None

    def test_name_and_objective_may_be_given(self, tmp_path):
        dataset = read_npz(save(tmp_path / "a.npz", arrays()), "other", Classification(7))
        assert (dataset.name, dataset.objective) == ("other", Classification(7))


class TestWrongContent:
    def check(self, tmp_path, content, message, objective=None):
        with pytest.raises(DataError, match=message):
            read_npz(save(tmp_path / "bad.npz", content), None, objective)

    def test_missing_keys_are_named(self, tmp_path):
        message = (
            r"bad\.npz lacks val_images, val_labels; it holds train_images, train_labels\. Expected MedMNIST's keys"
        )
        self.check(tmp_path, arrays(parts=("train",)), message)

    def test_half_a_test_part_is_refused(self, tmp_path):
        content = arrays()
        del content["test_labels"]
        self.check(tmp_path, content, "has test_images alone")

    def test_images_must_be_numbers_of_three_or_four_dimensions(self, tmp_path):
        for wrong in (np.zeros((6, 5, 4), complex), np.zeros((6, 20), np.uint8)):
            self.check(tmp_path, arrays() | {"train_images": wrong}, "train_images: expected numbers of")

    def test_labels_must_be_whole_numbers(self, tmp_path):
        self.check(tmp_path, arrays(dtype=np.float64), r"train: labels must be whole numbers .*labels\.astype\(int\)")
        self.check(tmp_path, arrays(dtype="<U3"), r"train_labels: expected whole numbers .*numpy\.unique\(names")

    def test_parts_of_another_scale_are_refused(self, tmp_path):
        content = arrays()
        halves = {key: array / 255 for key, array in content.items() if key.endswith("images")}
        self.check(
            tmp_path, content | halves | {"test_images": content["test_images"]}, "test: images are uint8, those"
        )
        apart = halves | {"test_images": content["test_images"] * 1.0}
        self.check(tmp_path, content | apart, "test: pixels have a standard deviation of .*scale all parts alike")

    def test_labels_out_of_range(self, tmp_path):
        content = arrays() | {"test_labels": np.array([0, 1, 2, 3])}
        self.check(tmp_path, content, "'bad', test: labels must be 0 to 2; found 0 to 3")
        content = arrays() | {"val_labels": np.array([0, -1, 2])}
        self.check(tmp_path, content, "'bad', validation: labels must be 0 to 2; found -1 to 2")
        self.check(tmp_path, arrays(), "labels must be 0 to 1; found 0 to 2", Classification(2))

    def test_several_labels_must_be_0_or_1(self, tmp_path):
        self.check(tmp_path, arrays(labels=lambda n: np.full((n, 2), 2)), "labels must be 0 to 1; found 2 to 2")

    @pytest.mark.parametrize("label", [0, -1, 10**9])
    def test_classes_that_cannot_be_counted(self, tmp_path, label):
        self.check(tmp_path, arrays(labels=lambda n: np.full(n, label)), "classes are numbered from 0")

    def test_channels_first_is_refused(self, tmp_path):
        for shape in ((3, 5, 8), (12, 9, 9)):
            content = arrays() | {f"{part}_images": np.zeros((n, *shape), np.uint8) for part, n in SIZES.items()}
            self.check(tmp_path, content, r"channels last; got uint8 .* turn it with images\.transpose\(0, 2, 3, 1\)")

    def test_parts_of_another_shape_are_refused(self, tmp_path):
        self.check(tmp_path, arrays() | {"val_images": np.zeros((3, 5, 5), np.uint8)}, "they must agree")

    def test_as_many_labels_as_images(self, tmp_path):
        self.check(tmp_path, arrays() | {"val_labels": np.zeros(2, np.int64)}, "got 3 images and 2 targets")

    def test_an_empty_part_is_refused(self, tmp_path):
        empty = {"train_images": np.zeros((0, 5, 4), np.uint8), "train_labels": np.zeros(0, np.int64)}
        self.check(tmp_path, arrays() | empty, "the largest label of 0 training images")


class Attack:
    def __reduce__(self):
        return os.mkdir, ("was-here",)


class TestHostileFiles:
    def test_pickled_objects_are_refused_unread(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        content = arrays() | {"train_labels": np.array([Attack()] * 6, dtype=object)}
        with pytest.raises(DataError, match="train_labels: pickled Python objects are not read"):
            read_npz(save(tmp_path / "bad.npz", content))
        assert [path.name for path in tmp_path.iterdir()] == ["bad.npz"]

    def test_a_file_that_is_no_zip(self, tmp_path):
        for content in (b"", b"not a zip", pickle.dumps(Attack())):
            (tmp_path / "bad.npz").write_bytes(content)
            with pytest.raises(DataError, match=r"bad\.npz is no npz file"):
                read_npz(tmp_path / "bad.npz")

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(DataError, match=r"none\.npz cannot be read"):
            read_npz(tmp_path / "none.npz")

    @pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
    def test_truncated_files(self, tmp_path, share):
        whole = save(tmp_path / "bad.npz", arrays(3)).read_bytes()
        (tmp_path / "bad.npz").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(DataError, match=r"bad\.npz is no npz file .*truncated"):
            read_npz(tmp_path / "bad.npz")

    @pytest.mark.parametrize("compressed", [True, False])
    def test_a_flipped_byte_is_found(self, tmp_path, compressed):
        path = save(tmp_path / "bad.npz", arrays(3), compressed)
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("train_images.npy")
        content[entry.header_offset + 100 + entry.compress_size // 2] ^= 0xFF
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.npz"):
            read_npz(path)

    @pytest.mark.parametrize(
        "content",
        [
            npy((10**9, 50, 50), content=bytes(120)),
            npy((6, 5, 4), content=bytes(119)),
            npy((6, 5, 4), content=bytes(121)),
            npy((10**30, 5, 4)),
        ],
        ids=["huge", "short", "long", "overflow"],
    )
    def test_headers_that_lie_are_refused_before_memory_is_taken(self, tmp_path, monkeypatch, content):
        path = rewrite(save(tmp_path / "bad.npz", arrays()), "train_images", lambda _: content)
        monkeypatch.setattr(np, "empty", None)  # nothing may be allocated
        with pytest.raises(DataError, match=r"train_images: its header tells uint8 of shape .*; there are \d+"):
            read_npz(path)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (npy((-6, 5, 4)), "train_images"),
            (npy((6, 5, 4), descr="|V1"), "expected numbers"),
            (npy((6, 5, 4), descr=[("a", "|u1")]), "expected numbers"),
            (npy((6, 5, 4), version=(2, 0), content=bytes(120)), "only version 1.0"),
            (b"not an array", "cannot be read"),
            (b"\x93NUMPY\x01\x00\xff\xff{", "cannot be read"),
            (npy((6, 5, 4))[:40].replace(b"{'descr'", b"__import"), "cannot be read"),
        ],
        ids=["negative", "void", "record", "version", "text", "short-header", "code"],
    )
    def test_malformed_headers(self, tmp_path, content, message):
        path = rewrite(save(tmp_path / "bad.npz", arrays()), "train_images", lambda _: content)
        with pytest.raises(DataError, match=message):
            read_npz(path)

    def test_bombs_are_refused_before_they_unpack(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "_SUSPICIOUS_SIZE", 1 << 16)
        content = arrays() | {"train_images": np.zeros((6, 500, 500), np.uint8)}
        with pytest.raises(DataError, match="more than 100 to 1; refused"):
            read_headers(save(tmp_path / "bomb.npz", content))

    def test_more_than_memory_should_hold_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "SIZE_LIMIT", 300)
        with pytest.raises(DataError, match="GiB of memory"):
            read_headers(save(tmp_path / "large.npz", arrays()))

    def test_other_compressions_are_refused(self, tmp_path):
        path = tmp_path / "lzma.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
            for key, array in arrays().items():
                buffer = io.BytesIO()
                np.save(buffer, array)
                archive.writestr(f"{key}.npy", buffer.getvalue())
        with pytest.raises(DataError, match="compressed in a way that NumPy does not write"):
            read_npz(path)


def test_headers_tell_shapes_without_reading(tmp_path):
    headers = read_headers(save(tmp_path / "a.npz", arrays(3)))
    assert headers["train_images"].shape == (6, 5, 4, 3)
    assert headers["test_labels"].size == 4 * 8


def test_which_files_hold_images(tmp_path):
    assert holds_images(save(tmp_path / "a.npz", arrays()))
    assert not holds_images(save(tmp_path / "b.npz", {"x": np.zeros(3)}))
    (tmp_path / "c.npz").write_bytes(b"no zip")
    assert not holds_images(tmp_path / "c.npz")
    assert not holds_images(tmp_path / "none.npz")
