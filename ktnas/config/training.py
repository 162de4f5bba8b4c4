"""What is asked for of live training, and the benchmark that it stands for.

Nothing of torch is imported until the choice is composed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from ktnas.config import defaults
from ktnas.config.options import Group, Option, option, options
from ktnas.config.registry import SCENE_TASKS, SPACES, TRAINING_SPACES, listing, made
from ktnas.config.shares import Shares, shares
from ktnas.errors import ConfigurationError, UnknownNameError, unknown_name
from ktnas.training.recipe import Precision

if TYPE_CHECKING:
    from ktnas.datasets.dataset import Dataset
    from ktnas.spaces.base import SearchSpace
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.networks import Size
    from ktnas.training.recipe import Recipe
    from ktnas.training.supernet.benchmark import SupernetBenchmark


WEIGHTS = Path("weights")
"""Where a run keeps weights, below its directory."""

Fitness: TypeAlias = Literal["table", "train", "supernet"]
"""Where fitness comes from."""

HOW_TO_TRAIN = Group("how to train")
"""What a network is, and on what and for how long it is trained: for `ktnas train` too."""

_live = partial(
    option,
    group=Group(
        "live training",
        "With --fitness train, candidates are built as networks and trained: on rendered scenes "
        f"({listing(SCENE_TASKS)}) or on datasets named as tasks (`ktnas data` lists them). With --fitness supernet, "
        "one network per task is trained that holds all candidates (nasbench201, darts, emt-nas), and lends them its "
        "weights.",
    ),
)
_network = partial(option, group=HOW_TO_TRAIN)


def _by_space(i: int) -> str:
    """A default of `TRAINING_SPACES`, and where it differs from that of the first."""
    values = {name: numbers[i] for name, numbers in TRAINING_SPACES.items() if numbers[i] is not None}
    first = next(iter(values.values()))
    return listing([str(first), *(f"{value} for {name}" for name, value in values.items() if value != first)])


def named_path(text: str) -> tuple[str, str]:
    """A task's name and the path or name of its dataset.

    Raises:
        ConfigurationError: If one of them is missing.
    """
    name, equals, path = text.partition("=")
    if not (equals and name and path):
        raise ConfigurationError(f"{text!r} is not of the form NAME=PATH")
    return name, path


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """Live training by name; None leaves what suits space and data.

    Attributes:
        space: Name of the search space: an option of the run as a whole, which may need it for a table as well.
    """

    space: str | None = None
    fitness: Fitness = _live(
        "table", help="where fitness comes from: a table, training each candidate, or weights shared by all of them"
    )
    datasets: tuple[tuple[str, str], ...] = _live(
        (),
        key="dataset",
        metavar="NAME=PATH",
        read=named_path,
        help="dataset of the task NAME: an npz file, a folder of images per class, or a known name",
    )
    workers: int | None = _live(
        metavar="N",
        help="candidates trained in parallel; results do not depend on it",
        unless="one per core, two per GPU",
    )
    limit_s: float | None = _live(key="time-limit", metavar="S", help="seconds per candidate", unless="no limit")
    max_hours: float | None = _live(
        metavar="H", help="refuse to begin if the search is estimated to take longer", unless="no limit"
    )
    halving: int | None = _live(
        metavar="ETA",
        help="stop candidates that are not among the best 1/ETA after 1, ETA, ETA^2, ... epochs",
        unless="none is",
    )
    keep_weights: bool = _live(default=False, help="keep the weights of every candidate in the run directory")
    epochs: int | None = _network(
        metavar="N",
        help="passes over the training images",
        unless=f"{defaults.EPOCHS}; of a supernet {defaults.SUPERNET_EPOCHS}",
    )
    share: Shares | None = _network(
        metavar="X",
        read=shares,
        help="share of the training images that is used; of a task NAME=X, of several 0.1,birds=0.5",
        unless=f"1, or {defaults.LARGEST_SHARE:,} images of a larger dataset",
    )
    resolution: int | None = _network(
        metavar="P",
        help="height and width of images",
        unless=f"{defaults.RESOLUTION} for rendered scenes, else their own",
    )
    channels: int | None = _network(metavar="C", help="of the first cell", unless=_by_space(0))
    cells: int | None = _network(
        metavar="N", help="per stage of nasbench201, in total for darts and emt-nas", unless=_by_space(1)
    )
    batch_size: int | None = _network(metavar="B", help="images per step of training", unless=str(defaults.BATCH_SIZE))
    images: int | None = _network(
        metavar="N",
        help="rendered scenes to train on, a quarter as many for validation and test",
        unless=f"{defaults.IMAGES:,}",
    )
    device: str = _network(
        "auto", metavar="NAME", help="auto, cpu, cuda or cuda:N", unless="auto, a GPU if there is one"
    )
    precision: Precision = _network("float32", metavar="NAME", help="float32, or bfloat16 by autocast, for a GPU")

    @property
    def live(self) -> bool:
        """Whether anything is trained at all."""
        return self.fitness != "table"

    def require_live(self) -> None:
        """Refuse what says how to train where nothing is trained.

        Raises:
            ConfigurationError: If anything of it is given without ``fitness``.
        """
        if self.live:
            return
        if given := self._given():
            raise ConfigurationError(f"{given[0].flag} is for live training: add --fitness train")

    def _given(self) -> list[Option]:
        return [one for one in options(TrainingChoice) if getattr(self, one.field) != one.default]

    def benchmark(self, tasks: tuple[str, ...], directory: Path | None) -> TrainingBenchmark | SupernetBenchmark:
        """The benchmark for tasks, checked: nothing is trained, but a network of each task has seen two images.

        Args:
            tasks: Names of tasks: of rendered scenes, of ``datasets``, or of datasets known by name or path.
            directory: Where to look for datasets first.

        Raises:
            KtnasError: If torch is missing, a name is not known, data are not found or damaged, or do not suit.
        """
        alone = self.alone(tasks, directory)
        chosen = self._sharing(alone) if self.fitness == "supernet" else alone
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

        each = ("workers", "limit_s", "halving", "keep_weights")
        unfit = next((one for one in self._given() if one.field in each), None)
        if unfit is not None:
            raise ConfigurationError(f"{unfit.flag} is for --fitness train: with a supernet, a task trains one network")
        recipe = replace(alone.recipe, epochs=defaults.SUPERNET_EPOCHS if self.epochs is None else self.epochs)
        return SupernetBenchmark(
            replace(alone, recipe=replace(recipe, epochs=defaults.EPOCHS), workers=0), alone.size, recipe
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
        """The dataset of each task, under the task's name.

        Raises:
            KtnasError: If a name is not known, or data are not found or damaged.
        """
        if len(dict(self.datasets)) != len(self.datasets):
            raise ConfigurationError("--dataset names a task twice; give each task one dataset")
        unused = next((item for item in self.datasets if item[0] not in tasks), None)
        if unused is not None:
            raise ConfigurationError(f"--dataset {'='.join(unused)} is no task of this search; name it as one")
        if self.share is not None:
            self.share.require_known(tasks)
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
            images = defaults.IMAGES if self.images is None else self.images
            size = defaults.RESOLUTION if self.resolution is None else self.resolution
            found = Scenes(images, max(1, images // 4), max(1, images // 4), size).dataset(source)
        else:
            try:
                found = find(source, directory)
            except UnknownNameError as error:
                if get_close_matches(source, SCENE_TASKS, n=1):
                    raise unknown_name("task", source, SCENE_TASKS, "rendered scenes") from None
                raise UnknownNameError(f"{error} Tasks of rendered scenes: {', '.join(SCENE_TASKS)}.") from None
        found = found if found.name == task else replace(found, name=task)
        share = None if self.share is None else self.share.of(task)
        if share is not None:  # one share for all is the recipe's
            return _reduced(found, max(1, round(share * len(found.train)))) if self._shares_differ else found
        return found if source in SCENE_TASKS else _reduced(found, defaults.LARGEST_SHARE)

    @property
    def _shares_differ(self) -> bool:
        return self.share is not None and bool(self.share.named)

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

        Images of one or two channels are not mirrored: digits, letters
        and radiographs have a left and a right. Images are shifted by an eighth of their side, 4 pixels at most.

        Raises:
            ConfigurationError: If a value is out of its range.
        """
        from ktnas.training.recipe import Recipe

        rendered = all(self._source(dataset.name) in SCENE_TASKS for dataset in datasets)
        resolution = None if rendered else self.resolution  # scenes are rendered in it
        side = min(min(dataset.shape[:2]) if resolution is None else resolution for dataset in datasets)
        return Recipe(
            epochs=defaults.EPOCHS if self.epochs is None else self.epochs,
            share=1.0 if self.share is None or self._shares_differ else self.share.rest or 1.0,
            resolution=resolution,
            batch_size=defaults.BATCH_SIZE if self.batch_size is None else self.batch_size,
            learning_rate=defaults.LEARNING_RATE,
            flip=all(dataset.shape[2] >= 3 for dataset in datasets),
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


def _reduced(dataset: Dataset, most: int) -> Dataset:
    """The dataset with so many images to train on at most: each on its own, so that small ones beside it stay whole."""
    images = len(dataset.train)
    if images <= most:
        return dataset
    note = f"{most:,} of {images:,} images are trained on."
    return replace(dataset, train=dataset.chosen(most), note=f"{dataset.note} {note}" if dataset.note else note)


def require_torch() -> None:
    """Refuse live training where its packages are not installed.

    Raises:
        ConfigurationError: Saying how to get them.
    """
    missing = [name for name in ("torch", "safetensors") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(f"live training needs {' and '.join(missing)}: pip install 'ktnas[train]'")
