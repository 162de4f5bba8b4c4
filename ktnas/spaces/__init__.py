"""Search spaces, one file each.

* `SearchSpace`: a set of architectures, each with a genotype, an official string and a graph.
* `Quantified`: a space that knows numbers by which its architectures differ, such as channels, resolution or depth.
* `WithIdentities`: a space that knows which operations of its graphs hand on what they get, such as ``skip_connect``
  or a sum.
* `WithNeighbourhoods`: a space that knows its own neighbourhoods, because one position of a code is no small change of
  a network.
* `Translating`: a space that knows which of its architectures stands for one of another space.
* `ListedSpace`: the part of a space that a table lists; everything else is not valid.
* `canonical`: the canonical form of the architecture's pruned graph: equal for isomorphic architectures.
* `is_enumerable`: whether `genotypes` can list the whole space in reasonable time.
* `genotypes`: every architecture of a space, each once, in the order of its codes (a table's order if listed).
* `Categorical`: a space of independent positions.
* `DARTS`: the DARTS cell space.
* `EMT_NAS`: the cell space of EMT-NAS, on which the paper's live-training experiments run.
* `OperationGraph`: a DAG with one operation per node.
* `pruned`: the part of a graph that computes something.
* `line_graph`: the pruned line graph of a cell with operations on its edges.
* `contracted`: the graph with every node of ``operation`` removed and its predecessors joined to its successors.
* `canonical_form`: a hashable form that two graphs share exactly if they are isomorphic (operations included).
* `MDesign`: one of M-DESIGN's two spaces: a genotype has six numbers of values, its string their names.
* `NATSSize`: the NATS-Bench size space; position ``i`` of a genotype is the width of stage ``i``, ``WIDTHS[value]``.
* `NASBench101`: the NAS-Bench-101 cell space: 21 bits of edges, then the operations of the vertices 1 to 5.
* `NASBench201`: the NAS-Bench-201 cell space; position ``i`` of a genotype is the operation on edge ``EDGES[i]``.
* `NASBenchGraph`: the NAS-Bench-Graph space: a genotype is the number of a wiring and four numbers of operations.
* `sample`: an architecture drawn at random.
* `sample_distinct`: up to ``count`` different architectures drawn at random, none of them in ``exclude``.
* `neighbours`: every other architecture one changed position away, each once, in the order of positions and values.
* `mutate`: a neighbour: one position changed to another value, both drawn uniformly (Real et al.
* `crossover`: uniform crossover: each position from either parent with probability 1/2.
* `hamming`: number of positions in which two genotypes of one space differ.
* `SeveralSpaces`: several search spaces as one.
* `OneOfSeveral`: the part of several spaces that one of them is.
* `TransNASMacro`: the TransNAS-Bench-101 network space.
* `TransNASMicro`: the TransNAS-Bench-101 cell space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.spaces.base import ListedSpace as ListedSpace
    from ktnas.spaces.base import Quantified as Quantified
    from ktnas.spaces.base import SearchSpace as SearchSpace
    from ktnas.spaces.base import Translating as Translating
    from ktnas.spaces.base import WithIdentities as WithIdentities
    from ktnas.spaces.base import WithNeighbourhoods as WithNeighbourhoods
    from ktnas.spaces.base import canonical as canonical
    from ktnas.spaces.base import genotypes as genotypes
    from ktnas.spaces.base import is_enumerable as is_enumerable
    from ktnas.spaces.categorical import Categorical as Categorical
    from ktnas.spaces.darts import DARTS as DARTS
    from ktnas.spaces.darts import EMT_NAS as EMT_NAS
    from ktnas.spaces.graph import OperationGraph as OperationGraph
    from ktnas.spaces.graph import canonical_form as canonical_form
    from ktnas.spaces.graph import contracted as contracted
    from ktnas.spaces.graph import line_graph as line_graph
    from ktnas.spaces.graph import pruned as pruned
    from ktnas.spaces.mdesign import MDesign as MDesign
    from ktnas.spaces.nasbench101 import NASBench101 as NASBench101
    from ktnas.spaces.nasbench201 import NASBench201 as NASBench201
    from ktnas.spaces.nasbench_graph import NASBenchGraph as NASBenchGraph
    from ktnas.spaces.nats_size import NATSSize as NATSSize
    from ktnas.spaces.operators import crossover as crossover
    from ktnas.spaces.operators import hamming as hamming
    from ktnas.spaces.operators import mutate as mutate
    from ktnas.spaces.operators import neighbours as neighbours
    from ktnas.spaces.operators import sample as sample
    from ktnas.spaces.operators import sample_distinct as sample_distinct
    from ktnas.spaces.several import OneOfSeveral as OneOfSeveral
    from ktnas.spaces.several import SeveralSpaces as SeveralSpaces
    from ktnas.spaces.transnas_macro import TransNASMacro as TransNASMacro
    from ktnas.spaces.transnas_micro import TransNASMicro as TransNASMicro

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": [
            "SearchSpace",
            "Quantified",
            "WithIdentities",
            "WithNeighbourhoods",
            "Translating",
            "ListedSpace",
            "canonical",
            "is_enumerable",
            "genotypes",
        ],
        "categorical": ["Categorical"],
        "darts": ["DARTS", "EMT_NAS"],
        "graph": ["OperationGraph", "pruned", "line_graph", "contracted", "canonical_form"],
        "mdesign": ["MDesign"],
        "nasbench101": ["NASBench101"],
        "nasbench201": ["NASBench201"],
        "nasbench_graph": ["NASBenchGraph"],
        "nats_size": ["NATSSize"],
        "operators": ["sample", "sample_distinct", "neighbours", "mutate", "crossover", "hamming"],
        "several": ["SeveralSpaces", "OneOfSeveral"],
        "transnas_macro": ["TransNASMacro"],
        "transnas_micro": ["TransNASMicro"],
    },
)
