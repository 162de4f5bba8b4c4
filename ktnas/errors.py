"""Errors a caller can act on: each names the thing, what was expected, and what to do.

At the command line a `KtnasError` is one line on standard error and exit code 2; anything else is a
defect of ours and keeps its traceback.
"""

import difflib
from collections.abc import Iterable


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
    hint = f"; did you mean {near[0]!r}?" if near else "."
    place = f" of {where}" if where else ""
    listing = ", ".join(names) if names else "none"
    return UnknownNameError(f"unknown {kind} {name!r}{place}{hint} Known: {listing}")


def bad_architecture(space: str, text: str, problem: str) -> ArchitectureError:
    """The error for ``text`` being no architecture of ``space``; long strings are shown by their beginning."""
    shown = text if len(text) <= 120 else f"{text[:117]}..."
    return ArchitectureError(f"{shown!r} is no architecture of {space!r}: {problem}")
