"""Reading what NAS-Bench-201 and NATS-Bench are distributed as: one large pickle, or a directory of small ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ktnas.benchmarks.importers.arch_results import Schedule, row
from ktnas.benchmarks.importers.base import ImportJob
from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError, KtnasError, quoted
from ktnas.files.packed_source import machine_of, unpacked
from ktnas.files.pickle_machine import Entry
from ktnas.spaces.base import SearchSpace

STREAMED = "arch2infos"
"""The key of the dictionary of all architectures."""

META = "meta.pickle.pbz2"

MEMBER = re.compile(r"[0-9]{6}\.pickle(?:\.pbz2)?")
"""How the file of one architecture is called in a directory."""

_EVERY = 200
"""Files of a directory between two checkpoints."""


def looks_like(probe: Probe, space: SearchSpace, schedules: Sequence[Schedule]) -> bool:
    """Whether it holds architectures of a space, trained by schedules with these names.

    Raises:
        DataError: If it does at first sight, and is damaged.
    """
    keys = {key for schedule in schedules for key in schedule.keys}
    if probe.names is not None:
        members = [name for name in probe.names if MEMBER.fullmatch(name)]
        found = _whole(probe, members[0]) if members else None
        return isinstance(found, dict) and any(_is_of(infos, space) for key, infos in found.items() if key in keys)
    if not probe.is_pickle or b"meta_archs" not in probe.head:
        return False
    first = probe.first_entry({STREAMED})
    infos = None if first is None else first.value
    return isinstance(infos, dict) and any(_is_of(one, space) for key, one in infos.items() if key in keys)


def _whole(probe: Probe, name: str) -> object:
    with unpacked(probe.path / name) as source:
        return machine_of(source).load()


def _is_of(infos: object, space: SearchSpace) -> bool:
    text = infos.get("arch_str") if isinstance(infos, Mapping) else None
    if type(text) is not str:
        return False
    try:
        space.parse(text)
    except KtnasError:
        return False
    return True


def read_archive(job: ImportJob, space: SearchSpace, schedules: Sequence[Schedule]) -> None:
    """Read all architectures into the journal.

    Raises:
        DataError: If the distribution is truncated, damaged, or holds something else.
    """
    if job.source.is_dir():
        _read_directory(job, space, schedules)
    else:
        _read_pickle(job, space, schedules)


def _read_pickle(job: ImportJob, space: SearchSpace, schedules: Sequence[Schedule]) -> None:
    state = job.journal.state or {}
    if "done" in state:
        return
    with unpacked(job.source) as source:
        machine = machine_of(source, {STREAMED}, state.get("machine"))
        for entry in machine.entries():
            if entry is None:
                job.journal.checkpoint({"machine": machine.snapshot()})
            else:
                job.journal.append_json(_row(entry.key, entry.value, entry, space, schedules, str(job.source)))
            job.advance("reading", source.done, source.size)
    job.journal.checkpoint({"done": True})


def _row(
    index: object, infos: object, entry: Entry | None, space: SearchSpace, schedules: Sequence[Schedule], where: str
) -> dict[str, Any]:
    found = row(index, infos, schedules, where)
    space.parse(found["arch_str"])
    listed = None if entry is None else entry.before.get("meta_archs")
    if isinstance(listed, list):
        _require_listed(found, listed, where)
    return found


def _require_listed(found: Mapping[str, Any], listed: Sequence[object], where: str) -> None:
    index, text = found["index"], found["arch_str"]
    if not 0 <= index < len(listed) or listed[index] != text:
        raise DataError(
            f"{where}: architecture {index} is {quoted(text)}, but its list of architectures says otherwise"
        )


def _read_directory(job: ImportJob, space: SearchSpace, schedules: Sequence[Schedule]) -> None:
    names = [path.name for path in files_of(job.source) if path.name != META]
    begun = 0 if job.journal.state is None else int(job.journal.state["files"])
    listed = _listed(job)
    for done, name in enumerate(names[begun:], begun + 1):
        job.journal.append_json(_member(job, name, listed, space, schedules))
        if done % _EVERY == 0:
            job.journal.checkpoint({"files": done})
        job.advance("reading", done, len(names))
    job.journal.checkpoint({"files": len(names)})


def _listed(job: ImportJob) -> Sequence[object] | None:
    path = job.source / META
    if not path.exists():
        return None
    with unpacked(path) as source:
        found = machine_of(source).load()
    listed = found.get("meta_archs") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise DataError(f"{path} holds no list of architectures")
    return listed


def _member(
    job: ImportJob, name: str, listed: Sequence[object] | None, space: SearchSpace, schedules: Sequence[Schedule]
) -> dict[str, Any]:
    path = job.source / name
    with unpacked(path) as source:
        infos = machine_of(source).load()
    found = _row(int(name[:6]), infos, None, space, schedules, str(path))
    if listed is not None:
        _require_listed(found, listed, str(path))
    return found


def files_of(source: Path) -> Sequence[Path]:
    """The files that are read."""
    if not source.is_dir():
        return (source,)
    return tuple(sorted(path for path in source.iterdir() if MEMBER.fullmatch(path.name) or path.name == META))
