"""A check at the end of every line of a record: a line that was changed since it was written is found, and named.

The last field of a line, ``check``, holds the first 16 hexadecimal digits of the SHA-256 of all that stands before it
on the line, but for measured seconds, in which equal runs differ: equal lines have equal checks. It guards against
disks, copies and slips, not against somebody who works it out anew. Records that older programs began have none, and
go on without.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

FIELD = "check"
"""The field's name; no record may have one of its own."""

_SECONDS = re.compile(rb'("(?:cost_s|wall_s|cpu_s)": ?)[-+.0-9eE]+')
"""Fields that are measured, with their numbers."""

_END = re.compile(rb', "check": "([0-9a-f]{16})"\}\r?')


def with_check(line: str) -> str:
    """A line that holds a JSON object, with its check behind the other fields; any other line as it is.

    >>> with_check('{"a": 1}')
    '{"a": 1, "check": "795efb8f8bdc87cd"}'
    """
    if not line.endswith("}"):
        return line
    before = line[:-1]
    return f'{before}, "{FIELD}": "{_digest(before.encode())}"}}'


def has_check(line: bytes) -> bool:
    """Whether a line ends with a check, right or wrong."""
    return _found(line) is not None


def _found(line: bytes) -> re.Match[bytes] | None:
    start = line.rfind(b', "check": "')
    return _END.fullmatch(line, start) if start >= 0 else None


def _digest(before: bytes) -> str:
    return hashlib.sha256(_SECONDS.sub(rb"\1", before)).hexdigest()[:16]


def _fits(before: bytes, check: str) -> bool:
    """Whether a check is that of a line; some older ones cover seconds too."""
    return check in {_digest(before), hashlib.sha256(before).hexdigest()[:16]}


def without_checks(lines: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
    """Each line without its check, and what is wrong with that, if anything is.

    Lines without one may stand at the beginning, where an older program has begun a record; none may follow one that
    has it.
    """
    checked = False
    for line in lines:
        end = _found(line)
        if end is None:
            yield line, f"it has no {FIELD!r}, as those before it have" if checked else ""
            continue
        checked = True
        before = line[: end.start()]
        fits = _fits(before, end[1].decode())
        yield before + b"}", "" if fits else f"it was changed since it was written (its {FIELD!r} does not fit)"
