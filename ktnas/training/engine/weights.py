"""The weights of a trained network in a file of their own (safetensors), with what is needed to use them again.

A file is read without running code from it, and only into the network that it was saved from: architecture, task, names
and shapes are compared before the network is touched.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as serialized
from torch import Tensor, nn

from ktnas.errors import DataError
from ktnas.files.durable import make_directory, replacing
from ktnas.training.engine.on_device import Normalization
from ktnas.training.recipe import Recipe

_FORMAT = "ktnas weights 1"
"""The only key of the metadata: several would be written in an order that differs from file to file."""


_CONTENT = "content"
"""In the metadata, `content_digest` of the tensors; files of before have none, and are read unchecked."""


class DamagedWeightsError(DataError):
    """A file that holds no weights at all: it was damaged, or is none of ours."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a network is, and how it came about.

    Attributes:
        space: Name of the search space.
        architecture: The architecture's string.
        task: Name of the task.
        size: How large the network is, in words that are the same for the same size, such as ``str(size)``.
        recipe: `digest` of the recipe it was trained by.
        normalization: Of the images it was trained on: others must be normalised in the same way.
    """

    space: str
    architecture: str
    task: str
    size: str
    recipe: str
    normalization: Normalization


def digest(recipe: Recipe) -> str:
    """A short name of a recipe: equal recipes, equal names.

    >>> digest(Recipe()) == digest(Recipe(epochs=3)) != digest(Recipe(epochs=4))
    True
    """
    return hashlib.sha256(json.dumps(asdict(recipe), sort_keys=True).encode()).hexdigest()[:16]


def save(path: Path, network: nn.Module, origin: Origin) -> None:
    """Write a network's weights, on disk when this returns; a file that is there is replaced by the complete one.

    Raises:
        DataError: If the file cannot be written.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    said = {**asdict(origin), _CONTENT: content_digest(tensors)}
    content = serialized(tensors, {_FORMAT: json.dumps(said, sort_keys=True)})
    try:
        make_directory(path.parent)
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise DataError(f"weights cannot be written to {path}: {error}") from error


def read_origin(path: Path) -> Origin:
    """What the weights in a file belong to.

    Raises:
        DataError: If there is no such file, or it is not one that `save` wrote.
    """
    return _read_header(path)[0]


def load(path: Path, network: nn.Module, expected: Origin) -> None:
    """Read weights into a network of the same architecture; it is changed only if all of them fit.

    Args:
        path: A file that `save` wrote.
        network: Built as the saved one was, on any device.
        expected: What the network is; recipe and normalisation may differ from those in the file.

    Raises:
        DataError: If there is no such file, it is damaged, or of another architecture, size or task.
    """
    origin, found, content = _read_header(path)
    for field in ("space", "architecture", "size", "task"):
        ours, theirs = getattr(expected, field), getattr(origin, field)
        if ours != theirs:
            raise DataError(f"{path} is a weights file of another {field}: it holds {theirs!r}, not {ours!r}")
    wanted = {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    if found != wanted:
        name = min(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise DataError(
            f"{path} does not fit the network: tensor {name!r} has shape {found.get(name, 'none')} in the file and "
            f"{wanted.get(name, 'none')} in the network; it was saved by another version or changed since"
        )
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise DamagedWeightsError(f"{path} is damaged: {error}") from error
    if content not in (None, content_digest(tensors)):
        raise DamagedWeightsError(f"{path} is damaged: its weights are not those that were written")
    network.load_state_dict(tensors)


def load_kept(path: Path, network: nn.Module, expected: Origin) -> bool:
    """As `load`, of a file that is a convenience: without one the network is trained again.

    Returns:
        Whether the weights were read. Damaged ones, as a power cut may leave them, are none, and a note says so.

    Raises:
        DataError: If the file holds the weights of another network.
    """
    if not path.exists():
        return False
    try:
        load(path, network, expected)
    except DamagedWeightsError as error:
        sys.stderr.write(f"note: {error}; training again instead\n")
        return False
    return True


def content_digest(tensors: Mapping[str, Tensor]) -> str:
    """A checksum of tensors on the CPU: their names and all of their bytes.

    >>> content_digest({"a": torch.zeros(2)}) == content_digest({"a": torch.zeros(2)}) != content_digest({})
    True
    """
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(name.encode())
        found.update(tensors[name].reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _read_header(path: Path) -> tuple[Origin, dict[str, list[int]], str | None]:
    """The origin, the shape of each tensor by name, and their digest if there is one; no tensor is read."""
    if not path.is_file():
        raise DataError(f"no weights file {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            shapes = {name: list(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise DamagedWeightsError(f"{path} is no safetensors file, or is damaged: {error}") from error
    if _FORMAT not in metadata:
        raise DataError(f"{path} was not written by ktnas: its metadata must name the format {_FORMAT!r}")
    origin, content = _parsed(path, metadata[_FORMAT])
    return origin, shapes, content


def _parsed(path: Path, text: str) -> tuple[Origin, str | None]:
    try:
        fields = json.loads(text)
        mean, std = (tuple(float(value) for value in fields["normalization"][key]) for key in ("mean", "std"))
        content = fields.get(_CONTENT)
        texts = {key: str(fields[key]) for key in ("space", "architecture", "task", "size", "recipe")}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"{path}: the metadata do not say what the weights belong to") from error
    return Origin(**texts, normalization=Normalization(mean, std)), None if content is None else str(content)
