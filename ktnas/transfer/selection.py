"""What the transfers share: which outcomes count, how similar vectors are, how groups fill a number of places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ktnas.problem.trial import Trial
from ktnas.transfer.outcome import Outcome
from ktnas.typing import FloatArray, IntArray


def remembered(outcomes: Sequence[Outcome], generation: int, window: int) -> tuple[Outcome, ...]:
    """Every positive outcome, and the negative ones of the last ``window`` generations before ``generation``."""
    return tuple(o for o in outcomes if o.positive or o.generation >= generation - window)


def cosine_similarity(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cosines ``(n, m)`` between rows of ``a (n, dim)`` and ``b (m, dim)``; a zero vector is similar to nothing (0).

    Rounded to 12 decimals, so that ties are ties whatever order a matrix product adds up in.
    """
    similarity: FloatArray = np.round(_unit(a) @ _unit(b).T, 12)
    return similarity


def _unit(x: FloatArray) -> FloatArray:
    length = np.linalg.norm(x, axis=1, keepdims=True)
    unit: FloatArray = x / np.where(length > 0, length, 1.0)
    return unit


def draw(trials: Sequence[Trial], count: int, rng: np.random.Generator) -> tuple[Trial, ...]:
    """Up to ``count`` of ``trials``, drawn at random without replacement."""
    return tuple(trials[i] for i in rng.permutation(len(trials))[:count].tolist())


def best_groups(rank: IntArray, count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Numbers of the ``count`` highest ranks: whole groups of equals while they fit, then a random part of the next.

    Args:
        rank: Integers ``(n,)``, higher is better.
        count: How many to choose; all of them if ``count >= n``.
        rng: Draws the order within each group.
    """
    shuffled = rng.permutation(len(rank))
    order = shuffled[np.argsort(-rank[shuffled], kind="stable")]
    return tuple(order[:count].tolist())
