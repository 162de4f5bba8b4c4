"""On which axes a search and what it learns from are embedded: those of its space, or of several spaces together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from ktnas.embedding.base import Embedder, FittedEmbedder
from ktnas.embedding.cached import cached
from ktnas.embedding.several_axes import Lifted
from ktnas.embedding.shared import require_axes
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces, require_shared
from ktnas.store import Store
from ktnas.typing import Genotype


@dataclass(frozen=True, eq=False)
class Axes:
    """An embedder fitted to all spaces that a search has to do with.

    Attributes:
        space: What is searched.
        whole: What the embedder was fitted to: the same, or several spaces among which are the sources'.
        fitted: The embedder.
    """

    space: SearchSpace
    whole: SearchSpace
    fitted: FittedEmbedder

    def searched(self) -> FittedEmbedder:
        """Vectors of what is searched."""
        if self.whole is self.space or not isinstance(self.whole, SeveralSpaces):
            return self.fitted
        return Lifted(self.fitted, self.space, partial(_lifted, self.space, self.whole))

    def of(self, space: str, source: str) -> FittedEmbedder:
        """Vectors of what a source has seen.

        Args:
            space: Name of its space.
            source: What it is called.

        Raises:
            ConfigurationError: If its space is not known.
        """
        if not isinstance(self.whole, SeveralSpaces) and space == self.space.name:
            return self.fitted
        if isinstance(self.whole, SeveralSpaces):
            own = {space.name: number for number, space in reversed(list(enumerate(self.whole.spaces)))}
            number = own.get(space)
            if number is not None:
                return Lifted(self.fitted, self.whole.spaces[number], partial(self.whole.code, number))
        raise ConfigurationError(
            f"{source} is of search space {space!r}, the search is in {self.space.name!r}; a search can "
            "learn from others in its own space, or in spaces that are known by name"
        )


def axes(
    embedder: Embedder, space: SearchSpace, others: Iterable[SearchSpace], store: Store | None, *, sharing: bool
) -> Axes:
    """The embedder fitted to what is searched, and to other spaces, those of sources, as far as they are others.

    Args:
        embedder: The embedder.
        space: What is searched.
        others: The sources' spaces.
        store: Where fits are kept.
        sharing: Whether tasks of several spaces are to tell each other anything; sources are in any case.

    Raises:
        ConfigurationError: If the embedder finds nothing in the space, or nothing could be told between several spaces:
            it has no axes that they share, or they have no operation in common.
    """
    whole = _with(space, others)
    if isinstance(whole, SeveralSpaces) and (sharing or whole is not space):
        require_axes(embedder.name, embedder)
        require_shared(whole)
    return Axes(space, whole, cached(embedder, whole, store))


def _with(space: SearchSpace, others: Iterable[SearchSpace]) -> SearchSpace:
    searched = space.spaces if isinstance(space, SeveralSpaces) else (space,)
    names = {one.name for one in searched}
    further = dict.fromkeys(other for other in others if other.name not in names)
    synonyms = {"synonyms": space.synonyms} if isinstance(space, SeveralSpaces) else {}
    return SeveralSpaces((*searched, *further), **synonyms) if further else space


def _lifted(space: SearchSpace, whole: SeveralSpaces, genotype: Genotype) -> Genotype:
    if isinstance(space, SeveralSpaces):
        number, own = space.own(genotype)
        return whole.code(number, own)  # the searched spaces come first
    return whole.code(0, genotype)
