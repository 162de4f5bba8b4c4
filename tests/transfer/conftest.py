"""Candidates and past transfers for a transfer to choose by, with vectors written by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.outcome import Outcome


@dataclass(frozen=True)
class Written:
    """A fitted embedder that looks vectors up."""

    vectors: dict

    def embed(self, genotypes):
        return np.array([self.vectors[genotype] for genotype in genotypes], dtype=np.float64)


def candidates(vectors, past, generation=9):
    """Candidates ``(0,), (1,), ...`` with these vectors; ``past``: vector, label and generation of each transfer.

    Past transfer ``i`` has the genotype ``(100 + i,)``.
    """
    trials = tuple(Trial(0, Proposal("donor", (i,)), Evaluation(-float(i))) for i in range(len(vectors)))
    outcomes = tuple(Outcome(when, (100 + i,), "donor", positive) for i, (_, positive, when) in enumerate(past))
    known = {(i,): vector for i, vector in enumerate(vectors)}
    known.update({(100 + i,): vector for i, (vector, _, _) in enumerate(past)})
    return Candidates("target", generation, trials, outcomes, Written(known))


@pytest.fixture
def make_candidates():
    return candidates


@pytest.fixture
def chosen():
    """``chosen(transfer, candidates, count, seed)``: the numbers of the candidates that the transfer chooses."""

    def choose(transfer, candidates, count, seed=0):
        return [t.genotype[0] for t in transfer.migrants(candidates, count, np.random.default_rng(seed))]

    return choose
