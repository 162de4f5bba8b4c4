"""Which benchmarks and images there are, as tables to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ktnas.benchmarks.known import BenchmarkEntry
from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.registry import Entry as DatasetEntry
from ktnas.report.tables import ABSENT, _console, _plain, _table


def print_inventory(entries: Sequence[BenchmarkEntry], stream: TextIO) -> None:
    """Every benchmark: whether its data are here, where, and how to get what is missing."""
    console = _console(stream)
    table = _table(["benchmark", "data"], ["architectures", "tasks"])
    table.add_column("where", overflow="fold")
    for entry in entries:
        state = "[green]found[/]" if entry.found else "[red]damaged[/]" if entry.path else "[yellow]not found[/]"
        where = ABSENT if entry.path is None else _plain(str(entry.path))
        table.add_row(entry.name, state, f"{entry.architectures:,}", str(len(entry.tasks)), where)
    console.print(table)
    console.print()
    for entry in entries:
        console.print(f"[bold]{entry.name}[/]: {_plain(', '.join(entry.tasks))}")
    console.print()
    for entry in entries:
        if not entry.found:
            console.print(
                _plain(
                    f"{entry.name}: {entry.problem}. {entry.hint}" if entry.problem else f"{entry.name}: {entry.hint}"
                )
            )


def print_datasets(datasets: Sequence[DatasetEntry], places: Sequence[str], stream: TextIO) -> None:
    """Datasets of images, for live training: those that are here, and how to get the others."""
    console = _console(stream)
    table = _table(["data set", "data"], ["image"])
    table.add_column("where", overflow="fold")
    for entry in datasets:
        if entry.path is not None:
            state = "[red]damaged[/]" if entry.problem else "[green]found[/]"
            shape = ABSENT if entry.shape is None else " x ".join(map(str, entry.shape))
            table.add_row(_plain(entry.name), state, shape, _plain(str(entry.path)))
    console.print("\n[bold]For --fitness train[/], beside rendered scenes, which need no data:\n")
    console.print(table)
    console.print()
    for entry in datasets:
        if entry.problem:
            console.print(_plain(f"{entry.name}: {entry.problem}"))
    for hint, names in _hints(datasets).items():
        console.print(_plain(f"not found: {', '.join(names)}. {hint}"))
    console.print(f"Looked into: {_plain(', '.join(places))}", style="dim")


def print_dataset(dataset: Dataset, stream: TextIO) -> None:
    """What was read of a dataset: images of each class in each part, what was converted, all that was not read."""
    console, parts = _console(stream), dataset.parts
    shape = " x ".join(map(str, dataset.shape))
    pixels = dataset.train.images.dtype
    console.print(f"[bold]{_plain(dataset.name)}[/]: images of {shape}, {pixels}; {_plain(str(dataset.objective))}\n")
    table = _table(["class"], [*parts, "all"])
    rows = _classes(dataset)
    for name, counts in rows.items():
        table.add_row(_plain(name), *(f"{count:,}" for count in counts), f"{sum(counts):,}")
    sizes = [len(part) for part in parts.values()]
    table.add_row("all", *(f"{size:,}" for size in sizes), f"{sum(sizes):,}")
    console.print(table)
    console.print()
    for remark in dataset.account.remarks:
        console.print(_plain(remark))
    for one in dataset.account.passed_over:
        console.print(_plain(f"not read: {one.path} ({one.reason})"))


def as_read(dataset: Dataset) -> dict[str, object]:
    """The same as plain values."""
    return {
        "kind": "dataset",
        "name": dataset.name,
        "shape": list(dataset.shape),
        "pixels": str(dataset.train.images.dtype),
        "objective": str(dataset.objective),
        "parts": {key: len(part) for key, part in dataset.parts.items()},
        "classes": {name: dict(zip(dataset.parts, counts, strict=True)) for name, counts in _classes(dataset).items()},
        "remarks": list(dataset.account.remarks),
        "not_read": [{"path": one.path, "reason": one.reason} for one in dataset.account.passed_over],
        "note": dataset.note,
    }


def _classes(dataset: Dataset) -> dict[str, list[int]]:
    """Images of each class, part by part; empty where images have not one class each."""
    columns = list(zip(*dataset.per_class.values(), strict=True))
    names = dataset.account.classes or [str(i) for i in range(len(columns))]
    return {name: list(counts) for name, counts in zip(names, columns, strict=True)}


def _hints(datasets: Sequence[DatasetEntry]) -> dict[str, list[str]]:
    """How to get what is missing, and what of it is got that way; where many are, a hint says NAME for all of them."""
    missing = [entry for entry in datasets if entry.path is None]
    forms = [entry.hint.replace(entry.name, "NAME") for entry in missing]
    hints: dict[str, list[str]] = {}
    for entry, form in zip(missing, forms, strict=True):
        hints.setdefault(entry.hint if forms.count(form) == 1 else form, []).append(entry.name)
    return hints
