"""Which files a process holds at the moment, found out without touching them: a lock that we tried could be in the way.

A run holds its ``trials.jsonl``, or its directory, from its first moment to its last (`ktnas.files.json_lines.lock`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_LOCKS = Path("/proc/locks")


@dataclass(frozen=True, slots=True)
class Held:
    """The files that are held.

    Attributes:
        known: Their devices and numbers; None where this system does not tell.
    """

    known: frozenset[tuple[int, int]] | None

    def holds(self, status: os.stat_result) -> bool:
        """Whether a file is held.

        Args:
            status: Of the file. Where its file system shows another device than the kernel does, its number decides.
        """
        if self.known is None:
            return False
        if os.major(status.st_dev) == 0:
            return any(number == status.st_ino for _, number in self.known)
        return (status.st_dev, status.st_ino) in self.known


def held_files(locks: Path = _LOCKS) -> Held:
    """What is held now, by any process of this machine that can be seen from here."""
    try:
        lines = locks.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return Held(None)
    return Held(frozenset(found for line in lines if (found := _held(line)) is not None))


def _held(line: str) -> tuple[int, int] | None:
    """The device and number in a line such as ``1: FLOCK ADVISORY WRITE 304 fe:00:2367668 0 EOF``."""
    parts = line.split()
    if len(parts) < 6 or parts[1:4:2] != ["FLOCK", "WRITE"]:
        return None
    try:
        major, minor, number = parts[5].split(":")
        return os.makedev(int(major, 16), int(minor, 16)), int(number)
    except ValueError:
        return None
