"""What finished searches contributed to a run, in plain words."""

from __future__ import annotations

from ktnas.formatting import number_text
from ktnas.records.summary import FirstChoice, Lesson, Summary, TaskLesson

_SHOWN = 12
"""Sources that are told one by one, at most; summary.json holds all."""


def lessons_told(summary: Summary) -> list[str]:
    """A sentence per source, those first that weigh most or began a task; nothing where the run learned from none."""
    learned = summary.get("learned", [])
    if not learned:
        return []
    count = sum(one["digest"] is not None for one in learned)
    total = sum(one["evaluations"] or 0 for one in learned)
    head = f"Learned from {count} finished {'searches' if count > 1 else 'search'} of {total:,} evaluations in all."
    told = sorted((one for one in learned if _matters(one)), key=_importance, reverse=True)
    lines = [_line(one) for one in told[:_SHOWN]]
    if len(told) > _SHOWN:
        lines.append(f"{len(told) - _SHOWN} further sources: see summary.json.")
    return [head, *lines]


def _matters(one: Lesson) -> bool:
    return one["digest"] is not None or any(task["first"] for task in one["tasks"].values())


def _importance(one: Lesson) -> tuple[bool, int, float]:
    tasks = one["tasks"].values()
    return one["digest"] is None, sum(len(task["first"]) for task in tasks), sum(task["weight"] for task in tasks)


def _line(one: Lesson) -> str:
    parts = [f"{name}: {_of_task(task, one)}" for name, task in one["tasks"].items()]
    size = f" ({one['evaluations']:,} evaluations)" if one["evaluations"] is not None else ""
    return f"{one['source']}{size}: {'; '.join(parts)}"


def _of_task(task: TaskLesson, one: Lesson) -> str:
    said = []
    if one["digest"] is not None:
        agreement = "too little seen" if task["agreement"] is None else f"agrees by {task['agreement']:+.2f}"
        said = [f"weight {task['weight']:.2f}", agreement]
    if task["first"]:
        said.append(", ".join(map(_first, task["first"])))
    return ", ".join(said) or "nothing"


def _first(choice: FirstChoice) -> str:
    if choice["evaluation"] is None:
        return f"first choice {choice['architecture']} not evaluated"
    reached = "failed" if choice["fitness"] is None else f"reached {number_text(choice['fitness'])}"
    return f"first choice at evaluation {choice['evaluation']} {reached}"
