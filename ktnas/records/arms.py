"""What runs that stand beside one another are called: by their method, and by what of it differs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Trajectory

_TOLD = 4
"""Differences that a name tells, at most."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Runs of one arm in one directory.

    Attributes:
        path: The directory.
        method: The method in full, as ``config.json`` or ``sweep.json`` has it; None where that is not known.
        records: The runs, all of the same arm.
    """

    path: Path
    method: object
    records: tuple[RunRecord, ...]


def distinguished(groups: Sequence[Recorded]) -> list[RunRecord]:
    """All runs, with names by which arms can be told apart; a run that is recorded twice comes once.

    Arms of the same name whose methods differ are named by what differs. Runs of the same method, case and seed that
    went differently nevertheless (another version, other data) are told apart by their directories' names.
    """
    methods: dict[str, list[object]] = {}
    for group in groups:
        known = methods.setdefault(_arm(group), [])
        if group.method is not None and group.method not in known:
            known.append(group.method)
    named = []
    for group in groups:
        arm, known = _arm(group), methods[_arm(group)]
        told = differences(known)[known.index(group.method)] if group.method is not None and len(known) > 1 else ()
        name = ", ".join([arm, *told[:_TOLD]])
        named.append(replace(group, records=tuple(replace(record, arm=name) for record in group.records)))
    return _without_clashes(named)


def _arm(group: Recorded) -> str:
    return group.records[0].arm if group.records else ""


def _without_clashes(groups: Sequence[Recorded]) -> list[RunRecord]:
    taken: dict[tuple[str, str, int], tuple[Recorded, RunRecord]] = {}
    for group in groups:
        for record in group.records:
            taken.setdefault((record.arm, record.case, record.seed), (group, record))
    found: list[RunRecord] = []
    for group in groups:
        others = [taken[record.arm, record.case, record.seed] for record in group.records]
        if all(_same(group, record, *other) for record, other in zip(group.records, others, strict=True)):
            found += [record for record, (first, _) in zip(group.records, others, strict=True) if first is group]
        else:
            found += [replace(record, arm=f"{record.arm} ({group.path.name})") for record in group.records]
    return found


def _same(group: Recorded, record: RunRecord, first: Recorded, other: RunRecord) -> bool:
    """Whether what was recorded first under a name is the same run, recorded there too or here alone."""
    if first is group:
        return True
    unlike = None not in (first.method, group.method) and first.method != group.method
    return same_trajectory(other, record) and not unlike


def same_trajectory(first: RunRecord, second: RunRecord) -> bool:
    """Whether two runs went the same way: the same tasks, evaluations, and improvements; ranks may not be recorded."""
    return {name: _trajectory(task) for name, task in first.tasks.items()} == {
        name: _trajectory(task) for name, task in second.tasks.items()
    }


def _trajectory(task: Trajectory) -> tuple[object, ...]:
    steps = tuple((step.evaluation, step.fitness) for step in task.steps)
    return task.role, task.evaluations, task.failed, steps


def differences(methods: Sequence[object]) -> list[tuple[str, ...]]:
    """Per method, the values of what differs between the methods, each after its name.

    >>> differences([{"type": "A", "size": 5, "pool": {"type": "P", "n": 1}}, {"type": "A", "pool": {"type": "Q"}}])
    [('size 5', 'pool P'), ('size none', 'pool Q')]
    """
    found: list[list[str]] = [[] for _ in methods]
    _collect(list(methods), "", found)
    return [tuple(told) for told in found]


def _collect(values: Sequence[object], path: str, found: Sequence[list[str]]) -> None:
    if all(value == values[0] for value in values):
        return
    tables = [value for value in values if isinstance(value, Mapping)]
    lists = [value for value in values if isinstance(value, list)]
    if len(tables) == len(values) and len({str(table.get("type")) for table in tables}) == 1:
        for key in dict.fromkeys(key for table in tables for key in table):
            _collect([table.get(key) for table in tables], f"{path}.{key}" if path else str(key), found)
    elif len(lists) == len(values) and len({len(one) for one in lists}) == 1:
        for items in zip(*lists, strict=True):
            _collect(items, path, found)
    else:
        for told, value in zip(found, values, strict=True):
            told.append(f"{path} {_short(value)}".strip())


def _short(value: object) -> str:
    """A part by its type, a plain value as it is."""
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("type"))
    if isinstance(value, list):
        return "+".join(map(_short, value)) or "none"
    return "none" if value is None else str(value)
