"""What the command line says about the method, and the search that it stands for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, cast

from ktnas.cache import DiskStore
from ktnas.catalog import DEFAULT_METHOD, EMBEDDERS, METHODS, SCORES, SURROGATES, TRANSFERS, made
from ktnas.data import cache_directory
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.proxy import Parameters, Proxy
from ktnas.search import Search
from ktnas.search.ktnas import KTNAS
from ktnas.search.pool import Offspring, Pool, WholeSpace
from ktnas.search.screening import NoScreening
from ktnas.training_choice import require_torch

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_REPORTED_EVERY = 500
"""Networks scored between two notes on how far it has come."""


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
        from ktnas.embedding.combined import Combined
        from ktnas.embedding.proxy_features import ProxyFeatures
        from ktnas.search.proxy_screening import ProxyScreening

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
    from ktnas.training.zero_cost import ZeroCost

    def report(done: int, total: int) -> None:
        if done % _REPORTED_EVERY == 0 and total > _REPORTED_EVERY:
            _note(f"{name}: {done:,} of {total:,} networks scored")

    store = DiskStore(cache_directory() / "proxies", note=_note)
    return ZeroCost(SCORES[name](), store=store, progress=report)


def _note(message: str) -> None:
    sys.stderr.write(f"note: {message}\n")
