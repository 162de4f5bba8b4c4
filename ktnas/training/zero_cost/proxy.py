"""A score of untrained networks as a `ktnas.problem.proxy.Proxy`: each network built and scored once, and remembered.

Architectures whose networks are equal share one score: that of the first of them in the order of the space, built with
weights of one seed. (Drawn in the order of its modules, the same seed gives permuted cells different weights.)
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
import torch
from torch import nn

from ktnas.datasets.objectives.base import Objective
from ktnas.recorded_names import lasting_name
from ktnas.spaces.base import SearchSpace, genotypes
from ktnas.spaces.graph import canonical_form, contracted
from ktnas.store import Arrays, Store
from ktnas.training.engine.device import one_thread
from ktnas.training.engine.seeding import seeded
from ktnas.training.networks import Size
from ktnas.training.networks.building import build
from ktnas.training.networks.families import family_of, whole
from ktnas.training.zero_cost.base import Batch, Score
from ktnas.training.zero_cost.inputs import Inputs, Noise
from ktnas.typing import CanonicalForm, FloatArray, Genotype

FORMAT = 1
"""Version of what is stored; to be raised with every change to what a score or a network computes."""


SAVED_EVERY = 100
"""Networks scored between two writes to the store: what an interruption can cost."""


_LISTED_LIMIT = 100_000
"""Equal networks are looked for in spaces of at most this many codes."""


class Builder(Protocol):
    """What makes a network of a genotype; `ktnas.training.networks.build` for the spaces that come with us."""

    def __call__(
        self, space: SearchSpace, genotype: Genotype, objective: Objective, shape: tuple[int, int, int], size: Size
    ) -> nn.Module:
        """The network, weights drawn from torch's global generator."""


