"""How far a training has come, in a file: one that is cut off, by a power cut too, goes on from its last epoch.

Kept is everything that changes from epoch to epoch: weights, statistics of batch normalizations, the optimiser's
momenta, and the state of every random stream. The schedule is a function of the epoch. On a CPU a training that goes on
ends as one that was never cut off, to the bit. The file is read without running code from it; one that is damaged, or
of another training, is none, and a note says so.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as serialized
from torch import Tensor, nn

from ktnas.errors import DataError
from ktnas.files.durable import make_directory, remove_durably, replacing
from ktnas.training.engine.weights import content_digest

_FORMAT = "ktnas checkpoint 1"
"""The only key of the metadata."""

_NETWORK, _MOMENTUM, _RANDOM = "network.", "momentum.", "random."


class _UnusableError(Exception):
    """Why a checkpoint is none."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a training has come.

    Attributes:
        epoch: Epochs that are done.
        cost_s: Seconds that they took, in all processes that worked on it.
    """

    epoch: int = 0
    cost_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Changing:
    """What changes while a network is trained, the epoch aside.

    Attributes:
        network: What it keeps beside tensors, by `torch.nn.Module.get_extra_state`, cannot be written.
        momenta: Of the optimiser.
        generators: Random streams by name, on the CPU.
        device: Its global generator, and that of the CPU, are kept too.
    """

    network: nn.Module
    momenta: Sequence[Tensor]
    generators: Mapping[str, torch.Generator]
    device: torch.device

    @property
    def can_be_kept(self) -> bool:
        """Whether all of it are tensors."""
        return all(isinstance(value, Tensor) for value in self.network.state_dict().values())

    def tensors(self) -> dict[str, Tensor]:
        """All of it by name; tensors of the network and the optimiser are themselves, not copies."""
        found = {f"{_NETWORK}{name}": tensor for name, tensor in self.network.state_dict().items()}
        found |= {f"{_MOMENTUM}{i}": tensor for i, tensor in enumerate(self.momenta)}
        found |= {f"{_RANDOM}{name}": stream.get_state() for name, stream in self.generators.items()}
        found[f"{_RANDOM}cpu"] = torch.get_rng_state()
        if self.device.type == "cuda":
            found[f"{_RANDOM}device"] = torch.cuda.get_rng_state(self.device)
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what `tensors` gave, of the same names, shapes and types."""
        state = {name.removeprefix(_NETWORK): t for name, t in tensors.items() if name.startswith(_NETWORK)}
        self.network.load_state_dict(state)
        with torch.no_grad():
            for i, momentum in enumerate(self.momenta):
                momentum.copy_(tensors[f"{_MOMENTUM}{i}"])
        for name, stream in self.generators.items():
            stream.set_state(tensors[f"{_RANDOM}{name}"])
        torch.set_rng_state(tensors[f"{_RANDOM}cpu"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(tensors[f"{_RANDOM}device"], self.device)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file in which one training keeps how far it has come.

    Attributes:
        path: The file; its directory is made when the first epoch is kept.
        training: A name of everything that decides the weights: only a training of the same name goes on from it.
    """

    path: Path
    training: str

    def save(self, reached: Reached, changing: Changing) -> None:
        """Replace the file; on disk when this returns.

        Raises:
            DataError: If it cannot be written.
        """
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in changing.tensors().items()}
        said = {
            "training": self.training,
            "epoch": reached.epoch,
            "cost_s": reached.cost_s,
            "content": content_digest(tensors),
        }
        content = serialized(tensors, {_FORMAT: json.dumps(said, sort_keys=True)})
        try:
            make_directory(self.path.parent)
            with replacing(self.path) as file:
                file.write(content)
        except OSError as error:
            raise DataError(
                f"how far the training has come cannot be written to {self.path}: {error.strerror or error}; what it "
                "holds is kept: give the same command again once that is mended"
            ) from error

    def restore(self, changing: Changing, epochs: int) -> Reached:
        """Take over what the file holds; what is damaged, or of another training, changes nothing, and a note says so.

        Args:
            changing: Of a training that has not begun.
            epochs: How many there will be.

        Returns:
            How far the training has come: 0 epochs without a file that it can go on from.

        Raises:
            DataError: If somebody has made the file up.
        """
        if not self.path.exists():
            return Reached()
        wanted = changing.tensors()
        try:
            reached = self._header(wanted, epochs)
            tensors = self._content(wanted)
        except _UnusableError as error:
            sys.stderr.write(f"note: {self.path} {error}; training begins anew\n")
            return Reached()
        try:
            changing.restore(tensors)
        except (ValueError, TypeError, KeyError, RuntimeError) as error:
            raise DataError(f"{self.path} holds no training's state, though whole ({error}); remove it") from None
        return reached

    def remove(self) -> None:
        """Take the file away, and what writers of it have left that were killed: the final weights stand."""
        with suppress(OSError):  # it is only in the way
            remove_durably(self.path)

    def _header(self, wanted: Mapping[str, Tensor], epochs: int) -> Reached:
        """How far the training has come; no tensor is read.

        Raises:
            _UnusableError: If the file is damaged, or of another training.
        """
        try:
            with safe_open(self.path, framework="pt") as file:
                metadata = file.metadata() or {}
                names = set(file.keys())
                shapes = {name: list(file.get_slice(name).get_shape()) for name in names & wanted.keys()}
        except (OSError, SafetensorError) as error:
            raise _UnusableError(f"is damaged: {error}") from None
        said = _parsed(metadata.get(_FORMAT, ""))
        if said.get("training") != self.training:
            raise _UnusableError("is of another training, by what was asked or by its images")
        if names != wanted.keys() or any(list(t.shape) != shapes[name] for name, t in wanted.items()):
            raise _UnusableError("is of a network with other weights")
        epoch, cost_s = said.get("epoch"), said.get("cost_s")
        if type(epoch) is not int or not 0 < epoch <= epochs or not isinstance(cost_s, int | float):
            raise _UnusableError("is damaged: it does not say how many epochs are done")
        if not 0 <= cost_s < math.inf:
            raise _UnusableError("is damaged: it does not say how long they took")
        return Reached(epoch, float(cost_s))

    def _content(self, wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
        try:
            tensors = load_file(self.path)
            with safe_open(self.path, framework="pt") as file:
                said = _parsed((file.metadata() or {}).get(_FORMAT, ""))
        except (OSError, SafetensorError) as error:
            raise _UnusableError(f"is damaged: {error}") from None
        if any(tensors[name].dtype != tensor.dtype for name, tensor in wanted.items()):
            raise _UnusableError("is of a network with other weights")
        if content_digest(tensors) != said.get("content"):
            raise _UnusableError("is damaged: it is not what was written")
        return tensors


def _parsed(text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _UnusableError("was not written by ktnas, or is damaged")
    return said
