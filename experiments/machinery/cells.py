"""Random cells of NAS-Bench-201, and what its table says of them on CIFAR-10."""

from __future__ import annotations

from collections.abc import Sequence

from ktnas.benchmarks.nasbench201 import FILENAME, HINT
from ktnas.files.search_path import require
from ktnas.files.table_reader import read_columns
from ktnas.rng import Streams
from ktnas.spaces.base import canonical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample
from ktnas.typing import FloatArray, Genotype

TRUTHS = ("cifar10_val12", "cifar10_val200")
"""Columns of validation accuracy, after 12 and after 200 epochs."""

TRIVIAL = {"parameters": "cifar10_params_M", "FLOPs": "cifar10_flops_M"}
"""Columns of what costs nothing to know."""


def draw(count: int) -> list[Genotype]:
    """Random cells, no two of the same canonical form."""
    space, rng = NASBench201(), Streams(0).rng("cells")
    cells: dict[object, Genotype] = {}
    while len(cells) < count:
        cell = sample(space, rng)
        cells.setdefault(canonical(space, cell), cell)
    return list(cells.values())


def listed(cells: Sequence[Genotype]) -> dict[str, FloatArray]:
    """What the table says of cells, by column."""
    columns = read_columns(require(FILENAME, HINT))
    rows = {text: row for row, text in enumerate(columns.text("arch_str"))}
    picked = [rows[NASBench201().format(cell)] for cell in cells]
    return {name: columns.numbers(name).values[picked] for name in (*TRUTHS, *TRIVIAL.values())}
