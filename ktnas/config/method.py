"""What is asked for of the method, and the search that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from ktnas.config import defaults
from ktnas.config.options import Group, flag, option
from ktnas.config.registry import EMBEDDERS, METHODS, SCORES, SURROGATES, TRANSFERS, listing, made
from ktnas.errors import ConfigurationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ktnas.algorithms.base import Search

T = TypeVar("T")

_option = partial(option, group=Group("how to search"), unless="the method's own")


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method by name, and what of it is exchanged; None leaves what the method has."""

    name: str = _option(defaults.METHOD, key="method", metavar="NAME", help=listing(METHODS), unless=None)
    population: int | None = _option(metavar="N", help="members of each task's population")
    embedder: str | None = _option(metavar="NAME", help=listing(EMBEDDERS))
    surrogate: str | None = _option(metavar="NAME", help=listing(SURROGATES))
    transfer: str | None = _option(metavar="NAME", help=listing(TRANSFERS))
    offspring: int | None = _option(
        metavar="N", help="architectures per task and generation, migrants aside; more for many workers"
    )
    proxy: str | None = _option(
        metavar="NAME",
        help="free score of architectures that helps the method: parameters, or of the untrained network "
        f"{listing(SCORES)}",
        unless="the method's own, if any",
    )

    def build(self) -> Search[object]:
        """The method.

        Raises:
            UnknownNameError: If a name is not known.
            ConfigurationError: If the method has no such part, or refuses a value.
        """
        from ktnas.algorithms.base import TakesProxy, TakesScreening

        search = made("method", self.name, METHODS)
        fillings = {
            "population": self.population,
            "offspring": self.offspring,
            "embedder": _named("embedder", self.embedder, EMBEDDERS),
            "transfer": _named("transfer", self.transfer, TRANSFERS),
        }
        search = self._filled(search, {slot: part for slot, part in fillings.items() if part is not None})
        if self.surrogate is not None:
            screening = made("surrogate", self.surrogate, SURROGATES)
            if not isinstance(search, TakesScreening):
                raise self._lacking("surrogate")
            search = search.with_screening(screening)
        if self.proxy is not None:
            from ktnas.config.proxy import named_proxy

            if not isinstance(search, TakesProxy):
                raise self._lacking("proxy")
            search = search.with_proxy(named_proxy(self.proxy))
        return search

    def _filled(self, search: Search[object], fillings: Mapping[str, object]) -> Search[object]:
        """With other values in fields of its own: a composed method's fields are its configuration."""
        composed = cast("DataclassInstance", search)
        slots = {field.name for field in fields(composed)}
        missing = next((slot for slot in fillings if slot not in slots), None)
        if missing is not None:
            raise self._lacking(missing)
        return cast("Search[object]", replace(composed, **fillings))

    def _lacking(self, field: str) -> ConfigurationError:
        return ConfigurationError(f"method {self.name!r} has no {field}; leave {flag(MethodChoice, field)} out")


def _named(kind: str, name: str | None, choices: Mapping[str, Callable[[], T]]) -> T | None:
    return None if name is None else made(kind, name, choices)
