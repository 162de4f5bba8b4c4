"""One record as the list shows it: what its small files say, and of a file that grows only what has come since."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from time import time

from ktnas.dashboard.held import Held
from ktnas.dashboard.row import Row, State, TaskRow
from ktnas.errors import DataError, KtnasError
from ktnas.files.json_lines import read_lines
from ktnas.files.plain_json import read_json_file
from ktnas.files.tail import Tail
from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.problem.trial import Trial
from ktnas.recorded_names import plain_names
from ktnas.records.checked import count_of, fields_of, genotype_of, list_of, number_of, text_of
from ktnas.records.configuration import seeds_of, task_of
from ktnas.records.evaluations import ANSWERS, read_evaluations
from ktnas.records.found import FoundRecord
from ktnas.records.proposals import PROPOSALS, read_journal
from ktnas.records.run_directory import CONFIG, STUDY, SUMMARY
from ktnas.records.study_file import read_study_file
from ktnas.records.summary_check import is_as_written
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE
from ktnas.records.trials import TRIALS, decode, read_trials
from ktnas.study.told import with_told
from ktnas.typing import Genotype

A_MOMENT_S = 10.0
"""A record that nobody here holds, and that grew so many seconds ago at most, is running, perhaps elsewhere."""


SIZE_LIMIT = 1 << 26
"""Of larger records, bytes, the list says what their trials say, which are read in steps."""

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Shown:
    """One record, read as far as it has been."""

    def __init__(self) -> None:
        self._state: object = None
        self._row = Row("")
        self._tail: Tail[tuple[Trial, str]] | None = None
        self._lines: Tail[None] | None = None
        self._count = 0
        self._progress: dict[str, TaskProgress] = {}
        self._labels: dict[str, str] = {}

    def cheap(self, found: FoundRecord) -> bool:
        """Whether nothing of it would be read."""
        return found.state == self._state and self._row.state != "reading"

    def row(self, found: FoundRecord, held: Held) -> Row:
        """The record's row; read again only where a file has changed.

        A step of it takes a few milliseconds: of a long file that is new, several calls read a part each, and its
        state is ``"reading"`` until then.
        """
        if not self.cheap(found):
            try:
                self._row = self._of_sweep(found) if found.is_sweep else self._of_run(found)
            except (KtnasError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                reason = str(error) if isinstance(error, KtnasError) else f"{type(error).__name__}: {error}"
                self._row = replace(
                    self._row, name=found.name, state="damaged", reason=reason.replace(f"{found.path}/", "")[:500]
                )
            self._state = found.state
        return replace(self._row, state=self._with_life(found, held), changed=found.changed)

    def _with_life(self, found: FoundRecord, held: Held) -> State:
        """The state, with what can be told of a process that works on it."""
        state = self._row.state
        if state not in {"stopped", "unfinished"}:
            return state
        if any(held.holds(status) for status in (*found.files.values(), *_of_directory(found))):
            return "running"
        grew = state == "unfinished" and self._row.kind != "repeats" and time() - found.changed < A_MOMENT_S
        return "running" if grew else state

    # A run, or several

    def _of_run(self, found: FoundRecord) -> Row:
        config = fields_of(read_json_file(found.path / CONFIG))
        seeds = seeds_of(config)
        tasks = tuple(_task(name, fields_of(one)) for name, one in fields_of(config["tasks"]).items())
        row = Row(
            found.name,
            kind="run" if len(seeds) == 1 else "repeats",
            state="unfinished",
            benchmark=text_of(config["benchmark"]),
            space=text_of(config["space"]),
            method=_method(config.get("method")),
            seeds=seeds,
            budget=count_of(config["budget"]) * len(tasks) * len(seeds),
            tasks=tasks,
            began=found.files[CONFIG].st_mtime,
            changed=found.changed,
        )
        if row.kind == "repeats":
            return row
        self._row = row  # stays, with the reason, where the rest is damaged
        summary = _summary(found)
        if isinstance(name := summary.get("method"), str):
            row = replace(row, method=name)
        if summary.get("finished") is True and summary.get("budget") == config["budget"]:
            return self._finished(row, summary)
        return self._unfinished(found, row, summary)

    def _finished(self, row: Row, summary: Mapping[str, object]) -> Row:
        told = {name: fields_of(one) for name, one in fields_of(summary["tasks"]).items()}
        tasks = tuple(_summarized(task, told[task.task.name]) for task in row.tasks)
        self._tail, self._progress = None, {}
        return replace(
            row,
            state="finished",
            done=sum(task.evaluations for task in tasks),
            tasks=tasks,
            seconds=number_of(fields_of(summary["seconds"])["total"]),
        )

    def _unfinished(self, found: FoundRecord, row: Row, summary: Mapping[str, object]) -> Row:
        outside = PROPOSALS in found.files and read_study_file(found.path / STUDY).outside
        whole = True
        if (PROPOSALS in found.files or ANSWERS in found.files) and found.size <= SIZE_LIMIT:
            row = _with_answers(found, row)
        else:
            whole, row = self._by_trials(found, row)
        stopped = summary.get("stopped")
        state: State = "stopped" if summary.get("finished") is False else "unfinished"
        if outside:
            state = "finished" if row.done >= row.budget else "waiting"
        if not whole:
            state = "reading"
        return replace(row, state=state, reason=stopped if isinstance(stopped, str) else _interrupted(summary))

    def _by_trials(self, found: FoundRecord, row: Row) -> tuple[bool, Row]:
        """The row with what has been read of its trials, and whether that is all of them."""
        if self._tail is None:
            self._tail, self._progress, self._labels = Tail(found.path / TRIALS, _with_line), {}, {}
        try:
            anew, new = self._tail.read()
        except DataError:
            self._tail = None
            raise
        if anew:
            self._progress, self._labels = {}, {}
        for trial, line in new:
            before = self._progress.get(trial.task, TaskProgress())
            after = before.after(trial)
            self._progress[trial.task] = after
            if len(after.improvements) > len(before.improvements):
                self._labels[trial.task] = text_of(fields_of(line)["architecture"])
        tasks = tuple(
            task.after(self._progress[name], self._labels.get(name, ""))
            if (name := task.task.name) in self._progress
            else task
            for task in row.tasks
        )
        return not self._tail.more, replace(row, done=sum(task.evaluations for task in tasks), tasks=tasks)

    # A sweep

    def _of_sweep(self, found: FoundRecord) -> Row:
        if self._lines is None:
            self._lines, self._count = Tail(found.path / RUNS_FILE, lambda _: None), 0
        sweep = fields_of(read_json_file(found.path / SWEEP_FILE))
        arms, cases = list(fields_of(sweep["arms"])), fields_of(sweep["cases"])
        seeds = tuple(map(count_of, list_of(sweep["seeds"])))
        anew, new = self._lines.read()
        self._count = len(new) + (0 if anew else self._count)
        total = len(arms) * len(cases) * len(seeds)
        benchmarks = dict.fromkeys(text_of(fields_of(case)["benchmark"]) for case in cases.values())
        state: State = "reading" if self._lines.more else "finished" if self._count >= total else "unfinished"
        return Row(
            found.name,
            kind="sweep",
            state=state,
            benchmark=", ".join(benchmarks),
            method=", ".join(arms),
            seeds=seeds,
            budget=total,
            done=self._count,
            began=found.files[SWEEP_FILE].st_mtime,
            changed=found.changed,
        )


def _of_directory(found: FoundRecord) -> tuple[os.stat_result, ...]:
    """The status of a record's directory, which whoever prepares a run, or starts several, holds."""
    try:
        return (found.path.stat(),)
    except OSError:
        return ()


