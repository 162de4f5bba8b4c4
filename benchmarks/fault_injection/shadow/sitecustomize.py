"""A disk that holds what was synced and nothing else, beside the real one; Python imports this as it starts.

Every ``os.fsync`` copies what it vouches for: of a file its content, of a directory its names and what they lead to. It
is the worst that a file system may do: names without content, content without names, an old file where a new one was
put. `fault_injection.power` makes of it what is left after a power cut. Files that were synced are kept from being
removed, by a link, so that no later file is taken for them. Or a disk on which syncs fail, from some number on.
"""

import errno
import json
import os
import stat

_SHADOW = os.environ.get("KTNAS_FAULTS_SHADOW")


def _key(found: os.stat_result) -> str:
    return f"{found.st_dev}-{found.st_ino}"


def _write(name: str, content: bytes) -> None:
    path = os.path.join(_SHADOW or "", name)
    with open(f"{path}.{os.getpid()}", "wb") as file:
        file.write(content)
    os.replace(f"{path}.{os.getpid()}", path)


def _remember(descriptor: int) -> None:
    found = os.fstat(descriptor)
    if stat.S_ISDIR(found.st_mode):
        names = {entry.name: _key(entry.stat(follow_symlinks=False)) for entry in os.scandir(descriptor)}
        _write(f"names-{_key(found)}", json.dumps(names).encode())
    elif stat.S_ISREG(found.st_mode):
        try:
            os.link(os.readlink(f"/proc/self/fd/{descriptor}"), os.path.join(_SHADOW or "", f"kept-{_key(found)}"))
        except OSError:
            pass
        with open(f"/proc/self/fd/{descriptor}", "rb") as file:
            _write(f"content-{_key(found)}", file.read())


_FAILS_FROM = int(os.environ.get("KTNAS_FAULTS_SYNC_FAILS", "0"))
"""Number of the first sync of a process that fails, as all later ones do; 0 for none."""

_fsync = os.fsync
_count = 0


def fsync(descriptor: object) -> None:
    """As `os.fsync`, and remember what is on disk now; or fail as a broken disk does."""
    global _count  # noqa: PLW0603 - one process, one disk
    _count += 1
    if _FAILS_FROM and _count >= _FAILS_FROM:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    number = descriptor if isinstance(descriptor, int) else descriptor.fileno()  # type: ignore[attr-defined]
    if _SHADOW:
        _remember(number)
    _fsync(number)


if _SHADOW or _FAILS_FROM:
    os.fsync = fsync  # type: ignore[assignment]
