"""From names to the training of one architecture, checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ktnas.config.registry import TRAINING_SPACES
from ktnas.config.training import TrainingChoice
from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.runner.final_training import FinalTraining


def prepare(
    choice: TrainingChoice, architecture: str, task: str, seed: int, directory: Path | None = None
) -> FinalTraining:
    """What is to be trained, checked.

    Args:
        choice: Space, data, fidelity.
        architecture: Its official string.
        task: Name of the task.
        seed: Seed of all random numbers.
        directory: Where to look for images first.

    Raises:
        KtnasError: If anything of it cannot be trained.
    """
    if seed < 0:
        raise ConfigurationError(f"the seed must not be negative; got {seed}")
    _require_architecture(choice, architecture, task)  # before any data are read
    benchmark = choice.alone((task,), directory)
    benchmark.check()
    return FinalTraining(benchmark, architecture, seed)


def _require_architecture(choice: TrainingChoice, text: str, task: str) -> None:
    """Refuse what is no architecture of the space, and say of which one it is."""
    try:
        choice.search_space((task,)).parse(text)
    except ArchitectureError as error:
        other = next((name for name in TRAINING_SPACES if _parses(replace(choice, space=name), text, task)), None)
        if other is None:
            raise
        raise ArchitectureError(f"{error}; it is one of {other!r}: add --space {other}") from None


def _parses(choice: TrainingChoice, text: str, task: str) -> bool:
    try:
        choice.search_space((task,)).parse(text)
    except ArchitectureError:
        return False
    return True
