"""Power cuts at any time: whatever was not synced is lost, and nothing that a search relied on is."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

from fault_injection import power
from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault
from fault_injection.victims import TABLES, VICTIMS, Victim


def _cut(victim: Victim, lab: Lab, rng: random.Random) -> Injection | None:
    lab.baseline(victim)
    before, directory = lab.place(victim), lab.place(victim)
    shadow = before.parent / "shadow"
    shadow.mkdir()
    started = lab.start(victim.command(before), environment=power.environment(shadow, lab.environment))
    ended_before = not lab.strike(victim, before, started, rng)
    if not ended_before:
        os.killpg(started.process.pid, signal.SIGKILL)
    started.process.wait()
    started.left()
    power.restore(shadow, before, directory)
    unsynced = _unsynced(victim, lab, directory) if ended_before else ""
    injection = lab.judge(victim, directory)
    if injection == Injection():
        lab.clear(before)
    return replace(injection, wrong=injection.wrong or unsynced)


def _unsynced(victim: Victim, lab: Lab, directory: Path) -> str:
    """Of a command that had ended before the cut, everything is on disk."""
    found, expected = victim.results(directory), lab.baseline(victim).results
    missing = [name for name in expected if found[name] != expected[name]]
    return f"not on disk after its end: {', '.join(missing)}" if missing else ""


for _victim in VICTIMS:
    fault(f"a power cut in {_victim.name}", quick=_victim is TABLES, needs=_victim.needs)(partial(_cut, _victim))
