"""Writes that outlast a power cut: a file and its name are on disk before anything relies on them.

The disk learns of a file's content and of the name in its directory separately, and in any order: both are synced.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems say that cannot sync; they keep what they can, and so do we."""


def sync(descriptor: int) -> None:
    """Return once the content of an open file, or the names in an open directory, are on disk.

    Raises:
        OSError: If they cannot be written there.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def sync_directory(directory: Path) -> None:
    """Return once the names in a directory are on disk: what was made, replaced or removed there.

    Raises:
        OSError: If they cannot be written there.
    """
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except PermissionError:  # of one that may not be listed, and of any on Windows
        return
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path, *, exist_ok: bool = True) -> None:
    """Make a directory, and those that it lies in, and have their names on disk.

    Raises:
        OSError: If it cannot be made, or stands there and may not.
    """
    missing = [place for place in (path, *path.parents) if not place.exists()]
    path.mkdir(parents=True, exist_ok=exist_ok)
    for place in missing:
        sync_directory(place.parent)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of another when the block ends, and is on disk then; none if the block raises.

    A reader sees the old content or the new, never a part. Nobody can know the new file's name beforehand, and a
    symbolic link is replaced, not followed.

    Raises:
        OSError: If it cannot be written.
    """
    temporary = path.with_name(f"{_temporary_stem(path)}{secrets.token_hex(8)}.tmp")
    file = temporary.open("xb")
    try:
        with file:
            yield file
            file.flush()
            sync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_directory(path.parent)


_TEMPORARY = re.compile(r"\..+-[0-9a-f]{16}\.tmp")


def _temporary_stem(path: Path) -> str:
    return f".{path.name[:40]}-"


def remove_leftovers(directory: Path) -> None:
    """Remove what writers (`replacing`) that were killed have left in a directory and in those directly in it.

    For whoever holds the directory: nobody else may be writing there. What cannot be removed stays.
    """
    with suppress(OSError):
        for place in (
            directory,
            *(entry for entry in directory.iterdir() if entry.is_dir() and not entry.is_symlink()),
        ):
            for path in place.iterdir():
                if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                    path.unlink()


def remove_durably(path: Path) -> None:
    """Remove a file for good, and what earlier writers of it (`replacing`) that were killed have left beside it.

    Raises:
        OSError: If it cannot be removed.
    """
    if not path.exists():
        return
    written = path.lstat().st_mtime_ns
    stem = re.compile(re.escape(_temporary_stem(path)) + r"[0-9a-f]{16}\.tmp")
    for other in path.parent.iterdir():
        if stem.fullmatch(other.name) and other.lstat().st_mtime_ns < written:  # a later one is being written
            other.unlink()
    path.unlink()
    sync_directory(path.parent)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a whole file, as `replacing` does.

    Raises:
        OSError: If it cannot be written.
    """
    with replacing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
