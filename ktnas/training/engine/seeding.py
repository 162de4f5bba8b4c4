"""Random numbers of torch: explicit generators of named streams, and the global one only while it is fenced in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from ktnas.rng import Streams

T = TypeVar("T")


def generator(seed: int, name: str) -> torch.Generator:
    """A generator on the CPU; each name has a stream of its own."""
    return torch.Generator().manual_seed(_derived(seed, name))


@contextmanager
def fenced(seed: int, name: str, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators inside, for code that draws from them (dropout, initial weights); restore after.

    Global generators belong to the process: threads that use this at once disturb each other, processes do not.
    """
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.default_generator.manual_seed(_derived(seed, name))
        if gpus:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(_derived(seed, name))
        yield


def seeded(build: Callable[[], T], seed: int) -> T:
    """What ``build`` makes, initial weights drawn by ``seed`` on the CPU: the same for every device.

    >>> a, b = (seeded(lambda: torch.nn.Linear(2, 2), seed=3) for _ in range(2))
    >>> torch.equal(a.weight, b.weight)
    True
    """
    with fenced(seed, "weights", torch.device("cpu")):
        return build()


def _derived(seed: int, name: str) -> int:
    return int(Streams(seed).rng(f"torch {name}").integers(2**63))
