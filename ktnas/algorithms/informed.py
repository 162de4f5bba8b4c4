"""A search that is told what finished searches know: by its embedder, and by what it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.algorithms.axes import Axes
from ktnas.algorithms.knowledge import FittedKnowledge, Knowledge, KnowledgeOfSeveral, within
from ktnas.embedding.base import FittedEmbedder, group_widths
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace
from ktnas.typing import FloatArray, Genotype


@dataclass(frozen=True, slots=True)
class Informed:
    """A fitted embedder that knows what sources expect; its vectors have a group of columns more for *feature*.

    Attributes:
        inner: The embedder.
        knowledge: The sources.
        groups: Widths of the groups of columns.
    """

    inner: FittedEmbedder
    knowledge: FittedKnowledge | KnowledgeOfSeveral
    groups: tuple[int, ...]

    def embed(self, wanted: Sequence[Genotype]) -> FloatArray:
        x = self.inner.embed(wanted)
        if "feature" not in self.knowledge.knowledge.uses:
            return x
        return np.concatenate([x, self.knowledge.predictions(wanted).T], axis=1)

    def expected(self, wanted: Sequence[Genotype]) -> FloatArray | None:
        """``(n,)`` the mean of what the sources predict; None where it is not used."""
        return self.knowledge.average(wanted) if "mean" in self.knowledge.knowledge.uses else None


def informed(knowledge: Knowledge, axes: Axes) -> Informed:
    """An embedder that knows what sources expect.

    Raises:
        ConfigurationError: If a source is of a space that is not known.
    """
    fitted, embedder = knowledge.fit(axes), axes.searched()
    first = knowledge.sources[0]
    width = axes.of(first.space, first.name).embed(first.genotypes[:1]).shape[1]
    more = (len(knowledge.sources),) if "feature" in knowledge.uses else ()
    return Informed(embedder, fitted, (*group_widths(embedder, width), *more))


def first_choices(
    embedder: FittedEmbedder, count: int, task: str, streams: Streams, space: SearchSpace | None = None
) -> list[tuple[Genotype, int | None]]:
    """Up to ``count`` architectures that finished searches would begin a task with; none where none is to tell.

    Each comes with the number of its source; None for the best of all sources together. ``space`` is what the task is
    searched in, where tasks are of different spaces.
    """
    if not isinstance(embedder, Informed) or "init" not in embedder.knowledge.knowledge.uses:
        return []
    return within(embedder.knowledge, space).first(count, streams.rng("first-choices", task))
