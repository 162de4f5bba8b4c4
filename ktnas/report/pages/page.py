"""A page as plain data: sections of charts, tables, facts and code, which a browser shows (``assets/page.js``).

Texts are texts: whoever shows them makes no markup of them. What would act on a reader otherwise (control characters,
those that turn the order of reading) is escaped here, and numbers that JSON does not have are absent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from ktnas.formatting import visible_lines
from ktnas.report.charts.chart import Chart
from ktnas.typing import JSON

FORMAT = 1
"""Of a page as plain data."""

_LONGEST = 25_000
"""Characters of a text that are shown, at most."""

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class PageColumn:
    """A column of a table: its title, and what it holds."""

    title: str
    kind: Literal["text", "number", "code"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that sorts.

    Attributes:
        name: Tells it from the others of a page.
        caption: What it holds.
        columns: Its columns.
        rows: Its rows, a cell per column.
        filter: Whether it can be filtered.
    """

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: tuple[PageColumn, ...]
    rows: Sequence[Sequence[Cell]]
    filter: bool = False

    def plain(self) -> dict[str, JSON]:
        """As plain values."""
        return {
            "kind": self.kind,
            "name": self.name,
            "caption": self.caption,
            "columns": [{"title": column.title, "kind": column.kind} for column in self.columns],
            "rows": [list(row) for row in self.rows],
            "filter": self.filter,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are."""

    kind: ClassVar[str] = "facts"
    name: str
    pairs: tuple[tuple[str, Cell], ...]

    def plain(self) -> dict[str, JSON]:
        """As plain values."""
        return {"kind": self.kind, "name": self.name, "pairs": [list(pair) for pair in self.pairs]}


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied as it is."""

    kind: ClassVar[str] = "code"
    name: str
    text: str

    def plain(self) -> dict[str, JSON]:
        """As plain values."""
        return {"kind": self.kind, "name": self.name, "text": self.text}


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence in place of what is not there."""

    kind: ClassVar[str] = "note"
    name: str
    text: str

    def plain(self) -> dict[str, JSON]:
        """As plain values."""
        return {"kind": self.kind, "name": self.name, "text": self.text}


Item: TypeAlias = Chart | Table | Facts | Code | Note


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Attributes:
        id: Its anchor.
        heading: Its heading.
        text: Paragraphs.
        items: What is shown, in order; names differ within a kind.
    """

    id: str
    heading: str
    text: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()

    def plain(self) -> dict[str, JSON]:
        """As plain values."""
        items: list[JSON] = [item.plain() for item in self.items]
        return {"id": self.id, "heading": self.heading, "text": list(self.text), "items": items}


@dataclass(frozen=True, slots=True)
class Page:
    """A page."""

    title: str
    subtitle: str
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def plain(self) -> dict[str, JSON]:
        """As plain values, in which nothing acts on a reader."""
        sections: list[JSON] = [section.plain() for section in self.sections]
        whole = {"format": FORMAT, "title": self.title, "subtitle": self.subtitle, "sections": sections}
        return {key: cleaned(value) for key, value in whole.items()}


def cleaned(value: object) -> JSON:
    r"""Plain values in which texts are visible and of a bounded length, and numbers are finite.

    >>> cleaned({"a": ["x\x1b[1m", float("nan"), (1, 2.5)]})
    {'a': ['x\\x1b[1m', None, [1, 2.5]]}
    """
    if isinstance(value, str):
        return visible_lines(value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…")
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): cleaned(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [cleaned(each) for each in value]
    return cleaned(float(str(value)))


_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(value: object) -> str:
    r"""JSON that ends no script that it stands in, and opens no comment there.

    >>> print(script_json({"task": "</script><!--"}))
    {"task":"\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return "".join(_IN_SCRIPT.get(one, one) for one in text) if any(one in text for one in _IN_SCRIPT) else text
