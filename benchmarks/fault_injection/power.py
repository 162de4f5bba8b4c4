"""What a power cut leaves: of all that was written, what had been synced (`shadow/sitecustomize.py`)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

_HOOK = Path(__file__).parent / "shadow"


def environment(shadow: Path, before: Mapping[str, str]) -> dict[str, str]:
    """Variables under which a command, and every process of it, keeps a disk of what was synced in ``shadow``."""
    return {"KTNAS_FAULTS_SHADOW": str(shadow), **_hooked(before)}


def broken(first: int, before: Mapping[str, str]) -> dict[str, str]:
    """Variables under which every sync of a process from that one on, counted from 1, fails with EIO."""
    return {"KTNAS_FAULTS_SYNC_FAILS": str(first), **_hooked(before)}


def _hooked(before: Mapping[str, str]) -> dict[str, str]:
    return {"PYTHONPATH": f"{_HOOK}{os.pathsep}{before['PYTHONPATH']}"}


def restore(shadow: Path, directory: Path, to: Path) -> None:
    """Make ``to`` what a power cut leaves of ``directory``: nothing, if its name in its parent was not synced.

    Of a name that was synced but whose content was not, an empty file is left.
    """
    parent = _names(shadow, directory.parent.stat())
    key = None if parent is None else parent.get(directory.name)
    if key is not None:
        _directory(shadow, key, to)


def _directory(shadow: Path, key: str, to: Path) -> None:
    to.mkdir()
    held = shadow / f"names-{key}"
    if not held.exists():
        return
    for name, inner in json.loads(held.read_text()).items():
        if (shadow / f"names-{inner}").exists():
            _directory(shadow, inner, to / name)
        else:
            content = shadow / f"content-{inner}"
            (to / name).write_bytes(content.read_bytes() if content.exists() else b"")


def _names(shadow: Path, found: os.stat_result) -> dict[str, str] | None:
    path = shadow / f"names-{found.st_dev}-{found.st_ino}"
    return json.loads(path.read_text()) if path.exists() else None
