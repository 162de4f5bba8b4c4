"""Which runs and sweeps lie below a directory: told by the names of files alone, links not followed, with a bound."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from ktnas.records.beliefs import BELIEFS
from ktnas.records.evaluations import ANSWERS
from ktnas.records.proposals import PROPOSALS
from ktnas.records.run_directory import CONFIG, SUMMARY
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE
from ktnas.records.trials import TRIALS

WATCHED = (CONFIG, SUMMARY, TRIALS, ANSWERS, PROPOSALS, BELIEFS, RUNS_FILE, SWEEP_FILE)
"""Files of a record whose change is a change of what it says."""

_APART = frozenset({"weights", "supernets", "tensorboard", "wandb", "mlruns", "node_modules", "__pycache__"})
"""Directories in which nothing is looked for: they may be large, and hold no runs."""

DEPTH, DIRECTORIES = 8, 50_000
"""How deep runs may lie, and in how many directories they are looked for, at most."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A directory that holds a run, several, or a sweep.

    Attributes:
        name: Where it lies below the directory that was looked through, parts separated by slashes; ``"."`` for that
            itself.
        path: The directory.
        files: Those of `WATCHED` that it has, regular files alone.
    """

    name: str
    path: Path
    files: Mapping[str, os.stat_result]

    @property
    def is_sweep(self) -> bool:
        """Whether it holds a sweep."""
        return CONFIG not in self.files

    @property
    def state(self) -> tuple[tuple[str, int, int, int], ...]:
        """Something that differs once one of the files has changed."""
        return tuple((name, one.st_mtime_ns, one.st_size, one.st_ino) for name, one in sorted(self.files.items()))

    @property
    def size(self) -> int:
        """Bytes of the files together."""
        return sum(one.st_size for one in self.files.values())

    @property
    def changed(self) -> float:
        """When one of the files has changed last, in seconds since 1970."""
        return max(one.st_mtime for one in self.files.values())


@dataclass(slots=True)
class Survey:
    """What was found below a directory.

    Attributes:
        records: In the order of their names.
        links: Links to directories, which were not followed.
        refused: Directories that could not be listed.
        whole: Whether everything was looked through; False where the bounds of this module ended it.
    """

    records: list[FoundRecord] = field(default_factory=list)
    links: int = 0
    refused: int = 0
    whole: bool = True


def find_records(root: Path) -> Survey:
    """Every run and sweep in a directory and below it; nothing is read but the names of files.

    Args:
        root: The directory; one that cannot be listed counts as refused.
    """
    found = Survey()
    waiting: deque[tuple[Path, str, int]] = deque([(root, "", 0)])
    looked = 0
    while waiting:
        path, name, depth = waiting.popleft()
        looked += 1
        if looked > DIRECTORIES:
            found.whole = False
            break
        files, inner = _listed(path, found)
        if CONFIG in files or (SWEEP_FILE in files and RUNS_FILE in files):
            found.records.append(FoundRecord(name or ".", path, files))
        if depth == DEPTH:
            found.whole = found.whole and not inner
            continue
        waiting.extend((path / one, f"{name}/{one}" if name else one, depth + 1) for one in inner)
    found.records.sort(key=lambda one: one.name)
    return found


def _listed(path: Path, found: Survey) -> tuple[dict[str, os.stat_result], list[str]]:
    """The watched files of a directory, and the directories in it that may hold runs."""
    files: dict[str, os.stat_result] = {}
    inner: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name in WATCHED:
                    status = entry.stat(follow_symlinks=False)
                    if S_ISREG(status.st_mode):
                        files[entry.name] = status
                elif entry.is_symlink():
                    found.links += entry.is_dir()
                elif (
                    entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and entry.name not in _APART
                ):
                    inner.append(entry.name)
    except OSError:
        found.refused += 1
    return files, sorted(inner)


def _may_hold_runs(name: str) -> bool:
    return not name.startswith(".") and name not in _APART


def first_link(path: Path, depth: int = 3) -> str | None:
    """The name of a file of records, or of a directory that may hold some, that is a link; None if there is none.

    Args:
        path: The directory of a record; its repeats, and what was searched alone, lie in it.
        depth: How deep to look.
    """
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        recorded = entry.name.endswith((".json", ".jsonl"))
        if entry.is_symlink() and (recorded or (_may_hold_runs(entry.name) and entry.is_dir())):
            return entry.name
    for entry in found:
        if depth > 0 and entry.is_dir(follow_symlinks=False) and _may_hold_runs(entry.name):
            link = first_link(Path(entry.path), depth - 1)
            if link is not None:
                return f"{entry.name}/{link}"
    return None
