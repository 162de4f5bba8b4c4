"""Runs read back from disk for a comparison: from a sweep's directory, or from the run directories of ``ktnas run``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ktnas.errors import DataError
from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.recorded_names import plain_names
from ktnas.records.arms import Recorded, distinguished
from ktnas.records.digest import same_values
from ktnas.records.run_directory import CONFIG, DATA, SUMMARY
from ktnas.records.summary import Summary, TaskSummary
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE, RunRecord, read_records
from ktnas.records.trajectory import Step, Trajectory, case_title
from ktnas.records.trials import read_trials


def read_directories(paths: Sequence[Path]) -> list[RunRecord]:
    """The finished runs of all directories, under names by which arms can be told apart (`ktnas.records.arms`).

    Runs on tables of one name that hold different values are two cases, told apart by their directories' names.

    Raises:
        DataError: If a directory holds no runs, or damaged ones.
    """
    return distinguished(_with_data([group for path in paths for group in _read(path)]))


def _with_data(groups: Sequence[Recorded]) -> list[Recorded]:
    """The runs of each directory; a case that an earlier one has with other data is another case."""
    seen: dict[str, list[tuple[str, str]]] = {}
    found = []
    for group in groups:
        names = {}
        for case, digest in _digests(group.path, group.records).items():
            known = seen.setdefault(case, [])
            name = next((name for one, name in known if same_values(one, digest)), None)
            if name is None:
                name = f"{case} (other data: {group.path.name})" if known else case
                known.append((digest, name))
            names[case] = name
        records = tuple(replace(record, case=names.get(record.case, record.case)) for record in group.records)
        found.append(replace(group, records=records))
    return found


def _digests(path: Path, records: Sequence[RunRecord]) -> dict[str, str]:
    """What digests say of the data of a directory's cases; nothing of those that were recorded without."""
    try:
        if (path / RUNS_FILE).is_file():
            cases = json.loads((path / SWEEP_FILE).read_text(encoding="utf-8"))["cases"]
            return {case: one[DATA] for case, one in cases.items() if isinstance(one.get(DATA), str)}
        one = json.loads((path / CONFIG).read_text(encoding="utf-8")).get(DATA)
        return {record.case: one for record in records} if isinstance(one, str) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _read(path: Path) -> list[Recorded]:
    if (path / RUNS_FILE).is_file():
        return _of_sweep(path)
    try:
        summary = json.loads((path / SUMMARY).read_text(encoding="utf-8"))
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        if isinstance(summary, list):
            runs = [(path / f"seed-{one['seed']}", one) for one in summary]
        else:
            runs = [(path, summary)]
        records = tuple(_record(place, one, config) for place, one in runs if one["finished"])
        return [Recorded(path, plain_names(config["method"]), records)]
    except FileNotFoundError:
        raise DataError(f"{path} holds no runs: neither {RUNS_FILE} of a sweep nor {SUMMARY} of a run") from None
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} holds a damaged run ({type(error).__name__}: {error})") from None


def _of_sweep(path: Path) -> list[Recorded]:
    records = _in_order(list(read_records(path / RUNS_FILE).values()), path / SWEEP_FILE)
    try:
        methods = json.loads((path / SWEEP_FILE).read_text(encoding="utf-8"))["arms"]
        known = {str(name): plain_names(method) for name, method in methods.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known = {}
    arms: dict[str, list[RunRecord]] = {}
    for record in records:
        arms.setdefault(record.arm, []).append(record)
    return [Recorded(path, known.get(arm), tuple(runs)) for arm, runs in arms.items()]


def _in_order(records: list[RunRecord], sweep: Path) -> list[RunRecord]:
    """Records in the order of the sweep, not in that of their ends; what it does not name comes last."""
    try:
        plain = json.loads(sweep.read_text(encoding="utf-8"))
        arms, cases = list(plain["arms"]), list(plain["cases"])
    except (OSError, ValueError, KeyError, TypeError):
        arms, cases = [], []

    def place(names: list[str], name: str) -> tuple[int, str]:
        return (names.index(name), "") if name in names else (len(names), name)

    return sorted(records, key=lambda r: (place(cases, r.case), place(arms, r.arm), r.seed))


def _record(path: Path, plain: object, config: Mapping[str, Any]) -> RunRecord:
    summary = cast("Summary", plain)
    trials = read_trials(path)
    described = config["tasks"]
    progress = progress_of(trials, summary["tasks"])
    tasks = {name: _trajectory(task, described[name], progress[name]) for name, task in summary["tasks"].items()}
    sources = [name for name, trajectory in tasks.items() if trajectory.role == "source"]
    until_best = bool(config["stop_at"])
    case = case_title(summary["benchmark"], list(tasks), sources, summary["budget"], until_best=until_best)
    seconds = summary["seconds"]["total"]
    return RunRecord(summary["method"], case, summary["seed"], summary["budget"], until_best, tasks, wall_s=seconds)


def _trajectory(summary: TaskSummary, described: Mapping[str, Any], progress: TaskProgress) -> Trajectory:
    """Only the last improvement has a rank: a run directory holds no other."""
    steps = [Step(improvement.evaluation, improvement.fitness, None) for improvement in progress.improvements]
    best = summary["best"]
    if best is not None and steps:
        steps[-1] = replace(steps[-1], rank=best["rank"])
    return Trajectory(
        role=summary["role"],
        metric=summary["metric"],
        unit=summary["unit"],
        minimize=described["minimize"],
        best_listed=described["best_listed"],
        evaluations=summary["evaluations"],
        failed=summary["failed"],
        skipped=summary["transfers"]["skipped_generations"],
        steps=tuple(steps),
        moves=(),
    )
