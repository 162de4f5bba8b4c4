"""KTNAS: multi-population evolution with gated transfer (method section 2; arXiv 2504.00772).

One population per task. A generation has two questions: first the migrants that the transfer chose from the
donors' populations, then offspring of the population and these migrants, screened by a surrogate. Survivors
are the best of all. The paper breeds before it evaluates the migrants, which leaves their fitness undefined
where parents are selected by fitness; evaluating them first costs the same.

An architecture that the target has evaluated is no candidate: it would cost nothing and teach nothing.

* `KTNAS`: multi-population evolution with gated transfer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.algorithms.multi_population.search import KTNAS as KTNAS

__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={"search": ["KTNAS"]})
