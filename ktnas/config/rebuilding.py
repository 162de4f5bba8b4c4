"""A composed object from its description in a record: the way back from `ktnas.description.describe`.

Records are made by others: nothing but the dataclasses of this package that searches, spaces and their parts are made
of is ever called, and what comes of it must have the very description that was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib import import_module
from importlib.util import find_spec

from ktnas.description import describe
from ktnas.errors import ConfigurationError, DataError, KtnasError, quoted
from ktnas.typing import JSON

_ROOMS = (
    *("algorithms", "algorithms.candidates", "transfer", "surrogate", "spaces", "problem"),
    *("embedding", "embedding.node2vec", "training.zero_cost", "datasets.objectives"),
)
"""Packages of which a search or a space is composed: their indices name every part."""


def rebuilt(description: object) -> object:
    """The object that a description stands for.

    Raises:
        ConfigurationError: If it holds what is no part of this package: only who made it can make it again.
        DataError: If it is damaged.
    """
    try:
        found = _value(description)
        same = describe(found) == description
    except (KtnasError, TypeError, ValueError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise DataError(f"a description in the record is damaged ({type(error).__name__}: {error})") from None
    if not same:
        raise ConfigurationError("a part of the study cannot be made again from its record; go on in Python")
    return found


def _value(plain: object) -> object:
    if isinstance(plain, Mapping):
        values = {str(key): _value(value) for key, value in plain.items() if key != "type"}
        return _part(str(plain["type"]), values) if "type" in plain else values
    if isinstance(plain, Sequence) and not isinstance(plain, str):
        return tuple(map(_value, plain))
    return plain


def _part(name: str, values: Mapping[str, object]) -> object:
    kind = _kind(name)
    if kind is None:
        raise ConfigurationError(
            f"{quoted(name)} is no part of this package, so only a script that has it can go on; do it in Python"
        )
    names = {field.name for field in fields(kind) if field.init and field.compare}
    return kind(**{key: value for key, value in values.items() if key in names})


def _kind(name: str) -> type | None:
    for room in _ROOMS:
        if room.startswith("training") and find_spec("torch") is None:
            continue
        package = import_module(f"ktnas.{room}")
        if name in package.__all__:
            kind = getattr(package, name)
            if isinstance(kind, type) and is_dataclass(kind):
                return kind
    return None


def plain_of(part: object) -> JSON:
    """The description of a part; None of what has none, such as one of somebody else's that is no dataclass."""
    try:
        return describe(part)
    except ConfigurationError:
        return None
