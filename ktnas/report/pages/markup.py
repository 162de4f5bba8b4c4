"""Tables as markup, for notebooks: everything that is not ours is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from ktnas.formatting import visible_lines
from ktnas.report.pages.page import Cell, PageColumn, Table

_ROWS = 60
"""Rows that are shown, at most; the first and the last half of them."""


def escape(text: str) -> str:
    """Text in which nothing is markup, and nothing changes the order of what is read."""
    return html.escape(visible_lines(text))


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table that notebooks show.

    Attributes:
        table: The table.
    """

    table: Table

    def _repr_html_(self) -> str:
        """What notebooks show."""
        return table_markup(self.table)


def table_markup(table: Table) -> str:
    """A table; of a long one the beginning and the end."""
    rows, half = table.rows, _ROWS // 2
    shown = rows if len(rows) <= _ROWS else [*rows[:half], *rows[-half:]]
    head = "".join(f"<th style='text-align:left'>{escape(column.title)}</th>" for column in table.columns)
    body = "".join(f"<tr>{_row(table.columns, row)}</tr>" for row in shown)
    left = f" ({len(rows):,} rows, {len(shown)} shown)" if len(shown) < len(rows) else ""
    caption = f"<caption style='text-align:left'>{escape(table.caption)}{left}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(columns: Sequence[PageColumn], row: Sequence[Cell]) -> str:
    return "".join(_cell(column, value) for column, value in zip(columns, row, strict=True))


def _cell(column: PageColumn, value: Cell) -> str:
    text = (
        ""
        if value is None
        else f"{value:.6g}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else value
    )
    inner = f"<code>{escape(text)}</code>" if column.kind == "code" and text else escape(text)
    return f"<td style='text-align:{'right' if column.kind == 'number' else 'left'}'>{inner}</td>"
