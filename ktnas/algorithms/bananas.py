"""BANANAS-like predictor search (White, Neiswanger, Savani, AAAI 2021), each task by itself.

Ten random architectures; then rounds of ten, chosen by a surrogate on the path encoding among a hundred mutants of the
best. The authors train an ensemble of five neural networks and choose by independent Thompson sampling; here a
Gaussian process predicts, and expected improvement is the criterion. (A random forest in its place is slower, and with
60 evaluations its best cells of NAS-Bench-201 and TransNAS-Bench-101 micro ranked twice as low.)
"""

from __future__ import annotations

from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.screening import SurrogateScreening
from ktnas.algorithms.candidates.variation import Variation
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.transfer.no_transfer import NoTransfer


def bananas() -> KTNAS:
    """BANANAS by composition: every part can be exchanged with `dataclasses.replace`."""
    return KTNAS(
        "bananas",
        PathEncoding(),
        NoTransfer(),
        SurrogateScreening(GaussianProcess()),
        Offspring(Variation(tournament_size=5), per_evaluation=10),
        migrants=0,
    )
