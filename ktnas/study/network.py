"""A network that a run or `ktnas train` has trained, with its weights, from the directory alone; also for export.

What the network is stands in the record (`config.json`, `training.json`); weights are read without running code, and
only into the network that they were saved from. No images are needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from ktnas.config.rebuilding import rebuilt
from ktnas.config.registry import SPACES, TRAINING_SPACES
from ktnas.config.training import WEIGHTS, require_torch
from ktnas.errors import ConfigurationError, DataError, KtnasError, reason, unknown_name
from ktnas.files.durable import write_atomically
from ktnas.files.plain_json import read_json_file
from ktnas.records.checked import count_of, fields_of, genotype_of, list_of, text_of
from ktnas.runner.final_training import RECORD
from ktnas.runner.final_training import WEIGHTS as FINAL_WEIGHTS
from ktnas.spaces.base import SearchSpace, require_member
from ktnas.typing import Genotype

if TYPE_CHECKING:
    from torch import nn

    from ktnas.datasets.objectives.base import Objective

Format = Literal["onnx", "torchscript"]

SUFFIXES: Mapping[Format, str] = {"onnx": ".onnx", "torchscript": ".pt"}
"""How files of a format are called."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainedNetwork:
    """A network with its weights.

    Attributes:
        module: On the CPU, in evaluation mode. Its inputs are images ``(n, channels, height, width)``, normalised.
        task: Name of the task.
        architecture: The architecture's string.
        shape: Height, width and channels of its images.
        mean: What is subtracted from each channel of images with values in 0 .. 255.
        std: What they are then divided by.
    """

    module: nn.Module
    task: str
    architecture: str
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]


def load_network(directory: Path | str, task: str | None = None, *, architecture: str | None = None) -> nn.Module:
    """The network of a task with its weights: of `ktnas train`, or a candidate whose weights a run has kept.

    Args:
        directory: Of `ktnas train`, or of a run with ``--keep-weights``.
        task: Its task; None where there is one alone.
        architecture: Which candidate of a run; None for the best.

    Returns:
        The network on the CPU, in evaluation mode. Its inputs are images ``(n, channels, height, width)``, normalised:
        `trained_network` tells by which mean and deviation.

    Raises:
        KtnasError: If there is no such network, its weights were not kept, or a file is damaged.
    """
    return trained_network(directory, task, architecture=architecture).module


def trained_network(
    directory: Path | str, task: str | None = None, *, architecture: str | None = None
) -> TrainedNetwork:
    """As `load_network`, with what its images must be.

    Raises:
        KtnasError: As `load_network`.
    """
    require_torch()
    path = Path(directory)
    if (path / RECORD).is_file():
        return _of_training(path, task, architecture)
    return _of_run(path, task, architecture)


