"""What the command line prints when a run is over, and the list of benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from ktnas.formatting import count_text, duration, number_text
from ktnas.records.summary import Best, Summary, TaskSummary
from ktnas.report.statistics import Spread, spread

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


_UNLIMITED = 500
"""Columns where the output is no terminal: nothing is cut off or wrapped there."""


ABSENT = "-"


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    console = Console(file=stream, highlight=False)
    return console if console.is_terminal else Console(file=stream, highlight=False, width=_UNLIMITED)


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for i, heading in enumerate(left):
        table.add_column(heading, overflow="fold", no_wrap=i == 0)
    for heading in right:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def print_run(summary: Summary, stream: TextIO) -> None:
    """A run's end: a table with a line per task, then each task's best architecture and what is reported of it."""
    console = _console(stream)
    tasks = summary["tasks"]
    roles = any(task["role"] != "task" for task in tasks.values())
    moved = any(task["transfers"]["proposed"] or task["transfers"]["skipped_generations"] for task in tasks.values())
    right = ["best", "rank", "regret", "evals", "found at"]
    table = _table(["task", *["role"] * roles], right + ["migrants (+/-)", "skipped"] * moved)
    for name, task in tasks.items():
        table.add_row(_plain(name), *[task["role"]] * roles, *_standing(task), *_moved(task) * moved)
    console.print(table)
    indent = " " * (max(map(len, tasks)) + 2)
    for name, task in tasks.items():
        best = task["best"]
        nothing = "none: every evaluation failed; trials.jsonl says why" if task["evaluations"] else "none yet"
        architecture = best["architecture"] if best else nothing
        console.print(f"\n[bold]{_plain(name.ljust(len(indent)))}[/]{_plain(architecture)}", soft_wrap=True)
        console.print(f"{indent}{_plain(_report(task))}", soft_wrap=True, style="dim")
    _print_notes(console, summary)
    seconds, cost_s = summary["seconds"], sum(task["cost_s"] for task in tasks.values())
    trained = f"; the evaluations stand for {duration(cost_s)} of training" if cost_s else ""
    console.print(
        f"seed {summary['seed']}, {duration(seconds['total'])}, of which search {duration(seconds['search'])}{trained}"
    )


def _plain(text: str) -> str:
    """Text in which brackets are no markup."""
    from rich.markup import escape

    return escape(text)


def _standing(task: TaskSummary) -> list[str]:
    best = task["best"]
    if best is None:
        return [ABSENT, ABSENT, ABSENT, _used(task), ABSENT]
    rank = ABSENT if best["rank"] is None else f"{best['rank']:,}"
    regret = ABSENT if best["regret"] is None else number_text(best["regret"]) if best["regret"] else "0"
    return [_value(best, task), rank, regret, _used(task), str(best["evaluations_to_best"])]


def _used(task: TaskSummary) -> str:
    return f"{task['evaluations']:,}" + (f" ({task['failed']:,} failed)" if task["failed"] else "")


def _moved(task: TaskSummary) -> list[str]:
    counts = task["transfers"]
    judged = f" ({counts['positive']}/{counts['negative']})" if counts["proposed"] else ""
    return [f"{counts['proposed']}{judged}", str(counts["skipped_generations"])]


def _report(task: TaskSummary) -> str:
    """The metric with its value, then what the benchmark reports of the architecture."""
    best = task["best"]
    if best is None:
        return task["metric"]
    value = f"{task['metric']} {_value(best, task)}"
    return ", ".join([value, *(f"{name} {count_text(number)}" for name, number in best["report"].items())])


def _value(best: Best, task: TaskSummary) -> str:
    return number_text(best["value"]) + (f" {task['unit']}" if task["unit"] else "")


def _print_notes(console: Console, summary: Summary) -> None:
    console.print()
    for note in summary["notes"]:
        console.print(_plain(note), style="dim")


def print_repeats(summaries: Sequence[Summary], stream: TextIO) -> None:
    """The end of a run with repeats: per task and quantity the mean, median and range over the seeds."""
    console = _console(stream)
    table = _table(["task", "over seeds"], ["mean", "median", "min", "max", "seeds"])
    for name in summaries[0]["tasks"]:
        tasks = [summary["tasks"][name] for summary in summaries]
        unit = f" ({tasks[0]['unit']})" if tasks[0]["unit"] else ""
        bests = [task["best"] for task in tasks]
        rows: dict[str, list[float | int | None]] = {
            f"{tasks[0]['metric']}{unit}": [best and best["value"] for best in bests],
            "rank": [best and best["rank"] for best in bests],
            "regret": [best and best["regret"] for best in bests],
            "found at": [best and best["evaluations_to_best"] for best in bests],
            "optimum found at": [task["optimum_reached_at"] for task in tasks],
        }
        label = name
        for quantity, values in rows.items():
            over = spread(values)
            if over is not None:
                table.add_row(label, quantity, *_numbers(over, values), str(sum(v is not None for v in values)))
                label = ""
        table.add_section()
    console.print(table)
    _print_notes(console, summaries[0])
    total = sum(summary["seconds"]["total"] for summary in summaries)
    console.print(f"{len(summaries)} seeds, {duration(total)} in all, {duration(total / len(summaries))} each")


def _numbers(over: Spread, values: Sequence[float | int | None]) -> list[str]:
    """Mean, median, least and largest; of whole numbers the first two with one decimal, the others with none."""
    if all(value is None or isinstance(value, int) for value in values):
        return [f"{over.mean:,.1f}", f"{over.median:,.1f}", f"{over.low:,.0f}", f"{over.high:,.0f}"]
    return [number_text(value) if value else "0" for value in (over.mean, over.median, over.low, over.high)]
