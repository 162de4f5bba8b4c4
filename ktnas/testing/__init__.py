"""Conformance checks that a user's own parts can run too, from any test framework.

``check_space(MySpace(), np.random.default_rng(0))`` raises an `AssertionError` that says which promise of the protocol
is broken, and by which architecture.

* `check_graph`: an operation graph.
* `check_space`: a search space.
* `check_search`: a search algorithm.
* `check_surrogate`: a surrogate regressor.
* `check_transfer`: a transfer strategy.
"""

from ktnas.testing.parts import check_surrogate, check_transfer
from ktnas.testing.searches import check_search
from ktnas.testing.spaces import check_graph, check_space

__all__ = ["check_graph", "check_search", "check_space", "check_surrogate", "check_transfer"]
