"""Which benchmarks and images there are, as tables to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ktnas.benchmarks.known import BenchmarkEntry
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


def _hints(datasets: Sequence[DatasetEntry]) -> dict[str, list[str]]:
    """How to get what is missing, and what of it is got that way; where many are, a hint says NAME for all of them."""
    missing = [entry for entry in datasets if entry.path is None]
    forms = [entry.hint.replace(entry.name, "NAME") for entry in missing]
    hints: dict[str, list[str]] = {}
    for entry, form in zip(missing, forms, strict=True):
        hints.setdefault(entry.hint if forms.count(form) == 1 else form, []).append(entry.name)
    return hints
