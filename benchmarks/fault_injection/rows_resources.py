"""No room on the disk, a disk that fails, files that may not grow, two processes that want the same directory."""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from fault_injection import power
from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault
from fault_injection.victims import REPEATS, SUPERNET, SWEEP, TABLES, TRAIN, VICTIMS, Victim

_PAGE = 4096


@contextmanager
def _small_disk(directory: Path, pages: int) -> Iterator[None]:
    """A directory on a disk of its own that holds so much."""
    directory.mkdir(exist_ok=True)
    options = f"size={pages * _PAGE},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True, capture_output=True)


def _full(victim: Victim, lab: Lab, rng: random.Random) -> Injection:
    """A disk that is full at some point; then it is given room."""
    size = sum(path.stat().st_blocks * 512 for path in lab.baseline(victim).directory.rglob("*"))
    place = lab.place(victim)
    disk = place.parent / "disk"
    with _small_disk(disk, rng.randrange(1, size // _PAGE + 2)):
        victim.prepare(disk / "run")
        started = lab.start(victim.command(disk / "run"))
        ended = started.wait()
        left = started.left()
        if (disk / "run").exists():
            shutil.copytree(disk / "run", place)
    wrong = ended.traceback or ("" if ended.code in (0, 2) else ended.told)
    if ended.code == 2 and not ended.refused:
        wrong = f"not one line: {ended.told}"
    injection = lab.judge(victim, place)
    return replace(injection, refused=ended.refused, left=left, wrong=wrong or injection.wrong)


for _victim in VICTIMS:
    fault(f"a full disk in {_victim.name}", needs=("root", *_victim.needs))(partial(_full, _victim))


def _bounded(victim: Victim, lab: Lab, rng: random.Random) -> Injection:
    """No file may grow beyond a size."""
    largest = max(path.stat().st_size for path in lab.baseline(victim).directory.rglob("*") if path.is_file())
    limit = rng.randrange(1, largest)
    directory = lab.place(victim)
    started = lab.start(
        victim.command(directory), limits=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    return lab.judge(victim, directory, started, codes=(0, 2))


for _victim in (TABLES, SWEEP, TRAIN):
    fault(f"a limit to the size of files in {_victim.name}", needs=_victim.needs, quick=_victim is TABLES)(
        partial(_bounded, _victim)
    )


def _broken(victim: Victim, lab: Lab, rng: random.Random) -> Injection:
    """From some sync on, the disk answers with an input/output error; then it is another one."""
    lab.baseline(victim)
    directory = lab.place(victim)
    broken = power.broken(rng.randrange(1, 15), lab.environment)
    started = lab.start(victim.command(directory), environment=broken)
    return lab.judge(victim, directory, started, codes=(0, 2))


for _victim in (TABLES, REPEATS, SWEEP, SUPERNET, TRAIN):
    fault(f"an input/output error in {_victim.name}", needs=_victim.needs, quick=_victim is TABLES)(
        partial(_broken, _victim)
    )


def _twice(victim: Victim, lab: Lab, rng: random.Random) -> Injection:
    """Two of the same command at once: one does it, the other is refused, or shows it once it is done."""
    lab.baseline(victim)
    directory = lab.place(victim)
    first, second = (lab.start(victim.command(directory)) for _ in range(2))
    ended = [started.wait() for started in (first, second)]
    left = sum(started.left() for started in (first, second))
    done = [one for one in ended if one.code == 0]
    others = [one for one in ended if one.code != 0]
    wrong = "; ".join(one.told for one in others if not one.refused or "another process" not in one.error)
    if not done:
        wrong = f"both were refused: {ended[0].told}"
    injection = lab.judge(victim, directory)
    return replace(injection, refused=bool(others), left=left, wrong=wrong or injection.wrong)


for _victim in VICTIMS:
    fault(f"two processes, one new directory: {_victim.name}", needs=_victim.needs, quick=_victim is TABLES)(
        partial(_twice, _victim)
    )
