"""DARTS: a normal and a reduction cell of blocks that add two operations each.

Liu, Simonyan, Yang, "DARTS", ICLR 2019: 4 blocks, 7 operations, two different inputs per block, all blocks
concatenated. Liao, Jin, Du, "EMT-NAS", CVPR 2023 (method section 5), is the same with other fields, `EMT_NAS`: 5
blocks, 9 operations, both inputs of a block may be the same, and only blocks that no other uses reach the output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ktnas.errors import ConfigurationError, bad_architecture
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph, pruned
from ktnas.typing import Genotype

OPERATIONS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""DARTS' operations; ``none``, which its search knows and its architectures never contain, is left out."""


EMT_NAS_OPERATIONS = (
    "sep_conv_3x3",
    "sep_conv_5x5",
    "sep_conv_7x7",
    "dil_conv_3x3",
    "dil_conv_5x5",
    "dil_conv_7x7",
    "skip_connect",
    "max_pool_3x3",
    "avg_pool_3x3",
)
"""EMT-NAS's operations: depthwise separable and dilated 3/5/7, identity, max and average pooling."""


CELLS = ("normal", "reduce")


_GENES = 4


_CONCAT = r"(range\(\d{1,3},\d{1,3}\)|\[[\d,]*\])"


_PATTERN = re.compile(
    rf"Genotype\(normal=\[([^\[\]]*)\],normal_concat={_CONCAT},reduce=\[([^\[\]]*)\],reduce_concat={_CONCAT},?\)",
    re.ASCII,
)


_PAIR = re.compile(r"\((?:'(\w+)'|\"(\w+)\"),(\d{1,3})\)(?:,|$)", re.ASCII)


