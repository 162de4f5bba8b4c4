"""From places to sources: directories of finished runs, and tables, that a search learns from at no cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from ktnas.algorithms.base import LearnsFromSources, Search
from ktnas.algorithms.knowledge import Knowledge, Source, finished
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.registry import BENCHMARKS, load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.benchmarks.user_table import load_table
from ktnas.errors import ConfigurationError, DataError
from ktnas.records.finished import merged, read_finished
from ktnas.spaces.base import ListedSpace, SearchSpace, contains
from ktnas.typing import Genotype


def with_sources(
    search: Search[object],
    places: Sequence[str],
    benchmark: Benchmark,
    directory: Path | None = None,
    minimize: Collection[str] = (),
) -> Search[object]:
    """The search, told what finished searches know; itself where none is named.

    Args:
        search: The search.
        places: Run directories; ``NAME`` or ``NAME:TASK,TASK`` for a benchmark's table; ``FILE:COLUMN,COLUMN`` for a
            table of one's own, of architectures of the space that is searched.
        benchmark: What is searched.
        directory: Where tables are looked for first.
        minimize: Columns of a table of one's own in which smaller is better.

    Raises:
        KtnasError: If the search cannot learn from any, or a place cannot be read, holds nothing to learn from, or is
            of another space.
    """
    if not places:
        return search
    if not isinstance(search, LearnsFromSources):
        raise ConfigurationError(f"method {search.name!r} cannot learn from finished searches; ktnas and gp-search can")
    return search.with_knowledge(Knowledge(read_sources(places, benchmark, directory, minimize)))


def read_sources(
    places: Sequence[str], benchmark: Benchmark, directory: Path | None = None, minimize: Collection[str] = ()
) -> tuple[Source, ...]:
    """The sources that places hold, in their order; runs of one task on the same data are one source.

    Raises:
        KtnasError: As `with_sources`.
    """
    found: list[Source] = []
    runs = []
    for place in places:
        if Path(place).is_dir():
            runs.append(Path(place))
        else:
            found += _of_table(place, benchmark, directory, minimize)
    seen = [task for path in dict.fromkeys(runs) for task in read_finished(path)]
    for (_, _, space, task), group in merged(seen).items():
        where = dict.fromkeys(str(one.path) for one in group)
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        name = f"{task} of {next(iter(where))}{more}"
        _require_space(name, space, benchmark.space)
        pairs = [pair for one in group for pair in one.seen]
        _require_members(name, pairs, benchmark.space)
        found.append(finished(name, space, task, pairs))
    return tuple(found)


def _require_space(name: str, space: str, searched: SearchSpace) -> None:
    if space != searched.name:
        raise ConfigurationError(
            f"{name} is of search space {space!r}, and {searched.name!r} is searched; a search can learn from others "
            "in its own space only"
        )


def _require_members(name: str, pairs: Sequence[tuple[Genotype, float]], searched: SearchSpace) -> None:
    base = searched.base if isinstance(searched, ListedSpace) else searched
    other = next((genotype for genotype, _ in pairs if not contains(base, genotype)), None)
    if other is not None:
        raise DataError(f"{name} holds architecture {other}, which is none of search space {searched.name!r}")


def _of_table(place: str, benchmark: Benchmark, directory: Path | None, minimize: Collection[str]) -> list[Source]:
    name, _, listed = place.rpartition(":") if ":" in place else (place, "", "")
    tasks = tuple(task.strip() for task in listed.split(",") if task.strip())
    if name in BENCHMARKS:
        return _of_benchmark(name, tasks, benchmark, directory)
    if Path(name).is_file():
        return _of_file(Path(name), tasks, benchmark, minimize)
    raise DataError(
        f"{place} is neither the directory of a run, nor a benchmark ({', '.join(BENCHMARKS)}), nor a table; name "
        "columns of a table as FILE:COLUMN,COLUMN"
    )


def _of_benchmark(name: str, tasks: tuple[str, ...], benchmark: Benchmark, directory: Path | None) -> list[Source]:
    table = load_benchmark(name, tasks, directory)
    searched = {task.name for task in benchmark.tasks} if benchmark.name == name else set()
    both = [task for task in tasks if task in searched]
    if both:
        raise ConfigurationError(f"task {both[0]!r} is searched: its own table holds the answers; name other tasks")
    names = [task.name for task in table.tasks if task.name not in searched]
    if not names:
        raise ConfigurationError(f"every task of {name} is searched: none is left to learn from")
    return [_of_column(table, task, f"{task} of table {name}", benchmark) for task in names]


def _of_file(path: Path, columns: tuple[str, ...], benchmark: Benchmark, minimize: Collection[str]) -> list[Source]:
    if not columns:
        raise ConfigurationError(f"name the columns of {path} that are to be learned from: {path}:COLUMN,COLUMN")
    base = benchmark.space.base if isinstance(benchmark.space, ListedSpace) else benchmark.space
    turned = [column for column in minimize if column in columns]
    table = load_table(path, base, columns, minimize=turned, repeated="mean")
    return [_of_column(table, column, f"{column} of {path}", benchmark) for column in columns]


def _of_column(table: TableBenchmark, task: str, name: str, benchmark: Benchmark) -> Source:
    _require_space(name, table.space.name, benchmark.space)
    answers = table.record(task).answers
    pairs = [(g, value) for g, value in zip(table.genotypes, answers, strict=True) if value is not None]
    return finished(name, table.space.name, task, pairs)
