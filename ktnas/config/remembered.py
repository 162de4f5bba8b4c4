"""What a run was asked to be, as plain values of a file, and the way back: it is made again without its command.

Each option that differs from its default stands there by its key, as in a sweep file. Paths are made absolute: a run
goes on from whichever directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from ktnas.config.options import every_option, options, parts
from ktnas.config.run_options import RunOptions
from ktnas.config.shares import Shares
from ktnas.errors import DataError, KtnasError, quoted
from ktnas.typing import JSON

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

C = TypeVar("C", bound="DataclassInstance")


def remembered(asked: RunOptions) -> dict[str, JSON]:
    """The options that differ from their defaults, by their keys.

    >>> remembered(RunOptions(tasks=("a", "b"), budget=7))
    {'tasks': ['a', 'b'], 'budget': 7}
    """
    return _plain(asked)


def _plain(choice: DataclassInstance) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for one in options(type(choice)):
        value = getattr(choice, one.field)
        if value != one.default:
            found[one.key] = [_text(each) for each in value] if one.several else _text(value)
    for field in parts(type(choice)):
        found.update(_plain(getattr(choice, field)))
    return found


def _text(value: object) -> JSON:
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, Shares):
        rest = [] if value.rest is None else [repr(value.rest)]
        return ",".join([*rest, *(f"{name}={share!r}" for name, share in value.named)])
    if isinstance(value, tuple):  # the name of a task, and the path or name of its dataset
        name, source = value
        return f"{name}={Path(source).absolute() if Path(source).exists() else source}"
    return cast("JSON", value)


def recalled(plain: Mapping[str, object], where: str) -> RunOptions:
    """The options that a file holds.

    Args:
        plain: By their keys.
        where: Which file, for messages.

    Raises:
        DataError: If one is not known, or its value is none.
    """
    known = {one.key for one in every_option(RunOptions)}
    unknown = next((key for key in plain if key not in known), None)
    if unknown is not None:
        raise DataError(f"{where} has an option {quoted(unknown)} that this version does not know")
    try:
        return _recalled(RunOptions(), plain, where)
    except KtnasError as error:
        raise DataError(f"{where} is damaged: {error}") from None


def _recalled(base: C, plain: Mapping[str, object], where: str) -> C:
    given: dict[str, object] = {
        one.field: one.value(plain[one.key], where) for one in options(type(base)) if one.key in plain
    }
    for field in parts(type(base)):
        given[field] = _recalled(getattr(base, field), plain, where)
    return replace(base, **given)
