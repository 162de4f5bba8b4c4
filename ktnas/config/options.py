"""An option is one declaration: a field of a dataclass is an option of the command line, a key of a file, and its help.

    @dataclass(frozen=True)
    class Garden:
        trees: int = option(3, help="how many are planted", metavar="N")
        fruits: tuple[str, ...] = option((), key="fruit", help="what they bear", metavar="NAME")

gives ``--trees N  how many are planted (default: 3)`` and ``--fruit NAME`` (`ktnas.cli.options`); in TOML ``trees = 5``
and ``fruit = ["apple", "pear"]``. The field's type says how a value is read: `int`, `float`, `str`, `Path`, `bool` (a
flag, off unless given), a `Literal` of texts, any of these or None, or a tuple of several. A field whose type is itself
a dataclass is a part: its options stand beside those of the whole.

Imports nothing heavy: `--help` must appear at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ktnas.errors import ConfigurationError, KtnasError, unknown_name

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

C = TypeVar("C", bound="DataclassInstance")

_DECLARED = "option"
"""Where a field's metadata keeps its declaration."""

_VALUES: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "text",
}
"""What a value in a file must be for each type of field."""


@dataclass(frozen=True, slots=True)
class Group:
    """Options that stand together in the help.

    Attributes:
        title: Their headline.
        text: What is to be said of all of them.
    """

    title: str
    text: str = ""


def option(
    default: object = None,
    *,
    help: str,  # noqa: A002, argparse's own word
    metavar: str | None = None,
    key: str | None = None,
    unless: str | None = None,
    read: Callable[[str], object] | None = None,
    group: Group | None = None,
) -> Any:  # as `dataclasses.field`, it stands for a value of the field's type
    """A field of a dataclass that is an option.

    Args:
        default: Its value unless it is given.
        help: What it means.
        metavar: What stands for its value in the help.
        key: Its name in a file, and after two dashes at the command line; made from the field's name if None.
        unless: What holds unless it is given; the default itself if None.
        read: From the text to a value, where the type does not say how; it raises a `KtnasError` for what it refuses.
        group: The group that it stands in.
    """
    declared = {"meaning": help, "metavar": metavar, "key": key, "unless": unless, "read": read, "group": group}
    return dataclasses.field(default=default, metadata={_DECLARED: declared})


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as its field declares it.

    Attributes:
        field: Name of the field.
        key: Its name in a file.
        kind: Type of a value, or of each of several.
        several: Whether it takes several values.
        choices: The texts it may be; empty if any.
        default: Its value unless it is given.
        meaning: What it means.
        metavar: What stands for its value in the help.
        unless: What holds unless it is given; the default itself if None.
        read: From the text to a value, where ``kind`` does not say how.
        group: The group that it stands in.
    """

    field: str
    key: str
    kind: type
    several: bool
    choices: tuple[str, ...]
    default: object
    meaning: str
    metavar: str | None
    unless: str | None
    read: Callable[[str], object] | None
    group: Group | None

    @property
    def flag(self) -> str:
        """Its name at the command line."""
        return f"--{self.key}"

    def help(self, unless: str | None = None) -> str:
        """What it means, and what holds unless it is given.

        Args:
            unless: What holds, if that is another thing where the help is shown.
        """
        text = self.unless if unless is None else unless
        if text is None:
            text = "no" if self.kind is bool else "" if self.default in (None, ()) else str(self.default)
        return f"{self.meaning} (default: {text})" if text else self.meaning

    def value(self, plain: object, where: str = "") -> object:
        """A value of a file as a value of the field.

        Args:
            plain: What the file says; of several values a list, or one alone.
            where: In which part of the file.

        Raises:
            ConfigurationError: If it is of another kind.
            UnknownNameError: If it is none of the choices.
        """
        if not self.several:
            return self._single(plain, where)
        return tuple(self._single(one, where) for one in (plain if isinstance(plain, list) else [plain]))

    def _single(self, plain: object, where: str) -> object:
        place = f"{self.key} of {where}" if where else self.key
        fits = (int, float) if self.kind is float else (str,) if self.kind is Path else (self.kind,)
        if type(plain) not in fits:
            raise ConfigurationError(f"{place} must be {_VALUES[self.kind]}; got {plain!r}")
        if self.choices and plain not in self.choices:
            raise unknown_name(self.key, str(plain), self.choices, where)
        if self.read is None:
            return self.kind(plain)
        try:
            return self.read(str(plain))
        except KtnasError as error:
            raise ConfigurationError(f"{place}: {error}") from None


@cache
def options(kind: type[DataclassInstance]) -> tuple[Option, ...]:
    """The options of a dataclass, without those of its parts."""
    hints = get_type_hints(kind)
    return tuple(
        _resolved(field, hints[field.name]) for field in dataclasses.fields(kind) if _DECLARED in field.metadata
    )


@cache
def parts(kind: type[DataclassInstance]) -> Mapping[str, type[DataclassInstance]]:
    """The fields of a dataclass that are dataclasses themselves."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return {name: hints[name] for name in names if dataclasses.is_dataclass(hints[name])}


def every_option(kind: type[DataclassInstance]) -> tuple[Option, ...]:
    """The options of a dataclass and of its parts, in the order of the fields."""
    own, inner = {one.field: one for one in options(kind)}, parts(kind)
    found: list[Option] = []
    for field in dataclasses.fields(kind):
        if field.name in own:
            found.append(own[field.name])
        elif field.name in inner:
            found.extend(every_option(inner[field.name]))
    return tuple(found)


def flag(kind: type[DataclassInstance], field: str) -> str:
    """What an option is called at the command line, for messages."""
    return next(option.flag for option in options(kind) if option.field == field)


def _resolved(field: dataclasses.Field[object], hint: object) -> Option:
    declared = dict(field.metadata[_DECLARED])
    key = declared.pop("key") or field.name.replace("_", "-")
    if get_origin(hint) in (UnionType, Union):
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    several = get_origin(hint) is tuple
    if several:
        hint = get_args(hint)[0]
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    kind = str if choices or declared["read"] is not None else cast("type", hint)
    if kind not in _VALUES:
        raise TypeError(f"field {field.name!r} is of type {kind!r}, which no option can be; give it a 'read'")
    return Option(field.name, key, kind, several, choices, field.default, **declared)


def from_table(
    base: C,
    table: Mapping[str, object],
    where: str,
    *,
    only: Collection[str] = (),
    others: Collection[str] = (),
) -> C:
    """A dataclass with what a table of a file says in place of what it has; its parts stay.

    Args:
        base: What holds unless the table says otherwise.
        table: Keys and values.
        where: Which table, for messages.
        only: Fields that the table may give; all that are options if empty.
        others: Keys that it may have besides; not looked at.

    Raises:
        UnknownNameError: If it has a key that is none of these, or a value that is none of an option's choices.
        ConfigurationError: If a value is of the wrong kind.
    """
    known = [one for one in options(type(base)) if not only or one.field in only]
    keys = [*others, *(one.key for one in known)]
    for key in table:
        if key not in keys:
            raise unknown_name("key", key, keys, where)
    given = {one.field: one.value(table[one.key], where) for one in known if one.key in table}
    return dataclasses.replace(base, **given)
