"""What a run came to, in plain words: what was found, whether other tasks helped, and what a single run cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median_low

from ktnas.formatting import number_text
from ktnas.records.summary import Summary, TaskSummary

_NAMED_TASKS = 3
"""Tasks that are told one by one, at most."""

_MORE_RUNS = (
    "One run cannot tell help from luck: --repeats 10, the same with --transfer none, and `ktnas compare` of both can."
)


def place(rank: int, listed: int | None) -> str:
    """A rank, and what it is out of.

    >>> place(77, 26_206), place(2, 26_206), place(3, None)
    ('77 of 26,206 (top 0.3 %)', '2 of 26,206 (top 0.01 %)', '3')
    """
    if not listed:
        return f"{rank:,}"
    percent = 100 * rank / listed
    digits = next((digits for digits in (0, 1, 2) if percent >= 2 * 10.0**-digits), 2)
    digits = 0 if percent >= 10 else max(digits, 1)
    return f"{rank:,} of {listed:,} (top {max(percent, 0.01):.{digits}f} %)"


def of_run(summary: Summary) -> list[str]:
    """What one run came to, a sentence each."""
    tasks = _searched_for(summary)
    said = [_found(tasks)]
    if not summary.get("finished", True):
        return said
    transfer = _transferred(tasks)
    return [*said, transfer, _MORE_RUNS] if transfer else said


def of_repeats(summaries: Sequence[Summary]) -> list[str]:
    """What several runs came to, a sentence each."""
    runs = [_searched_for(summary) for summary in summaries]
    said = [_found_over(name, [run[name] for run in runs]) for name in list(runs[0])[:_NAMED_TASKS]]
    moved, positive, came = (sum(values) for values in zip(*map(_transfers, runs), strict=True))
    if moved:
        said.append(
            f"Of {moved:,} architectures moved between the tasks in all runs, {positive:,} left a child among the best "
            f"of the next population; {came:,} times the best one found had itself come from another task. Whether "
            "transfer helped, runs without it can tell: the same with --transfer none, and `ktnas compare` of both."
        )
    elif any(task["transfers"]["skipped_generations"] for run in runs for task in run.values()):
        said.append("Transfer gave nothing here: no architecture was moved between the tasks.")
    return said


def _searched_for(summary: Summary) -> dict[str, TaskSummary]:
    """The tasks without those that only donate."""
    return {name: task for name, task in summary["tasks"].items() if task["role"] != "source"}


def _found(tasks: Mapping[str, TaskSummary]) -> str:
    ranks = {name: task["best"]["rank"] for name, task in tasks.items() if task["best"] is not None}
    known = {name: rank for name, rank in ranks.items() if rank is not None}
    if not ranks:
        return "Nothing was found: no evaluation has succeeded."
    if len(known) < len(ranks):
        values = [f"{_value(task)} for {name}" for name, task in tasks.items() if task["best"] is not None]
        few = _listing(values[:_NAMED_TASKS]) + (", and so on" if len(values) > _NAMED_TASKS else "")
        return f"The best found reaches {few}; where it stands among all architectures is not known."
    if len(known) <= _NAMED_TASKS:
        places = [f"number {place(rank, tasks[name].get('listed'))} for {name}" for name, rank in known.items()]
        return f"By its true rank, the best found is {_listing(places)}."
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    return (
        f"By their true ranks, the best found go from number {place(known[low], tasks[low].get('listed'))} for {low} "
        f"to number {place(known[high], tasks[high].get('listed'))} for {high}."
    )


def _value(task: TaskSummary) -> str:
    best = task["best"]
    return "" if best is None else number_text(best["value"]) + (f" {task['unit']}" if task["unit"] else "")


def _listing(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _transfers(tasks: Mapping[str, TaskSummary]) -> tuple[int, int, int]:
    """How many were moved, how many of these were judged positive, and on how many tasks the best was one of them."""
    counts = [task["transfers"] for task in tasks.values()]
    return sum(c["proposed"] for c in counts), sum(c["positive"] for c in counts), len(_from_others(tasks))


def _from_others(tasks: Mapping[str, TaskSummary]) -> list[str]:
    sources = {name: task["best"].get("source_task") for name, task in tasks.items() if task["best"] is not None}
    return [f"that of {name} from {source}" for name, source in sources.items() if source]


def _transferred(tasks: Mapping[str, TaskSummary]) -> str:
    moved, positive, _ = _transfers(tasks)
    came = _from_others(tasks)
    if not moved:
        skipped = any(task["transfers"]["skipped_generations"] for task in tasks.values())
        return "Transfer gave nothing here: no architecture was moved between the tasks." if skipped else ""
    whence = f"; of the best found, {_listing(came)} came over itself" if came else ""
    architectures = f"{moved:,} architectures" if moved > 1 else "the one architecture"
    if positive or came:
        left = f"{positive:,}" if positive else "none"
        return f"Of {architectures} moved between the tasks, {left} left a child among the best{whence}."
    judged = sum(task["transfers"]["negative"] for task in tasks.values())
    if not judged:
        return f"The search ended before it could judge what {architectures} moved between the tasks gave."
    return f"Transfer gave nothing here: of {architectures} moved between the tasks, none left a child among the best."


def _found_over(name: str, runs: Sequence[TaskSummary]) -> str:
    ranks = [task["best"]["rank"] for task in runs if task["best"] is not None]
    known = sorted(rank for rank in ranks if rank is not None)
    if not known:
        return f"{name}: {len(ranks)} of {len(runs)} runs have found something; nothing is listed to rank it among."
    listed = next((task.get("listed") for task in runs), None)
    return f"{name}: half of the runs have found number {place(median_low(known), listed)} or better."
