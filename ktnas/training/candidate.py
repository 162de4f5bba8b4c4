"""Trains one candidate after the other on a device; what goes wrong with one is an answer, not the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeAlias
from zlib import crc32

import torch
from torch import nn

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives.base import Objective
from ktnas.errors import ConfigurationError, DataError, reason
from ktnas.problem.trial import Evaluation
from ktnas.spaces.base import SearchSpace
from ktnas.training.engine import weights
from ktnas.training.engine.checkpoint import Checkpoint
from ktnas.training.engine.device import is_usable, one_thread
from ktnas.training.engine.errors import DeviceLostError, TrainingError
from ktnas.training.engine.on_device import OnDevice, put
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.trainer import EpochResult, Training, measure, train
from ktnas.training.halving import Earlier, Halving, rung_metric
from ktnas.training.networks import Size
from ktnas.training.networks.costs import count
from ktnas.training.recipe import Recipe
from ktnas.typing import Genotype

Build: TypeAlias = Callable[[SearchSpace, Genotype, Objective, tuple[int, int, int], Size], nn.Module]
"""Makes the network of a genotype for an objective and images of a shape; `ktnas.training.networks.build` is one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How candidates are made and trained.

    Attributes:
        space: The search space.
        size: How large the networks are.
        recipe: How they are trained.
        seed: Decides, with task and genotype, every random number.
        networks: Makes a network.
        limit_s: Seconds after which a candidate is given up; None for no limit.
        halving: Stops candidates that fall behind; None to train all of them to the end.
    """

    space: SearchSpace
    size: Size
    recipe: Recipe
    seed: int
    networks: Build
    limit_s: float | None = None
    halving: Halving | None = None

    def build(self, genotype: Genotype, dataset: Dataset) -> nn.Module:
        """The network with its initial weights."""
        shape = self.recipe.resized(dataset.shape)
        seed = training_seed(self.seed, dataset.name, genotype)
        return seeded(lambda: self.networks(self.space, genotype, dataset.objective, shape, self.size), seed)


def training_seed(seed: int, task: str, genotype: Genotype) -> int:
    """The seed of a candidate's training: the same in every process and order.

    >>> training_seed(0, "normal", (1, 2))
    3203556610
    """
    return crc32(repr((seed, task, tuple(map(int, genotype)))).encode())


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained candidate.

    Attributes:
        network: On the trainer's device, in evaluation mode.
        training: How its training went.
        metrics: What is recorded of it: metrics of the validation part, fitness at rungs, epochs, parameters, FLOPs.
    """

    network: nn.Module
    training: Training
    metrics: Mapping[str, float]


