"""Weights shared by all architectures of a space: one network that holds every operation, trained once per task.

Single path one-shot (Guo et al., ECCV 2020, sections 3.1 to 3.4): each step trains one architecture, drawn uniformly; a
candidate inherits its weights, has the statistics of its batch normalizations recomputed on training images, and is
judged on the validation part. The reproduced paper uses weight sharing in the space of EMT-NAS (method section 5).

A supernet has no running statistics of its own: those of one architecture are wrong for the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ktnas.datasets.dataset import Dataset
from ktnas.datasets.objectives.base import Objective
from ktnas.errors import ConfigurationError
from ktnas.rng import Streams
from ktnas.spaces.base import SearchSpace, require_member
from ktnas.spaces.operators import sample
from ktnas.training.engine.checkpoint import Checkpoint
from ktnas.training.engine.device import working_on
from ktnas.training.engine.on_device import OnDevice, Part
from ktnas.training.engine.step import autocast
from ktnas.training.engine.trainer import EpochResult, Training, measure, train
from ktnas.training.networks.building import build
from ktnas.training.networks.families import whole
from ktnas.training.networks.network import Network, Size
from ktnas.training.networks.operations import WithDropPath
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.families import SharedNetwork, require_shared
from ktnas.typing import Genotype

CALIBRATION_BATCHES = 8
"""Batches of training images from which a candidate's statistics are computed (docs/supernet.md)."""


_STATE_SIZE = 1024
"""Bytes for the state of a random stream: of one size, as every tensor of a checkpoint."""

_STATISTICS = frozenset({"running_mean", "running_var", "num_batches_tracked"})


class Supernet(WithDropPath):
    """The networks of all architectures of a space, for one objective.

    Weights are drawn from torch's global generator (`ktnas.training.engine.seeding.seeded`).

    Args:
        space: One of `ktnas.training.supernet.families`, whole or a listed part.
        objective: What is to be learnt; decides the head.
        shape: Height, width and channels of the images.
        size: How large each network is.

    Raises:
        ConfigurationError: If the space has no supernet, an auxiliary head is asked for, or images do not suit.
    """

    def __init__(self, space: SearchSpace, objective: Objective, shape: tuple[int, int, int], size: Size) -> None:
        super().__init__()
        require_supernet(space, size)
        self.space = space
        self._build: Callable[[Genotype], Network] = lambda genotype: build(space, genotype, objective, shape, size)
        example = self._build(sample(space, Streams(0).rng("example")))
        self.view = example.view
        shared = require_shared(space).shared(whole(space), example, objective, shape, size)
        self.shared: SharedNetwork = shared
        _drop_statistics(self)

    def forward(self, images: Tensor, genotype: Genotype) -> Tensor:
        """Raw outputs of an architecture's network for images ``(n, c, h, w)``; batches are normalised by themselves.

        Raises:
            ArchitectureError: If the genotype is none of the space.
        """
        require_member(self.space, genotype)
        outputs: Tensor = self.shared(self.view(images), genotype)
        return outputs

    def inherited(self, genotype: Genotype) -> Network:
        """An architecture's network with a copy of its weights; its normalizations have no statistics yet.

        Raises:
            ArchitectureError: If the genotype is none of the space.
        """
        with torch.random.fork_rng(devices=()):
            network = self._build(genotype)
        statistics = {name: t for name, t in network.state_dict().items() if name.rpartition(".")[2] in _STATISTICS}
        network.load_state_dict({**statistics, **self.shared.weights(genotype)})
        return network


def require_supernet(space: SearchSpace, size: Size) -> None:
    """Refuse a space or size that has no supernet.

    Raises:
        ConfigurationError: Naming the spaces that have one.
    """
    require_shared(space)
    if size.auxiliary:
        raise ConfigurationError("a supernet has no auxiliary head: set the size's auxiliary to False")


def _drop_statistics(module: nn.Module) -> None:
    """Let every batch normalization use its batch's statistics, in evaluation mode too, and keep none."""
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.track_running_stats = False
            norm.running_mean = norm.running_var = norm.num_batches_tracked = None


