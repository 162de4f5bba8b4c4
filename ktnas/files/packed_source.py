"""Large files of other people's formats as one stream of bytes: as they are, packed, or as torch saves them.

What a file is, its first bytes say, not its name. Torch has two forms: a zip archive with a pickle ``data.pkl`` in it,
and, until version 1.6, three small pickles before the one that counts. Both are read without torch.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from ktnas.errors import DataError
from ktnas.files.pickle_machine import PickleMachine
from ktnas.files.regular import open_regular

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
"""The first pickle in a file of torch's older form."""

_CHUNK = 1 << 20

_HEAD = 16
"""First bytes that tell torch's older form."""

Advance = Callable[[int, int], None]
"""Told bytes that are done, and bytes there are."""


@dataclass(slots=True)
class Unpacked:
    """The bytes of a file, unpacked, and how far the file has been read.

    Attributes:
        path: The file.
        stream: The unpacked bytes.
        raw: The file itself.
        size: Its size, bytes.
    """

    path: Path
    stream: BinaryIO
    raw: BinaryIO
    size: int

    def read(self, size: int) -> bytes:
        """At most so many further bytes; none at the end.

        Raises:
            DataError: If the file is truncated or damaged.
        """
        try:
            return self.stream.read(size)
        except EOFError as error:
            raise DataError(f"{self.path} is truncated: its packed content ends too early; get it again") from error
        except (OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError) as error:
            raise DataError(f"{self.path} is damaged or cannot be read ({error}); get it again") from error

    def skip(self, size: int) -> None:
        """Go on to a place behind the start, which is read where it cannot be jumped to.

        Raises:
            DataError: If the file ends before.
        """
        if self.stream is self.raw:
            self.stream.seek(size)
            return
        while size:
            found = self.read(min(size, _CHUNK))
            if not found:
                raise DataError(f"{self.path} is truncated or has changed; get it again")
            size -= len(found)

    @property
    def done(self) -> int:
        """Bytes of the file that have been read."""
        with suppress(ValueError, OSError):
            return self.raw.tell()
        return 0


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """A file as a stream of bytes, until the block ends.

    Raises:
        DataError: If it cannot be read, is no regular file, or is a zip archive of something else than one pickle.
    """
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(open_regular(path))
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
        size = raw.seek(0, 2)
        raw.seek(0)
        head = raw.read(4)
        raw.seek(0)
        stream: BinaryIO = raw
        if head.startswith(b"BZh"):
            stream = cast("BinaryIO", stack.enter_context(bz2.BZ2File(raw)))
        elif head.startswith(b"\x1f\x8b"):
            stream = cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=raw)))
        elif head.startswith(b"PK\x03\x04"):
            stream = stack.enter_context(_member(path, raw, stack))
        yield Unpacked(path, stream, raw, size)


def _member(path: Path, raw: BinaryIO, stack: ExitStack) -> BinaryIO:
    """The pickle in a zip archive that torch has written."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(raw))
        names = [name for name in archive.namelist() if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(names) == 1:
            return cast("BinaryIO", archive.open(names[0]))
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path} is a truncated or damaged zip archive ({error}); get it again") from error
    raise DataError(f"{path} is a zip archive, but none that torch has written (it lacks data.pkl); unpack it first")


def machine_of(
    source: Unpacked, streamed: Collection[object] = (), state: dict[str, Any] | None = None
) -> PickleMachine:
    """What reads the pickle in a file that has just been opened, be it torch's or not.

    Args:
        source: The file, at its beginning.
        streamed: As `PickleMachine` takes it.
        state: A snapshot to go on from.

    Raises:
        DataError: If the file is truncated or damaged.
    """
    where = str(source.path)
    if state is not None:
        try:
            machine = PickleMachine(source, streamed, where, state)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"what was read of {where} earlier is damaged ({error!r}): remove the directory .import-... beside the "
                "table to be"
            ) from None
        source.skip(machine.offset)
        return machine
    head = source.read(_HEAD)
    machine = PickleMachine(_After(head, source), streamed, where)
    if head[2:14] == b"\x8a\x0a" + TORCH_MAGIC.to_bytes(10, "little"):
        for _ in range(3):  # torch's older form: its number, its version, and what machine wrote it
            machine.load()
    return machine


@dataclass(slots=True)
class _After:
    """A stream whose first bytes have been looked at."""

    head: bytes
    rest: Unpacked

    def read(self, size: int) -> bytes:
        head, self.head = self.head, b""
        return head or self.rest.read(size)


def sha256_of(path: Path, advance: Advance = lambda _, __: None) -> str:
    """The SHA-256 of a file's bytes, as they are.

    Raises:
        DataError: If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                advance(file.tell(), size)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()
