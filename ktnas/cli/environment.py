"""What the machine refuses: memory, room on a disk, open files. It is no mistake in what was asked, and no defect."""

from __future__ import annotations

import errno
import re

_REFUSALS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS),
        *(errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EACCES, errno.EPERM, errno.ESTALE),
    }
)

_LIBRARY = re.compile(
    r"cannot allocate memory|failed to map segment|cannot map|Too many open files|cannot open shared object|"
    r"cannot create|No space left|MemoryError|unable to allocate",
    re.IGNORECASE,
)

_KEPT = "what was recorded is kept: give the same command again once that is mended"


def environmental(error: BaseException) -> str | None:
    """One line on what the machine has refused, and of which file; None where an error is something else."""
    if isinstance(error, MemoryError):
        return f"memory is exhausted{_of(str(error))}; {_KEPT}, or ask for less"
    if isinstance(error, ImportError):
        refusal = _LIBRARY.search(str(error))
        if refusal is None:
            return None
        return f"a library cannot be loaded ({_line_of(refusal)}); {_KEPT}"
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        what = error.strerror or type(error).__name__
        return f"{what}: {error.filename}; {_KEPT}" if error.filename else f"{what}; {_KEPT}"
    return None


def _line_of(found: re.Match[str]) -> str:
    """The line in which it stands: the others are a library's advice."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return f"{before.splitlines()[-1] if before else ''}{found[0]}{after.partition(chr(10))[0]}".strip()


def _of(text: str) -> str:
    return f" ({text})" if text else ""