@dataclass(frozen=True)
class DARTS:
    """The DARTS cell space. Node 0 of a cell is the output of the cell before last, node 1 of the last; blocks follow.

    A genotype holds ``input, operation, input, operation`` for each block of the normal cell, then of the reduction
    cell; `normalize` sorts the two pairs of a block, whose order means nothing.

    Attributes:
        blocks: Blocks per cell.
        operations: Names of the operations.
        repeated_inputs: Whether both operations of a block may have the same input.
        unused_only: Whether a cell's output concatenates only blocks that feed no other block, instead of all.
        name: Name used at the command line and in records.

    Raises:
        ConfigurationError: If there is no block, or operations are missing, repeated or no plain names.
    """

    blocks: int = 4
    operations: tuple[str, ...] = OPERATIONS
    repeated_inputs: bool = False
    unused_only: bool = False
    name: str = "darts"

    def __post_init__(self) -> None:
        if self.blocks < 1:
            raise ConfigurationError(f"a cell needs at least one block; got blocks={self.blocks}")
        plain = all(re.fullmatch(r"\w+", operation, re.ASCII) for operation in self.operations)
        if not plain or not self.operations or len(set(self.operations)) != len(self.operations):
            raise ConfigurationError(
                f"operations must be different names of letters, digits and underscores; got {self.operations}"
            )

    @property
    def cardinalities(self) -> tuple[int, ...]:
        sizes = (size for block in range(self.blocks) for size in (block + 2, len(self.operations)) * 2)
        return tuple(sizes) * len(CELLS)

    @property
    def identities(self) -> frozenset[str]:
        """Cells' inputs, sums and concatenations, and ``skip_connect``, which halves the resolution at most."""
        names = ("c_{k-2}", "c_{k-1}", "add", "concat", "skip_connect")
        return frozenset(f"{cell}:{name}" for cell in CELLS for name in names)

    def is_valid(self, genotype: Genotype) -> bool:
        return self.repeated_inputs or all(genotype[i] != genotype[i + 2] for i in range(0, len(genotype), _GENES))

    def normalize(self, genotype: Genotype) -> Genotype:
        genes: list[int] = []
        for i in range(0, len(genotype), _GENES):
            first, second = genotype[i : i + 2], genotype[i + 2 : i + _GENES]
            genes.extend((*first, *second) if first <= second else (*second, *first))
        return tuple(genes)

    def graph(self, genotype: Genotype) -> OperationGraph:
        """Both cells side by side between input and output; operations carry their cell's name.

        Each cell has a node per input, operation, block (``add``) and for the concatenation.
        """
        operations = [INPUT]
        edges: list[tuple[int, int]] = []
        ends: list[int] = []
        for cell, genes in self._cells(genotype):
            start = len(operations)
            operations += [f"{cell}:c_{{k-2}}", f"{cell}:c_{{k-1}}"]
            edges += [(0, start), (0, start + 1)]
            nodes = [start, start + 1]
            for i in range(0, len(genes), _GENES):
                at = len(operations)
                operations += [*(f"{cell}:{self.operations[genes[i + j]]}" for j in (1, 3)), f"{cell}:add"]
                edges += [(nodes[genes[i]], at), (nodes[genes[i + 2]], at + 1), (at, at + 2), (at + 1, at + 2)]
                nodes.append(at + 2)
            ends.append(len(operations))
            edges += [(nodes[node], ends[-1]) for node in self._concatenated(genes)]
            operations.append(f"{cell}:concat")
        edges += [(end, len(operations)) for end in ends]
        return pruned((*operations, OUTPUT), edges, zero=tuple(f"{cell}:none" for cell in CELLS))

    def _cells(self, genotype: Genotype) -> Iterator[tuple[str, Genotype]]:
        half = self.blocks * _GENES
        yield CELLS[0], genotype[:half]
        yield CELLS[1], genotype[half:]

    def _concatenated(self, genes: Genotype) -> list[int]:
        used = set(genes[::2]) if self.unused_only else set()
        return [node for node in range(2, self.blocks + 2) if node not in used]

    def format(self, genotype: Genotype) -> str:
        fields = []
        for cell, genes in self._cells(genotype):
            pairs = [(self.operations[genes[i + 1]], genes[i]) for i in range(0, len(genes), 2)]
            everything = f"range(2, {self.blocks + 2})"
            concat = str(self._concatenated(genes)) if self.unused_only else everything
            fields.append(f"{cell}={pairs}, {cell}_concat={concat}")
        return f"Genotype({', '.join(fields)})"

    def parse(self, text: str) -> Genotype:
        match = _PATTERN.fullmatch("".join(text.split()))
        if match is None:
            raise bad_architecture(
                self.name,
                text,
                "expected the form Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), "
                "reduce=[...], reduce_concat=range(2, 6))",
            )
        genotype = self.normalize((*self._genes(match[1], CELLS[0], text), *self._genes(match[3], CELLS[1], text)))
        if not self.is_valid(genotype):
            raise bad_architecture(self.name, text, "the two inputs of a block must differ")
        for (cell, genes), concat in zip(self._cells(genotype), (match[2], match[4]), strict=True):
            if _nodes(concat) != self._concatenated(genes):
                raise bad_architecture(
                    self.name, text, f"{cell}_concat must be the nodes {self._concatenated(genes)}, got {concat}"
                )
        return genotype

    def _genes(self, pairs: str, cell: str, text: str) -> list[int]:
        """The genes of one cell's list of pairs, in the order written."""
        found = list(_PAIR.finditer(pairs))
        if "".join(pair[0] for pair in found) != pairs or len(found) != 2 * self.blocks:
            raise bad_architecture(
                self.name, text, f"{cell} must list {2 * self.blocks} pairs such as ('{self.operations[0]}', 0)"
            )
        genes: list[int] = []
        for i, pair in enumerate(found):
            operation, node = pair[1] or pair[2], int(pair[3])
            if operation not in self.operations:
                known = ", ".join(self.operations)
                raise bad_architecture(self.name, text, f"operation {operation!r} is not one of {known}")
            if node >= i // 2 + 2:
                raise bad_architecture(
                    self.name, text, f"block {i // 2} of {cell} can use nodes 0 to {i // 2 + 1}, not {node}"
                )
            genes += [node, self.operations.index(operation)]
        return genes


def _nodes(concat: str) -> list[int]:
    numbers = [int(digits) for digits in re.findall(r"\d{1,3}", concat)]
    return list(range(*numbers)) if concat.startswith("range") else sorted(numbers)


EMT_NAS = DARTS(5, EMT_NAS_OPERATIONS, repeated_inputs=True, unused_only=True, name="emt-nas")
"""The cell space of EMT-NAS, on which the paper's live-training experiments run."""
