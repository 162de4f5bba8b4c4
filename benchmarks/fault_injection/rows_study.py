"""Studies that are asked and told from outside: jobs that die, answers that come twice, clocks that jump."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path

from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault

_SCRIPT = Path(__file__).parent / "study_job.py"

_TRIALS, _PROPOSALS = "trials.jsonl", "proposals.jsonl"


def _job(directory: Path, seed: int, how: str = "") -> list[str]:
    return [sys.executable, str(_SCRIPT), str(directory), str(seed), *([how] if how else [])]


def _told(directory: Path) -> Counter[int]:
    """How often each proposal was told."""
    path = directory / _PROPOSALS
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    events = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return Counter(event["id"] for event in events if event["event"] == "told")


def _trials(directory: Path) -> list[object]:
    return [json.loads(line) for line in (directory / _TRIALS).read_text().splitlines()]


def _judged(lab: Lab, directory: Path, seed: int, before: Counter[int], wrong: str = "") -> Injection:
    """What the study has come to, beside one that nobody has disturbed."""
    whole = lab.place()
    ended = lab.run(_job(whole, seed))
    if ended.code:
        return Injection(completed=False, wrong=ended.told)
    ours, theirs = _trials(directory), _trials(whole)
    after = _told(directory)
    twice = sum(count - 1 for count in after.values())
    changed = abs(len(ours) - len(theirs)) + sum(one != other for one, other in zip(ours, theirs, strict=False))
    return Injection(lost=(before - after).total() + twice, changed=changed, wrong=wrong)


@fault("a job that is killed between `ask` and `tell`", quick=True, at_most=10)
def job_killed(lab: Lab, rng: random.Random) -> Injection | None:
    """Another job is handed what the dead one had."""
    seed, directory = rng.randrange(1000), lab.place()
    started = lab.start(_job(directory, seed))
    wanted = rng.randrange(25)
    started.until(lambda: _told(directory).total() >= wanted)
    if started.process.poll() is not None:
        lab.clear(directory)
        return None
    started.process.kill()
    started.wait()
    before = _told(directory)
    ended = lab.run(_job(directory, seed, "0"))
    if ended.code:
        return Injection(completed=False, wrong=ended.told)
    return _judged(lab, directory, seed, before)


@fault("an answer that is told twice", at_most=3)
def told_twice(lab: Lab, rng: random.Random) -> Injection:
    """The first stands, the second is refused before it is recorded."""
    seed, directory = rng.randrange(1000), lab.place()
    ended = lab.run(_job(directory, seed))
    if ended.code:
        return Injection(completed=False, wrong=ended.told)
    before, content = _told(directory), (directory / _PROPOSALS).read_bytes()
    number = rng.randrange(20)
    again = lab.run([sys.executable, "-m", "ktnas", "tell", str(directory), str(number), "99"])
    wrong = "" if again.refused else f"the second answer was taken: {again.told}"
    if (directory / _PROPOSALS).read_bytes() != content:
        wrong = "the second answer changed the record"
    return _judged(lab, directory, seed, before, wrong)


@fault("a clock that jumps by decades at every look", at_most=3)
def clock_jumps(lab: Lab, rng: random.Random) -> Injection:
    """Proposals are handed out again too early or too late, and the search is the same."""
    seed, directory = rng.randrange(1000), lab.place()
    ended = lab.run(_job(directory, seed, "clock"))
    if ended.code:
        return Injection(completed=False, wrong=ended.told)
    return _judged(lab, directory, seed, Counter())
