"""Rank normalisation: what every surrogate is trained on, since only the order of fitness matters."""

import numpy as np
from scipy.special import ndtri

from ktnas.typing import FloatArray


def normal_scores(y: FloatArray) -> FloatArray:
    """Fitness replaced by the normal quantiles of its ranks (van der Waerden scores); ties share their mean rank.

    Args:
        y: Finite fitness ``(n,)``, higher is better.

    Returns:
        Scores ``(n,)``, increasing with ``y``; zeros where all values are equal.
    """
    _, inverse, counts = np.unique(y, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    scores: FloatArray = ndtri((mean_rank[inverse] - 0.5) / len(y))
    return scores


def highest_score(count: int) -> float:
    """The normal score of the best of ``count`` values that all differ."""
    return float(ndtri((count - 0.5) / count))
