"""A figure at hand: notebooks show it, `Picture.save` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import ConfigurationError
from ktnas.files.durable import write_atomically
from ktnas.problem.progress import TaskProgress
from ktnas.runner.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as PNG.

    Attributes:
        png: Its bytes.
    """

    png: bytes

    def save(self, path: Path | str) -> None:
        """Write it.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        try:
            write_atomically(Path(path), self.png)
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None

    def _repr_png_(self) -> bytes:
        """What notebooks show."""
        return self.png


def convergence_picture(experiment: Experiment, seed: int, progress: Mapping[str, TaskProgress]) -> Picture:
    """The best value so far over evaluations, a panel per task."""
    from ktnas.report.figures.convergence import TaskCurves, convergence

    curves = [
        TaskCurves(task, (progress[task.name].incumbents(),), experiment.benchmark.best_fitness(task.name))
        for task in experiment.problem.tasks
    ]
    return Picture(convergence(curves, f"{experiment.title}, seed {seed}"))
