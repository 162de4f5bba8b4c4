"""The best architecture of a run's task, and how that run trained it: for training it longer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.config.registry import TRAINING_SPACES
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.study.state import read_state

if TYPE_CHECKING:
    from ktnas.config.training import TrainingChoice


@dataclass(frozen=True, slots=True)
class Winner:
    """What a run has found best for a task.

    Attributes:
        task: The task's name.
        architecture: The architecture's string.
        space: Name of its search space.
        training: How the run trained it; None where fitness came from a table or from outside.
        dataset: Name or path of what it was trained on; empty where it was not.
        data: Where the run looked for images first; None for nowhere.
    """

    task: str
    architecture: str
    space: str
    training: TrainingChoice | None = None
    dataset: str = ""
    data: Path | None = None


def winner(path: Path, task: str | None) -> Winner:
    """The best of a task.

    Args:
        path: Directory of a run.
        task: Its task; None where there is one alone.

    Raises:
        KtnasError: If it has found nothing, has no such task, or its networks cannot be trained.
    """
    state = read_state(path)
    names = [one.name for one in state.recorded.tasks]
    if task is None and len(names) > 1:
        raise ConfigurationError(f"{path} has several tasks; name one with --task: {', '.join(names)}")
    task = names[0] if task is None else task
    if task not in names:
        raise unknown_name("task", task, names, str(path))
    best = state.progress[task].best
    if best is None:
        raise ConfigurationError(f"{path} has found nothing on task {task!r} yet")
    space = str(state.recorded.config.get("space"))
    if space not in TRAINING_SPACES:
        raise ConfigurationError(
            f"architectures of search space {space!r} cannot be trained here; those of {', '.join(TRAINING_SPACES)} can"
        )
    found = Winner(task, state.label(best.genotype), space)
    if not isinstance(state.recorded.config.get("training"), dict):
        return found
    options = state.recorded.options
    source = dict(options.training.datasets).get(task, task)
    return Winner(task, found.architecture, space, options.training, source, options.data)
