"""Every transfer keeps the promises of the protocol, and the checks notice one that does not."""

from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.testing import check_transfer
from ktnas.transfer.edit_effects import EditEffects
from ktnas.transfer.nearest_positive import NearestPositive
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.prediction_votes import PredictionVotes
from ktnas.transfer.random_transfer import RandomTransfer
from ktnas.transfer.selection import draw
from ktnas.transfer.transfer_rank import NeighbourTies, TransferRank

TRANSFERS = (
    NoTransfer(),
    RandomTransfer(),
    NearestPositive(),
    TransferRank(),
    TransferRank(window=1, exploration=1.0),
    TransferRank(exploration=0.0, ties=NeighbourTies()),
    EditEffects(),
    PredictionVotes(top=0.5),
)


@pytest.mark.parametrize("transfer", TRANSFERS, ids=repr)
@pytest.mark.parametrize("seed", [0, 1])
def test_transfer_keeps_its_promises(transfer, seed):
    check_transfer(transfer, np.random.default_rng(seed))


def test_transfers_have_names_of_their_own():
    assert len({transfer.name for transfer in TRANSFERS}) == 7  # two of the transfer ranks share one


@dataclass(frozen=True)
class Broken:
    fault: str

    @property
    def name(self):
        return "" if self.fault == "nameless" else "broken"

    def migrants(self, candidates, count, rng):
        chosen = draw(candidates.trials, count, rng)
        match self.fault:
            case "greedy":
                return candidates.trials
            case "twice" if count > 1:
                return (*chosen[:1], *chosen[:1])
            case "moody":
                return draw(candidates.trials, count, np.random.default_rng())
            case "inventive" if chosen:
                return (candidates.trials[0].__class__(7, chosen[0].proposal, chosen[0].evaluation),)
        return chosen


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("nameless", "name is empty"),
        ("greedy", "at most 0 were asked for"),
        ("twice", "an architecture twice"),
        ("moody", "choose differently"),
        ("inventive", "no candidate"),
    ],
)
def test_check_transfer_names_the_broken_promise(fault, message):
    check_transfer(Broken("none"), np.random.default_rng(0))
    with pytest.raises(AssertionError, match=message):
        check_transfer(Broken(fault), np.random.default_rng(0))
