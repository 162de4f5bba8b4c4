"""What the command line says about the method, and the search that it stands for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from time import perf_counter
from typing import TYPE_CHECKING, cast

from ktnas.algorithms import Search
from ktnas.algorithms.candidates.pool import Offspring, Pool, WholeSpace
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.ktnas import KTNAS
from ktnas.config.registry import DEFAULT_METHOD, EMBEDDERS, METHODS, SCORES, SURROGATES, TRANSFERS, made
from ktnas.config.training import require_torch
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.files.array_cache import DiskStore
from ktnas.files.search_path import cache_directory
from ktnas.formatting import duration
from ktnas.problem.proxy import Parameters, Proxy

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_FIRST_TOLD, _TOLD_EVERY_S = 10, 30.0
"""Networks scored before the first note on how long it will take, and seconds between notes."""


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method by name, and what of it is exchanged; None leaves what the method has.

    Attributes:
        name: Name of the method.
        population: Size of its populations.
        embedder: Name of its embedder.
        surrogate: Name of the surrogate that screens the whole space, ``"none"`` to evaluate offspring as bred.
        transfer: Name of its transfer.
        offspring: Architectures that it proposes per task and generation, migrants aside.
        proxy: Name of a free score of architectures that helps it.
    """

    name: str = DEFAULT_METHOD
    population: int | None = None
    embedder: str | None = None
    surrogate: str | None = None
    transfer: str | None = None
    offspring: int | None = None
    proxy: str | None = None

    def build(self) -> Search[object]:
        """The method.

        Raises:
            UnknownNameError: If a name is not known.
            ConfigurationError: If the method has no such part, or refuses a value.
        """
        method = made("method", self.name, METHODS)
        changes: dict[str, object] = {}
        if self.population is not None:
            changes["population"] = self.population
        if self.offspring is not None:
            changes["offspring"] = self.offspring
        if self.embedder is not None:
            changes["embedder"] = made("embedder", self.embedder, EMBEDDERS)
        if self.transfer is not None:
            changes["transfer"] = made("transfer", self.transfer, TRANSFERS)
        if self.surrogate is not None:
            changes["screening"] = made("surrogate", self.surrogate, SURROGATES)
            changes["pool"] = _pool(self.surrogate)
        search = self._with(method, changes)
        return search if self.proxy is None else self._helped(search, named_proxy(self.proxy))

    def _with(self, method: Search[object], changes: Mapping[str, object]) -> Search[object]:
        composed = cast("DataclassInstance", method)
        parts = {f.name for f in fields(composed)}
        for part in changes:
            if part not in parts:
                option = "surrogate" if part == "screening" else part
                raise ConfigurationError(f"method {self.name!r} has no {option}; leave --{option} out")
        return cast("Search[object]", replace(composed, **changes))

    def _helped(self, search: Search[object], proxy: Proxy) -> Search[object]:
        """A proxy in the method's own slot; else screening offspring; else as a feature beside the embedding."""
        from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
        from ktnas.embedding.combined import Combined
        from ktnas.embedding.proxy_features import ProxyFeatures

        if not isinstance(search, KTNAS):
            return self._with(search, {"proxy": proxy})
        if isinstance(search.screening, NoScreening):
            return self._with(search, {"pool": ProxyScreening(proxy)})
        own = search.embedder
        parts = own.parts if isinstance(own, Combined) else (own,)
        return self._with(search, {"embedder": Combined((*parts, ProxyFeatures((proxy,))))})


def _pool(surrogate: str) -> Pool:
    """What suits a surrogate: it screens the whole space; without one, what was bred is evaluated."""
    return Offspring() if surrogate == "none" else WholeSpace()


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