def _of_training(path: Path, task: str | None, architecture: str | None) -> TrainedNetwork:
    try:
        record = fields_of(read_json_file(path / RECORD))
        own, text, training = text_of(record["task"]), text_of(record["architecture"]), fields_of(record["training"])
        weights, genotype = text_of(record["weights"]), genotype_of(record["genotype"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path / RECORD} is damaged ({type(error).__name__}: {error})") from None
    if task not in {None, own}:
        raise unknown_name("task", str(task), [own], str(path))
    if architecture not in {None, text}:
        raise ConfigurationError(f"{path} holds the network of {text!r} alone, not {architecture!r}")
    if weights != FINAL_WEIGHTS:
        raise DataError(f"{path / RECORD} is damaged: its weights are not in {FINAL_WEIGHTS}")
    return _built(path / RECORD, training, own, genotype, path / FINAL_WEIGHTS)


def _of_run(path: Path, task: str | None, architecture: str | None) -> TrainedNetwork:
    from ktnas.study.state import read_state

    state = read_state(path)
    names = [one.name for one in state.recorded.tasks]
    if task is None and len(names) > 1:
        raise ConfigurationError(f"{path} has several tasks: name one of {', '.join(names)}")
    task = names[0] if task is None else task
    if task not in names:
        raise unknown_name("task", task, names, str(path))
    training = state.recorded.config.get("training")
    if not isinstance(training, dict):
        raise ConfigurationError(f"{path} is a search that trained nothing: `ktnas train --from {path} --task {task}`")
    genotype = _chosen(path, state.best()[task], task, training, architecture)
    weights = _kept(path, task, str(_space(path, training).format(genotype)))
    return _built(path, training, task, genotype, weights)


def _chosen(path: Path, best: object, task: str, training: Mapping[str, object], architecture: str | None) -> Genotype:
    if architecture is not None:
        return _space(path, training).parse(architecture)
    if not isinstance(best, dict):
        raise ConfigurationError(f"{path} has found nothing on task {task!r} yet")
    return genotype_of(best["genotype"])


def _kept(path: Path, task: str, architecture: str) -> Path:
    """The file of a candidate's weights, found by what the files say of themselves."""
    from ktnas.training.engine.weights import read_origin

    for file in sorted((path / WEIGHTS).glob("*.safetensors")):
        try:
            origin = read_origin(file)
        except DataError:
            continue  # damaged, or somebody else's
        if (origin.task, origin.architecture) == (task, architecture):
            return file
    raise ConfigurationError(
        f"{path} has not kept the weights of {architecture!r} on task {task!r} (--keep-weights keeps them): "
        f"`ktnas train --from {path} --task {task}` trains that network anew"
    )


def _space(path: Path, training: Mapping[str, object]) -> SearchSpace:
    name = training.get("space")
    space = SPACES[name]() if isinstance(name, str) and name in TRAINING_SPACES else None
    if space is None:
        raise ConfigurationError(f"{path}: the networks of search space {name!r} can be made again in Python alone")
    return space


def _built(where: Path, training: Mapping[str, object], task: str, genotype: Genotype, weights: Path) -> TrainedNetwork:
    from ktnas.training.engine import weights as files
    from ktnas.training.networks import Size
    from ktnas.training.networks.building import build
    from ktnas.training.recipe import Recipe

    space = _space(where, training)
    require_member(space, genotype)
    if training.get("networks") not in {"build", "ktnas.training.networks.build"}:
        raise ConfigurationError(f"{where}: its networks were made by a function of one's own; load them in Python")
    try:
        dataset = fields_of(fields_of(training["datasets"])[task])
        size = Size(**cast("dict[str, Any]", fields_of(training["size"])))
        recipe = Recipe(**cast("dict[str, Any]", fields_of(training["recipe"])))
        objective = cast("Objective", rebuilt(dataset["objective"]))
        height, width, channels = map(count_of, list_of(dataset["shape"]))
        shape = recipe.resized((height, width, channels))
        architecture = space.format(genotype)
        module = build(space, genotype, objective, shape, size).eval()
    except KtnasError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise DataError(f"{where} does not say what the network is ({reason(error)})") from None
    origin = files.read_origin(weights)
    expected = files.Origin(space.name, architecture, task, str(size), files.digest(recipe), origin.normalization)
    files.load(weights, module, expected)
    return TrainedNetwork(
        module, task, architecture, shape, tuple(origin.normalization.mean), tuple(origin.normalization.std)
    )


def export_network(trained: TrainedNetwork, path: Path, to: Format) -> None:
    """Write a network for programs that know nothing of this one; its input is ``(n, channels, height, width)``.

    Args:
        trained: The network.
        path: Where to.
        to: As ONNX, with any ``n``, or as TorchScript.

    Raises:
        ConfigurationError: If packages are missing, torch cannot export this network, or the file cannot be written.
    """
    from ktnas.training.export import onnx_bytes, torchscript_bytes

    content = (onnx_bytes if to == "onnx" else torchscript_bytes)(trained.module, trained.shape)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None
