"""Workers and processes of a pool that die or stall: the search goes on, or ends with one line."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path

from fault_injection.lab import Lab
from fault_injection.processes import Ended, Started
from fault_injection.registry import Injection, fault
from fault_injection.victims import LIVE, REPEATS, SWEEP, Victim, lines

_TWO = replace(LIVE, name="live training in two workers", arguments=(*LIVE.arguments, "--workers", "2"))
_LIMITED = replace(_TWO, name="live training with a limit", arguments=(*_TWO.arguments, "--time-limit", "4"))


def _pick(started: Started, rng: random.Random, number: signal.Signals) -> bool:
    """Send a signal to one of the processes that a command has started; False if there is none."""
    found = started.workers()
    if not found:
        return False
    try:
        os.kill(rng.choice(found), number)
    except ProcessLookupError:
        return False
    return True


def _answered(directory: Path) -> dict[str, tuple[object, object]]:
    """Fitness and error by architecture, of what is on record."""
    found = map(json.loads, lines(directory / "trials.jsonl"))
    return {f"{trial['task']} {trial['genotype']}": (trial["fitness"], trial["error"]) for trial in found}


def _judge_worker(victim: Victim, lab: Lab, directory: Path, started: Started) -> Injection:
    """One failed evaluation with its reason at most; all others as without the fault."""
    ended = started.wait()
    left = started.left()
    refused = ended.refused
    if refused:
        ended = lab.run(victim.command(directory))
    found, truth = _answered(directory), _answered(lab.baseline(victim).directory)
    failed = [error for fitness, error in found.values() if fitness is None]
    others = {question: fitness for question, (fitness, _) in found.items() if fitness is not None}
    changed = sum(truth.get(question, (None,))[0] != fitness for question, fitness in others.items())
    wrong = _not_so(ended, failed)
    lost = len(truth) - len(found)
    if not (wrong or changed or lost or left):
        lab.clear(directory)
    return Injection(ended.code == 0, refused, lost, changed, left, wrong)


def _not_so(ended: Ended, failed: list[object]) -> str:
    if ended.code != 0 or ended.traceback:
        return ended.traceback or ended.told
    if len(failed) > 1 or not all(failed):
        return f"failed evaluations: {failed}"
    return ""


def _struck(
    victim: Victim, lab: Lab, rng: random.Random, number: signal.Signals, *, starting: bool
) -> Injection | None:
    lab.baseline(victim)
    directory = lab.place(victim)
    started = lab.start(victim.command(directory))
    if starting:
        there = started.until(started.workers)
        time.sleep(rng.uniform(0, 1))
    else:
        there = started.until(lambda: lines(directory / "answers.jsonl"))
    if not (there and _pick(started, rng, number)):
        started.wait()
        lab.clear(directory)
        return None
    return _judge_worker(victim, lab, directory, started)


@fault("a worker killed as it starts", needs=("torch",))
def killed_at_start(lab: Lab, rng: random.Random) -> Injection | None:
    """Its data are still on their way."""
    return _struck(_TWO, lab, rng, signal.SIGKILL, starting=True)


@fault("a worker killed in the middle", needs=("torch",))
def killed_in_the_middle(lab: Lab, rng: random.Random) -> Injection | None:
    """After the first answer."""
    return _struck(_TWO, lab, rng, signal.SIGKILL, starting=False)


@fault("a worker stalled as it starts (SIGSTOP)", at_most=3, needs=("torch",))
def stalled_at_start(lab: Lab, rng: random.Random) -> Injection | None:
    """Another one is started, or its evaluation fails at the limit."""
    return _struck(_LIMITED, lab, rng, signal.SIGSTOP, starting=True)


@fault("a worker stalled in the middle (SIGSTOP)", at_most=3, needs=("torch",))
def stalled_in_the_middle(lab: Lab, rng: random.Random) -> Injection | None:
    """Its evaluation fails at the limit."""
    return _struck(_LIMITED, lab, rng, signal.SIGSTOP, starting=False)


def _process_killed(victim: Victim, lab: Lab, rng: random.Random) -> Injection | None:
    lab.baseline(victim)
    directory = lab.place(victim)
    started = lab.start(victim.command(directory))
    there = started.until(started.workers) and lab.strike(victim, directory, started, rng)
    if not (there and _pick(started, rng, signal.SIGKILL)):
        started.wait()
        lab.clear(directory)
        return None
    return lab.judge(victim, directory, started, codes=(0, 2))


@fault("a process of repeats killed")
def process_of_repeats_killed(lab: Lab, rng: random.Random) -> Injection | None:
    """One line, and the same command goes on."""
    return _process_killed(REPEATS, lab, rng)


@fault("a process of a sweep killed")
def process_of_sweep_killed(lab: Lab, rng: random.Random) -> Injection | None:
    """One line, and the same command goes on."""
    return _process_killed(SWEEP, lab, rng)
