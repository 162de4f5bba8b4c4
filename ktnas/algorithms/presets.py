"""Compositions of KTNAS that have a name."""

from __future__ import annotations

from dataclasses import replace

from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import Offspring, WholeSpace
from ktnas.algorithms.candidates.screening import NoScreening, Separately
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.embedding.combined import Combined
from ktnas.embedding.emphasized import Emphasized
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.quantities import Quantities
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.transfer_rank import TransferRank


def ktnas_paper() -> KTNAS:
    """The paper's procedure as written (arXiv 2504.00772): node2vec, transfer rank, mutation, no regressor."""
    return KTNAS("ktnas-paper", Node2Vec(), TransferRank(), NoScreening(), Offspring())


def ktnas() -> KTNAS:
    """The default: a joint surrogate over all tasks screens the space, transfer rank moves architectures."""
    return KTNAS(
        "ktnas",
        Combined((PathOperations(), Emphasized(WeisfeilerLehman(depth=1)), OneHot(), Quantities())),
        TransferRank(),
        JointScreening(),
        WholeSpace(),
        population=5,
        offspring=1,
        migrants=1,
        promise=0.99,
    )


def ktnas_early() -> KTNAS:
    """`ktnas` as it was before networks that come out alike were left out: it goes on with records of that time."""
    return replace(ktnas(), screening=JointScreening(others=0, plateaus=None))


def gp_search() -> KTNAS:
    """`ktnas` without any transfer: the same Gaussian process and the same pool, one task at a time."""
    return _alone(ktnas())


def gp_search_early() -> KTNAS:
    """`gp_search` of the same time as `ktnas_early`."""
    return _alone(ktnas_early())


def _alone(joint: KTNAS) -> KTNAS:
    alone = Separately(joint.screening)
    return replace(joint, label="gp-search", transfer=NoTransfer(), screening=alone, migrants=0)
