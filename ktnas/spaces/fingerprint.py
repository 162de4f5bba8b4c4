"""What a search space is, in one short string: spaces whose fields or whose code differ have different ones.

Whoever keeps what was computed in a space keeps its fingerprint beside it, and does not take it for what another
space, or a later state of the same one, would give.
"""

from __future__ import annotations

import dataclasses
import hashlib
from functools import lru_cache

from ktnas.recorded_names import lasting_name
from ktnas.rng import Streams
from ktnas.spaces.base import ListedSpace, SearchSpace, identities, quantities
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import SeveralSpaces

_ARCHITECTURES = 64


@lru_cache(maxsize=16)
def fingerprint(space: SearchSpace) -> str:
    """32 hexadecimal digits that stand for a space.

    They cover its type, fields, name and cardinalities, the genotypes of a `ListedSpace` in their order, which
    operations are identities, and what its code makes of 64 architectures: their strings, graphs and quantities.
    """
    return hashlib.sha256("\n".join(_traits(space)).encode()).hexdigest()[:32]


def _traits(space: SearchSpace) -> list[str]:
    traits = [space.name, repr(space.cardinalities)]
    if isinstance(space, ListedSpace):
        return [*traits, f"listed {hashlib.sha256(space.codes.tobytes()).hexdigest()}", *_traits(space.base)]
    if isinstance(space, SeveralSpaces):
        return [*traits, f"several {space.synonyms}", *map(fingerprint, space.spaces)]
    traits.append(lasting_name(type(space)))
    traits.append(f"identities {sorted(identities(space))}")
    if dataclasses.is_dataclass(space):
        traits.append(repr(space))
    for genotype in sample_distinct(space, _ARCHITECTURES, Streams(0).rng("fingerprint")):
        graph = space.graph(genotype)
        made = (space.format(genotype), graph.operations, graph.edges, quantities(space, genotype))
        traits.append(f"{genotype} {made}")
    return traits
