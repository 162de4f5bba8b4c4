"""Which steady form each search has."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any, cast

from ktnas.algorithms.base import Search
from ktnas.algorithms.best_first import BestFirst
from ktnas.algorithms.enumeration import Enumeration
from ktnas.algorithms.local_search import LocalSearch
from ktnas.algorithms.mfea import MFEA
from ktnas.algorithms.mtnas import MTNAS
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.algorithms.sequential import Sequential
from ktnas.algorithms.steady.base import SteadySearch
from ktnas.algorithms.steady.evolution import SteadyAging, SteadyMultifactorial, SteadyZeroCost
from ktnas.algorithms.steady.generational import Generational
from ktnas.algorithms.steady.mtnas import SteadyMTNAS
from ktnas.algorithms.steady.orders import SteadyEnumeration, SteadyRandom
from ktnas.algorithms.steady.populations import SteadyKTNAS
from ktnas.algorithms.steady.sequential import SteadySequential
from ktnas.algorithms.steady.walks import SteadyBestFirst, SteadyLocal
from ktnas.algorithms.zero_cost_evolution import ZeroCostEvolution
from ktnas.description import describe
from ktnas.typing import JSON


@singledispatch
def steadily(search: object) -> SteadySearch[Any]:
    """A search's steady form; of a search that has none, `Generational`, which waits at the end of a generation.

    A search of one's own gets one by ``steadily.register``.
    """
    return Generational(cast("Search[object]", search))


@steadily.register
def _(search: RandomSearch) -> SteadySearch[Any]:
    return SteadyRandom(search)


@steadily.register
def _(search: Enumeration) -> SteadySearch[Any]:
    return SteadyEnumeration(search)


@steadily.register
def _(search: RegularizedEvolution) -> SteadySearch[Any]:
    return SteadyAging(search)


@steadily.register
def _(search: ZeroCostEvolution) -> SteadySearch[Any]:
    return SteadyZeroCost(search)


@steadily.register
def _(search: MFEA) -> SteadySearch[Any]:
    return SteadyMultifactorial(search)


@steadily.register
def _(search: LocalSearch) -> SteadySearch[Any]:
    return SteadyLocal(search)


@steadily.register
def _(search: BestFirst) -> SteadySearch[Any]:
    return SteadyBestFirst(search)


@steadily.register
def _(search: MTNAS) -> SteadySearch[Any]:
    return SteadyMTNAS(search)


@steadily.register
def _(search: KTNAS) -> SteadySearch[Any]:
    return SteadyKTNAS(search)


@steadily.register
def _(search: SteadyKTNAS) -> SteadySearch[Any]:
    return search  # composed by hand, with an imagination of its own


@steadily.register(Sequential)
def _(search: Sequential[Any]) -> SteadySearch[Any]:
    inner = steadily(search.inner)
    return Generational(search) if isinstance(inner, Generational) else SteadySequential(search, inner)


def steady_settings(search: object) -> dict[str, JSON]:
    """What a search's steady form is, and what it can be set to beside the search itself: for records."""
    form: Any = steadily(search)
    own = {one.name for one in fields(form)} - {"search", "inner"} if is_dataclass(form) else set()
    return {"form": type(form).__name__, **{name: describe(getattr(form, name)) for name in sorted(own)}}
