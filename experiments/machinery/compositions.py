"""`ktnas` with parts exchanged, as more than one experiment compares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import cast

from experiments.machinery.harness import as_search
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.presets import ktnas
from ktnas.embedding.combined import Combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.persistence import PersistentEmbedder
from ktnas.runner.design import Arm
from ktnas.runner.experiment import with_store
from ktnas.transfer.base import Transfer
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.random_transfer import RandomTransfer

TRANSFERS: Mapping[str, Transfer] = {"random transfer": RandomTransfer(), "no transfer": NoTransfer()}
"""What stands in place of transfer rank, by its name in arms."""


def arm(name: str, search: KTNAS) -> Arm:
    """A composition under the name of its change; its own label stays that of its base, so that equals are equal."""
    return Arm(name, as_search(search))


def embedded_parts(base: KTNAS) -> tuple[PersistentEmbedder, ...]:
    """What the embedder of `ktnas` combines."""
    if not isinstance(base.embedder, Combined):
        raise TypeError("the embedder of ktnas is a combination")
    return base.embedder.parts


def kept(search: KTNAS) -> KTNAS:
    """The same, its embeddings kept in the user's cache directory."""
    return cast("KTNAS", with_store(as_search(search)))


def exploring() -> KTNAS:
    """`ktnas` whose last evaluations are chosen like all others."""
    base = ktnas()
    if not isinstance(base.screening, JointScreening):
        raise TypeError("ktnas screens by a joint surrogate")
    return replace(base, screening=replace(base.screening, final=0))


def parts_left_out() -> list[Arm]:
    """`ktnas` without transfer rank, embedding and surrogate, each alone and together with others; itself first."""
    arms = []
    for named, discrete, bred in product(("", *TRANSFERS), (False, True), (False, True)):
        search = ktnas()
        if named:
            search = replace(search, transfer=TRANSFERS[named])
        if discrete:
            search = replace(search, embedder=OneHot())
        if bred:
            search = replace(search, screening=NoScreening(), pool=Offspring())
        changes = [named] * bool(named) + ["discrete code"] * discrete + ["no surrogate"] * bred
        arms.append(arm(", ".join(changes) or "ktnas", search))
    return arms
