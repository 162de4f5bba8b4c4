"""Which benchmarks and images there are, as tables to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ktnas.benchmarks.known import BenchmarkEntry
from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.registry import Entry as DatasetEntry
from ktnas.report.columns import Column, console, fitted, plain, say, table
from ktnas.report.tables import ABSENT

if TYPE_CHECKING:
    from rich.console import Console


def print_inventory(entries: Sequence[BenchmarkEntry], stream: TextIO) -> None:
    """Every benchmark: whether its data are here, where, and how to get what is missing."""
    out = console(stream)
    states = [
        "[green]found[/]" if e.found else "[red]damaged[/]" if e.path else "[yellow]not found[/]" for e in entries
    ]
    columns = (
        Column("benchmark", tuple(entry.name for entry in entries), right=False),
        Column("data", tuple(states), right=False),
        Column("architectures", tuple(f"{entry.architectures:,}" for entry in entries)),
        Column("tasks", tuple(str(len(entry.tasks)) for entry in entries)),
        Column("where", tuple(_place(entry.path) for entry in entries), right=False),
    )
    _print_table(out, columns, [(entry.name, entry.path) for entry in entries], ("where", "tasks", "architectures"))
    out.print()
    for entry in entries:
        out.print(f"[bold]{entry.name}[/]: {plain(', '.join(entry.tasks))}")
    out.print()
    for entry in entries:
        if not entry.found:
            say(out, f"{entry.name}: {entry.problem}. {entry.hint}" if entry.problem else f"{entry.name}: {entry.hint}")


def print_datasets(datasets: Sequence[DatasetEntry], places: Sequence[str], stream: TextIO) -> None:
    """Datasets of images, for live training: those that are here, and how to get the others."""
    out = console(stream)
    here = [entry for entry in datasets if entry.path is not None]
    columns = (
        Column("dataset", tuple(plain(entry.name) for entry in here), right=False),
        Column("data", tuple("[red]damaged[/]" if e.problem else "[green]found[/]" for e in here), right=False),
        Column("image", tuple(ABSENT if e.shape is None else " x ".join(map(str, e.shape)) for e in here)),
        Column("where", tuple(_place(entry.path) for entry in here), right=False),
    )
    out.print("\n[bold]For --fitness train[/], beside rendered scenes, which need no data:\n")
    _print_table(out, columns, [(entry.name, entry.path) for entry in here], ("where", "image"))
    out.print()
    for entry in datasets:
        if entry.problem:
            say(out, f"{entry.name}: {entry.problem}")
    for hint, names in _hints(datasets).items():
        say(out, f"not found: {', '.join(names)}. {hint}")
    say(out, f"Looked into: {', '.join(places)}", "dim")


def _place(path: Path | None) -> str:
    return ABSENT if path is None else plain(str(path))


def _print_table(
    out: Console, columns: Sequence[Column], places: Sequence[tuple[str, Path | None]], leave: Sequence[str]
) -> None:
    """The table; places that have no room in it are told below."""
    kept = fitted(columns, out.width, leave)
    out.print(table(kept))
    if not any(column.heading == "where" for column in kept):
        out.print()
        for name, path in places:
            if path is not None:
                out.print(f"{plain(name)}: {_place(path)}", soft_wrap=True)


def print_dataset(dataset: Dataset, stream: TextIO) -> None:
    """What was read of a dataset: images of each class in each part, what was converted, all that was not read."""
    out, parts = console(stream), dataset.parts
    shape = " x ".join(map(str, dataset.shape))
    pixels = dataset.train.images.dtype
    out.print(f"[bold]{plain(dataset.name)}[/]: images of {shape}, {pixels}; {plain(str(dataset.objective))}\n")
    rows = {**_classes(dataset), "all": [len(part) for part in parts.values()]}
    counts = [Column(part, tuple(f"{numbers[i]:,}" for numbers in rows.values())) for i, part in enumerate([*parts])]
    columns = (
        Column("class", tuple(map(plain, rows)), right=False),
        *counts,
        Column("all", tuple(f"{sum(numbers):,}" for numbers in rows.values())),
    )
    out.print(table(fitted(columns, out.width, ("all",))))
    out.print()
    for remark in dataset.account.remarks:
        out.print(plain(remark))
    for one in dataset.account.passed_over:
        out.print(plain(f"not read: {one.path} ({one.reason})"))


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
