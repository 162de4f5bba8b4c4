"""Searches without generations: told one answer at a time, and asked while others are pending.

* `SteadySearch`: what a search's steady form promises.
* `steadily`: a search's steady form.
* `Generational`: a search told generation by generation, however its answers arrive.
* `SteadyRandom`: random search, one architecture at a time.
* `SteadyEnumeration`: enumeration: what is pending has been asked, so it goes on behind it.
* `SteadyAging`: regularized evolution: each child is bred from the most recent architectures that were answered.
* `SteadyZeroCost`: aging evolution with a proxy: neighbours that are pending are passed over as those evaluated are.
* `SteadyMultifactorial`: MFEA, MFEA-II and EMT-NAS: a child at a time.
* `SteadyMTNAS`: MTNAS with overlapping rounds.
* `SteadyLocal`: local search: moves as soon as something better is told.
* `SteadyBestFirst`: best-first expansion: what is told waits to be expanded.
* `SteadySequential`: searches one task after the other, each steadily.
* `SteadyKTNAS`: KTNAS without generations.
* `Imagination`: how the outcomes of pending evaluations are imagined.
* `KrigingBeliever`: each turns out as the model predicts.
* `ConstantLiar`: each turns out as the worst, the mean or the best that the task has seen.
* `NoImagination`: pending evaluations are not asked again, and otherwise ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.algorithms.steady.base import SteadySearch as SteadySearch
    from ktnas.algorithms.steady.evolution import SteadyAging as SteadyAging
    from ktnas.algorithms.steady.evolution import SteadyMultifactorial as SteadyMultifactorial
    from ktnas.algorithms.steady.evolution import SteadyZeroCost as SteadyZeroCost
    from ktnas.algorithms.steady.forms import steadily as steadily
    from ktnas.algorithms.steady.generational import Generational as Generational
    from ktnas.algorithms.steady.imagination import ConstantLiar as ConstantLiar
    from ktnas.algorithms.steady.imagination import Imagination as Imagination
    from ktnas.algorithms.steady.imagination import KrigingBeliever as KrigingBeliever
    from ktnas.algorithms.steady.imagination import NoImagination as NoImagination
    from ktnas.algorithms.steady.mtnas import SteadyMTNAS as SteadyMTNAS
    from ktnas.algorithms.steady.orders import SteadyEnumeration as SteadyEnumeration
    from ktnas.algorithms.steady.orders import SteadyRandom as SteadyRandom
    from ktnas.algorithms.steady.populations import SteadyKTNAS as SteadyKTNAS
    from ktnas.algorithms.steady.sequential import SteadySequential as SteadySequential
    from ktnas.algorithms.steady.walks import SteadyBestFirst as SteadyBestFirst
    from ktnas.algorithms.steady.walks import SteadyLocal as SteadyLocal

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["SteadySearch"],
        "evolution": ["SteadyAging", "SteadyZeroCost", "SteadyMultifactorial"],
        "forms": ["steadily"],
        "generational": ["Generational"],
        "imagination": ["Imagination", "KrigingBeliever", "ConstantLiar", "NoImagination"],
        "mtnas": ["SteadyMTNAS"],
        "orders": ["SteadyRandom", "SteadyEnumeration"],
        "populations": ["SteadyKTNAS"],
        "sequential": ["SteadySequential"],
        "walks": ["SteadyLocal", "SteadyBestFirst"],
    },
)