class CandidateTrainer:
    """Trains candidates on one device, with one thread, and keeps the data there.

    Args:
        plan: How.
        device: Where.
    """

    def __init__(self, plan: Plan, device: torch.device) -> None:
        self.plan = plan
        self.device = device
        self._data: dict[str, OnDevice] = {}

    def data(self, dataset: Dataset) -> OnDevice:
        """The dataset on the device; put there once, by its name."""
        if dataset.name not in self._data:
            self._data[dataset.name] = put(dataset, self.plan.recipe, self.device)
        return self._data[dataset.name]

    def check(self, dataset: Dataset, genotype: Genotype) -> None:
        """Refuse what cannot be trained: two images pass through the network of a candidate.

        Raises:
            KtnasError: If plan and dataset do not suit each other.
        """
        part = self.data(dataset).train
        network = self.plan.build(genotype, dataset).to(self.device).eval()
        with torch.no_grad():
            outputs = tuple(network(part.inputs(part.images[:2])).shape)
        height, width, _ = self.plan.recipe.resized(dataset.shape)
        expected = (min(2, len(part)), *dataset.objective.prediction.shape((height, width)))
        if outputs != expected:
            raise ConfigurationError(
                f"the network for {dataset.name!r} has outputs of shape {outputs} for two images; its targets "
                f"({dataset.objective}) need {expected}"
            )

    def evaluate(
        self, dataset: Dataset, genotype: Genotype, earlier: Earlier | None = None, keep: Path | None = None
    ) -> Evaluation:
        """The validation fitness of a candidate.

        One that diverges, crashes, or is out of memory or time is a failure with its reason, not an exception.

        Args:
            dataset: What it is trained on.
            genotype: The candidate.
            earlier: What others had at the rungs, for halving; None to train to the end.
            keep: File for its weights, which are lost, with a note, if it cannot be written; None to forget them.

        Raises:
            DeviceLostError: If it crashed in a way that would take all later candidates with it.
        """
        began = perf_counter()
        try:
            trained = self.train(dataset, genotype, earlier=earlier, limit_s=self.plan.limit_s)
        except TrainingError as error:
            return Evaluation.failed(str(error), perf_counter() - began)
        except (Exception, SystemExit) as error:  # the network may be a user's own, and may raise anything
            if not is_usable(self.device):
                raise DeviceLostError(f"{reason(error)} (this process cannot use {self.device} any more)") from error
            return Evaluation.failed(reason(error), perf_counter() - began)
        if keep is not None:
            self._keep(keep, trained.network, dataset, genotype)
        return Evaluation(trained.training.fitness, trained.training.cost_s, trained.metrics)

    def _keep(self, path: Path, network: nn.Module, dataset: Dataset, genotype: Genotype) -> None:
        """A disk that is full costs the weights, with a note, and not the answer that was paid for."""
        try:
            self.save(path, network, dataset, genotype)
        except DataError as error:
            sys.stderr.write(f"note: {error}; they are not kept\n")

    def train(
        self,
        dataset: Dataset,
        genotype: Genotype,
        *,
        earlier: Earlier | None = None,
        limit_s: float | None = None,
        on_epoch: Callable[[EpochResult], None] | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Trained:
        """A candidate, built and trained; the same to the bit each time on a CPU.

        Args:
            dataset: What it is trained on.
            genotype: The candidate.
            earlier: What others had at the rungs, for halving; None to train to the end.
            limit_s: Seconds after which it is given up; None for no limit.
            on_epoch: Told after each epoch.
            checkpoint: Where a training that is cut off goes on from; None to begin anew. Not with halving, whose
                earlier rungs are not kept.

        Raises:
            TrainingError: If it diverged, ran out of memory or over its limit.
            KtnasError: If the plan does not suit the dataset, or the checkpoint cannot be written.
        """
        plan, reached = self.plan, dict[int, float]()
        halving = None if earlier is None else plan.halving
        rungs = () if halving is None else halving.rungs(plan.recipe.epochs)

        def proceed(epoch: int, fitness: float) -> bool:
            reached[epoch] = fitness
            return halving is None or earlier is None or halving.passes(fitness, earlier.get(epoch, ()))

        with one_thread():
            network = plan.build(genotype, dataset)
            cost = count(network, plan.recipe.resized(dataset.shape))
            training = train(
                network,
                self.data(dataset),
                plan.recipe,
                device=self.device,
                seed=training_seed(plan.seed, dataset.name, genotype),
                limit_s=limit_s,
                on_epoch=on_epoch,
                proceed=proceed,
                rungs=rungs,
                checkpoint=checkpoint,
            )
        at_rungs = {rung_metric(epoch): fitness for epoch, fitness in reached.items()}
        sizes = {"epochs": training.epochs, "parameters": cost.parameters, "flops": cost.flops}
        return Trained(network, training, {**training.metrics, **at_rungs, **sizes})

    def test(self, dataset: Dataset, genotype: Genotype, kept: Path | None) -> dict[str, float]:
        """Metrics of the test part, from kept weights that can be read, else after training again the same way.

        Without the time limit: who kept to it in the search is not to be lost because the machine is busier now.

        Returns:
            Metrics by name, ``test`` before it; none where the dataset has no test part. Then parameters and FLOPs.

        Raises:
            TrainingError: If memory runs out, or the loss on the test part is not finite.
            DataError: If the weights are not of this candidate.
        """
        network = self.plan.build(genotype, dataset)
        cost = count(network, self.plan.recipe.resized(dataset.shape))
        sizes: dict[str, float] = {"parameters": cost.parameters, "flops": cost.flops}
        if dataset.test is None:
            return sizes
        if kept is not None and weights.load_kept(kept, network, self._origin(dataset, genotype)):
            network.to(self.device)
        else:
            network = self.train(dataset, genotype).network
        return {**self.measure(network, dataset, dataset.test), **sizes}

    def measure(self, network: nn.Module, dataset: Dataset, test: Split) -> dict[str, float]:
        """Metrics of a trained network on the test part, by name with ``test`` before it; the first ranks networks."""
        with one_thread():
            measured = measure(network, self.data(dataset).part(test), self.plan.recipe)
        return {f"test {name}": value for name, value in measured.items()}

    def save(self, path: Path, network: nn.Module, dataset: Dataset, genotype: Genotype) -> None:
        """Write the weights of a trained candidate, with what they belong to.

        Raises:
            DataError: If the file cannot be written.
        """
        weights.save(path, network, self._origin(dataset, genotype))

    def _origin(self, dataset: Dataset, genotype: Genotype) -> weights.Origin:
        plan = self.plan
        return weights.Origin(
            space=plan.space.name,
            architecture=plan.space.format(genotype),
            task=dataset.name,
            size=str(plan.size),
            recipe=weights.digest(plan.recipe),
            normalization=self.data(dataset).train.normalization,
        )
