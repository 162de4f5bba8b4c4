"""M-DESIGN: graph neural networks of six choices, 1,680 for link prediction and as many for graph classification.

The two spaces differ in one choice alone, what becomes of the vertices' vectors in the end: edges are decoded from
pairs of them, or they are pooled over the graph. All else, and how it is named in the graphs, is the same.

The choices and the names of their values are upstream's (``github.com/jilwang84/M-DESIGN``), in its table's order::

    @inproceedings{wang2026mdesign,
      title = {Beyond Model Base Retrieval: Weaving Knowledge to Master Fine-grained Neural Network Design},
      author = {Wang, Jialiang and Liu, Hanmo and Di, Shimin and Wang, Zhili and Wang, Jiachuan and Chen, Lei and
                Zhou, Xiaofang},
      booktitle = {Proceedings of the 43rd International Conference on Machine Learning},
      year = {2026}
    }
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ktnas.errors import ConfigurationError, bad_architecture
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.typing import Genotype

DECODERS: Mapping[str, tuple[str, ...]] = {
    "link": ("concat", "cosine_similarity", "dot"),
    "graph": ("add", "max", "mean"),
}
"""How a pair of vertices becomes one score, and how all vertices of a graph become one vector."""


CHOICES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("norm", ("degree_row", "degree_sys", "fagcn_like", "rel_lepe", "rel_rwpe")),
    ("agg", ("add", "max", "mean", "min")),
    ("comb", ("add", "concat")),
    ("l_mp", ("4", "6")),
    ("stage", ("gpr", "lstm", "mean", "node_adaptive", "ppr_01", "skipconcat", "skipsum")),
)
"""The other choices, in a string's order: weights of edges, aggregation of neighbours' messages, combination with a
vertex's own vector, layers of message passing, and how the layers' results are joined."""


_LAYERS = 4
"""Position of the number of layers in a genotype."""


@dataclass(frozen=True)
class MDesign:
    """One of M-DESIGN's two spaces: a genotype has six numbers of values, its string their names.

    Attributes:
        level: What is predicted, ``link`` or ``graph``.

    Raises:
        ConfigurationError: If it is neither.

    >>> MDesign("link").parse("dot|degree_sys|mean|add|6|skipsum")
    (2, 1, 2, 0, 1, 6)
    """

    level: str

    def __post_init__(self) -> None:
        if self.level not in DECODERS:
            raise ConfigurationError(f"M-DESIGN has spaces for {' and '.join(DECODERS)}; got {self.level!r}")

    @property
    def name(self) -> str:
        return f"mdesign-{self.level}"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return tuple(len(values) for _, values in self._choices)

    @property
    def _choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return ("decode", DECODERS[self.level]), *CHOICES

    def is_valid(self, genotype: Genotype) -> bool:
        return True

    def normalize(self, genotype: Genotype) -> Genotype:
        return genotype

    def graph(self, genotype: Genotype) -> OperationGraph:
        """One layer, then what makes a network of it: ``norm``, ``agg``, ``comb``, ``l_mp``, ``stage``, ``decode``.

        The input also leads to ``comb``, where a vertex's own vector meets its neighbours'. A layer stands once, with
        the number of layers behind it: all layers of a network are alike. ``agg=add`` and ``comb=add`` are two
        operations.
        """
        decode, *others = (
            f"{choice}={values[value]}" for (choice, values), value in zip(self._choices, genotype, strict=True)
        )
        operations = (INPUT, *others, decode, OUTPUT)
        chain = [(i, i + 1) for i in range(len(operations) - 1)]
        return OperationGraph(operations, tuple(sorted([*chain, (0, 3)])))

    def quantities(self, genotype: Genotype) -> tuple[float, ...]:
        """The logarithm of the number of layers of message passing."""
        _, layers = self._choices[_LAYERS]
        return (math.log2(int(layers[genotype[_LAYERS]])),)

    def translated(self, space: SearchSpace, genotype: Genotype) -> Genotype | None:
        """The same choices but for the first, which the other space does not have: there, its first value."""
        return (0, *genotype[1:]) if isinstance(space, MDesign) else None

    def format(self, genotype: Genotype) -> str:
        return "|".join(values[value] for (_, values), value in zip(self._choices, genotype, strict=True))

    def parse(self, text: str) -> Genotype:
        parts = text.split("|")
        if len(parts) != len(self._choices):
            form = "|".join(choice for choice, _ in self._choices)
            raise bad_architecture(self.name, text, f"expected the form {form}, such as {self.format((0,) * 6)}")
        for (choice, values), part in zip(self._choices, parts, strict=True):
            if part not in values:
                raise bad_architecture(self.name, text, f"{choice} is {part!r}, not one of {', '.join(values)}")
        return tuple(values.index(part) for (_, values), part in zip(self._choices, parts, strict=True))
