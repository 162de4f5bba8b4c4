"""The graphs that embedders read, built once where several embedders in turn read the same ones."""

from functools import lru_cache

from ktnas.spaces.base import SearchSpace
from ktnas.spaces.graph import OperationGraph
from ktnas.typing import Genotype

BATCH = 2048
"""Architectures embedded at a time where many are to be: their graphs are still remembered for the next embedder."""


@lru_cache(maxsize=2 * BATCH)
def graph_of(space: SearchSpace, genotype: Genotype) -> OperationGraph:
    """``space.graph(genotype)``."""
    return space.graph(genotype)