def _with_line(line: str) -> tuple[Trial, str]:
    return decode(line), line


def _task(name: str, plain: Mapping[str, object]) -> TaskRow:
    return TaskRow(task_of(name, plain), text_of(plain["role"]))


def _method(described: object) -> str:
    """The method's name, without looking at its parts: its label, or its type as the command line would spell it."""
    if not isinstance(described, dict):
        return text_of(described)
    plain = plain_names({"type": described["type"]})
    label = described.get("label")
    return text_of(label) if label else _WORD.sub("-", text_of(fields_of(plain)["type"]).rpartition(".")[2]).lower()


def _summary(found: FoundRecord) -> Mapping[str, object]:
    """What ``summary.json`` holds; empty where there is none.

    Raises:
        DataError: If it cannot be read, or was changed since it was written.
    """
    if SUMMARY not in found.files:
        return {}
    try:
        summary = fields_of(read_json_file(found.path / SUMMARY))
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{SUMMARY} is damaged ({error}); `ktnas resume` writes it anew") from None
    if not is_as_written(summary):
        raise DataError(f"{SUMMARY} was changed since it was written; `ktnas resume` works it out anew")
    return summary


def _interrupted(summary: Mapping[str, object]) -> str:
    return "interrupted" if summary.get("finished") is False else ""


def _summarized(task: TaskRow, told: Mapping[str, object]) -> TaskRow:
    best = None if told["best"] is None else fields_of(told["best"])
    row = replace(
        task,
        evaluations=count_of(told["evaluations"]),
        failed=count_of(told["failed"]),
        listed=_count_or_none(told.get("listed")),
    )
    if best is None:
        return row
    return replace(
        row,
        fitness=number_of(best["fitness"]),
        architecture=text_of(best["architecture"]),
        at=count_of(best["evaluations_to_best"]),
        rank=_count_or_none(best["rank"]),
    )


def _count_or_none(value: object) -> int | None:
    return None if value is None else count_of(value)


def _with_answers(found: FoundRecord, row: Row) -> Row:
    """The row of a run with answers that its search has not been told yet."""
    whole = read_trials(found.path) if TRIALS in found.files else ()
    trials = with_told(whole, read_journal(found.path), read_evaluations(found.path))
    progress = progress_of(trials, [task.task.name for task in row.tasks])
    labels = _labels(found, {task.best.genotype for task in progress.values() if task.best is not None})
    tasks = tuple(
        task.after(done := progress[task.task.name], "" if done.best is None else labels.get(done.best.genotype, ""))
        for task in row.tasks
    )
    return replace(row, tasks=tasks, done=sum(task.evaluations for task in tasks))


def _labels(found: FoundRecord, wanted: Collection[Genotype]) -> dict[Genotype, str]:
    """Architectures as users know them, from wherever they stand first."""
    labels: dict[Genotype, str] = {}

    def note(line: str) -> None:
        record = fields_of(line)
        told = [record] if "architecture" in record else map(fields_of, list_of(record.get("proposals", [])))
        for one in told:
            genotype = genotype_of(one["genotype"])
            if genotype in wanted:
                labels.setdefault(genotype, text_of(one["architecture"]))

    for name in (TRIALS, PROPOSALS):
        read_lines(found.path / name, note, may_be_absent=True)
    return labels
