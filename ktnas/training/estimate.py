"""How long a search will train: a few steps of a candidate of middling size, per task, before anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ktnas.benchmarks import Benchmark
from ktnas.datasets.dataset import Dataset, Split
from ktnas.errors import ConfigurationError
from ktnas.formatting import duration
from ktnas.rng import Streams
from ktnas.spaces.operators import sample
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.candidate import CandidateTrainer
from ktnas.training.engine.device import resolve
from ktnas.training.networks.costs import count
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.benchmark import SupernetBenchmark
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
        candidate_s: Seconds to train and measure one candidate (only to measure, with a supernet), per task.
        workers: How many are trained side by side.
        once_s: Seconds for what a run does once, one after the other: the best of each task trained again for the
            report, unless weights are kept; supernets.
    """

    candidate_s: Mapping[str, float]
    workers: int
    once_s: float = 0.0

    def total_s(self, runs: Iterable[Mapping[str, int]]) -> float:
        """Seconds in all, if workers do not hinder one another.

        Args:
            runs: Per run, the candidates of each task.
        """
        return sum(self._trained_s(candidates) / max(1, self.workers) + self.once_s for candidates in runs)

    def _trained_s(self, candidates: Mapping[str, int]) -> float:
        return sum(seconds * candidates[task] for task, seconds in self.candidate_s.items())


def estimate(benchmark: TrainingBenchmark | SupernetBenchmark) -> Estimate:
    """Measure a few steps per task, and reckon; halving is left out of account, so that it can only take less.

    Args:
        benchmark: What is to be searched.

    Raises:
        KtnasError: If what is to be trained cannot be.
    """
    alone = benchmark if isinstance(benchmark, TrainingBenchmark) else benchmark.alone
    paces = {dataset.name: _pace(alone, dataset) for dataset in alone.datasets}
    tested = [dataset for dataset in alone.datasets if dataset.test is not None]
    reports_s = 0.0 if alone.weights else sum(paces[d.name].training_s(alone.recipe, d) for d in tested)
    if isinstance(benchmark, TrainingBenchmark):
        seconds = {d.name: paces[d.name].training_s(alone.recipe, d) for d in alone.datasets}
        return Estimate(seconds, benchmark.workers, reports_s)
    first_s = sum(paces[d.name].training_s(benchmark.recipe, d) for d in alone.datasets)  # each task's supernet
    seconds = {d.name: paces[d.name].measuring_s(benchmark.recipe, d) for d in alone.datasets}
    return Estimate(seconds, 1, reports_s + first_s)


@dataclass(frozen=True, slots=True)
class _Pace:
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
        return self.overhead_s + images * self.image_s + self.measuring_s(recipe, dataset)

    def measuring_s(self, recipe: Recipe, dataset: Dataset) -> float:
        """Seconds to measure a network: forward alone is about a third of a step."""
        return len(dataset.validation) * self.image_s / 3


def _pace(benchmark: TrainingBenchmark, dataset: Dataset) -> _Pace:
    batch = min(benchmark.recipe.batch_size, max(2, round(benchmark.recipe.share * len(dataset.train))))
    genotype = _middling(benchmark, dataset)
    few, many = (_training_s(benchmark, dataset, genotype, steps, batch) for steps in _STEPS)
    step_s = max(many - few, 1e-4) / (_STEPS[1] - _STEPS[0])
    return _Pace(max(0.0, few - _STEPS[0] * step_s), step_s / batch)


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


def require_time(benchmark: Benchmark, runs: Sequence[Mapping[str, int]], max_hours: float | None) -> str:
    """A sentence on the time that a search is estimated to take.

    Args:
        benchmark: One that trains.
        runs: Per run, one after the other, the candidates of each task that are left to be trained.
        max_hours: The most that it may take; None for no limit.

    Raises:
        ConfigurationError: If the estimate exceeds the limit, or the limit is not above 0.
    """
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.supernet.benchmark import SupernetBenchmark

    if max_hours is not None and not max_hours > 0:  # so that NaN is none either
        raise ConfigurationError(f"--max-hours must be above 0; got {max_hours:g}")
    if not isinstance(benchmark, TrainingBenchmark | SupernetBenchmark):
        raise ConfigurationError(f"{benchmark.name} does not train: there is nothing to estimate")
    found = estimate(benchmark)
    total_s = found.total_s(runs)
    each = ", ".join(f"{task} {duration(seconds)}" for task, seconds in found.candidate_s.items())
    workers = "1 worker" if found.workers < 2 else f"{found.workers} workers"
    halved = ", less with --halving" if isinstance(benchmark, TrainingBenchmark) and benchmark.halving else ""
    text = f"about {duration(total_s)} on {workers}{halved} (a candidate of middling size: {each})"
    limit_s = benchmark.limit_s if isinstance(benchmark, TrainingBenchmark) else None
    over = [task for task, seconds in found.candidate_s.items() if limit_s is not None and seconds > limit_s]
    if over:
        text += f"; with --time-limit {limit_s:g}, most candidates of {', '.join(over)} will be given up"
    if max_hours is not None and total_s > 3600 * max_hours:
        raise ConfigurationError(
            f"the search is estimated to take {text}; that is more than --max-hours {max_hours:g}: lower --budget, "
            "--epochs, --share, --resolution or --channels, or allow more"
        )
    return text
