"""Records as tables for other programs: every trial of one run or of many, or what a sweep came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import DataError, KtnasError
from ktnas.files.table_writing import ColumnOut, Kind
from ktnas.records.checked import fields_of
from ktnas.records.found import FoundRecord, find_records
from ktnas.records.sweep_log import RUNS_FILE, RunRecord, read_records
from ktnas.study.state import StudyState, read_state

_TRIALS: Mapping[str, Kind] = {
    "run": "text",
    "benchmark": "text",
    "space": "text",
    "method": "text",
    "seed": "integer",
    "task": "text",
    "evaluation": "integer",
    "generation": "integer",
    "architecture": "text",
    "genotype": "integers",
    "fitness": "number",
    "value": "number",
    "error": "text",
    "cost_s": "number",
    "repeat": "flag",
    "parents": "lists",
    "source_task": "text",
}

_RUNS: Mapping[str, Kind] = {
    "arm": "text",
    "case": "text",
    "seed": "integer",
    "budget": "integer",
    "until_best": "flag",
    "task": "text",
    "role": "text",
    "metric": "text",
    "unit": "text",
    "evaluations": "integer",
    "failed": "integer",
    "fitness": "number",
    "value": "number",
    "evaluations_to_best": "integer",
    "rank": "integer",
    "best_listed": "number",
    "transfers": "integer",
    "wall_s": "number",
    "cpu_s": "number",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A table made of records.

    Attributes:
        columns: Its columns, of one length.
        what: What its rows are: ``"trials"``, or ``"tasks of runs"``.
        runs: Of how many runs they are.
        left_out: Records that are not in it, and why.
    """

    columns: Mapping[str, ColumnOut]
    what: str
    runs: int
    left_out: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(next(iter(self.columns.values())).values)


def exported(path: Path) -> Exported:
    """The table of a directory: a sweep's runs, task by task; else every trial of the runs in it and below it.

    Raises:
        DataError: If there is none, or the only one is damaged.
    """
    if not path.is_dir():
        raise DataError(f"{path} is no directory; name that of a run, a study or a sweep, or one that holds several")
    if (path / RUNS_FILE).is_file():
        records = list(read_records(path / RUNS_FILE).values())
        return Exported(
            _columns(_RUNS, [row for one in records for row in _of_sweep(one)]), "tasks of runs", len(records)
        )
    found = find_records(path)
    states, left_out = _states(found.records)
    if not states:
        why = f": {left_out[0]}" if left_out else "; `ktnas run` records one"
        raise DataError(f"{path} holds no run that can be read{why}")
    names = dict.fromkeys(name for _, state in states for trial in state.trials for name in trial.evaluation.metrics)
    rows = [row for name, state in states for row in _of_run(path, name, state)]
    kinds: dict[str, Kind] = {**_TRIALS, **dict.fromkeys((f"metric {name}" for name in names), "number")}
    return Exported(_columns(kinds, rows), "trials", len(states), left_out)


def _states(records: Sequence[FoundRecord]) -> tuple[list[tuple[str, StudyState]], tuple[str, ...]]:
    """What each run has come to, and what is left out: sweeps, which keep no trials, and what is damaged."""
    states, left_out = [], []
    for record in records:
        if record.is_sweep:
            left_out.append(f"{record.name}: a sweep, which keeps no trials; export it by itself")
            continue
        try:
            if (state := _state(record)) is not None:
                states.append((record.name, state))
        except KtnasError as error:
            left_out.append(f"{record.name}: {error}")
    return states, tuple(left_out)


def _state(record: FoundRecord) -> StudyState | None:
    """What a run has come to; None where it stands for several, which lie in it."""
    from ktnas.study.opening import runs_of

    recorded, seeds = runs_of(record.path)
    return read_state(recorded.path) if len(seeds) == 1 else None


def _of_run(path: Path, name: str, state: StudyState) -> list[dict[str, object]]:
    recorded, counts = state.recorded, Counter[str]()
    tasks = {task.name: task for task in recorded.tasks}
    method = recorded.config.get("method")
    told = fields_of(method) if isinstance(method, dict) else {"type": method}
    own = {
        "run": path.resolve().name if name == "." else name,
        "benchmark": recorded.config.get("benchmark"),
        "space": recorded.config.get("space"),
        "method": state.summary.get("method") or told.get("label") or told.get("type"),
        "seed": recorded.seed,
    }
    rows = []
    for trial in state.trials:
        counts[trial.task] += not trial.repeat
        proposal, evaluation = trial.proposal, trial.evaluation
        task = tasks.get(trial.task)
        rows.append(
            {
                **own,
                "task": trial.task,
                "evaluation": None if trial.repeat else counts[trial.task],
                "generation": trial.generation,
                "architecture": state.label(trial.genotype),
                "genotype": list(trial.genotype),
                "fitness": evaluation.fitness,
                "value": None if evaluation.fitness is None or task is None else task.to_fitness(evaluation.fitness),
                "error": evaluation.error,
                "cost_s": evaluation.cost_s,
                "repeat": trial.repeat,
                "parents": [list(parent) for parent in proposal.parents],
                "source_task": proposal.source_task,
                **{f"metric {name}": float(value) for name, value in evaluation.metrics.items()},
            }
        )
    return rows


def _of_sweep(record: RunRecord) -> list[dict[str, object]]:
    rows = []
    for name, task in record.tasks.items():
        best = task.steps[-1] if task.steps else None
        fitness = None if best is None else best.fitness
        rows.append(
            {
                **{
                    key: getattr(record, key)
                    for key in ("arm", "case", "seed", "budget", "until_best", "wall_s", "cpu_s")
                },
                **{
                    key: getattr(task, key)
                    for key in ("role", "metric", "unit", "evaluations", "failed", "best_listed")
                },
                "task": name,
                "fitness": fitness,
                "value": -fitness if fitness is not None and task.minimize else fitness,
                "evaluations_to_best": None if best is None else best.evaluation,
                "rank": None if best is None else best.rank,
                "transfers": len(task.moves),
            }
        )
    return rows


def _columns(kinds: Mapping[str, Kind], rows: Sequence[Mapping[str, object]]) -> dict[str, ColumnOut]:
    return {name: ColumnOut(kind, [row.get(name) for row in rows]) for name, kind in kinds.items()}
