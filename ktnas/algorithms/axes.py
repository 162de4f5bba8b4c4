"""On which axes a search and what it learns from are embedded: those of its space, or of several spaces together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ktnas.embedding.base import Embedder, FittedEmbedder
from ktnas.embedding.cached import cached
from ktnas.embedding.several_axes import Lifted, require_axes
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces, require_shared
from ktnas.store import Store
from ktnas.typing import Genotype

if TYPE_CHECKING:
    from ktnas.algorithms.knowledge import Knowledge, Source


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

    def of(self, source: Source) -> FittedEmbedder:
        """Vectors of what a source has seen.

        Raises:
            ConfigurationError: If it is of a space that is not known.
        """
        if not isinstance(self.whole, SeveralSpaces) and source.space == self.space.name:
            return self.fitted
        if isinstance(self.whole, SeveralSpaces):
            own = {space.name: number for number, space in reversed(list(enumerate(self.whole.spaces)))}
            number = own.get(source.space)
            if number is not None:
                return Lifted(self.fitted, self.whole.spaces[number], partial(self.whole.code, number))
        raise ConfigurationError(
            f"{source.name} is of search space {source.space!r}, the search is in {self.space.name!r}; a search can "
            "learn from others in its own space, or in spaces that are known by name"
        )


def axes(embedder: Embedder, space: SearchSpace, knowledge: Knowledge | None, store: Store | None) -> Axes:
    """The embedder fitted to what is searched, and to the spaces of sources where these are others.

    Raises:
        ConfigurationError: If the embedder finds nothing in the space.
    """
    whole = space if knowledge is None else _with_those_of(space, knowledge.sources)
    return Axes(space, whole, cached(embedder, whole, store))


def require_told(embedder: Embedder, space: SearchSpace) -> None:
    """Refuse several spaces that nothing could be told between.

    Raises:
        ConfigurationError: If the embedder has no axes that they share, or they have no operation in common.
    """
    if isinstance(space, SeveralSpaces):
        require_axes(embedder.name, embedder)
        require_shared(space)


def _with_those_of(space: SearchSpace, sources: Sequence[Source]) -> SearchSpace:
    searched = space.spaces if isinstance(space, SeveralSpaces) else (space,)
    names = {one.name for one in searched}
    further = dict.fromkeys(one.where for one in sources if one.where is not None and one.space not in names)
    synonyms = {"synonyms": space.synonyms} if isinstance(space, SeveralSpaces) else {}
    return SeveralSpaces((*searched, *further), **synonyms) if further else space


def _lifted(space: SearchSpace, whole: SeveralSpaces, genotype: Genotype) -> Genotype:
    if isinstance(space, SeveralSpaces):
        number, own = space.own(genotype)
        return whole.code(number, own)  # the searched spaces come first
    return whole.code(0, genotype)
