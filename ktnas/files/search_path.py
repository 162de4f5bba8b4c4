"""Where benchmark tables and images are looked for: one search path for the command line and the library.

In order: a directory that the caller names (``--data DIR``), those of ``$KTNAS_DATA``, ``./data``,
``../shared/data/tables`` and ``../shared/data/images`` beside the current directory and beside an editable
checkout, and the user's cache directory. The first place that holds the file wins.
"""

from __future__ import annotations

import os
from pathlib import Path

from ktnas.errors import DataError

DATA_VARIABLE = "KTNAS_DATA"
"""Environment variable that names directories of tables and images, separated as in ``$PATH``."""


_SHARED = (Path("..", "shared", "data", "tables"), Path("..", "shared", "data", "images"))


def cache_directory() -> Path:
    """The user's cache directory for this package; it need not exist yet.

    ``$XDG_CACHE_HOME/ktnas``, or ``~/.cache/ktnas`` where the variable is unset, empty or relative (the
    XDG specification tells to ignore a relative one). Without a home directory, a place where nothing can be kept.
    """
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (configured if configured.is_absolute() else _home() / ".cache") / "ktnas"


def _home() -> Path:
    """The user's home directory; of one who has none, a place where there is nothing and nothing can be kept."""
    try:
        return Path.home()
    except RuntimeError:  # neither HOME nor an entry in passwd
        return Path(os.devnull)


def search_path(directory: Path | None = None) -> tuple[Path, ...]:
    """The directories that are looked into, in order, each once; they need not exist.

    Args:
        directory: A directory that the user named; it comes first.

    Raises:
        DataError: If ``directory`` is given and is no directory.
    """
    if directory is not None and not directory.is_dir():
        raise DataError(f"data directory {str(directory)!r} does not exist or is no directory")
    named = [] if directory is None else [directory]
    named += _of_variable(os.environ.get(DATA_VARIABLE, ""))
    checkout = Path(__file__).resolve().parents[2]
    places = [*named, Path("data"), *_SHARED, *_beside(checkout), cache_directory()]
    distinct: dict[str, Path] = {}
    for place in places:
        distinct.setdefault(os.path.realpath(place), place)
    return tuple(distinct.values())


def _of_variable(text: str) -> list[Path]:
    whole = expanded(Path(text))
    if text and whole.is_dir():  # its name may hold the separator
        return [whole]
    return [expanded(Path(part)) for part in text.split(os.pathsep) if part.strip()]


def expanded(path: Path) -> Path:
    """A path with ``~`` replaced by a home directory, if there is one of that user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _beside(checkout: Path) -> tuple[Path, ...]:
    is_checkout = (checkout / "pyproject.toml").is_file()
    return (checkout / "data", *(checkout / shared for shared in _SHARED)) if is_checkout else ()


def find(filename: str, directory: Path | None = None) -> Path | None:
    """The first file of that name on the search path; None if there is none.

    Raises:
        DataError: If ``directory`` is given and is no directory.
    """
    return next((place / filename for place in search_path(directory) if (place / filename).is_file()), None)


def require(filename: str, hint: str, directory: Path | None = None) -> Path:
    """The first file of that name on the search path.

    Args:
        filename: Name of the file.
        hint: How to get it; ends the error message.
        directory: A directory that the user named; it is looked into first.

    Raises:
        DataError: If the file is nowhere, saying where it was looked for and how to get it.
    """
    found = find(filename, directory)
    if found is None:
        places = ", ".join(str(place) for place in search_path(directory))
        raise DataError(f"{filename} was not found in any of: {places}. {hint}")
    return found
