"""From places to sources: directories of finished runs, and tables, that a search learns from at no cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from ktnas.algorithms.base import LearnsFromSources, Search
from ktnas.algorithms.knowledge import Knowledge, Source, finished
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.registry import BENCHMARKS, load_benchmark
from ktnas.benchmarks.several import SeveralBenchmarks
from ktnas.benchmarks.table import TableBenchmark
from ktnas.benchmarks.user_table import load_table
from ktnas.config.registry import SPACES, listing
from ktnas.errors import ConfigurationError, DataError
from ktnas.records.finished import merged, read_finished
from ktnas.spaces.base import ListedSpace, SearchSpace, contains
from ktnas.spaces.several import SeveralSpaces
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
        raise ConfigurationError(
            f"method {search.name!r} cannot learn from finished searches; ktnas, gp-search and retrieval can"
        )
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
        own = _space_of(name, space, benchmark.space)
        length = len(own.cardinalities)
        pairs = [(g[1 : 1 + length] if one.coded else g, fitness) for one in group for g, fitness in one.seen]
        _require_members(name, pairs, own)
        found.append(finished(name, space, task, pairs, own))
    return tuple(found)


def _space_of(name: str, space: str, searched: SearchSpace) -> SearchSpace:
    """The search space that a source is of: one of those that are searched, or another that is known by name.

    Raises:
        ConfigurationError: If it is neither.
    """
    for one in searched.spaces if isinstance(searched, SeveralSpaces) else (searched,):
        if one.name == space:
            return one.base if isinstance(one, ListedSpace) else one
    known = SPACES[space]() if space in SPACES else None
    if known is None:
        raise ConfigurationError(
            f"{name} is of search space {space!r}, and {searched.name!r} is searched; a search can learn from others "
            f"in its own space, or in one that is known by name: {listing(n for n in SPACES if n != 'categorical')}"
        )
    return known


def _require_members(name: str, pairs: Sequence[tuple[Genotype, float]], space: SearchSpace) -> None:
    other = next((genotype for genotype, _ in pairs if not contains(space, genotype)), None)
    if other is not None:
        raise DataError(f"{name} holds architecture {other}, which is none of search space {space.name!r}")


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
    searched = _searched(name, benchmark)
    both = [task for task in tasks if task in searched]
    if both:
        raise ConfigurationError(f"task {both[0]!r} is searched: its own table holds the answers; name other tasks")
    names = [task.name for task in table.tasks if task.name not in searched]
    if not names:
        raise ConfigurationError(f"every task of {name} is searched: none is left to learn from")
    return [_of_column(table, task, f"{task} of table {name}", benchmark) for task in names]


def _searched(name: str, benchmark: Benchmark) -> set[str]:
    """Tasks of a benchmark that are searched."""
    parts = benchmark.parts if isinstance(benchmark, SeveralBenchmarks) else (benchmark,)
    return {task.name for part in parts if part.name == name for task in part.tasks}


def _of_file(path: Path, columns: tuple[str, ...], benchmark: Benchmark, minimize: Collection[str]) -> list[Source]:
    if not columns:
        raise ConfigurationError(f"name the columns of {path} that are to be learned from: {path}:COLUMN,COLUMN")
    if isinstance(benchmark.space, SeveralSpaces):
        raise ConfigurationError(
            f"{path} does not say of which of the spaces {benchmark.space.name} its architectures are; learn from a "
            "table of your own where tasks of one space are searched"
        )
    base = benchmark.space.base if isinstance(benchmark.space, ListedSpace) else benchmark.space
    turned = [column for column in minimize if column in columns]
    table = load_table(path, base, columns, minimize=turned, repeated="mean")
    return [_of_column(table, column, f"{column} of {path}", benchmark) for column in columns]


def _of_column(table: TableBenchmark, task: str, name: str, benchmark: Benchmark) -> Source:
    where = _space_of(name, table.space.name, benchmark.space)
    answers = table.record(task).answers
    pairs = [(g, value) for g, value in zip(table.genotypes, answers, strict=True) if value is not None]
    return finished(name, table.space.name, task, pairs, where)
