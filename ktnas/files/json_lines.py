"""JSON on disk: files of one record per line that only grow, and the text of whole files."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.durable import make_directory, sync, sync_directory
from ktnas.files.line_checks import has_check, with_check, without_checks
from ktnas.files.plain_json import read_regular

Record = TypeVar("Record")

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems say that have no locks."""


def complete_lines(content: bytes) -> tuple[list[bytes], int]:
    """Lines that have an end, and the number of bytes they take; what follows was cut off while it was written."""
    size = content.rfind(b"\n") + 1
    return content[:size].split(b"\n")[:-1], size


def read_lines(path: Path, decode: Callable[[str], Record], *, may_be_absent: bool = False) -> list[Record]:
    """The records of a file, in order; a last line that was cut off is left out.

    Args:
        path: The file; it may be open in an `AppendOnlyLog`.
        decode: The record of a line; raises `DataError` where there is none.
        may_be_absent: Whether a file that is not there holds no records.

    Raises:
        DataError: If the file cannot be read, or one of its lines holds no record or was changed since it was written.
    """
    try:
        lines, _ = complete_lines(read_regular(path))
    except OSError as error:
        if may_be_absent and isinstance(error, FileNotFoundError | NotADirectoryError):
            return []
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    return _decoded(lines, decode, path)[1]


REMEDY = "put the file back from a copy, or remove the lines from there on: what they hold is then done again"
"""What to do about a record of which a line is damaged."""


def _decoded(lines: Sequence[bytes], decode: Callable[[str], Record], path: Path) -> tuple[list[bytes], list[Record]]:
    """The lines without their checks, and what they hold."""
    plain, records = [], []
    for number, (line, changed) in enumerate(without_checks(lines), 1):
        try:
            records.append(decode(line.decode()))
        except (DataError, UnicodeDecodeError) as error:
            raise DataError(f"{path}, line {number}: {error}; {REMEDY}") from None
        if changed:
            raise DataError(f"{path}, line {number}: {changed}; {REMEDY}")
        plain.append(line)
    return plain, records


def _require_line_feeds(lines: Sequence[bytes], path: Path) -> None:
    """Refuse to go on with a file whose lines were ended otherwise on its way here; it can be read as it is."""
    if any(line.endswith(b"\r") for line in lines):
        raise DataError(
            f"{path} has lines that end in CR LF; they were written with LF alone: change them back, or choose "
            "another --out"
        )


class AppendOnlyLog(Generic[Record]):
    """A file of one record per line that only grows, and is this process's own from its opening to `close`.

    Lines that hold an object get a check (`ktnas.files.line_checks`), but in a file that was begun without. Opening it
    changes no content. A last line that was cut off while it was written goes with the first `append`; so does what an
    `append` that failed has left.

    Attributes:
        path: The file.
        lines: The whole lines found, without their ends and checks.
        records: What they hold, in order.
        checked: Whether lines that are added get a check.
    """

    def __init__(self, path: Path, decode: Callable[[str], Record]) -> None:
        """Open a file, or make it in a directory that is there.

        Args:
            path: The file.
            decode: The record of a line; raises `DataError` where there is none.

        Raises:
            ConfigurationError: If the file cannot be written, or another process has it.
            DataError: If a line holds no record, or was changed since it was written.
        """
        self.path = path
        try:
            self._file, content = _opened(path)
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another --out") from None
        lines, self._size = complete_lines(content)
        self.checked = not lines or has_check(lines[-1])
        try:
            _require_line_feeds(lines, path)
            self.lines, self.records = _decoded(lines, decode, path)
        except BaseException:
            self._file.close()
            raise
        self._torn = True
        """Whether something may stand behind the lines."""
        self._waiting = False
        """Whether lines have been added that are not synced."""

    def append(self, lines: Sequence[str], *, synced: bool = True) -> None:
        """Add lines, given without their ends and checks; on disk when this returns.

        Args:
            lines: The lines.
            synced: Whether they must outlast a power cut: what costs nothing to find again may wait for `sync`.

        Raises:
            ConfigurationError: If they cannot be written.
        """
        content = "".join(f"{with_check(line) if self.checked else line}\n" for line in lines).encode()
        if not content:
            return
        try:
            if self._torn:
                self._file.seek(self._size)
                self._file.truncate()
            self._torn = True
            rest = memoryview(content)
            while rest:
                rest = rest[self._file.write(rest) :]
            if synced:
                sync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        self._torn = False
        self._waiting = not synced
        self._size += len(content)

    def sync(self) -> None:
        """Have on disk what `append` has added.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        if self._waiting:
            try:
                sync(self._file.fileno())
            except OSError as error:
                raise self._unwritable(error) from None
            self._waiting = False

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"cannot write {self.path}: {error.strerror}; what it holds is kept: "
            "give the same command again once that is mended"
        )

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def _opened(path: Path) -> tuple[FileIO, bytes]:
    """A file, locked, and its content, of which a process that ended early may not have synced all."""
    file = FileIO(path, "r+", opener=_own_file)  # with a buffer, closing would try again what could not be written
    try:
        _require_regular(file)
        lock(file, path.parent)
        sync(file.fileno())
        sync_directory(path.parent)
        return file, file.read()
    except BaseException:
        file.close()
        raise


def _own_file(path: str, flags: int) -> int:
    """Open or make a file, never what a link in its place leads to, and without waiting for the end of a pipe."""
    flags |= os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        return os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise OSError(errno.ELOOP, "it is a symbolic link, which is not followed") from None


def _require_regular(file: FileIO) -> None:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a pipe would be waited for, for ever
        raise OSError(errno.EINVAL, "it is no regular file")


@contextmanager
def locked_directory(directory: Path) -> Iterator[None]:
    """A directory, made if need be, that is this process's own until the block ends; nothing is written for it.

    Where file systems lock files but no directories (NFS), the files opened in it must do.

    Raises:
        ConfigurationError: If another process holds it.
        OSError: If it cannot be made or opened.
    """
    make_directory(directory)
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except PermissionError:  # of any directory on Windows, and of one that may not be listed
        yield
        return
    try:
        try:
            lock(descriptor, directory)
        except OSError as error:
            if error.errno not in {errno.EBADF, errno.EINVAL}:
                raise
        yield
    finally:
        os.close(descriptor)


def lock(file: BinaryIO | int, directory: Path) -> None:
    """Make an open file of a directory, or that itself, this process's own until it is closed, where there are locks.

    Raises:
        ConfigurationError: If another process holds it.
        OSError: If the file system fails at it.
    """
    try:
        import fcntl
    except ImportError:  # not a POSIX system: two writers at once are not detected there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigurationError(
            f"another process is writing to {directory}; wait for it, or choose another --out"
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def to_json(value: object) -> str:
    """Indented JSON, one final line end, without NaN or infinity."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"
