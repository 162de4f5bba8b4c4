"""Errors a caller can act on: each names the thing, what was expected, and what to do.

At the command line a `KtnasError` is one line on standard error and exit code 2; anything else is a
defect of ours and keeps its traceback.
"""

import difflib
from collections.abc import Iterable, Sequence

SHOWN = 80
"""Longer texts of a file are cut in messages."""

MESSAGE = 2_000
"""Longer messages are cut at the command line."""

REASON = 2_000
"""Longer reasons of a failure are cut: they are recorded with every evaluation that fails."""


class KtnasError(ValueError):
    """Base of every error that a user's input can cause."""


class ArchitectureError(KtnasError):
    """A string or genotype that is no architecture of its search space."""


class UnknownNameError(KtnasError):
    """A name (task, benchmark, method, ...) that is not in its list."""


class DataError(KtnasError):
    """A table or data file that is absent, truncated or malformed."""


class ConfigurationError(KtnasError):
    """Settings that contradict each other, or that the problem at hand cannot satisfy."""


class EvaluationError(KtnasError):
    """A task of which the first evaluations have all failed."""


def unknown_name(kind: str, name: str, choices: Iterable[str], where: str = "") -> UnknownNameError:
    """The error for ``name`` not being one of ``choices``, with the nearest spelling.

    Args:
        kind: What the name should have been, such as ``"task"``.
        name: What was given.
        choices: The names that exist.
        where: Where they exist, such as ``"transnas101-micro"``; may be empty.
    """
    names = list(choices)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"; did you mean {quoted(near[0])}?" if near else "."
    place = f" of {where}" if where else ""
    return UnknownNameError(f"unknown {kind} {quoted(name)}{place}{hint} Known: {listing(names)}")


def listing(names: Sequence[str], limit: int = 100) -> str:
    """Names separated by commas, the first ``limit`` of them, quoted where they hold commas or do not print."""
    if not names:
        return "none"
    shown = ", ".join(name if _is_clear(name) else quoted(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown}, and {len(names) - limit:,} more"


def _is_clear(name: str) -> bool:
    """Whether a name in a list needs no quotes."""
    return bool(name) and name.isprintable() and len(name) <= SHOWN and "," not in name


def quoted(text: str, limit: int = SHOWN) -> str:
    """A text from a file in quotes, as a message can hold it: at most ``limit`` characters, all of them printable."""
    return repr(text if len(text) <= limit else f"{text[: limit - 3]}...")


def reason(error: BaseException) -> str:
    """Type and text of whatever was raised, as a record can hold it; the text itself may fail to come.

    >>> reason(ValueError("no such operation"))
    'ValueError: no such operation'
    """
    try:
        text = str(error)
    except Exception:  # somebody else's class: its text may be anything
        text = "(an error without a text: its own __str__ fails)"
    return shortened(f"{type(error).__name__}: {text}")


def shortened(text: str, limit: int = REASON) -> str:
    """The text, or its beginning and how much is left out.

    >>> shortened("abcdef", limit=3)
    'abc... (3 more characters)'
    """
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text) - limit:,} more characters)"


def bad_architecture(space: str, text: str, problem: str) -> ArchitectureError:
    """The error for ``text`` being no architecture of ``space``; long strings are shown by their beginning."""
    shown = text if len(text) <= 120 else f"{text[:117]}..."
    return ArchitectureError(f"{shown!r} is no architecture of {space!r}: {problem}")
