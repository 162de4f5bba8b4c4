"""Declared options (`ktnas.config.options`) as options of a command line, and what it says as a dataclass.

Imports nothing heavy: `--help` must appear at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, TypeVar

from ktnas.config.options import Group, Option, every_option, options, parts
from ktnas.errors import ConfigurationError, KtnasError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

C = TypeVar("C", bound="DataclassInstance")


def add_options_of(
    parser: argparse.ArgumentParser,
    kind: type[DataclassInstance],
    *,
    only: Collection[Group] = (),
    unless: Mapping[str, str] | None = None,
) -> None:
    """Give a parser the options of a dataclass and of its parts, in the order of the fields.

    Args:
        parser: Gets a group for each group of options.
        kind: The dataclass.
        only: The groups that are added; all of them if empty.
        unless: Per field, what holds unless it is given, where that is not what its declaration says.
    """
    groups: dict[Group, argparse._ActionsContainer] = {}
    for one in every_option(kind):
        if only and one.group not in only:
            continue
        place: argparse._ActionsContainer = parser
        if one.group is not None:
            if one.group not in groups:
                groups[one.group] = parser.add_argument_group(one.group.title, one.group.text or None)
            place = groups[one.group]
        _add(place, one, one.help((unless or {}).get(one.field)).replace("%", "%%") + _repeated(one))


def _repeated(one: Option) -> str:
    if not one.several:
        return ""
    return "; several separated by commas, or the option repeated" if one.read is None else "; may be repeated"


def _add(place: argparse._ActionsContainer, one: Option, text: str) -> None:
    """An argument that is None unless it is given: so the defaults stay those of the fields."""
    read = _reader(one)
    if one.kind is bool:
        place.add_argument(one.flag, action="store_true", default=None, help=text)
    elif one.several:
        place.add_argument(one.flag, metavar=one.metavar, action="extend", type=read, help=text)
    else:
        place.add_argument(one.flag, metavar=one.metavar, type=read, choices=one.choices or None, help=text)


def _reader(one: Option) -> Callable[[str], object]:
    """From what stands behind the option to its value, or to a list of them."""
    if one.read is None and not one.several:
        return one.kind  # its name is in what argparse says of a text that it refuses
    single = one.kind if one.read is None else one.read

    def reader(text: str) -> object:
        try:
            if not one.several:
                return single(text)
            return [single(part) for part in (names(text) if one.read is None else [text])]
        except KtnasError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reader


def names(text: str) -> list[str]:
    """Names that are separated by commas.

    Raises:
        ConfigurationError: If one is empty.
    """
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise ConfigurationError(f"{text!r} has an empty name in it; separate names by single commas")
    return found


def read_options(kind: type[C], namespace: argparse.Namespace) -> C:
    """A dataclass and its parts from what the command line says; what is not given is as the fields have it."""
    plain = vars(namespace)
    given = {one.field: plain.get(one.key.replace("-", "_")) for one in options(kind)}
    several = {one.field for one in options(kind) if one.several}
    values = {field: tuple(v) if field in several else v for field, v in given.items() if v is not None}
    return kind(**values, **{field: read_options(part, namespace) for field, part in parts(kind).items()})
