"""Files that others name, opened for reading: regular files alone.

A pipe would be waited for, for ever, and a device never ends; the file is looked at once it is open, so that nothing
can take its place between.
"""

from __future__ import annotations

import errno
import gzip
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast


def open_regular(path: Path) -> BinaryIO:
    """A regular file, or what a link leads to, open for reading.

    Raises:
        OSError: If it cannot be opened, or is something else.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise OSError(errno.EINVAL, "it is no regular file")
    return os.fdopen(descriptor, "rb")


@contextmanager
def open_packed(path: Path, *, packed: bool) -> Iterator[BinaryIO]:
    """As `open_regular`, until the block ends; unpacked while it is read where it is gzipped.

    Raises:
        OSError: As `open_regular`.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_regular(path))
        yield cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=file))) if packed else file