@dataclass(frozen=True)
class ZeroCost:
    """A zero-cost proxy; fulfils `ktnas.problem.proxy.Proxy`.

    Attributes:
        score: What is computed of a network.
        inputs: What it is shown. A score that reads no images depends on their shape and the objective alone.
        size: How large networks are.
        seed: Of the weights, the same for every network.
        networks: What builds a network.
        builder: Name of ``networks``: stands for it in records.
        store: Where scores are kept between runs; None to keep them as long as this object. It changes no score.
        progress: Called after each network scored, with the number of those and of all that this call scores.
    """

    score: Score
    inputs: Inputs = field(default_factory=Noise)
    size: Size = field(default_factory=Size)
    seed: int = 0
    networks: Builder = field(default=build, repr=False, compare=False)
    builder: str = field(init=False, default="")
    store: Store | None = field(default=None, repr=False, compare=False, metadata={"recorded": False})
    progress: Callable[[int, int], None] | None = field(default=None, repr=False, compare=False)
    _known: dict[str, dict[Genotype, float]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        kind = self.networks if hasattr(self.networks, "__qualname__") else type(self.networks)
        object.__setattr__(self, "builder", lasting_name(kind))

    @property
    def name(self) -> str:
        return self.score.name

    def scores(self, space: SearchSpace, task: str, genotypes: Sequence[Genotype]) -> FloatArray:
        """Scores ``(n,)``, finite or minus infinity.

        Raises:
            KtnasError: If no network can be built of the space, or the inputs have none for the task.
        """
        if not genotypes:
            return np.empty(0)
        base = whole(space)
        first = _first_of_equals(base)
        asked = [first.get(genotype, genotype) for genotype in genotypes]
        batch = self.inputs.batch(task)
        key = self._key(base, batch)
        known = self._recalled(key, base)
        missing = [genotype for genotype in dict.fromkeys(asked) if genotype not in known]
        for number, genotype in enumerate(self._in_turn(missing), 1):
            if genotype not in known:  # another process has not scored it since
                known[genotype] = self._score(base, genotype, batch)
            if number % SAVED_EVERY == 0 or number == len(missing):
                self._keep(key, base)
            if self.progress is not None:
                self.progress(number, len(missing))
        return np.array([known[genotype] for genotype in asked])

    def _in_turn(self, missing: Sequence[Genotype]) -> Sequence[Genotype]:
        """``missing`` in an order of each process's own, so that several share the work through their store."""
        if self.store is None:
            return missing
        order = np.random.default_rng(os.getpid()).permutation(len(missing))
        return [missing[i] for i in order.tolist()]

    def _score(self, space: SearchSpace, genotype: Genotype, batch: Batch) -> float:
        with one_thread():
            network = seeded(lambda: self.networks(space, genotype, batch.objective, batch.shape, self.size), self.seed)
            return self.score(network, batch)

    def _key(self, space: SearchSpace, batch: Batch) -> str:
        """Everything that decides a score; fit for a file name."""
        digest = hashlib.sha256()
        shown = (batch.images, batch.targets) if self.score.reads_images else ()
        for part in (
            f"format {FORMAT}, torch {torch.__version__}, {lasting_name(type(space))} {space!r}",
            f"{self.score!r} {self.builder} {self.size!r} {self.seed} {batch.objective!r} {batch.shape}",
        ):
            digest.update(part.encode())
        for tensor in shown:
            digest.update(tensor.contiguous().numpy().tobytes())
        return f"{_file_name(self.name)}-{_file_name(space.name)}-{digest.hexdigest()[:32]}"

    def _recalled(self, key: str, space: SearchSpace) -> dict[Genotype, float]:
        """The scores known so far, to be added to."""
        if key not in self._known:
            self._known[key] = self._stored(key, space)
        return self._known[key]

    def _stored(self, key: str, space: SearchSpace) -> dict[Genotype, float]:
        arrays = None if self.store is None else self.store.get(key)
        if arrays is None or self.store is None:
            return {}
        try:
            return _restored(arrays, space)
        except ValueError as error:
            self.store.reject(key, str(error))
            return {}

    def _keep(self, key: str, space: SearchSpace) -> None:
        if self.store is not None:
            known = self._known[key]
            known |= self._stored(key, space)  # another process may have scored others
            codes = np.array(list(known), dtype=np.int64)
            self.store.put(key, {"codes": codes, "scores": np.array(list(known.values()))})


def _restored(arrays: Arrays, space: SearchSpace) -> dict[Genotype, float]:
    """Scores by genotype, checked."""
    codes, scores = arrays.get("codes"), arrays.get("scores")
    if codes is None or scores is None or codes.dtype != np.int64 or scores.dtype != np.float64:
        raise ValueError("it holds no codes and scores")
    if scores.ndim != 1 or codes.shape != (len(scores), len(space.cardinalities)):
        raise ValueError(f"codes of shape {codes.shape} and scores of shape {scores.shape} do not fit")
    values: list[float] = scores.tolist()
    if any(math.isnan(value) or value == math.inf for value in values):
        raise ValueError("a score is neither finite nor minus infinity")
    return dict(zip(map(tuple, codes.tolist()), values, strict=True))


@lru_cache(maxsize=8)
def _first_of_equals(space: SearchSpace) -> Mapping[Genotype, Genotype]:
    """Of each architecture, the first in the order of the space with an equal network.

    Of several that differ only where nothing leads from input to output, the first has no operation there. Empty for a
    space too large to list.
    """
    if math.prod(space.cardinalities) > _LISTED_LIMIT:
        return {}
    first: dict[CanonicalForm, Genotype] = {}
    return {genotype: first.setdefault(_form(space, genotype), genotype) for genotype in genotypes(space)}


def _form(space: SearchSpace, genotype: Genotype) -> CanonicalForm:
    graph = space.graph(genotype)
    family = family_of(space)
    if family is not None and family.identity is not None:
        graph = contracted(graph, family.identity)
    return canonical_form(graph)


def _file_name(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "+_") else "-" for c in name)[:60]
