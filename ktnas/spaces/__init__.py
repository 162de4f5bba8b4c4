"""Search spaces, one file each.

* `SearchSpace`: a set of architectures, each with a genotype, an official string and a graph.
* `Quantified`: a space that knows numbers by which its architectures differ, such as channels, resolution or depth.
* `WithIdentities`: a space that knows which operations of its graphs hand on what they get, such as ``skip_connect``
  or a sum.
* `ListedSpace`: the part of a space that a table lists; everything else is not valid.
* `canonical`: the canonical form of the architecture's pruned graph: equal for isomorphic architectures.
* `is_enumerable`: whether `genotypes` can list the whole space in reasonable time.
* `genotypes`: every architecture of a space, each once, in the order of its codes (a table's order if listed).
* `Categorical`: a space of independent positions.
* `Nested`: several values of a code, in brackets.
* `tidied`: a code without what spreadsheets and editors add.
* `unquoted`: a symbol without blanks and quotes around it.
* `number`: what a symbol says as a number, exactly; None if it is none.
* `is_bracketed`: whether one pair of brackets holds a whole code.
* `parsed`: a code as nested values.
* `alone_in`: a code without separators, or with others, that brackets merely surround.
* `spelled`: one spelling of all that mean the same value.
* `spelled_number`: a whole number as one, others as they stand.
* `split`: a code's parts, blanks and quotes around them removed.
* `is_plain`: whether a code holds neither brackets nor quotes.
* `keyed`: the key of a part and its value; None if it has none.
* `flattened`: the symbols of a nested code, by names where there are some; None if it has others.
* `absent_or`: the symbol of a value that has a name: nothing where it is missing or null.
* `Codes`: codes, divided.
* `read_codes`: codes that are strings, one each.
* `read_columns_of_codes`: codes of which each position has a column of its own.
* `argument_of`: what stands in brackets after a name, with the brackets; None where a code is anything else.
* `evened`: a code without brackets and quotes, as if there were no blanks beside what divides it.
* `whole`: digits that were taken for a number with a fraction.
* `DARTS`: the DARTS cell space.
* `EMT_NAS`: the cell space of EMT-NAS, on which the paper's live-training experiments run.
* `OperationGraph`: a DAG with one operation per node.
* `pruned`: the part of a graph that computes something.
* `line_graph`: the pruned line graph of a cell with operations on its edges.
* `contracted`: the graph with every node of ``operation`` removed and its predecessors joined to its successors.
* `canonical_form`: a hashable form that two graphs share exactly if they are isomorphic (operations included).
* `MDesign`: one of M-DESIGN's two spaces: a genotype has six numbers of values, its string their names.
* `NASBench201`: the NAS-Bench-201 cell space; position ``i`` of a genotype is the operation on edge ``EDGES[i]``.
* `NASBenchGraph`: the NAS-Bench-Graph space: a genotype is the number of a wiring and four numbers of operations.
* `sample`: an architecture drawn at random.
* `sample_distinct`: up to ``count`` different architectures drawn at random, none of them in ``exclude``.
* `neighbours`: every other architecture one changed position away, each once, in the order of positions and values.
* `mutate`: a neighbour: one position changed to another value, both drawn uniformly (Real et al.
* `crossover`: uniform crossover: each position from either parent with probability 1/2.
* `hamming`: number of positions in which two genotypes of one space differ.
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
    from ktnas.spaces.base import WithIdentities as WithIdentities
    from ktnas.spaces.base import canonical as canonical
    from ktnas.spaces.base import genotypes as genotypes
    from ktnas.spaces.base import is_enumerable as is_enumerable
    from ktnas.spaces.categorical import Categorical as Categorical
    from ktnas.spaces.code_text import Nested as Nested
    from ktnas.spaces.code_text import absent_or as absent_or
    from ktnas.spaces.code_text import alone_in as alone_in
    from ktnas.spaces.code_text import flattened as flattened
    from ktnas.spaces.code_text import is_bracketed as is_bracketed
    from ktnas.spaces.code_text import is_plain as is_plain
    from ktnas.spaces.code_text import keyed as keyed
    from ktnas.spaces.code_text import number as number
    from ktnas.spaces.code_text import parsed as parsed
    from ktnas.spaces.code_text import spelled as spelled
    from ktnas.spaces.code_text import spelled_number as spelled_number
    from ktnas.spaces.code_text import split as split
    from ktnas.spaces.code_text import tidied as tidied
    from ktnas.spaces.code_text import unquoted as unquoted
    from ktnas.spaces.codes import Codes as Codes
    from ktnas.spaces.codes import argument_of as argument_of
    from ktnas.spaces.codes import evened as evened
    from ktnas.spaces.codes import read_codes as read_codes
    from ktnas.spaces.codes import read_columns_of_codes as read_columns_of_codes
    from ktnas.spaces.codes import whole as whole
    from ktnas.spaces.darts import DARTS as DARTS
    from ktnas.spaces.darts import EMT_NAS as EMT_NAS
    from ktnas.spaces.graph import OperationGraph as OperationGraph
    from ktnas.spaces.graph import canonical_form as canonical_form
    from ktnas.spaces.graph import contracted as contracted
    from ktnas.spaces.graph import line_graph as line_graph
    from ktnas.spaces.graph import pruned as pruned
    from ktnas.spaces.mdesign import MDesign as MDesign
    from ktnas.spaces.nasbench201 import NASBench201 as NASBench201
    from ktnas.spaces.nasbench_graph import NASBenchGraph as NASBenchGraph
    from ktnas.spaces.operators import crossover as crossover
    from ktnas.spaces.operators import hamming as hamming
    from ktnas.spaces.operators import mutate as mutate
    from ktnas.spaces.operators import neighbours as neighbours
    from ktnas.spaces.operators import sample as sample
    from ktnas.spaces.operators import sample_distinct as sample_distinct
    from ktnas.spaces.transnas_macro import TransNASMacro as TransNASMacro
    from ktnas.spaces.transnas_micro import TransNASMicro as TransNASMicro

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": [
            "SearchSpace",
            "Quantified",
            "WithIdentities",
            "ListedSpace",
            "canonical",
            "is_enumerable",
            "genotypes",
        ],
        "categorical": ["Categorical"],
        "code_text": [
            "Nested",
            "tidied",
            "unquoted",
            "number",
            "is_bracketed",
            "parsed",
            "alone_in",
            "spelled",
            "spelled_number",
            "split",
            "is_plain",
            "keyed",
            "flattened",
            "absent_or",
        ],
        "codes": ["Codes", "read_codes", "read_columns_of_codes", "argument_of", "evened", "whole"],
        "darts": ["DARTS", "EMT_NAS"],
        "graph": ["OperationGraph", "pruned", "line_graph", "contracted", "canonical_form"],
        "mdesign": ["MDesign"],
        "nasbench201": ["NASBench201"],
        "nasbench_graph": ["NASBenchGraph"],
        "operators": ["sample", "sample_distinct", "neighbours", "mutate", "crossover", "hamming"],
        "transnas_macro": ["TransNASMacro"],
        "transnas_micro": ["TransNASMicro"],
    },
)
