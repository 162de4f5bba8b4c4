"""Functions of one's own that go wrong: each is a failed evaluation, and all others are as without."""

from __future__ import annotations

import json
import random
import sys
from functools import partial
from pathlib import Path

from fault_injection.lab import Lab
from fault_injection.registry import Injection, fault

_SCRIPT = Path(__file__).parent / "functions.py"

_WAYS = {
    "raises": "a function that raises",
    "raises without text": "a function whose error has no text",
    "exits": "a function that calls `sys.exit`",
    "answers NaN": "a function that answers NaN",
    "answers infinity": "a function that answers infinity",
    "answers a word": "a function that answers a word",
    "sets errors": "a function that calls `np.seterr(all='raise')`",
    "is long": "a function whose error has 10 MB",
}


def _gone_wrong(way: str, lab: Lab, rng: random.Random) -> Injection:
    seed = rng.randrange(1000)
    truth, found = (_answers(lab, how, seed) for how in ("", way))
    if isinstance(truth, str) or isinstance(found, str):
        return Injection(completed=False, wrong=str(found if isinstance(found, str) else truth))
    harmless = way == "sets errors"
    failed = {question for question, (fitness, _) in found.items() if fitness is None}
    changed = sum(found[question] != truth[question] for question in truth.keys() - failed)
    wrong = "" if harmless or len(failed) == 1 else f"{len(failed)} failed evaluations"
    if any(len(str(error)) > 10_000 for _, error in found.values()):
        wrong = "an error is recorded at any length"
    return Injection(lost=len(truth) - len(found), changed=changed, wrong=wrong)


def _answers(lab: Lab, way: str, seed: int) -> dict[str, tuple[object, object]] | str:
    """Fitness and error by architecture; a text if there are none."""
    started = lab.start([sys.executable, str(_SCRIPT), way, str(seed), str(lab.root / "answers.json")])
    ended = started.wait()
    if ended.code != 0 or ended.traceback or started.left():
        return ended.traceback or ended.told
    return {question: tuple(answer) for question, answer in json.loads((lab.root / "answers.json").read_text()).items()}


for _way, _name in _WAYS.items():
    fault(_name, quick=_way in ("raises", "exits"), at_most=2)(partial(_gone_wrong, _way))


@fault("a function that hangs in a worker, with a limit", at_most=2)
def hangs(lab: Lab, rng: random.Random) -> Injection:
    """It is ended at its limit, and the others go on."""
    return _gone_wrong("hangs", lab, rng)


@fault("a function that ends its worker", at_most=2)
def ends_its_worker(lab: Lab, rng: random.Random) -> Injection:
    """`os._exit`: the worker is replaced."""
    return _gone_wrong("ends its process", lab, rng)
