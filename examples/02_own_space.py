"""A search space of your own: chains of layers, each with a kind and a width. Prints the best chain found.

A space is a frozen dataclass that knows its code, its strings and its graph; sampling, mutation, crossover and
embeddings work on any. `check_space` runs the checks that the spaces of ktnas pass.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import ktnas
from ktnas.errors import ArchitectureError
from ktnas.spaces.graph import OperationGraph
from ktnas.testing import check_space

KINDS = ("conv", "depthwise", "mlp")
WIDTHS = (16, 32, 64, 128)


@dataclass(frozen=True)
class Chains:
    """``depth`` layers in a row. A genotype is a kind and a width for each: ``(kind, width, kind, width, ...)``."""

    depth: int = 3
    name: str = "chains"

    @property
    def cardinalities(self) -> tuple[int, ...]:
        return (len(KINDS), len(WIDTHS)) * self.depth

    def is_valid(self, genotype: tuple[int, ...]) -> bool:
        return True

    def normalize(self, genotype: tuple[int, ...]) -> tuple[int, ...]:
        return genotype  # no two codes are one architecture

    def layers(self, genotype: tuple[int, ...]) -> list[str]:
        return [f"{KINDS[k]}{WIDTHS[w]}" for k, w in zip(genotype[::2], genotype[1::2], strict=True)]

    def format(self, genotype: tuple[int, ...]) -> str:
        return "-".join(self.layers(genotype))

    def parse(self, text: str) -> tuple[int, ...]:
        known = {f"{kind}{width}": (k, w) for k, kind in enumerate(KINDS) for w, width in enumerate(WIDTHS)}
        layers = text.split("-")
        if len(layers) != self.depth or not all(layer in known for layer in layers):
            raise ArchitectureError(f"expected {self.depth} layers such as conv16-mlp64-conv16; got {text!r}")
        return tuple(value for layer in layers for value in known[layer])

    def graph(self, genotype: tuple[int, ...]) -> OperationGraph:
        nodes = ("input", *self.layers(genotype), "output")
        return OperationGraph(nodes, tuple((i, i + 1) for i in range(len(nodes) - 1)))

    def quantities(self, genotype: tuple[int, ...]) -> Sequence[float]:
        """Optional: numbers by which architectures differ, so that 64 is known to be nearer to 32 than to 16."""
        return [math.log2(WIDTHS[w]) for w in genotype[1::2]]


space = Chains()
check_space(space, np.random.default_rng(0))  # an AssertionError would say which promise is broken

tasks = {
    "accurate": lambda g: sum(math.log2(WIDTHS[w]) + (k == 0) for k, w in zip(g[::2], g[1::2], strict=True)),
    "cheap": lambda g: -sum(WIDTHS[w] * (1 + (k != 1)) for k, w in zip(g[::2], g[1::2], strict=True)),
}
for task, found in ktnas.search(space, tasks, budget=30, seed=0).best.items():
    print(f"{task}: {found.architecture} ({found.fitness:g})")
