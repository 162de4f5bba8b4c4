"""Composed objects as plain values, for records and for keys of what is kept.

A composed object's fields are its configuration, so it describes itself; nothing is listed by hand but the names that
`ktnas.recorded_names` keeps.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ktnas.errors import ConfigurationError
from ktnas.recorded_names import lasting_name, plain_names, told_fields
from ktnas.typing import JSON


def describe(part: object) -> JSON:
    """A composed object as plain values, for records: its type by its plain name and its fields, recursively.

    Fields that do not count for equality (a cache, say) do not count here either.

    Raises:
        ConfigurationError: If something in it is neither a dataclass nor a plain value.
    """
    return plain_names(identify(part))


def identify(part: object) -> JSON:
    """As `describe`, for keys: types by the names under which they were first recorded, so that keys never change.

    Raises:
        ConfigurationError: As `describe`.
    """
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields = {f.name: identify(getattr(part, f.name)) for f in dataclasses.fields(part) if f.compare}
        return {"type": lasting_name(type(part)), **told_fields(type(part), fields)}
    if part is None or isinstance(part, str | bool | int | float):
        return part
    if isinstance(part, Mapping):
        return {str(key): identify(value) for key, value in part.items()}
    if isinstance(part, set | frozenset):
        return sorted((identify(value) for value in part), key=repr)
    if isinstance(part, Sequence):
        return [identify(value) for value in part]
    raise ConfigurationError(
        f"{part!r} cannot be part of a configuration: it must be a plain value or a dataclass of plain values"
    )
