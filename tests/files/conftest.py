import os
import stat

import pytest


@pytest.fixture
def synced(monkeypatch):
    """What is synced, in order: of a directory its inode and the names in it by then, of a file its inode and size."""
    seen = []
    real = os.fsync

    def fsync(descriptor):
        status = os.fstat(descriptor)
        directory = stat.S_ISDIR(status.st_mode)
        seen.append(
            (status.st_ino, sorted(entry.name for entry in os.scandir(descriptor)) if directory else status.st_size)
        )
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen
