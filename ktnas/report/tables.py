"""What the command line prints when a run is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from ktnas.formatting import count_text, duration, number_text
from ktnas.records.summary import Best, Summary, TaskSummary
from ktnas.report import conclusions
from ktnas.report.columns import Column, console, fitted, left_out, plain, say, table, wrapped
from ktnas.report.conclusions import place
from ktnas.report.lessons import lessons_told
from ktnas.report.statistics import Spread, spread

if TYPE_CHECKING:
    from rich.console import Console

    from ktnas.report.sharing import Sharing

ABSENT = "-"

_LEAVE = ("skipped", "role", "rank", "found at", "migrants (+/-)", "regret", "evals")
"""Columns of a run that give way in a narrow terminal, the first one first; of a rank, what it is out of."""

_LEAVE_OF_REPEATS = ("seeds", "max", "min", "median", "mean")

_LEGEND = {
    "regret": "regret: the best listed value less the one found",
    "found at": "found at: evaluations until then",
    "migrants (+/-)": "migrants: architectures tried because another task has them (+ with a child among the best, - "
    "without; what tasks learn from one another in a shared surrogate is not counted)",
    "skipped": "skipped: generations in which none was moved",
}


def print_title(title: str, stream: TextIO) -> None:
    """What was run, above a table."""
    out = console(stream)
    say(out, title)
    out.print()


def print_run(summary: Summary, stream: TextIO) -> None:
    """A run's end: a table with a line per task, each task's best architecture, and what it means in plain words."""
    out = console(stream)
    tasks = summary["tasks"]
    columns = _columns(tasks)
    kept = fitted(columns, out.width, _LEAVE)
    out.print(table(kept))
    _print_legend(out, columns, kept)
    indent = " " * min(max(map(len, tasks)) + 2, out.width // 4)
    for name, task in tasks.items():
        best = task["best"]
        nothing = "none: every evaluation failed; trials.jsonl says why" if task["evaluations"] else "none yet"
        architecture = best["architecture"] if best else nothing
        out.print(f"\n[bold]{plain(name.ljust(len(indent)))}[/]{plain(architecture)}", soft_wrap=True)
        out.print(plain(wrapped(_report(task), out.width, indent)), soft_wrap=True, style="dim")
    _print_notes(out, summary["notes"])
    _print_notes(out, lessons_told(summary), style="none")
    _print_notes(out, conclusions.of_run(summary), style="none")
    seconds = summary["seconds"]
    took = f"seed {summary['seed']}, {duration(seconds['total'])}, of which search {duration(seconds['search'])}"
    out.print()
    say(out, took + _training(tasks))


def _columns(tasks: dict[str, TaskSummary]) -> list[Column]:
    every = list(tasks.values())
    moved = any(task["transfers"]["proposed"] or task["transfers"]["skipped_generations"] for task in every)
    bests = [task["best"] for task in every]
    columns = [Column("task", tuple(map(plain, tasks)), right=False)]
    if any(task["role"] != "task" for task in every):
        columns.append(Column("role", tuple(task["role"] for task in every), right=False))
    columns += [
        Column("best", tuple(ABSENT if best is None else plain(_value(best, task)) for best, task in _pairs(every))),
        Column("rank", tuple(_rank(task) for task in every), short=tuple(_bare_rank(best) for best in bests)),
        Column("regret", tuple(_regret(best) for best in bests)),
        Column("evals", tuple(map(_used, every))),
        Column("found at", tuple(ABSENT if best is None else str(best["evaluations_to_best"]) for best in bests)),
    ]
    if moved:
        columns.append(Column("migrants (+/-)", tuple(map(_moved, every))))
        columns.append(Column("skipped", tuple(str(task["transfers"]["skipped_generations"]) for task in every)))
    return columns


def _pairs(tasks: Sequence[TaskSummary]) -> list[tuple[Best | None, TaskSummary]]:
    return [(task["best"], task) for task in tasks]


def _rank(task: TaskSummary) -> str:
    best = task["best"]
    return ABSENT if best is None or best["rank"] is None else place(best["rank"], task.get("listed"))


def _bare_rank(best: Best | None) -> str:
    return ABSENT if best is None or best["rank"] is None else f"{best['rank']:,}"


def _regret(best: Best | None) -> str:
    if best is None or best["regret"] is None:
        return ABSENT
    return number_text(best["regret"]) if best["regret"] else "0"


def _used(task: TaskSummary) -> str:
    return f"{task['evaluations']:,}" + (f" ({task['failed']:,} failed)" if task["failed"] else "")


def _moved(task: TaskSummary) -> str:
    counts = task["transfers"]
    judged = f" ({counts['positive']}/{counts['negative']})" if counts["proposed"] else ""
    return f"{counts['proposed']}{judged}"


def _report(task: TaskSummary) -> list[str]:
    """The metric with its value, then what the benchmark reports of the architecture."""
    best = task["best"]
    if best is None:
        return [task["metric"]]
    value = f"{task['metric']} {_value(best, task)}"
    return [value, *(f"{name} {count_text(number)}" for name, number in best["report"].items())]


def _value(best: Best, task: TaskSummary) -> str:
    return number_text(best["value"]) + (f" {task['unit']}" if task["unit"] else "")


def _training(tasks: Mapping[str, TaskSummary]) -> str:
    """What the evaluations stand for; tasks that list no costs are named, lest their share be taken for nothing."""
    known = {name: task["cost_s"] for name, task in tasks.items() if task["cost_s"]}
    unknown = [name for name, task in tasks.items() if task["evaluations"] > task["failed"] and not task["cost_s"]]
    if not known:
        return ""
    total = f"stand for {duration(sum(known.values()))} of training"
    if not unknown:
        return f"; the evaluations {total}"
    return f"; the evaluations of {', '.join(known)} {total}; what those of {', '.join(unknown)} cost is not listed"


def _print_legend(out: Console, columns: Sequence[Column], kept: Sequence[Column]) -> None:
    shown = {column.heading for column in kept if any(cell != ABSENT for cell in column.cells)}
    told = {heading: text for heading, text in _LEGEND.items() if heading in shown}
    first = [text for heading, text in told.items() if heading in ("regret", "found at")]
    second = [text for heading, text in told.items() if heading not in ("regret", "found at")]
    missing = left_out(columns, kept)
    lines = [*("; ".join(texts) + "." for texts in (first, second) if texts), *([missing] if missing else [])]
    _print_notes(out, lines)


def _print_notes(out: Console, notes: Sequence[str], style: str = "dim") -> None:
    if notes:
        out.print()
    for note in notes:
        say(out, note, style)


def print_repeats(summaries: Sequence[Summary], stream: TextIO) -> None:
    """The end of a run with repeats: per task and quantity the mean, median and range, and what that means."""
    out = console(stream)
    names, rows, ends = [], [], []
    for name in summaries[0]["tasks"]:
        quantities = _quantities([summary["tasks"][name] for summary in summaries])
        names += [plain(name) if i == 0 else "" for i in range(len(quantities))]
        rows += quantities
        ends.append(len(rows) - 1)
    headings = ("over seeds", "mean", "median", "min", "max", "seeds")
    columns = [
        Column("task", tuple(names), right=False),
        *(Column(heading, tuple(row[i] for row in rows), right=i > 0) for i, heading in enumerate(headings)),
    ]
    kept = fitted(columns, out.width, _LEAVE_OF_REPEATS)
    out.print(table(kept, ends))
    missing = left_out(columns, kept)
    _print_notes(out, [missing] if missing else [])
    _print_notes(out, summaries[0]["notes"])
    _print_notes(out, conclusions.of_repeats(summaries), style="none")
    total = sum(summary["seconds"]["total"] for summary in summaries)
    out.print()
    say(out, f"{len(summaries)} seeds, {duration(total)} in all, {duration(total / len(summaries))} each")


def print_sharing(found: Sequence[Sharing], stream: TextIO) -> None:
    """What sharing gave each target, a sentence each."""
    _print_notes(console(stream), [str(one) for one in found], style="bold")


def _quantities(tasks: Sequence[TaskSummary]) -> list[list[str]]:
    """Per quantity that some run has: its name, mean, median, least, largest, and the number of runs that have it."""
    unit = f" ({tasks[0]['unit']})" if tasks[0]["unit"] else ""
    listed = tasks[0].get("listed")
    bests = [task["best"] for task in tasks]
    found: dict[str, list[float | int | None]] = {
        f"{tasks[0]['metric']}{unit}": [best and best["value"] for best in bests],
        f"rank of {listed:,}" if listed else "rank": [best and best["rank"] for best in bests],
        "regret": [best and best["regret"] for best in bests],
        "found at": [best and best["evaluations_to_best"] for best in bests],
        "optimum found at": [task["optimum_reached_at"] for task in tasks],
    }
    spreads = {quantity: (spread(values), values) for quantity, values in found.items()}
    return [
        [plain(quantity), *_numbers(over, values), str(sum(v is not None for v in values))]
        for quantity, (over, values) in spreads.items()
        if over is not None
    ]


def _numbers(over: Spread, values: Sequence[float | int | None]) -> list[str]:
    """Mean, median, least and largest; of whole numbers the first two with one decimal, the others with none."""
    if all(value is None or isinstance(value, int) for value in values):
        return [f"{over.mean:,.1f}", f"{over.median:,.1f}", f"{over.low:,.0f}", f"{over.high:,.0f}"]
    return [number_text(value) if value else "0" for value in (over.mean, over.median, over.low, over.high)]