class RandomPaths(nn.Module):
    """A supernet as the trainer takes it: each batch of training sees an architecture drawn uniformly.

    In evaluation mode the last one stays.

    Args:
        supernet: The supernet.
        rng: Draws architectures.
    """

    recordable = False

    def __init__(self, supernet: Supernet, rng: np.random.Generator) -> None:
        super().__init__()
        self.supernet = supernet
        self._rng = rng
        self._genotype = sample(supernet.space, rng)

    def get_extra_state(self) -> Tensor:
        """The state of what draws architectures, and the last one: JSON in bytes ``(1024,)``, for a checkpoint."""
        text = json.dumps({"stream": self._rng.bit_generator.state, "genotype": list(self._genotype)})
        return torch.tensor(list(text.encode().ljust(_STATE_SIZE)), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """Take over what `get_extra_state` gave."""
        held = json.loads(bytes(state.tolist()))
        self._rng.bit_generator.state = held["stream"]
        self._genotype = tuple(held["genotype"])

    def forward(self, images: Tensor) -> Tensor:
        """Raw outputs for images ``(n, c, h, w)``."""
        if self.training:
            self._genotype = sample(self.supernet.space, self._rng)
        outputs: Tensor = self.supernet(images, self._genotype)
        return outputs

    @property
    def drop_path(self) -> float:
        """As `Supernet.drop_path`."""
        return self.supernet.drop_path

    @drop_path.setter
    def drop_path(self, probability: float) -> None:
        self.supernet.drop_path = probability


def train_supernet(
    supernet: Supernet,
    dataset: Dataset | OnDevice,
    recipe: Recipe,
    *,
    device: torch.device,
    seed: int,
    limit_s: float | None = None,
    on_epoch: Callable[[EpochResult], None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Training:
    """Train a supernet in place, an architecture per step; the metrics are those of the last one and mean little.

    Args:
        supernet: Its weights are the caller's.
        dataset: As for `ktnas.training.engine.trainer.train`, with the arguments that follow.
        recipe: Its epochs are those of the supernet.
        device: Where.
        seed: Also decides which architectures are drawn.
        limit_s: Seconds after which training is given up; None for no limit.
        on_epoch: Told after each epoch.
        checkpoint: Where a training that is cut off goes on from; None to begin anew.

    Raises:
        TrainingError: If it diverged, ran out of memory, or over its limit.
        KtnasError: If recipe and dataset do not suit each other, or the checkpoint cannot be written.
    """
    paths = RandomPaths(supernet, Streams(seed).rng("supernet paths"))
    return train(
        paths,
        dataset,
        recipe,
        device=device,
        seed=seed,
        limit_s=limit_s,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )


def score(supernet: Supernet, genotype: Genotype, data: OnDevice, recipe: Recipe) -> dict[str, float]:
    """Validation metrics of an architecture with inherited weights; the supernet stays as it is.

    Args:
        supernet: On the data's device.
        genotype: The architecture.
        data: Its task.
        recipe: Gives the size of batches and the precision.

    Returns:
        Metrics by name; the first is the fitness, higher is better.

    Raises:
        TrainingError: If the network's outputs are not finite.
        ArchitectureError: If the genotype is none of the space.
    """
    with working_on(data.device):
        network = supernet.inherited(genotype).to(data.device)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch leaves it out
        calibrate(network, data.train, recipe)
        return measure(network, data.validation, recipe)


def calibrate(network: nn.Module, part: Part, recipe: Recipe, batches: int = CALIBRATION_BATCHES) -> None:
    """Set the statistics of batch normalizations to the mean of some batches (Guo et al., section 3.4).

    Args:
        network: Changed in place, and left in evaluation mode.
        part: Its first images are used, as they are.
        recipe: Gives the size of batches and the precision.
        batches: How many batches, as far as there are images.
    """
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean of all batches
    network.train()
    size = min(recipe.batch_size, len(part))
    with torch.no_grad(), autocast(recipe, part.images.device):
        for start in range(0, min(batches * size, len(part) - size + 1), size):
            network(part.inputs(part.images[start : start + size]))
    network.eval()
