"""Reading files that may be truncated, broken or hostile: every failure is a `DataError` that names the file."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ktnas.errors import DataError, KtnasError

SIZE_LIMIT = 4 << 30
"""A dataset that would take more memory than this is refused, bytes."""


_SUSPICIOUS_SIZE = 256 << 20


_SUSPICIOUS_RATIO = 100


_STEP = 1 << 20


_DAMAGE = (OSError, EOFError, RuntimeError, ValueError, OverflowError, struct.error, zlib.error, zipfile.BadZipFile)


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes the standard library raise into a `DataError` that names the file."""
    try:
        yield
    except KtnasError:
        raise
    except MemoryError as error:
        raise DataError(f"{path} does not fit into memory") from error
    except _DAMAGE as error:
        raise DataError(f"{path} cannot be read: {str(error) or type(error).__name__}") from error


def require_plausible(content: int, stored: int, where: str) -> None:
    """Refuse what is too large, or compressed as no photograph is, before it is unpacked.

    Args:
        content: Bytes that will be in memory.
        stored: Bytes that they take in the file.
        where: What is read, for the message.

    Raises:
        DataError: If ``content`` exceeds `SIZE_LIMIT`, or is large and far more than ``stored``.
    """
    if content > SIZE_LIMIT:
        raise DataError(
            f"{where} would take {content / (1 << 30):.1f} GiB of memory; at most {SIZE_LIMIT >> 30} are read"
        )
    if content > _SUSPICIOUS_SIZE and content > _SUSPICIOUS_RATIO * stored:
        raise DataError(
            f"{where} claims to unpack {stored} bytes to {content}, more than {_SUSPICIOUS_RATIO} to 1; refused"
        )


def read_bytes(stream: Readable, count: int, where: str) -> npt.NDArray[np.uint8]:
    """The next ``count`` bytes as a writable array ``(count,)``, unpacked in place.

    Raises:
        DataError: If the stream ends before.
    """
    content = np.empty(count, np.uint8)
    done = 0
    while done < count:
        chunk = stream.read(min(_STEP, count - done))
        if not chunk:
            raise DataError(f"{where} is truncated: {count} bytes expected, {done} found")
        content[done : done + len(chunk)] = np.frombuffer(chunk, np.uint8)
        done += len(chunk)
    return content
