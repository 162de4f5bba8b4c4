"""Datasets of images on disk: one file per format, and `registry`, which finds one by name or path (docs/datasets.md).

Files come from others: every size is checked against the file before anything of that size is allocated, and nothing
in a file can run code. No module here imports torch; what a file holds stays uint8.

* `read_digits`: scikit-learn's 1,797 handwritten digits, 8 x 8; its 17 levels of gray are spread over 0 to 255.
* `read_cifar10`: CIFAR-10 from ``cifar-10-batches-py``.
* `read_cifar100`: CIFAR-100, its 100 fine classes, from ``cifar-100-python``.
* `read_folder`: the dataset in a folder of images per class.
* `read_idx`: the dataset in the four idx files of a directory.
* `Division`: how a folder is divided.
* `part_named`: the part that a folder's name stands for, or None.
* `divided`: how the classes below a folder are divided.
* `Flag`: one dataset of MedMNIST.
* `read_npz`: the dataset in an npz file.
* `Form`: what all images become.
* `pillow`: pillow, its warning of decompression bombs an error and its other warnings unheard.
* `survey`: what images become, as their headers tell.
* `decode`: pixels ``(n, height, width, channels)`` of images in their form.
* `Entry`: one line of the inventory.
* `find`: the dataset of that name, or at that path.
* `Tree`: the images below a folder.
* `walk`: the images below a folder, and what is passed over there; links are followed.
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
    from ktnas.datasets.images.layout import Division as Division
    from ktnas.datasets.images.layout import divided as divided
    from ktnas.datasets.images.layout import part_named as part_named
    from ktnas.datasets.images.medmnist import Flag as Flag
    from ktnas.datasets.images.npz import read_npz as read_npz
    from ktnas.datasets.images.pictures import Form as Form
    from ktnas.datasets.images.pictures import decode as decode
    from ktnas.datasets.images.pictures import pillow as pillow
    from ktnas.datasets.images.pictures import survey as survey
    from ktnas.datasets.images.registry import Entry as Entry
    from ktnas.datasets.images.registry import find as find
    from ktnas.datasets.images.tree import Tree as Tree
    from ktnas.datasets.images.tree import walk as walk

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "bundled": ["read_digits"],
        "cifar": ["read_cifar10", "read_cifar100"],
        "folder": ["read_folder"],
        "idx": ["read_idx"],
        "layout": ["Division", "part_named", "divided"],
        "medmnist": ["Flag"],
        "npz": ["read_npz"],
        "pictures": ["Form", "pillow", "survey", "decode"],
        "registry": ["Entry", "find"],
        "tree": ["Tree", "walk"],
    },
)
