"""How long a search will train: a few steps of a candidate of middling size, per task, before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from ktnas.rng import Streams
from ktnas.space import sample
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.candidate import CandidateTrainer
from ktnas.training.dataset import Dataset, Split
from ktnas.training.device import resolve
from ktnas.training.networks.costs import count
from ktnas.typing import Genotype

_SAMPLED = 9
"""Architectures drawn to find one of middling size."""

_STEPS = 3, 9
"""Steps of the two trainings whose difference tells what a step takes; the first ones are slow."""

_MEASURED = 64
"""Images that each of them is measured on: enough for any metric to be defined."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a search is expected to take.

    Attributes:
        candidate_s: Seconds to train and measure one candidate, per task.
        evaluations: Candidates per task.
        workers: How many are trained side by side.
        reports_s: Seconds to train the best again for the report, in turn; 0 where weights are kept.
    """

    candidate_s: Mapping[str, float]
    evaluations: int
    workers: int
    reports_s: float = 0.0

    @property
    def total_s(self) -> float:
        """Seconds in all, if workers do not hinder one another."""
        return self.evaluations * sum(self.candidate_s.values()) / max(1, self.workers) + self.reports_s


def estimate(benchmark: TrainingBenchmark, evaluations: int) -> Estimate:
    """Measure a few steps per task, and reckon; halving is left out of account, so that it can only take less.

    Args:
        benchmark: What is to be searched.
        evaluations: Candidates per task.

    Raises:
        KtnasError: If what is to be trained cannot be.
    """
    seconds = {dataset.name: _candidate_s(benchmark, dataset) for dataset in benchmark.datasets}
    tested = [dataset.name for dataset in benchmark.datasets if dataset.test is not None]
    reports_s = 0.0 if benchmark.weights else sum(seconds[name] for name in tested)
    return Estimate(seconds, evaluations, benchmark.workers, reports_s)


def _candidate_s(benchmark: TrainingBenchmark, dataset: Dataset) -> float:
    recipe = benchmark.recipe
    genotype = _middling(benchmark, dataset)
    batch = min(recipe.batch_size, max(2, round(recipe.share * len(dataset.train))))
    few, many = (_training_s(benchmark, dataset, genotype, steps, batch) for steps in _STEPS)
    step_s = max(many - few, 1e-4) / (_STEPS[1] - _STEPS[0])
    steps = recipe.epochs * (round(recipe.share * len(dataset.train)) // batch)
    overhead_s = max(0.0, few - _STEPS[0] * step_s)
    measured = ceil(len(dataset.validation) / batch) * step_s / 3  # forward alone is about a third of a step
    return overhead_s + steps * step_s + measured


def _middling(benchmark: TrainingBenchmark, dataset: Dataset) -> Genotype:
    rng, plan = Streams(0).rng("estimate"), benchmark.plan
    drawn = [sample(benchmark.space, rng) for _ in range(_SAMPLED)]
    shape = benchmark.recipe.resized(dataset.shape)
    drawn.sort(key=lambda genotype: count(plan.build(genotype, dataset), shape).flops)
    return drawn[len(drawn) // 2]


def _training_s(benchmark: TrainingBenchmark, dataset: Dataset, genotype: Genotype, steps: int, batch: int) -> float:
    """Seconds of so many steps, and of measuring a few images."""
    plan = replace(benchmark.plan, recipe=replace(benchmark.recipe, epochs=1, share=1.0, batch_size=batch))
    some = _repeated(dataset, steps * batch)
    return CandidateTrainer(plan, resolve(benchmark.device)).train(some, genotype).training.cost_s


def _repeated(dataset: Dataset, size: int) -> Dataset:
    """So many images to train on, the first ones over again where there are fewer."""
    indices = [i % len(dataset.train) for i in range(size)]
    train = Split(dataset.train.images[indices], dataset.train.targets[indices])
    held_out = Split(dataset.validation.images[:_MEASURED], dataset.validation.targets[:_MEASURED])
    return replace(dataset, train=train, validation=held_out, test=None)
