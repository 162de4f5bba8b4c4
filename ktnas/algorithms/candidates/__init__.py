"""Where an algorithm's next proposals come from: pools, variation, screening.

* `JointScreening`: a multi-task Gaussian process on every task's normal scores; candidates by expected improvement.
* `Plateaus`: what is done about networks that come out alike.
* `Breeding`: what a pool is made from, for one task.
* `PoolMembers`: the candidates of one task in one generation.
* `Pool`: a way to find candidates.
* `Offspring`: offspring of the members.
* `BredAndRandom`: offspring of the members, and random architectures beside them: for spaces too large to be listed.
* `WholeSpace`: every architecture of the space; of one too large for that, those of `BredAndRandom`.
* `ProxyScreening`: the candidates of another pool that a proxy rates highest, best first.
* `Evidence`: what has been seen on one task.
* `Ranking`: fitted screening.
* `Supposing`: a ranking that can take outcomes of pending evaluations for granted.
* `Screening`: a way to rank candidates before they are evaluated.
* `NoScreening`: candidates are evaluated in the order they were bred.
* `SurrogateScreening`: one surrogate per task, fitted to normal scores of its fitness; candidates by expected
  improvement.
* `Separately`: another screening fitted to each task's evidence alone: nothing one task has seen reaches another.
* `Child`: a bred architecture and whom it was bred from.
* `Variation`: tournament selection, uniform crossover, one-position mutation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.algorithms.candidates.evidence import Evidence as Evidence
    from ktnas.algorithms.candidates.joint_screening import JointScreening as JointScreening
    from ktnas.algorithms.candidates.joint_screening import Plateaus as Plateaus
    from ktnas.algorithms.candidates.pool import BredAndRandom as BredAndRandom
    from ktnas.algorithms.candidates.pool import Breeding as Breeding
    from ktnas.algorithms.candidates.pool import Offspring as Offspring
    from ktnas.algorithms.candidates.pool import Pool as Pool
    from ktnas.algorithms.candidates.pool import PoolMembers as PoolMembers
    from ktnas.algorithms.candidates.pool import WholeSpace as WholeSpace
    from ktnas.algorithms.candidates.proxy_screening import ProxyScreening as ProxyScreening
    from ktnas.algorithms.candidates.screening import NoScreening as NoScreening
    from ktnas.algorithms.candidates.screening import Ranking as Ranking
    from ktnas.algorithms.candidates.screening import Screening as Screening
    from ktnas.algorithms.candidates.screening import Separately as Separately
    from ktnas.algorithms.candidates.screening import Supposing as Supposing
    from ktnas.algorithms.candidates.screening import SurrogateScreening as SurrogateScreening
    from ktnas.algorithms.candidates.variation import Child as Child
    from ktnas.algorithms.candidates.variation import Variation as Variation

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "evidence": ["Evidence"],
        "joint_screening": ["JointScreening", "Plateaus"],
        "pool": ["Breeding", "PoolMembers", "Pool", "Offspring", "BredAndRandom", "WholeSpace"],
        "proxy_screening": ["ProxyScreening"],
        "screening": [
            "Ranking",
            "Supposing",
            "Screening",
            "NoScreening",
            "SurrogateScreening",
            "Separately",
        ],
        "variation": ["Child", "Variation"],
    },
)
