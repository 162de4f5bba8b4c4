"""The benchmarks that come with a name: which there are, which of them are here, and which has which tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.benchmarks import nasbench201, nasbench_graph, transnas101
from ktnas.benchmarks.table import TableBenchmark
from ktnas.errors import ConfigurationError, DataError, KtnasError, unknown_name
from ktnas.files.search_path import find
from ktnas.files.table_reader import read_columns


@dataclass(frozen=True)
class Source:
    """A benchmark known by name.

    Attributes:
        name: Its name.
        tasks: Names of its tasks.
        size: Number of architectures of the complete benchmark.
        hint: How to get its data.
        locate: Where its data lie, looking into a directory first; None if nowhere.
        count: Number of architectures that are really in the data.
        load: Read it, for some of its tasks only where that saves time.
    """

    name: str
    tasks: tuple[str, ...]
    size: int
    hint: str
    locate: Callable[[Path | None], Path | None]
    count: Callable[[Path], int]
    load: Callable[[Path | None, Sequence[str]], TableBenchmark]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inventory.

    Attributes:
        name: Name of the benchmark.
        path: Where its data lie; None if they were not found.
        architectures: Number of architectures: counted where found, else of the complete benchmark.
        tasks: Names of its tasks.
        hint: How to get the data; empty where they were found.
        problem: What is wrong with data that were found but cannot be read; empty otherwise.
    """

    name: str
    path: Path | None
    architectures: int
    tasks: tuple[str, ...]
    hint: str = ""
    problem: str = ""

    @property
    def found(self) -> bool:
        """Whether the benchmark can be used."""
        return self.path is not None and not self.problem


def _count_rows(path: Path) -> int:
    return len(read_columns(path))


SOURCES = (
    Source(
        nasbench201.NAME,
        nasbench201.TASKS,
        nasbench201.SIZE,
        nasbench201.HINT,
        lambda directory: find(nasbench201.FILENAME, directory),
        _count_rows,
        lambda directory, _: nasbench201.load(directory),
    ),
    Source(
        transnas101.MICRO_NAME,
        transnas101.TASKS,
        transnas101.MICRO_SIZE,
        transnas101.HINT,
        lambda directory: find(transnas101.MICRO_FILENAME, directory),
        _count_rows,
        lambda directory, _: transnas101.load_micro(directory),
    ),
    Source(
        transnas101.MACRO_NAME,
        transnas101.TASKS,
        transnas101.MACRO_SIZE,
        transnas101.HINT,
        lambda directory: find(transnas101.MACRO_FILENAME, directory),
        _count_rows,
        lambda directory, _: transnas101.load_macro(directory),
    ),
    Source(
        nasbench_graph.NAME,
        nasbench_graph.TASKS,
        nasbench_graph.SIZE,
        nasbench_graph.HINT,
        lambda _: nasbench_graph.folder(),
        nasbench_graph.count,
        lambda _, tasks: nasbench_graph.load(tasks),
    ),
)
"""Every benchmark known by name; where two share task names, the earlier one is meant."""


def load_benchmark(name: str, tasks: Sequence[str] = (), directory: Path | None = None) -> TableBenchmark:
    """The benchmark of that name.

    Args:
        name: Its name.
        tasks: The tasks wanted, in order; empty for all of them.
        directory: Where to look for its data first.

    Raises:
        UnknownNameError: If there is no such benchmark, or it has no such task.
        DataError: If its data are not found or damaged.
    """
    known = {source.name: source for source in SOURCES}
    if name not in known:
        raise unknown_name("benchmark", name, known)
    source = known[name]
    for task in tasks:
        if task not in source.tasks:
            raise unknown_name("task", task, source.tasks, name)
    wanted = tuple(tasks) or source.tasks
    return source.load(directory, wanted).restricted(wanted)


def find_benchmark(tasks: Sequence[str], directory: Path | None = None) -> TableBenchmark:
    """The first benchmark that has all of ``tasks``, restricted to them; micro cells come before macro networks.

    Raises:
        UnknownNameError: If no benchmark has one of the tasks.
        ConfigurationError: If no benchmark has all of them.
        DataError: If the data of that benchmark are not found or damaged.
    """
    homes = {task: [source.name for source in SOURCES if task in source.tasks] for task in tasks}
    for task, names in homes.items():
        if not names:
            raise unknown_name("task", task, dict.fromkeys(task for source in SOURCES for task in source.tasks))
    shared = [source for source in SOURCES if set(tasks) <= set(source.tasks)]
    if not shared:
        places = "; ".join(f"{task} is of {' and '.join(names)}" for task, names in homes.items())
        raise ConfigurationError(f"no benchmark has all of the tasks {', '.join(tasks)}: {places}")
    first, others = shared[0], [source.name for source in shared[1:] if source.locate(directory)]
    if others and first.locate(directory) is None:
        raise DataError(
            f"these tasks mean benchmark {first.name}, whose data were not found; {' and '.join(others)} has the same "
            f"tasks and is here: choose it by name (--benchmark). {first.hint}"
        )
    return load_benchmark(first.name, tasks, directory)


def inventory(directory: Path | None = None) -> tuple[Entry, ...]:
    """Every benchmark known by name, found or not.

    Raises:
        DataError: If ``directory`` is given and is no directory.
    """
    return tuple(_entry(source, source.locate(directory)) for source in SOURCES)


def _entry(source: Source, path: Path | None) -> Entry:
    if path is None:
        return Entry(source.name, None, source.size, source.tasks, hint=source.hint)
    try:
        return Entry(source.name, path, source.count(path), source.tasks)
    except KtnasError as error:
        return Entry(source.name, path, source.size, source.tasks, hint=source.hint, problem=str(error))
