"""Tables that fit the terminal: where it is too narrow, columns are shortened or left out, never broken over lines."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from ktnas.formatting import encodable, visible_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

UNLIMITED = 500
"""Columns where the output is no terminal: nothing is left out or wrapped there."""


_TOGETHER = re.compile(
    r"(?<=\d) (?=(?:%|h|min|s|GiB|MiB)(?:\W|$))|(?<=h) (?=\d+ min)|(?<=min) (?=\d+ s)|(?<=--transfer) "
)
"""Spaces at which a line is not broken."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        heading: What is above it.
        cells: Its cells, in rich's markup.
        right: Whether it is flush right, as numbers are.
        short: Cells to show instead where there is no room; None where there are no shorter ones. A column that has
            them is never left out.
    """

    heading: str
    cells: tuple[str, ...]
    right: bool = True
    short: tuple[str, ...] | None = None


def plain(text: str) -> str:
    """Text in which brackets are no markup, nothing acts on a terminal, and nothing is lacked by standard output.

    A character that is escaped only when it is written would be wider than the table has room for.
    """
    from rich.markup import escape

    return escape(encodable(visible_lines(text), encoding_of(sys.stdout)))


def encoding_of(stream: TextIO) -> str | None:
    """The encoding of a stream whose characters may be lacking; None where it lacks nothing, or has none."""
    encoding = getattr(stream, "encoding", None)
    return encoding if isinstance(encoding, str) and not encoding.lower().startswith("utf") else None


def console(stream: TextIO) -> Console:
    """A console as wide as the terminal, or as ``$COLUMNS`` says; elsewhere nothing limits it."""
    from rich.console import Console

    found = Console(file=stream, highlight=False)
    said = os.environ.get("COLUMNS", "")
    if found.is_terminal or (said.isdigit() and int(said)):
        return found
    return Console(file=stream, highlight=False, width=UNLIMITED)


def room(stream: TextIO) -> int | None:
    """Characters in a line; None where nothing limits them."""
    width = console(stream).width
    return None if width == UNLIMITED else width


def fitted(columns: Sequence[Column], width: int, leave: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a table that is not wider than ``width``, if that can be had.

    Args:
        columns: All columns.
        width: What there is room for.
        leave: Headings of those that are shortened or left out, the first one first.
    """
    kept = list(columns)
    for heading in leave:
        if _width(kept) <= width:
            break
        kept = [changed for column in kept for changed in ([column] if column.heading != heading else _less(column))]
    return tuple(kept)


def _less(column: Column) -> list[Column]:
    return [] if column.short is None else [replace(column, cells=column.short)]


def _width(columns: Sequence[Column]) -> int:
    from rich.console import Console
    from rich.measure import Measurement

    wide = Console(width=100_000)
    return Measurement.get(wide, wide.options, table(columns)).maximum


def table(columns: Sequence[Column], sections: Sequence[int] = ()) -> Table:
    """A table whose rows are one line each; what is wider than the terminal all the same ends in an ellipsis.

    Args:
        columns: The columns, equally long.
        sections: The rows, from 0, after which a line is drawn.
    """
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column in columns:
        drawn.add_column(column.heading, justify="right" if column.right else "left", no_wrap=True, overflow="ellipsis")
    for i, row in enumerate(zip(*(column.cells for column in columns), strict=True)):
        drawn.add_row(*row, end_section=i in sections)
    return drawn


def left_out(columns: Sequence[Column], kept: Sequence[Column]) -> str:
    """A sentence on the columns that found no room; empty if all did."""
    shown = {column.heading for column in kept}
    missing = [column.heading for column in columns if column.heading not in shown]
    return f"No room here for {', '.join(missing)}: a wider terminal, or --json, shows all." if missing else ""


def say(out: Console, text: str, style: str = "none") -> None:
    """Print a sentence over as many lines as it needs; a number stays on one line with its unit, an option likewise."""
    held = _TOGETHER.sub("\u00a0", text)  # no space to `textwrap`
    lines = textwrap.wrap(held, out.width, break_long_words=False, break_on_hyphens=False)
    out.print(plain("\n".join(lines).replace("\u00a0", " ")), soft_wrap=True, style=style)


def wrapped(parts: Sequence[str], width: int, indent: str = "") -> str:
    """Parts separated by commas, broken between parts only: a number stays with its name, on one line."""
    lines: list[str] = []
    line = indent
    for i, part in enumerate(parts):
        text = f"{part}," if i < len(parts) - 1 else part
        if line.strip() and len(line) + 1 + len(text) > width:
            lines.append(line)
            line = indent
        line = f"{line} {text}" if line.strip() else f"{indent}{text}"
    return "\n".join([*lines, line])
