"""A study from its directory alone, as the command line opens it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ktnas.algorithms.base import Search
from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.config.experiment import compose
from ktnas.config.rebuilding import rebuilt
from ktnas.config.registry import SPACES
from ktnas.config.remembered import recalled
from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.records.checked import fields_of, number_of, text_of
from ktnas.records.configuration import seeds_of, task_of
from ktnas.records.run_directory import CONFIG, STUDY, RunDirectory
from ktnas.records.study_file import StudyFile, read_study_file
from ktnas.runner.experiment import Experiment, with_store
from ktnas.runner.extension import budget_of
from ktnas.runner.provenance import Provenance
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces
from ktnas.study.claiming import EACH_ANSWER
from ktnas.study.study import Study

if TYPE_CHECKING:
    from ktnas.config.run_options import RunOptions


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """What a directory says of its study.

    Attributes:
        path: The directory.
        config: Its configuration.
        file: How it is made again.
        tasks: Its tasks.
        seed: Its seed.
        budget: Its budget.
    """

    path: Path
    config: Mapping[str, object]
    file: StudyFile
    tasks: tuple[Task, ...]
    seed: int
    budget: Budget

    @property
    def options(self) -> RunOptions:
        """The options of the command that made it.

        Raises:
            ConfigurationError: If it was made in Python, or by an older version, saying what to do instead.
            DataError: If they are damaged.
        """
        if self.file.outside:
            raise ConfigurationError(
                f"the tasks of {self.path} ({', '.join(task.name for task in self.tasks)}) are evaluated outside: "
                f"`ktnas ask {self.path}` hands out architectures, `ktnas tell` takes what came of them"
            )
        if self.file.options is None:
            how = (
                "run the script that made it again"
                if self.file.space is not None
                else f"give its `ktnas run` command again, with --out {self.path}"
            )
            raise ConfigurationError(f"{self.path} does not say how its architectures are evaluated: {how}")
        return replace(recalled(self.file.options, str(self.path / STUDY)), budget=self.budget.evaluations)


def read_recorded(path: Path) -> StudyRecord:
    """What a directory says of its study; nothing is loaded.

    Raises:
        ConfigurationError: If it holds several runs.
        DataError: If it holds none, or a damaged one.
    """
    recorded, seeds = runs_of(path)
    if len(seeds) > 1:
        raise ConfigurationError(f"{path} holds several runs; name one of them, such as {path}/seed-{seeds[0]}")
    return recorded


def runs_of(path: Path) -> tuple[StudyRecord, tuple[int, ...]]:
    """What a directory says of its study, or of its runs, and their seeds.

    Raises:
        DataError: If it holds none, or a damaged one.
    """
    if not path.is_dir():
        raise DataError(f"{path} is no directory: `ktnas new {path} ...` makes a study there")
    config = RunDirectory(path).config()
    if config is None:
        raise DataError(f"{path} holds no study: it has no {CONFIG} that can be read")
    try:
        seeds = seeds_of(config)
        tasks = tuple(task_of(name, fields_of(one)) for name, one in fields_of(config["tasks"]).items())
        stop_at = {name: number_of(value) for name, value in fields_of(config["stop_at"]).items()}
        budget = budget_of(config, Budget(1, stop_at))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path / CONFIG} is damaged ({type(error).__name__}: {error})") from None
    if budget is None or not tasks or not seeds:
        raise DataError(f"{path / CONFIG} is damaged: it has no budget, no tasks, or no seed")
    return StudyRecord(path, config, read_study_file(path / STUDY), tasks, seeds[0], budget), seeds


def open_study(path: Path) -> Study:
    """The study of a directory, to be asked and told: what evaluates its architectures is not needed for that.

    Raises:
        ConfigurationError: If it can be opened only where it was made, with the reason.
        DataError: If the directory holds no study, or a damaged one.
    """
    recorded = read_recorded(path)
    file, asynchronous = recorded.file, recorded.config.get(EACH_ANSWER) is True
    if file.options is not None and not file.outside:
        experiment = replace(compose(recorded.options), budget=recorded.budget)
    else:
        experiment = _from_record(recorded)
    return Study.of(experiment, recorded.seed, path, Provenance(), asynchronous=asynchronous, claim=False)


def _from_record(recorded: StudyRecord) -> Experiment:
    """The experiment with nothing that evaluates."""
    space = _space(recorded)
    minimize = frozenset(task.name for task in recorded.tasks if task.minimize)
    names = tuple(task.name for task in recorded.tasks)
    benchmark = OutsideBenchmark(space, names, minimize, text_of(recorded.config.get("benchmark", "outside")))
    roles = fields_of(recorded.config["tasks"])
    tasks = recorded.tasks
    if isinstance(space, SeveralSpaces):
        own = {one.name: one for one in space.spaces}
        tasks = tuple(replace(task, space=own.get(str(fields_of(roles[task.name]).get("space")))) for task in tasks)
    sources = frozenset(name for name in names if fields_of(roles[name]).get("role") == "source")
    return Experiment(benchmark, Problem(space, tasks, sources), _search(recorded), recorded.budget)


def _search(recorded: StudyRecord) -> Search[object]:
    return with_store(cast("Search[object]", rebuilt(recorded.config.get("method"))))


def _space(recorded: StudyRecord) -> SearchSpace:
    if recorded.file.space is not None:
        space = rebuilt(recorded.file.space)
        if isinstance(space, SearchSpace):
            return space
        raise DataError(f"{recorded.path / STUDY} is damaged: its space is none")
    name = text_of(recorded.config.get("space"))
    known = SPACES[name]() if name in SPACES else None
    if known is None:
        raise ConfigurationError(
            f"the search space {name!r} of {recorded.path} is not known by name: ask and tell in Python, with the space"
        )
    return known
