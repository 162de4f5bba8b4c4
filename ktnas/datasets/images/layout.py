"""Which folders are parts and which are classes.

Either ``DIRECTORY/CLASS/...`` or ``DIRECTORY/{train,val,test}/CLASS/...``, of which only ``train`` must be there.
Names of parts may be spelled as usual (``Train``, ``TRAINING``, ``valid``, ``testing``, ``train_set``). A class may
bear such a name too, that of trains: a folder is a part if it holds folders of images, and a class if images lie in it
directly, beside other classes. Where both are possible it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ktnas.datasets.account import PassedOver
from ktnas.datasets.images.tree import Tree
from ktnas.errors import DataError

_NAMES = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate"), "validation"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}


_FILLERS = re.compile(r"(data)?sets?$|data$|images?$|imgs?$|split$|folder$")


@dataclass(frozen=True, slots=True)
class Division:
    """How a folder is divided.

    Attributes:
        parts: Its part folders by part, ``train`` among them; empty where classes lie in it directly.
        passed_over: What is not read because it lies outside of parts and classes.
    """

    parts: Mapping[str, Tree]
    passed_over: tuple[PassedOver, ...]


def part_named(name: str) -> str | None:
    """The part that a folder's name stands for, or None.

    >>> [part_named(name) for name in ("TRAIN", "val", "testing", "Train_Set", "trainingData", "trains")]
    ['train', 'validation', 'test', 'train', 'train', None]
    """
    words = [_FILLERS.sub("", word) for word in re.findall(r"[a-z]+", name.casefold())]
    rest = [word for word in words if word]
    return _NAMES.get(rest[0]) if len(rest) == 1 else None


def divided(tree: Tree) -> Division:
    """How the classes below a folder are divided.

    Raises:
        DataError: If it cannot be told parts from classes, or there is nothing to train on.
    """
    named = {name: part for name in tree.folders if (part := part_named(name))}
    plain = [name for name in tree.with_images if name not in named]
    holding = [name for name in named if tree.folders[name].with_images]
    if plain and all(tree.folders[name].loose for name in holding):
        holding = []  # classes with folders of their own
    if any(named[name] == "train" for name in holding):
        return _in_parts(tree, named, plain)
    if holding:
        raise DataError(
            f"{tree.root} has a folder of classes {holding[0]!r}, but none to train on; call that train (or, if "
            f"{holding[0]!r} is a class, give it another name)"
        )
    flat = [name for name in tree.with_images if name in named]
    if flat and (not plain or len(flat) > 1):
        raise DataError(
            f"{tree.root}: images lie in {', '.join(flat)} directly; put them into a folder per class, "
            f"such as {flat[0]}/CLASS/IMAGE"
        )
    _refuse_parts_below(tree)
    return Division({}, _outside(tree, "", "outside of any class"))


def _in_parts(tree: Tree, named: Mapping[str, str], plain: list[str]) -> Division:
    if plain and set(named.values()) == {"train"}:
        raise DataError(
            f"{tree.root}: cannot tell whether {next(iter(named))!r} is a class or the part to train on, beside it "
            f"lie {', '.join(map(repr, plain[:3]))}; call parts train, val and test, or move other folders away"
        )
    parts, passed_over = dict[str, Tree](), list(_outside(tree, "", "outside of any part"))
    for name, part in named.items():
        below = tree.folders[name]
        if below.loose and not below.with_images:
            passed_over.append(PassedOver(name, f"{below.count:,} images without classes"))
            continue
        if part in parts:
            raise DataError(f"{tree.root} has two folders for {part}: {parts[part].root.name} and {name}; keep one")
        parts[part] = below
        passed_over += _outside(below, f"{name}/", "outside of any class")
    for name in tree.folders:
        if name not in named:
            images = tree.folders[name].count
            passed_over.append(PassedOver(name, f"{images:,} images, neither to train on nor val nor test"))
    return Division(parts, tuple(passed_over))


def _outside(tree: Tree, prefix: str, reason: str) -> tuple[PassedOver, ...]:
    """Images that lie beside the folders of a part or of classes."""
    return tuple(PassedOver(f"{prefix}{name}", reason) for name in tree.loose)


def _refuse_parts_below(tree: Tree) -> None:
    """Refuse ``CLASS/{train,val,test}/IMAGE``: its parts would be mixed."""
    for name in tree.with_images:
        below = {part_named(inner) for inner in tree.folders[name].with_images}
        if "train" in below and below & {"validation", "test"}:
            raise DataError(
                f"{Path(tree.root, name)} holds parts; put them above the classes instead: train/{name}, test/{name}"
            )
