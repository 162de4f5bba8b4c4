"""What the list of runs says of one: a row, made from its record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote

from ktnas.errors import shortened
from ktnas.formatting import visible
from ktnas.problem.progress import TaskProgress
from ktnas.problem.task import Task, value_text
from ktnas.typing import JSON

TEXT_LIMIT, TASKS = 300, 20
"""Characters of a text, and tasks, that are told of a record in the list, at most."""

State = Literal["running", "finished", "stopped", "unfinished", "waiting", "damaged", "reading"]
"""In which state a record is.

* running: a process holds it, or it grew a moment ago;
* finished: it came to its end;
* stopped: something ended it, and says so; it can go on;
* unfinished: it ended without a word, as by a power cut, or has not begun; it can go on;
* waiting: a study that is asked and told from outside, with evaluations left;
* damaged: its record cannot be read;
* reading: its record has not been read to its end yet.
"""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """How far a task has come.

    Attributes:
        task: The task.
        role: Source, target or task.
        evaluations: Evaluations so far.
        failed: Of these, failed.
        fitness: The best, higher is better; of several runs their mean. None where nothing has succeeded.
        architecture: The best, as users know it; empty where it is not known, and of several runs.
        at: Evaluations until it was found; None of several runs.
        rank: Where it stands among the listed ones; None where that is not known.
        listed: How many are listed; None where that is not known.
        runs: Of how many runs this is.
    """

    task: Task
    role: str
    evaluations: int = 0
    failed: int = 0
    fitness: float | None = None
    architecture: str = ""
    at: int | None = None
    rank: int | None = None
    listed: int | None = None
    runs: int = 1

    def plain(self) -> dict[str, JSON]:
        """As JSON has it, with the value as users read it; texts in which nothing acts on whoever shows them."""
        value = None if self.fitness is None else self.task.to_fitness(self.fitness)
        return {
            "name": _shown(self.task.name),
            "role": _shown(self.role),
            "metric": _shown(self.task.metric),
            "unit": _shown(self.task.unit),
            "minimize": self.task.minimize,
            "evaluations": self.evaluations,
            "failed": self.failed,
            "value": _finite(value),
            "text": _shown(value_text(self.task, self.fitness)),
            "architecture": _shown(self.architecture),
            "at": self.at,
            "rank": self.rank,
            "listed": self.listed,
            "runs": self.runs,
        }

    def after(self, progress: TaskProgress, architecture: str) -> TaskRow:
        """With how far it has come by its trials."""
        return replace(
            self,
            evaluations=progress.evaluations,
            failed=progress.failed,
            fitness=progress.fitness,
            architecture=architecture,
            at=progress.evaluations_to_best or None,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One record.

    Attributes:
        name: Where it lies below the directory that is shown.
        kind: A run, several of one configuration, or a sweep.
        state: In which state it is.
        reason: Why it is in that state, where something says so; else empty.
        benchmark: What is searched.
        space: Name of the search space.
        method: The algorithm's name.
        seeds: The seeds.
        budget: Evaluations in all, or of a sweep its runs; 0 where it is not known.
        done: Of these, how many there are.
        tasks: The tasks.
        began: When it was begun, seconds since 1970.
        changed: When its record changed last, seconds since 1970.
        seconds: How long its searches took; None where nothing says so.
        parent: The record that it is a part of; None where it is none.
    """

    name: str
    kind: Literal["run", "repeats", "sweep"] = "run"
    state: State = "reading"
    reason: str = ""
    benchmark: str = ""
    space: str = ""
    method: str = ""
    seeds: tuple[int, ...] = ()
    budget: int = 0
    done: int = 0
    tasks: tuple[TaskRow, ...] = ()
    began: float = 0.0
    changed: float = 0.0
    seconds: float | None = None
    parent: str | None = None

    def plain(self) -> dict[str, JSON]:
        """As JSON has it; ``key`` is the name as an address holds it, whatever bytes the file system has."""
        return {
            "name": _shown(self.name),
            "key": _key(self.name),
            "kind": self.kind,
            "state": self.state,
            "reason": _shown(self.reason),
            "benchmark": _shown(self.benchmark),
            "space": _shown(self.space),
            "method": _shown(self.method),
            "seeds": list(self.seeds),
            "budget": self.budget,
            "done": self.done,
            "tasks": [task.plain() for task in self.tasks[:TASKS]],
            "more_tasks": max(0, len(self.tasks) - TASKS),
            "began": round(self.began, 3),
            "changed": round(self.changed, 3),
            "seconds": _finite(self.seconds),
            "parent": None if self.parent is None else {"name": _shown(self.parent), "key": _key(self.parent)},
        }


def _shown(text: str) -> str:
    return shortened(visible(text), TEXT_LIMIT)


def _finite(value: float | None) -> float | None:
    """A number that JSON has: sums of what others have written may have none."""
    return value if value is not None and math.isfinite(value) else None


def _key(name: str) -> str:
    return quote(name, safe="", errors="surrogateescape")


def together(row: Row, members: Sequence[Row]) -> Row:
    """The row of several runs of one configuration, from theirs.

    Args:
        row: What its configuration says.
        members: Those that have begun.
    """
    tasks = tuple(
        _mean(task, [m for one in members for m in one.tasks if m.task.name == task.task.name]) for task in row.tasks
    )
    seconds = [one.seconds for one in members if one.seconds is not None]
    return replace(
        row,
        state=_state(row, members),
        reason=_reason(row, members),
        done=sum(one.done for one in members),
        tasks=tasks,
        changed=max([row.changed, *(one.changed for one in members)]),
        seconds=sum(seconds) if seconds else None,
    )


def _state(row: Row, members: Sequence[Row]) -> State:
    if row.state in {"running", "damaged"}:
        return row.state
    states = {one.state for one in members}
    for state in ("running", "reading", "damaged", "stopped"):
        if state in states:
            return state
    return "finished" if states == {"finished"} and len(members) == len(row.seeds) else "unfinished"


def _reason(row: Row, members: Sequence[Row]) -> str:
    reasons = dict.fromkeys(one.reason for one in (row, *members) if one.reason)
    return next(iter(reasons), "")


def _mean(task: TaskRow, every: Sequence[TaskRow]) -> TaskRow:
    """What several runs came to on one task: sums, and the mean of the best."""
    best = [one.fitness for one in every if one.fitness is not None]
    return replace(
        task,
        evaluations=sum(one.evaluations for one in every),
        failed=sum(one.failed for one in every),
        fitness=sum(best) / len(best) if best else None,
        listed=next((one.listed for one in every if one.listed is not None), None),
        runs=len(best),
    )


def with_parents(rows: Iterable[Row]) -> list[Row]:
    """Rows, each with the nearest record that it lies in."""
    every = list(rows)
    names = {row.name for row in every}
    return [replace(row, parent=_parent(row.name, names)) for row in every]


def _parent(name: str, names: set[str]) -> str | None:
    if name == ".":
        return None
    parts = name.split("/")
    inner = ("/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
    return next((one for one in (*inner, ".") if one in names), None)


def by_name(rows: Iterable[Row]) -> Mapping[str, Row]:
    """Rows by their names."""
    return {row.name: row for row in rows}
