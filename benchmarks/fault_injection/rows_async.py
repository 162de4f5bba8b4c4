"""Asynchronous runs that are killed, and clusters that lose a part."""

from __future__ import annotations

import json
import random
import signal
import sys
from functools import partial
from pathlib import Path

from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault
from fault_injection.victims import Victim

_SCRIPT = Path(__file__).parent / "on_cluster.py"

ASYNCHRONOUS = Victim(
    "an asynchronous run",
    ("run", "--tasks", "cora,pubmed", "--budget", "30", "--method", "regularized-evolution", "--asynchronous"),
    ordered=("trials.jsonl", "asked.jsonl"),
    arrived=("answers.jsonl",),
)


@fault(f"SIGKILL of {ASYNCHRONOUS.name}", quick=True)
def killed(lab: Lab, rng: random.Random) -> Injection | None:
    """At any time; with one evaluation at a time, the order in which they end is that of a run that was not killed."""
    lab.baseline(ASYNCHRONOUS)
    directory = lab.place(ASYNCHRONOUS)
    started = lab.start(ASYNCHRONOUS.command(directory))
    if not lab.strike(ASYNCHRONOUS, directory, started, rng):
        lab.clear(directory)
        return None
    started.process.kill()
    started.process.wait()
    if started.process.returncode == 0:
        lab.clear(directory)
        return None
    return lab.judge(ASYNCHRONOUS, directory, started, codes=(-signal.SIGKILL,))


def _lost(way: str, lab: Lab, rng: random.Random) -> Injection:
    seed = rng.randrange(1000)
    truth, found = (_answers(lab, how, seed) for how in ("", way))
    if isinstance(truth, str) or isinstance(found, str):
        return Injection(completed=False, wrong=str(found if isinstance(found, str) else truth))
    changed = sum(found.get(question) != answer for question, answer in truth.items())
    return Injection(lost=len(truth.keys() - found.keys()), changed=changed)


def _answers(lab: Lab, way: str, seed: int) -> dict[str, object] | str:
    """Fitness and error by architecture; a text if there are none."""
    path = lab.root / "answers.json"
    started = lab.start([sys.executable, str(_SCRIPT), way, str(seed), str(path)])
    ended = started.wait()
    if ended.code != 0 or ended.traceback:
        return ended.traceback or ended.told
    found: dict[str, object] = json.loads(path.read_text())
    return found


for _way in ("worker", "scheduler"):
    fault(f"a Dask {_way} lost while it evaluates", at_most=2, needs=("dask",))(partial(_lost, _way))
