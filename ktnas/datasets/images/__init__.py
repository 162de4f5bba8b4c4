"""Datasets of images on disk: one file per format, and `registry`, which finds one by name or path (docs/datasets.md).

Files come from others: every size is checked against the file before anything of that size is allocated, and nothing
in a file can run code. No module here imports torch; what a file holds stays uint8.

* `read_digits`: scikit-learn's 1,797 handwritten digits, 8 x 8; its 17 levels of gray are spread over 0 to 255.
* `read_cifar10`: CIFAR-10 from ``cifar-10-batches-py``.
* `read_cifar100`: CIFAR-100, its 100 fine classes, from ``cifar-100-python``.
* `read_folder`: the dataset in a folder of images per class.
* `read_idx`: the dataset in the four idx files of a directory.
* `Flag`: one dataset of MedMNIST.
* `read_npz`: the dataset in an npz file.
* `Entry`: one line of the inventory.
* `find`: the dataset of that name, or at that path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.datasets.images.bundled import read_digits as read_digits
    from ktnas.datasets.images.cifar import read_cifar10 as read_cifar10
    from ktnas.datasets.images.cifar import read_cifar100 as read_cifar100
    from ktnas.datasets.images.folder import read_folder as read_folder
    from ktnas.datasets.images.idx import read_idx as read_idx
    from ktnas.datasets.images.medmnist import Flag as Flag
    from ktnas.datasets.images.npz import read_npz as read_npz
    from ktnas.datasets.images.registry import Entry as Entry
    from ktnas.datasets.images.registry import find as find

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "bundled": ["read_digits"],
        "cifar": ["read_cifar10", "read_cifar100"],
        "folder": ["read_folder"],
        "idx": ["read_idx"],
        "medmnist": ["Flag"],
        "npz": ["read_npz"],
        "registry": ["Entry", "find"],
    },
)
