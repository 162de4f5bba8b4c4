"""A study: one search, in memory or in a directory, that is run, or asked and told from outside, and gone on with.

* `Study`: one search with all it has found; with a directory, nothing of it is lost.
* `Suggestion`: an architecture that a study wants evaluated on a task.
* `load_network`: the network of a task with its weights: of `ktnas train`, or a candidate whose weights a run has kept.
* `TrainedNetwork`: a network with its weights.
* `Found`: the best architecture found for a task.
* `SearchResult`: what a search has found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.study.network import TrainedNetwork as TrainedNetwork
    from ktnas.study.network import load_network as load_network
    from ktnas.study.result import Found as Found
    from ktnas.study.result import SearchResult as SearchResult
    from ktnas.study.study import Study as Study
    from ktnas.study.telling import Suggestion as Suggestion

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "network": ["load_network", "TrainedNetwork"],
        "result": ["Found", "SearchResult"],
        "study": ["Study"],
        "telling": ["Suggestion"],
    },
)
