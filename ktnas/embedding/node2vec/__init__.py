"""node2vec over operation graphs: walks, words, skip-gram, pooling, and axes that all architectures share.

* `Pooling`: a way to pool.
* `Sum`: the sum over nodes: also tells how large an architecture is.
* `Mean`: the mean over nodes.
* `Maximum`: the largest value over nodes, axis by axis.
* `Concatenation`: several poolings, as blocks of columns.
* `Separate`: a separate skip-gram per architecture; about 50 ms each, so nothing is computed ahead.
* `Node2Vec`: node2vec with shared axes.
* `SkipGram`: settings of the skip-gram.
* `Vocabulary`: different words in a fixed order.
* `Adjacency`: undirected graphs as one, their nodes numbered through.
* `SecondOrderWalk`: the walk of node2vec.
* `Words`: a way to name nodes.
* `Operation`: a node is its operation.
* `OperationAndPosition`: a node is its operation and its depth.
* `Neighbourhood`: a node is its Weisfeiler-Lehman label: its operation, and its neighbours' labels one step
  shallower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.embedding.node2vec.pooling import Concatenation as Concatenation
    from ktnas.embedding.node2vec.pooling import Maximum as Maximum
    from ktnas.embedding.node2vec.pooling import Mean as Mean
    from ktnas.embedding.node2vec.pooling import Pooling as Pooling
    from ktnas.embedding.node2vec.pooling import Sum as Sum
    from ktnas.embedding.node2vec.separate import Separate as Separate
    from ktnas.embedding.node2vec.shared_axes import Node2Vec as Node2Vec
    from ktnas.embedding.node2vec.skip_gram import SkipGram as SkipGram
    from ktnas.embedding.node2vec.vocabulary import Vocabulary as Vocabulary
    from ktnas.embedding.node2vec.walks import Adjacency as Adjacency
    from ktnas.embedding.node2vec.walks import SecondOrderWalk as SecondOrderWalk
    from ktnas.embedding.node2vec.words import Neighbourhood as Neighbourhood
    from ktnas.embedding.node2vec.words import Operation as Operation
    from ktnas.embedding.node2vec.words import OperationAndPosition as OperationAndPosition
    from ktnas.embedding.node2vec.words import Words as Words

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "pooling": ["Pooling", "Sum", "Mean", "Maximum", "Concatenation"],
        "separate": ["Separate"],
        "shared_axes": ["Node2Vec"],
        "skip_gram": ["SkipGram"],
        "vocabulary": ["Vocabulary"],
        "walks": ["Adjacency", "SecondOrderWalk"],
        "words": ["Words", "Operation", "OperationAndPosition", "Neighbourhood"],
    },
)
