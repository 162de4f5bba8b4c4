"""What changes while a network is trained: the learning rate per step, the drop path per epoch."""

from __future__ import annotations

import math

from ktnas.training.recipe import Recipe


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Learning rate of step ``step`` from 0 of ``steps``: a linear rise, then a cosine towards 0.

    NAS-Bench-201 changes the rate by epochs; per step, short trainings have a smooth schedule too.
    """
    rising = round(recipe.warmup * steps)
    if step < rising:
        return recipe.learning_rate * (step + 1) / rising
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - rising) / (steps - rising)))


def drop_path(recipe: Recipe, epoch: int) -> float:
    """Probability in epoch ``epoch`` from 1: 0 in the first, ``recipe.drop_path`` in the last (Liu et al., DARTS)."""
    return recipe.drop_path * (epoch - 1) / max(1, recipe.epochs - 1)
