"""Numbers as people read them, and texts of others as they can be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import count


def number_text(value: float) -> str:
    """Five significant digits, without an exponent where the number reads well without.

    >>> number_text(0.581234567), number_text(12.0), number_text(1234567.0)
    ('0.58123', '12.000', '1234567')
    """
    magnitude = abs(value)
    if magnitude >= 10_000:
        return f"{value:.0f}" if magnitude < 1e9 else f"{value:.4e}"
    if magnitude and magnitude < 1e-4:
        return f"{value:.4e}"
    whole = len(str(int(magnitude))) if magnitude >= 1 else 0
    return f"{value:.{max(0, 5 - whole)}f}"


def count_text(value: float) -> str:
    """A whole number in full, others as `number_text`.

    >>> count_text(3302), count_text(3302.0)
    ('3,302', '3302.0')
    """
    return f"{value:,}" if isinstance(value, int) else number_text(value)


def duration(seconds: float) -> str:
    """A length of time to read.

    >>> duration(3.21), duration(75), duration(7260)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the order in which others are shown."""


def visible(text: str) -> str:
    r"""A text in which nothing acts on a terminal or changes the order of what is read: such characters as escapes.

    >>> visible("\x1b[31mred \u202eabc"), visible("größe\n精")
    ('\\x1b[31mred \\u202eabc', 'größe\\n精')
    """
    if text.isprintable():
        return text
    return "".join(_escaped(one) if _acts(one) else one for one in text)


def _acts(character: str) -> bool:
    """Whether it is a control character, half of a pair, the end of a line or paragraph, or turns the order."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DIRECTIONS


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode() if character > "\x7f" else repr(character)[1:-1]


_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"


def cell_text(text: str) -> str:
    """A text as a cell of CSV, `visible`; where a spreadsheet would take it for a formula, behind an apostrophe.

    >>> cell_text("=HYPERLINK(1)"), cell_text("-0.5"), cell_text("ktnas")
    ("'=HYPERLINK(1)", '-0.5', 'ktnas')
    """
    text = visible(text)
    if not text.lstrip(" ").startswith(tuple(_FORMULA)):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def visible_lines(text: str) -> str:
    """As `visible`, line by line."""
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def encodable(text: str, encoding: str | None) -> str:
    r"""A text in which characters that an encoding lacks are escapes of their numbers; None lacks nothing.

    >>> encodable("größe", "ascii"), encodable("größe", None)
    ('gr\\xf6\\xdfe', 'größe')
    """
    return text if encoding is None else text.encode(encoding, "backslashreplace").decode(encoding)


_LONGEST_NAME = 100
"""Characters of a name in a file's name: a file system takes 255 bytes for all of it."""


def file_names(names: Sequence[str]) -> list[str]:
    """Names made fit for files: letters, digits, ``.``, ``_`` and ``-``; all different, also where case is ignored.

    >>> file_names(["normal", "top 1/%", "Normal"])
    ['normal', 'top-1', 'Normal-2']
    >>> [len(name) for name in file_names(["a" * 300, "a" * 301])]
    [100, 102]
    """
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_LONGEST_NAME] or "task"
        free = next(c for i in count(1) if (c := plain if i == 1 else f"{plain}-{i}").lower() not in taken)
        taken.add(free.lower())
        found.append(free)
    return found
