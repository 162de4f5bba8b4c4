"""From the name of a proxy to the proxy; what takes long is kept between runs, and says how long it takes."""

from __future__ import annotations

import sys
from time import perf_counter

from ktnas.config.registry import SCORES
from ktnas.config.training import require_torch
from ktnas.errors import unknown_name
from ktnas.files.array_cache import DiskStore
from ktnas.files.search_path import cache_directory
from ktnas.formatting import duration
from ktnas.problem.proxy import Parameters, Proxy

_FIRST_TOLD, _TOLD_EVERY_S = 10, 30.0
"""Networks scored before the first note on how long it will take, and seconds between notes."""


def named_proxy(name: str) -> Proxy:
    """A proxy; scores of untrained networks are kept in the user's cache directory.

    Raises:
        UnknownNameError: If there is none of that name.
        ConfigurationError: If it needs torch, and that is missing.
    """
    if name == Parameters().name:
        return Parameters()
    if name not in SCORES:
        raise unknown_name("proxy", name, (Parameters().name, *SCORES))
    require_torch()
    from ktnas.training.zero_cost.proxy import ZeroCost

    store = DiskStore(cache_directory() / "proxies", note=_note)
    return ZeroCost(SCORES[name](), store=store, progress=_Scoring(name))


class _Scoring:
    """Tells how long it takes to score many networks: some scores take hours for a whole space.

    Args:
        name: Name of the score.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = self._told = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = perf_counter()
        if done == 1:
            self._began = self._told = now  # the first is slow, and counts for none
            return
        left_s = (total - done) * (now - self._began) / (done - 1)
        due = now - self._told >= _TOLD_EVERY_S or (done == _FIRST_TOLD and left_s >= _TOLD_EVERY_S)
        if due and done < total:
            self._told = now
            _note(
                f"{self._name}: {done:,} of {total:,} networks scored, about {duration(left_s)} left; "
                "scores are kept, this is done once"
            )


def _note(message: str) -> None:
    sys.stderr.write(f"note: {message}\n")
