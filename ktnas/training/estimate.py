"""How fast candidates are trained: a few steps of one of middling size, per task, before anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from ktnas.datasets.dataset import Dataset, Split
from ktnas.rng import Streams
from ktnas.spaces.operators import sample
from ktnas.training.candidate import CandidateTrainer, Plan
from ktnas.training.networks.costs import count
from ktnas.training.recipe import Recipe
from ktnas.typing import Genotype

_SAMPLED = 9
"""Architectures drawn to find one of middling size."""


_STEPS = 3, 9
"""Steps of the two trainings whose difference tells what a step takes; the first ones are slow."""


_MEASURED = 64
"""Images that each of them is measured on: enough for any metric to be defined."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a task's candidate of middling size is trained.

    Attributes:
        overhead_s: What a training takes beside its steps.
        image_s: Per image of a step.
    """

    overhead_s: float
    image_s: float

    def training_s(self, recipe: Recipe, dataset: Dataset) -> float:
        """Seconds to train and measure a network."""
        images = recipe.epochs * round(recipe.share * len(dataset.train))
        return self.overhead_s + images * self.image_s + self.measuring_s(dataset)

    def measuring_s(self, dataset: Dataset) -> float:
        """Seconds to measure a network: forward alone is about a third of a step."""
        return len(dataset.validation) * self.image_s / 3


def paces(plan: Plan, datasets: Sequence[Dataset], device: torch.device) -> dict[str, Pace]:
    """How fast candidates of each dataset's task are trained, by its name.

    Args:
        plan: How; its time limit and halving are left out of account.
        datasets: One per task.
        device: Where.

    Raises:
        KtnasError: If what is to be trained cannot be.
    """
    return {dataset.name: _pace(plan, dataset, device) for dataset in datasets}


def _pace(plan: Plan, dataset: Dataset, device: torch.device) -> Pace:
    batch = min(plan.recipe.batch_size, max(2, round(plan.recipe.share * len(dataset.train))))
    genotype = _middling(plan, dataset)
    few, many = (_training_s(plan, dataset, device, genotype, steps * batch, batch) for steps in _STEPS)
    step_s = max(many - few, 1e-4) / (_STEPS[1] - _STEPS[0])
    return Pace(max(0.0, few - _STEPS[0] * step_s), step_s / batch)


def _middling(plan: Plan, dataset: Dataset) -> Genotype:
    rng = Streams(0).rng("estimate")
    drawn = [sample(plan.space, rng) for _ in range(_SAMPLED)]
    shape = plan.recipe.resized(dataset.shape)
    drawn.sort(key=lambda genotype: count(plan.build(genotype, dataset), shape).flops)
    return drawn[len(drawn) // 2]


def _training_s(
    plan: Plan, dataset: Dataset, device: torch.device, genotype: Genotype, images: int, batch: int
) -> float:
    """Seconds of an epoch of so many images, and of measuring a few."""
    short = replace(plan, recipe=replace(plan.recipe, epochs=1, share=1.0, batch_size=batch))
    return CandidateTrainer(short, device).train(_repeated(dataset, images), genotype).training.cost_s


def _repeated(dataset: Dataset, size: int) -> Dataset:
    """So many images to train on, the first ones over again where there are fewer."""
    indices = [i % len(dataset.train) for i in range(size)]
    train = Split(dataset.train.images[indices], dataset.train.targets[indices])
    held_out = Split(dataset.validation.images[:_MEASURED], dataset.validation.targets[:_MEASURED])
    return replace(dataset, train=train, validation=held_out, test=None)
