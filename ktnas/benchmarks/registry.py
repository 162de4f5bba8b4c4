"""The benchmarks that come with a name: which there are, which of them are here, and which has which tasks.

A benchmark's own file says what is known of it, and is imported when it is asked for: `BENCHMARKS` costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ktnas.errors import ConfigurationError, DataError, unknown_name

if TYPE_CHECKING:
    from ktnas.benchmarks.known import BenchmarkEntry, KnownBenchmark
    from ktnas.benchmarks.table import TableBenchmark

BENCHMARKS: Mapping[str, tuple[str, str]] = {
    "nasbench201": ("nasbench201", "NASBENCH201"),
    "transnas101-micro": ("transnas101", "MICRO"),
    "transnas101-macro": ("transnas101", "MACRO"),
    "nasbench-graph": ("nasbench_graph", "NASBENCH_GRAPH"),
    "mdesign-link": ("mdesign", "MDESIGN_LINK"),
    "mdesign-graph": ("mdesign", "MDESIGN_GRAPH"),
    "scenes": ("scenes", "SCENES"),
    "nasbench101": ("nasbench101", "NASBENCH101"),
    "nats-size": ("nats_size", "NATS_SIZE"),
}
"""Every benchmark known by name: the module here, and the `KnownBenchmark` in it.

Where two share task names, the earlier one is meant.
"""


def known_benchmark(name: str) -> KnownBenchmark:
    """What is known of the benchmark of that name.

    Raises:
        UnknownNameError: If there is none.
    """
    if name not in BENCHMARKS:
        raise unknown_name("benchmark", name, BENCHMARKS)
    module, attribute = BENCHMARKS[name]
    return cast("KnownBenchmark", getattr(import_module(f"ktnas.benchmarks.{module}"), attribute))


def known_benchmarks() -> tuple[KnownBenchmark, ...]:
    """What is known of every benchmark, in the order in which they are looked for a task."""
    return tuple(map(known_benchmark, BENCHMARKS))


def load_benchmark(name: str, tasks: Sequence[str] = (), directory: Path | None = None) -> TableBenchmark:
    """The benchmark of that name.

    Args:
        name: Its name.
        tasks: The tasks wanted, in order, ``TASK@EPOCHS`` for trainings of fewer epochs; empty for all of them.
        directory: Where to look for its data first.

    Raises:
        UnknownNameError: If there is no such benchmark, or it has no such task.
        DataError: If its data are not found or damaged.
    """
    known = known_benchmark(name)
    for task in tasks:
        if without_epochs(task) not in known.tasks:
            raise unknown_name("task", task, known.tasks, name)
    wanted = tuple(tasks) or known.tasks
    return known.load(directory, tuple(dict.fromkeys(map(without_epochs, wanted)))).restricted(wanted)


def without_epochs(task: str) -> str:
    """A task's name without what follows an ``@``: ``cifar10@12`` is ``cifar10`` after 12 epochs."""
    return task.rpartition("@")[0] or task


def find_benchmark(tasks: Sequence[str], directory: Path | None = None) -> TableBenchmark:
    """The first benchmark that has all of ``tasks``, restricted to them; micro cells come before macro networks.

    Where its data are not here, one that comes with the package stands in for it, and its notes say so.

    Raises:
        UnknownNameError: If no benchmark has one of the tasks.
        ConfigurationError: If no benchmark has all of them.
        DataError: If the data of that benchmark are not found or damaged.
    """
    every = known_benchmarks()
    homes = {task: [known.name for known in every if without_epochs(task) in known.tasks] for task in tasks}
    for task, names in homes.items():
        if not names:
            raise unknown_name("task", task, dict.fromkeys(task for known in every for task in known.tasks))
    shared = [known for known in every if set(map(without_epochs, tasks)) <= set(known.tasks)]
    if not shared:
        places = "; ".join(f"{task} is of {' and '.join(names)}" for task, names in homes.items())
        raise ConfigurationError(
            f"no benchmark has all of the tasks {', '.join(tasks)}: {places}. Tasks of several benchmarks are named "
            f"with theirs: {', '.join(f'{names[0]}:{task}' for task, names in homes.items())}"
        )
    first = shared[0]
    if first.locate(directory) is None:
        return _instead(first, shared[1:], tasks, directory)
    return load_benchmark(first.name, tasks, directory)


def _instead(
    meant: KnownBenchmark, others: Sequence[KnownBenchmark], tasks: Sequence[str], directory: Path | None
) -> TableBenchmark:
    """One that stands in for the benchmark that is meant and not here."""
    here = [known for known in others if known.locate(directory)]
    for known in here:
        if known.stands_in:
            whole = known.load(directory, tasks)
            notes = (known.stands_in.format(benchmark=meant.name), *whole.notes)
            return replace(whole, notes=notes).restricted(tuple(tasks))
    if here:
        names = " and ".join(known.name for known in here)
        raise DataError(
            f"these tasks mean benchmark {meant.name}, whose data were not found; {names} has the same tasks and is "
            f"here: choose it by name (--benchmark). {meant.hint}"
        )
    return load_benchmark(meant.name, tasks, directory)


def inventory(directory: Path | None = None) -> tuple[BenchmarkEntry, ...]:
    """Every benchmark known by name, found or not.

    Raises:
        DataError: If ``directory`` is given and is no directory.
    """
    return tuple(known.entry(directory) for known in known_benchmarks())
