"""What is known of a benchmark by its name, whether or not its data are here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ktnas.benchmarks.table import TableBenchmark
from ktnas.errors import KtnasError
from ktnas.files.search_path import find
from ktnas.files.table_reader import read_columns


@dataclass(frozen=True)
class KnownBenchmark:
    """A benchmark known by name.

    Attributes:
        name: Its name.
        tasks: Names of its tasks.
        size: Number of architectures of the complete benchmark.
        hint: How to get its data.
        locate: Where its data lie, looking into a directory first; None if nowhere.
        count: Number of architectures that are really in the data.
        load: Read it, for some of its tasks only where that saves time.
        stands_in: What a run is told where this one stands in for another with the same tasks whose data are not here,
            ``{benchmark}``; empty if it never does.
    """

    name: str
    tasks: tuple[str, ...]
    size: int
    hint: str
    locate: Callable[[Path | None], Path | None]
    count: Callable[[Path], int]
    load: Callable[[Path | None, Sequence[str]], TableBenchmark]
    stands_in: str = ""

    @classmethod
    def of_table(
        cls,
        name: str,
        tasks: tuple[str, ...],
        size: int,
        hint: str,
        filename: str,
        load: Callable[[Path | None], TableBenchmark],
    ) -> KnownBenchmark:
        """One that is a table with a row per architecture, which is always read whole.

        Args:
            name: Its name.
            tasks: Names of its tasks.
            size: Number of architectures of the complete benchmark.
            hint: How to get the table.
            filename: What the table is called.
            load: Read it, looking into a directory first.
        """
        return cls(name, tasks, size, hint, partial(find, filename), _rows, lambda directory, _: load(directory))

    def entry(self, directory: Path | None = None) -> BenchmarkEntry:
        """Its line of the inventory.

        Raises:
            DataError: If ``directory`` is given and is no directory.
        """
        path = self.locate(directory)
        if path is None:
            return BenchmarkEntry(self.name, None, self.size, self.tasks, hint=self.hint)
        try:
            return BenchmarkEntry(self.name, path, self.count(path), self.tasks)
        except KtnasError as error:
            return BenchmarkEntry(self.name, path, self.size, self.tasks, hint=self.hint, problem=str(error))


def _rows(path: Path) -> int:
    return len(read_columns(path))


@dataclass(frozen=True, slots=True)
class BenchmarkEntry:
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
