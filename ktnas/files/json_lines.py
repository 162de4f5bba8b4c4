"""Files of one JSON object per line, and files that are replaced whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from ktnas.errors import ConfigurationError


def complete_lines(content: bytes) -> tuple[list[bytes], int]:
    """Lines that have an end, and the number of bytes they take; what follows was cut off while it was written."""
    size = content.rfind(b"\n") + 1
    return content[:size].splitlines(), size


def lock(file: BinaryIO, directory: Path) -> None:
    """Make an open file of a directory this process's own until it is closed.

    Raises:
        ConfigurationError: If another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # not a POSIX system: two writers at once are not detected there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConfigurationError(
            f"another process is writing to {directory}; wait for it, or choose another --out"
        ) from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)


def to_json(value: object) -> str:
    """Indented JSON, one final line end, without NaN or infinity."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"
