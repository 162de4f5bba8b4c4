"""Signals to every kind of command, at any time: to its own process, or as a terminal does, to all of them."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import replace
from functools import partial

from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault
from fault_injection.victims import LIVE, TABLES, VICTIMS, Victim


def _struck(victim: Victim, number: signal.Signals, lab: Lab, rng: random.Random) -> Injection | None:
    """A signal at any time; it ends the command as promised, which is then given again."""
    lab.baseline(victim)
    directory = lab.place(victim)
    started = lab.start(victim.command(directory))
    to_all = number == signal.SIGINT or (number != signal.SIGKILL and rng.random() < 0.5)
    if not lab.strike(victim, directory, started, rng):
        lab.clear(directory)
        return None
    if to_all:
        os.killpg(started.process.pid, number)
    else:
        started.process.send_signal(number)
    started.process.wait()
    if started.process.returncode == 0 or (number != signal.SIGKILL and started.process.returncode == -number):
        lab.clear(directory)
        return None  # it had just ended, or Python had not yet come to the program
    codes = (-number,) if number == signal.SIGKILL else (128 + number,)
    recorded = number != signal.SIGKILL and victim in (TABLES, LIVE) and victim.evaluations(directory)
    unsummarized = bool(recorded) and not (directory / "summary.json").exists()
    injection = lab.judge(victim, directory, started, codes=codes)
    if unsummarized:
        return replace(injection, wrong=f"no summary was written after {number.name}")
    return injection


for _victim in VICTIMS:
    for _number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        _quick = _victim is TABLES and _number in (signal.SIGKILL, signal.SIGTERM)
        _do = partial(_struck, _victim, _number)
        fault(f"{_number.name} of {_victim.name}", quick=_quick, needs=_victim.needs)(_do)
