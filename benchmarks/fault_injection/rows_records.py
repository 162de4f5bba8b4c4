"""Damage to what stands on disk: files cut at any byte, emptied, a digit changed, another table."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault
from fault_injection.victims import LIVE, OWN_TABLE, REPEATS, SUPERNET, SWEEP, TABLES, TRAIN, Victim


def _damaged(
    victim: Victim, pattern: str, damage: Callable[[Path, random.Random], None], lab: Lab, rng: random.Random
) -> Injection:
    """A run that had come to its end but for its summary, one of its files damaged; a refusal asks for it back."""
    results = () if pattern in victim.whole else victim.whole
    directory = lab.copy(victim, without=results)
    path = rng.choice(sorted(directory.glob(pattern)))
    content = path.read_bytes()
    damage(path, rng)
    return lab.judge(victim, directory, mend=lambda: path.write_bytes(content))


def _cut(path: Path, rng: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def _empty(path: Path, rng: random.Random) -> None:
    """Nothing, or zeros, as file systems leave what was not synced."""
    size = path.stat().st_size
    path.write_bytes(b"\0" * size if rng.random() < 0.5 else b"")


def _digit(path: Path, rng: random.Random) -> None:
    """Another digit in a fitness."""
    content = path.read_bytes()
    found = re.finditer(rb'"fitness": -?[0-9.]+', content)
    places = [match.start() + i for match in found for i, byte in enumerate(match[0]) if chr(byte).isdigit()]
    place = rng.choice(places)
    old = content[place] - ord("0")
    path.write_bytes(b"%s%d%s" % (content[:place], (old + rng.randrange(1, 10)) % 10, content[place + 1 :]))


def _bit(path: Path, rng: random.Random) -> None:
    """Another bit, anywhere."""
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


_FILES: tuple[tuple[Victim, str], ...] = (
    (TABLES, "config.json"),
    (TABLES, "trials.jsonl"),
    (TABLES, "summary.json"),
    (REPEATS, "seed-*/trials.jsonl"),
    (SWEEP, "runs.jsonl"),
    (LIVE, "trials.jsonl"),
    (LIVE, "answers.jsonl"),
    (LIVE, "weights/*.safetensors"),
    (SUPERNET, "supernets/*.safetensors"),
)

for _victim, _pattern in _FILES:
    _quick = _victim is TABLES
    _where = f"`{_pattern}` of {_victim.name}"
    fault(f"{_where} cut at any byte", needs=_victim.needs, quick=_quick)(partial(_damaged, _victim, _pattern, _cut))
    fault(f"{_where} emptied or zeros", needs=_victim.needs)(partial(_damaged, _victim, _pattern, _empty))
    if _pattern.endswith(".safetensors"):
        fault(f"a bit of {_where} changed", needs=_victim.needs)(partial(_damaged, _victim, _pattern, _bit))
    if _pattern.endswith(("trials.jsonl", "answers.jsonl")):
        _do = partial(_damaged, _victim, _pattern, _digit)
        fault(f"a digit of `{_pattern}` of {_victim.name} changed", needs=_victim.needs, quick=_quick)(_do)


def _checkpoint(victim: Victim, lab: Lab, rng: random.Random) -> Injection | None:
    """Killed within its training, and the checkpoint damaged: it is none, and training begins anew."""
    lab.baseline(victim)
    directory = lab.place(victim)
    started = lab.start(victim.command(directory))
    there = started.until(lambda: victim.kept(directory) is not None)
    started.process.kill()
    started.process.wait()
    found = list(directory.glob(victim.checkpoint))
    if not (there and found):
        lab.clear(directory)
        return None
    rng.choice((_cut, _empty, _bit))(found[0], rng)
    return lab.judge(victim, directory, started, codes=(-signal.SIGKILL,))


for _victim in (SUPERNET, TRAIN):
    fault(f"the checkpoint of {_victim.name} damaged", needs=_victim.needs)(partial(_checkpoint, _victim))


@fault("another table in the middle of a run", quick=True)
def changed_table(lab: Lab, rng: random.Random) -> Injection:
    """Refused, until the table is given back; nothing of another one is mixed in."""
    directory = lab.copy(OWN_TABLE, without=OWN_TABLE.whole)
    record = directory / "trials.jsonl"
    content = record.read_bytes()
    record.write_bytes(content[: rng.randrange(len(content))])
    table = directory.parent / "own.csv"
    whole = table.read_text()
    rows = whole.splitlines()
    number = rng.randrange(1, len(rows))
    code, first, second = rows[number].split(",")
    rows[number] = ",".join((code, first, f"{float(second) + 1:g}"))
    table.write_text("\n".join(rows) + "\n")
    injection = lab.judge(OWN_TABLE, directory, mend=lambda: table.write_text(whole))
    if not injection.refused:
        return Injection(changed=1, wrong="another table was taken")
    return injection
