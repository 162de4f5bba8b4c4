"""What the command line says about live training, and the benchmark that it stands for.

Nothing of torch is imported until the choice is composed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.config.registry import (
    SCENE_TASKS,
    SPACES,
    SUPERNET_EPOCHS,
    TRAINING_BATCH,
    TRAINING_EPOCHS,
    TRAINING_IMAGES,
    TRAINING_RATE,
    TRAINING_RESOLUTION,
    TRAINING_SHARE_IMAGES,
    TRAINING_SPACES,
    made,
)
from ktnas.errors import ConfigurationError, UnknownNameError, unknown_name
from ktnas.spaces.base import SearchSpace

if TYPE_CHECKING:
    from ktnas.datasets.dataset import Dataset
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.networks import Size
    from ktnas.training.recipe import Precision, Recipe
    from ktnas.training.supernet.benchmark import SupernetBenchmark


WEIGHTS = Path("weights")
"""Where a run keeps weights, below its directory."""


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """Live training by name; None leaves what suits space and data.

    Attributes:
        space: Name of the search space.
        datasets: Names of tasks, each with the name or path of its data set.
        epochs: Passes over the training images.
        share: Share of the training images that is used; None for all, but of a data set `TRAINING_SHARE_IMAGES` at
            most.
        resolution: Height and width of the images.
        channels: Channels of the first cell.
        cells: Cells of a network.
        batch_size: Images per step.
        images: Rendered scenes to train on.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        workers: Candidates that are trained side by side.
        limit_s: Seconds that a candidate may take.
        halving: Eta of successive halving.
        keep_weights: Whether the weights of every candidate are kept.
        supernet: Whether candidates inherit the weights of a supernet, whose epochs ``epochs`` then are.
        precision: Of the arithmetic: ``float32``, or ``bfloat16`` by autocast.
    """

    space: str | None = None
    datasets: tuple[tuple[str, str], ...] = ()
    epochs: int | None = None
    share: float | None = None
    resolution: int | None = None
    channels: int | None = None
    cells: int | None = None
    batch_size: int | None = None
    images: int | None = None
    device: str = "auto"
    workers: int | None = None
    limit_s: float | None = None
    halving: int | None = None
    keep_weights: bool = False
    supernet: bool = False
    precision: Precision = "float32"

    def benchmark(self, tasks: tuple[str, ...], directory: Path | None) -> TrainingBenchmark | SupernetBenchmark:
        """The benchmark for tasks, checked: nothing is trained, but a network of each task has seen two images.

        Args:
            tasks: Names of tasks: of rendered scenes, of ``datasets``, or of data sets known by name or path.
            directory: Where to look for data sets first.

        Raises:
            KtnasError: If torch is missing, a name is not known, data are not found or damaged, or do not suit.
        """
        alone = self.alone(tasks, directory)
        chosen = self._sharing(alone) if self.supernet else alone
        chosen.check()
        return chosen

    def alone(self, tasks: tuple[str, ...], directory: Path | None) -> TrainingBenchmark:
        """As `benchmark`, where every candidate is trained by itself; not checked yet."""
        require_torch()
        from ktnas.training.benchmark import TrainingBenchmark
        from ktnas.training.engine.device import resolve
        from ktnas.training.halving import Halving

        resolve(self.device)  # before anything is read or rendered
        space, datasets = self.search_space(tasks), self.load(tasks, directory)
        return TrainingBenchmark(
            space,
            datasets,
            self.size(space),
            self.recipe(datasets),
            device=self.device,
            limit_s=self.limit_s,
            halving=None if self.halving is None else Halving(self.halving),
            weights=WEIGHTS if self.keep_weights else None,
            workers=self._workers(),
        )

    def _sharing(self, alone: TrainingBenchmark) -> SupernetBenchmark:
        from ktnas.training.supernet.benchmark import SupernetBenchmark

        given = {
            "--workers": self.workers,
            "--time-limit": self.limit_s,
            "--halving": self.halving,
            "--keep-weights": self.keep_weights or None,
        }
        unfit = next((name for name, value in given.items() if value is not None), None)
        if unfit is not None:
            raise ConfigurationError(f"{unfit} is for --fitness train: with a supernet, a task trains one network")
        recipe = replace(alone.recipe, epochs=SUPERNET_EPOCHS if self.epochs is None else self.epochs)
        return SupernetBenchmark(
            replace(alone, recipe=replace(recipe, epochs=TRAINING_EPOCHS), workers=0), alone.size, recipe
        )

    def search_space(self, tasks: tuple[str, ...]) -> SearchSpace:
        """The space that is named, else what suits the tasks.

        Raises:
            UnknownNameError: If there is none of that name with networks.
        """
        rendered = all(self._source(task) in SCENE_TASKS for task in tasks)
        name = self.space or ("transnas101-micro" if rendered else "emt-nas")
        if name not in TRAINING_SPACES:
            raise unknown_name("search space", name, TRAINING_SPACES, "live training")
        space = made("search space", name, SPACES)
        if space is None:
            raise unknown_name("search space", name, TRAINING_SPACES, "live training")
        return space

    def load(self, tasks: tuple[str, ...], directory: Path | None) -> tuple[Dataset, ...]:
        """The data set of each task, under the task's name.

        Raises:
            KtnasError: If a name is not known, or data are not found or damaged.
        """
        unused = next((item for item in self.datasets if item[0] not in tasks), None)
        if unused is not None:
            raise ConfigurationError(f"--dataset {'='.join(unused)} is no task of this search; name it as one")
        found = tuple(self._dataset(task, directory) for task in tasks)
        if self.images is not None and not any(self._source(task) in SCENE_TASKS for task in tasks):
            raise ConfigurationError(
                "--images is of rendered scenes, and no task is one; --share says how much of other data is used"
            )
        return found

    def _source(self, task: str) -> str:
        return dict(self.datasets).get(task, task)

    def _dataset(self, task: str, directory: Path | None) -> Dataset:
        from ktnas.datasets.images.registry import find
        from ktnas.datasets.scenes import Scenes

        source = self._source(task)
        if source in SCENE_TASKS:
            images = TRAINING_IMAGES if self.images is None else self.images
            size = TRAINING_RESOLUTION if self.resolution is None else self.resolution
            found = Scenes(images, max(1, images // 4), max(1, images // 4), size).dataset(source)
        else:
            try:
                found = find(source, directory)
            except UnknownNameError as error:
                if get_close_matches(source, SCENE_TASKS, n=1):
                    raise unknown_name("task", source, SCENE_TASKS, "rendered scenes") from None
                raise UnknownNameError(f"{error} Tasks of rendered scenes: {', '.join(SCENE_TASKS)}.") from None
        found = found if found.name == task else replace(found, name=task)
        return found if source in SCENE_TASKS or self.share is not None else _of_usual_size(found)

    def size(self, space: SearchSpace) -> Size:
        """How large the networks are.

        Raises:
            ConfigurationError: If a number is too small, or cells are given where the space fixes them.
        """
        from ktnas.training.networks import Size

        channels, cells = TRAINING_SPACES[space.name]
        if cells is None and self.cells is not None:
            raise ConfigurationError(f"--cells is not for {space.name}: its networks have a fixed number; leave it out")
        chosen = cells if self.cells is None else self.cells
        return Size(channels if self.channels is None else self.channels, 1 if chosen is None else chosen)

    def recipe(self, datasets: tuple[Dataset, ...]) -> Recipe:
        """How the networks are trained: one recipe for all tasks.

        Gray images are not mirrored: digits, letters
        and radiographs have a left and a right. Images are shifted by an eighth of their side, 4 pixels at most.

        Raises:
            ConfigurationError: If a value is out of its range.
        """
        from ktnas.training.recipe import Recipe

        rendered = all(self._source(dataset.name) in SCENE_TASKS for dataset in datasets)
        resolution = None if rendered else self.resolution  # scenes are rendered in it
        side = min(min(dataset.shape[:2]) if resolution is None else resolution for dataset in datasets)
        return Recipe(
            epochs=TRAINING_EPOCHS if self.epochs is None else self.epochs,
            share=1.0 if self.share is None else self.share,
            resolution=resolution,
            batch_size=TRAINING_BATCH if self.batch_size is None else self.batch_size,
            learning_rate=TRAINING_RATE,
            flip=all(dataset.shape[2] == 3 for dataset in datasets),
            padding=min(4, side // 8),
            precision=self.precision,
        )

    def _workers(self) -> int:
        if self.workers is not None:
            if self.workers < 1:
                raise ConfigurationError(f"--workers must be at least 1; got {self.workers}")
            return self.workers
        from ktnas.training.engine.device import default_workers

        return default_workers(self.device)


def _of_usual_size(dataset: Dataset) -> Dataset:
    """The data set within what a processor can do: each on its own, so that small ones beside it stay whole."""
    images = len(dataset.train)
    if images <= TRAINING_SHARE_IMAGES:
        return dataset
    note = f"{TRAINING_SHARE_IMAGES:,} of {images:,} images are trained on."
    return replace(
        dataset, train=dataset.chosen(TRAINING_SHARE_IMAGES), note=f"{dataset.note} {note}" if dataset.note else note
    )


def require_torch() -> None:
    """Refuse live training where its packages are not installed.

    Raises:
        ConfigurationError: Saying how to get them.
    """
    missing = [name for name in ("torch", "safetensors") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(f"live training needs {' and '.join(missing)}: pip install 'ktnas[train]'")
