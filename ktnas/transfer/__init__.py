"""Knowledge transfer: which architectures of other tasks move to a target; one file per idea.

The single slot for gating. A transfer sees the history of the search so far and nothing else; the labels
of past transfers are a pure function of that history (`ktnas.transfer.outcome`).

* `Candidates`: what a transfer may choose from, for one target in one generation.
* `Transfer`: a way to choose migrants.
* `EditEffects`: chooses migrants by what the change to them from the target's best gained on their source.
* `PredictionVotes`: chooses migrants by votes on sources' predictions near the top.
* `NearestPositive`: transfers the candidates nearest to past positive transfers.
* `NoTransfer`: transfers nothing.
* `Outcome`: one judged transfer.
* `RandomTransfer`: transfers random candidates.
* `Translation`: translation between the parts of several spaces.
* `TieBreak`: orders candidates of equal transfer rank.
* `RandomTies`: equal ranks are drawn from at random (arXiv 2504.00772).
* `NeighbourTies`: equal ranks by the labels of a candidate's nearest remembered transfers.
* `TransferRank`: chooses migrants by transfer rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.transfer.base import Candidates as Candidates
    from ktnas.transfer.base import Transfer as Transfer
    from ktnas.transfer.edit_effects import EditEffects as EditEffects
    from ktnas.transfer.nearest_positive import NearestPositive as NearestPositive
    from ktnas.transfer.no_transfer import NoTransfer as NoTransfer
    from ktnas.transfer.outcome import Outcome as Outcome
    from ktnas.transfer.prediction_votes import PredictionVotes as PredictionVotes
    from ktnas.transfer.random_transfer import RandomTransfer as RandomTransfer
    from ktnas.transfer.transfer_rank import NeighbourTies as NeighbourTies
    from ktnas.transfer.transfer_rank import RandomTies as RandomTies
    from ktnas.transfer.transfer_rank import TieBreak as TieBreak
    from ktnas.transfer.transfer_rank import TransferRank as TransferRank
    from ktnas.transfer.translation import Translation as Translation

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Candidates", "Transfer"],
        "edit_effects": ["EditEffects"],
        "prediction_votes": ["PredictionVotes"],
        "nearest_positive": ["NearestPositive"],
        "no_transfer": ["NoTransfer"],
        "outcome": ["Outcome"],
        "random_transfer": ["RandomTransfer"],
        "translation": ["Translation"],
        "transfer_rank": ["TieBreak", "RandomTies", "NeighbourTies", "TransferRank"],
    },
)
