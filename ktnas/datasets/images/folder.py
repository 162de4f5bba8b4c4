"""A folder of images per class, in the formats that people have; pillow reads them.

Either ``DIRECTORY/CLASS/...``, divided into 70, 15 and 15 % of each class (`splits.three_parts`), or
``DIRECTORY/{train,val,test}/CLASS/...`` (`layout`): without ``val``, 15 % of each class of ``train`` are held out;
without ``test``, there is no test part. Classes are numbered in the order of their names, images taken in the order of
their paths; folders within a class belong to it, as in torchvision. Which files are images their content tells
(`tree`), what becomes of them `pictures`. Whatever is not read is named in the dataset's account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ktnas.datasets.account import Account
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.layout import Division, divided
from ktnas.datasets.images.pictures import decode, pillow, survey
from ktnas.datasets.images.splits import Indices, hold_out, three_parts
from ktnas.datasets.images.tree import SUFFIXES, Tree, walk
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError


@dataclass(frozen=True, slots=True)
class _Files:
    """The images of a part: their files, and their labels ``(n,)``."""

    paths: tuple[Path, ...]
    labels: npt.NDArray[np.int64]

    def at(self, indices: Indices) -> _Files:
        return _Files(tuple(self.paths[i] for i in indices), self.labels[indices])


def read_folder(directory: Path, name: str | None = None) -> Dataset:
    """The dataset in a folder of images per class.

    Args:
        directory: The folder.
        name: Its name; the folder's if None.

    Raises:
        DataError: If there are no classes, a class has no or too few images, parts cannot be told from classes, an
            image is broken, too large or of a kind that is not read, or pillow is not installed.
    """
    tree, passed_over = walk(directory)
    division = divided(tree)
    classes, parts = _parts(tree, division)
    with pillow(directory):
        form = survey([path for part in parts.values() for path in part.paths], directory)
        splits = {key: Split(decode(part.paths, form), part.labels) for key, part in parts.items()}
    remarks = (*_alike(classes), *form.remarks)
    account = Account(tuple(classes), remarks, (*division.passed_over, *passed_over))
    train, validation, test = splits["train"], splits["validation"], splits.get("test")
    name = name or directory.resolve().name
    return Dataset(name, Classification(len(classes)), train, validation, test, account=account)


def _parts(tree: Tree, division: Division) -> tuple[Sequence[str], Mapping[str, _Files]]:
    """The classes, and the files of each part."""
    if not division.parts:
        classes = _classes(tree)
        files = _list(tree, classes, at_least=3)
        keys = ("train", "validation", "test")
        return classes, {key: files.at(i) for key, i in zip(keys, three_parts(files.labels), strict=True)}
    train, validation, test = (division.parts.get(key) for key in ("train", "validation", "test"))
    if train is None:
        raise DataError(f"{tree.root} has no folder to train on")
    classes = _classes(train)
    if validation is None:
        files = _list(train, classes, at_least=2)
        parts = {key: files.at(i) for key, i in zip(("train", "validation"), hold_out(files.labels), strict=True)}
    else:
        parts = {"train": _list(train, classes, at_least=1), "validation": _list_subset(validation, classes)}
    if test is not None:
        parts["test"] = _list_subset(test, classes)
    return classes, parts


def _classes(tree: Tree) -> Sequence[str]:
    if len(tree.folders) >= 2:
        return tuple(tree.folders)
    found = "none"
    for name, below in tree.folders.items():
        inner = below.with_images
        found = f"only {name!r}" + (f"; if {', '.join(inner[:3])} are the classes, name {below.root}" if inner else "")
    raise DataError(f"{tree.root} must have a folder for each of at least two classes; found {found}")


def _list_subset(tree: Tree, classes: Sequence[str]) -> _Files:
    if unknown := [name for name in tree.folders if name not in classes]:
        raise DataError(f"{tree.root} has classes that the training part has not: {', '.join(unknown[:5])}")
    if not tree.folders:
        raise DataError(f"{tree.root} must have a folder for each class; found none")
    files = _list(tree, tuple(tree.folders), at_least=1)
    numbers = np.array([classes.index(name) for name in tree.folders], np.int64)
    return _Files(files.paths, numbers[files.labels])


def _list(tree: Tree, classes: Sequence[str], *, at_least: int) -> _Files:
    members = [tuple(tree.folders[name].paths) for name in classes]
    for name, paths in zip(classes, members, strict=True):
        if len(paths) < at_least:
            raise DataError(
                f"class {name!r} in {tree.root} has {len(paths)} images; at least {at_least} are needed (files that "
                f"end in {', '.join(sorted(SUFFIXES))}, or are such images by content). Move the folder away if it is "
                "no class"
            )
    labels = np.repeat(np.arange(len(classes), dtype=np.int64), [len(paths) for paths in members])
    return _Files(tuple(path for paths in members for path in paths), labels)


def _alike(classes: Sequence[str]) -> tuple[str, ...]:
    """Classes that differ in capital letters and spaces alone are probably one."""
    plain = [name.strip().casefold() for name in classes]
    twice = [name for name, key in zip(classes, plain, strict=True) if plain.count(key) > 1]
    return (f"Classes whose names differ in capital letters or spaces only: {', '.join(twice)}.",) if twice else ()
