"""Runs read back from disk for a comparison: from a sweep's directory, or from the run directories of ``ktnas run``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from ktnas.errors import DataError
from ktnas.files.plain_json import read_json_file
from ktnas.problem.progress import TaskProgress, progress_of
from ktnas.recorded_names import plain_names
from ktnas.records.arms import Recorded, distinguished
from ktnas.records.checked import count_of, fields_of, flag_of, number_of, text_of
from ktnas.records.digest import same_values
from ktnas.records.run_directory import DATA, SUMMARY, read_config
from ktnas.records.summary_check import CHECK, is_as_written
from ktnas.records.sweep_log import RUNS_FILE, SWEEP_FILE, RunRecord, read_records
from ktnas.records.trajectory import Step, Trajectory, case_title
from ktnas.records.trials import TRIALS, read_trials
from ktnas.typing import JSON


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
            cases = fields_of(fields_of(read_json_file(path / SWEEP_FILE))["cases"])
            found = {case: fields_of(one).get(DATA) for case, one in cases.items()}
            return {case: one for case, one in found.items() if isinstance(one, str)}
        one = read_config(path).get(DATA)
        return {record.case: one for record in records} if isinstance(one, str) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _read(path: Path) -> list[Recorded]:
    if (path / RUNS_FILE).is_file():
        return _of_sweep(path)
    try:
        summary = read_json_file(path / SUMMARY)
        config = read_config(path)
        if isinstance(summary, list):
            every = [fields_of(one) for one in summary]
            runs = [(path / f"seed-{count_of(one['seed'])}", one) for one in every]
        else:
            runs = [(path, fields_of(summary))]
        records = tuple(_record(place, one, config) for place, one in runs if flag_of(one["finished"]))
        return [Recorded(path, plain_names(cast("JSON", config["method"])), records)]
    except FileNotFoundError:
        if not path.exists():
            raise DataError(f"{path} does not exist; name directories of runs or of sweeps") from None
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
        methods = fields_of(fields_of(read_json_file(path / SWEEP_FILE))["arms"])
        known = {name: plain_names(cast("JSON", method)) for name, method in methods.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known = {}
    arms: dict[str, list[RunRecord]] = {}
    for record in records:
        arms.setdefault(record.arm, []).append(record)
    return [Recorded(path, known.get(arm), tuple(runs)) for arm, runs in arms.items()]


def _in_order(records: list[RunRecord], sweep: Path) -> list[RunRecord]:
    """Records in the order of the sweep, not in that of their ends; what it does not name comes last."""
    try:
        plain = fields_of(read_json_file(sweep))
        arms, cases = list(fields_of(plain["arms"])), list(fields_of(plain["cases"]))
    except (OSError, ValueError, KeyError, TypeError):
        arms, cases = [], []

    def place(names: list[str], name: str) -> tuple[int, str]:
        return (names.index(name), "") if name in names else (len(names), name)

    return sorted(records, key=lambda r: (place(cases, r.case), place(arms, r.arm), r.seed))


def _record(path: Path, summary: Mapping[str, object], config: Mapping[str, object]) -> RunRecord:
    described = fields_of(config["tasks"])
    counted = {name: fields_of(task) for name, task in fields_of(summary["tasks"]).items()}
    if not counted:
        raise ValueError("a run has at least one task")
    trials = read_trials(path)
    unknown = next((trial.task for trial in trials if trial.task not in counted), None)
    if unknown is not None:
        raise ValueError(f"{path / TRIALS} has trials of {unknown!r}, which its {SUMMARY} does not know")
    progress = progress_of(trials, counted)
    tasks = {name: _trajectory(task, fields_of(described[name]), progress[name]) for name, task in counted.items()}
    sources = [name for name, trajectory in tasks.items() if trajectory.role == "source"]
    until_best = bool(fields_of(config["stop_at"]))
    budget = count_of(summary["budget"])
    case = case_title(text_of(summary["benchmark"]), list(tasks), sources, budget, until_best=until_best)
    seconds = number_of(fields_of(summary["seconds"])["total"])
    method, seed = text_of(summary["method"]), count_of(summary["seed"])
    if not is_as_written(summary):
        raise ValueError(
            f"{SUMMARY} was changed since it was written (its {CHECK!r} does not fit): the command of the run "
            "writes it anew"
        )
    return RunRecord(method, case, seed, budget, until_best, tasks, wall_s=seconds)


def _trajectory(summary: Mapping[str, object], described: Mapping[str, object], progress: TaskProgress) -> Trajectory:
    """Only the last improvement has a rank: a run directory holds no other."""
    steps = [Step(improvement.evaluation, improvement.fitness, None) for improvement in progress.improvements]
    best = None if summary["best"] is None else fields_of(summary["best"])
    _require_same("evaluations", summary["evaluations"], progress.evaluations)
    _require_same("failed evaluations", summary["failed"], progress.failed)
    _require_same("best fitness", None if best is None else best["fitness"], progress.fitness)
    if best is not None:
        rank = best["rank"]
        steps[-1] = replace(steps[-1], rank=None if rank is None else count_of(rank))
    listed = described["best_listed"]
    return Trajectory(
        role=text_of(summary["role"]),
        metric=text_of(summary["metric"]),
        unit=text_of(summary["unit"]),
        minimize=flag_of(described["minimize"]),
        best_listed=None if listed is None else number_of(listed),
        evaluations=progress.evaluations,
        failed=progress.failed,
        skipped=count_of(fields_of(summary["transfers"])["skipped_generations"]),
        steps=tuple(steps),
        moves=(),
    )


def _require_same(what: str, summarized: object, recorded: object) -> None:
    if summarized != recorded:
        raise ValueError(f"{what}: {summarized!r} in {SUMMARY}, {recorded!r} in {TRIALS}")
