"""Composed objects as plain values, for records and for keys of what is kept.

A composed object's fields are its configuration, so it describes itself; nothing is listed by hand.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ktnas.errors import ConfigurationError
from ktnas.typing import JSON


def describe(part: object) -> JSON:
    """A composed object as plain values: its type and its fields, recursively.

    Fields that do not count for equality (a cache, say) do not count here either.

    Raises:
        ConfigurationError: If something in it is neither a dataclass nor a plain value.
    """
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        kind = type(part)
        fields = {f.name: describe(getattr(part, f.name)) for f in dataclasses.fields(part) if f.compare}
        return {"type": f"{kind.__module__}.{kind.__qualname__}", **fields}
    if part is None or isinstance(part, str | bool | int | float):
        return part
    if isinstance(part, Mapping):
        return {str(key): describe(value) for key, value in part.items()}
    if isinstance(part, set | frozenset):
        return sorted((describe(value) for value in part), key=repr)
    if isinstance(part, Sequence):
        return [describe(value) for value in part]
    raise ConfigurationError(
        f"{part!r} cannot be part of a configuration: it must be a plain value or a dataclass of plain values"
    )
