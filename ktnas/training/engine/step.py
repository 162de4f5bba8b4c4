"""One step of training: forward, loss, backward, clipping, SGD. On a GPU the step is recorded once and replayed.

A small network's step is hundreds of short kernels, and starting them costs more than running them: a CUDA graph starts
all of them at once. `torch.compile` is left alone: it takes longer to compile an architecture than to train it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor, nn

from ktnas.datasets.objectives.base import Objective
from ktnas.training.engine.device import is_out_of_memory
from ktnas.training.engine.losses import loss
from ktnas.training.recipe import Recipe

Step: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Learns from images ``(n, c, h, w)`` and targets; returns the loss, a scalar on the device that the next call may
overwrite."""


_EAGER_STEPS = 3
"""Steps before a graph is recorded: cuDNN and the optimiser allocate in the first ones."""


@runtime_checkable
class HasAuxiliary(Protocol):
    """A network with an auxiliary head."""

    def with_auxiliary(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """The outputs, and those of the auxiliary head if there is one."""


class EagerStep:
    """The step, operation by operation; changes the network in place."""

    def __init__(self, network: nn.Module, objective: Objective, recipe: Recipe, device: torch.device) -> None:
        self._network = network
        self._objective = objective
        self._recipe = recipe
        self._device = device
        self._parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self._rate = torch.tensor(0.0, device=device)
        self._optimiser = torch.optim.SGD(
            self._parameters,
            lr=self._rate,  # a tensor: a recorded step reads the rate that holds when it is replayed
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.momentum > 0,
            fused=True,
        )
        if recipe.momentum:
            # The first step would make the buffers of the parameters that it reaches, and the fused kernel refuses
            # parameters that join later, as in a supernet. From zero the first step comes out the same.
            for parameter in self._parameters:
                self._optimiser.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)

    @property
    def momenta(self) -> tuple[Tensor, ...]:
        """The optimiser's state: a tensor per parameter, changed in place by each step; none without momentum."""
        if not self._recipe.momentum:
            return ()
        return tuple(self._optimiser.state[parameter]["momentum_buffer"] for parameter in self._parameters)

    def set_rate(self, rate: float) -> None:
        """The learning rate of the steps to come."""
        self._rate.fill_(rate)

    def __call__(self, images: Tensor, targets: Tensor) -> Tensor:
        self._optimiser.zero_grad(set_to_none=True)
        value = self._loss(images, targets)
        torch.autograd.backward(value)
        if self._recipe.gradient_clip:
            nn.utils.clip_grad_norm_(self._parameters, self._recipe.gradient_clip)
        self._optimiser.step()
        return value.detach()

    def _loss(self, images: Tensor, targets: Tensor) -> Tensor:
        recipe, network = self._recipe, self._network
        extra: Tensor | None = None
        with autocast(recipe, self._device):
            if recipe.auxiliary and isinstance(network, HasAuxiliary):
                outputs, extra = network.with_auxiliary(images)
            else:
                outputs = network(images)
        value = loss(self._objective, outputs, targets, recipe.label_smoothing)
        if extra is None:
            return value
        return value + recipe.auxiliary * loss(self._objective, extra, targets, recipe.label_smoothing)


class RecordedStep:
    """A step that is recorded as a CUDA graph and replayed; every batch must have the shape of the first.

    To be called on a stream that is not the default one (`ktnas.training.engine.device.working_on`). The first steps
    run eagerly and count as any other; recording itself computes nothing. If it fails, a warning says so and all
    further steps run eagerly.
    """

    def __init__(self, eager: EagerStep) -> None:
        self._eager = eager
        self._before = _EAGER_STEPS
        self._graph: torch.cuda.CUDAGraph | None = None
        self._static: tuple[Tensor, Tensor, Tensor] | None = None
        self.recordable = True

    def __call__(self, images: Tensor, targets: Tensor) -> Tensor:
        if self._before or not self.recordable:
            self._before = max(0, self._before - 1)
            return self._eager(images, targets)
        if self._graph is None:
            self._record(images, targets)
        if self._graph is None or self._static is None:
            return self._eager(images, targets)
        static_images, static_targets, value = self._static
        static_images.copy_(images)
        static_targets.copy_(targets)
        self._graph.replay()
        return value

    def forget(self) -> None:
        """Record anew: something that a graph holds as a constant, such as a probability, has changed."""
        self._graph = self._static = None

    def _record(self, images: Tensor, targets: Tensor) -> None:
        static_images, static_targets, graph = images.clone(), targets.clone(), torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream(images.device)
        try:
            # other threads may go on using the GPU meanwhile
            with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
                value = self._eager(static_images, static_targets)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            self.recordable = False
            torch.cuda.synchronize(images.device)
            warnings.warn(f"the training step could not be recorded as a CUDA graph: {error}", stacklevel=2)
        else:
            self._graph, self._static = graph, (static_images, static_targets, value)


def autocast(recipe: Recipe, device: torch.device) -> torch.autocast:
    """The precision of a forward pass; weights are cast anew each time, as a recorded step has to."""
    enabled = recipe.precision == "bfloat16"
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled, cache_enabled=False)
