"""Answers that other runs have paid for: taken from there on request, if they answer the same questions.

They are copied to ``reused.jsonl`` of the run that takes them, so that it does not depend on the other directories
later; each counts as an evaluation there, and costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import AppendOnlyLog
from ktnas.problem.trial import Evaluation, Question, Trial
from ktnas.records import evaluations
from ktnas.records.digest import same_values
from ktnas.records.known import REUSED, known_answers
from ktnas.records.run_directory import DATA, STUDY, RunDirectory
from ktnas.records.study_file import StudyFile, read_study_file
from ktnas.records.trials import trials_so_far
from ktnas.typing import JSON

PAID = "reused cost_s"
"""The metric that tells what an answer had cost where it was paid for."""


def reusable(
    directory: Path, config: Mapping[str, JSON], file: StudyFile, others: Sequence[Path]
) -> dict[Question, Evaluation]:
    """What other runs know the answers of.

    Args:
        directory: The run's directory, which need not exist.
        config: Its configuration.
        file: What its ``study.json`` is to hold.
        others: Directories of single runs or studies.

    Raises:
        ConfigurationError: If one of them answers other questions, with what differs.
        DataError: If one holds no run, or a damaged one.
    """
    here = cast("dict[str, object]", json.loads(json.dumps(config)))
    found: dict[Question, Evaluation] = {}
    for other in others:
        if other.resolve() == directory.resolve():
            raise ConfigurationError(f"{other} is the run itself; name another to reuse")
        for question, answer in _answers(other, here, file).items():
            found.setdefault(question, answer)
    return found


def take_over(directory: Path, found: Mapping[Question, Evaluation]) -> None:
    """Copy answers of other runs that this one has not taken yet.

    Raises:
        ConfigurationError: If they cannot be written.
    """
    log = AppendOnlyLog(directory / REUSED, evaluations.decode)
    try:
        held = dict(log.records)
        new = {question: answer for question, answer in found.items() if question not in held}
        log.append([evaluations.encode(question, _free(answer)) for question, answer in new.items()])
    finally:
        log.close()


def reused_count(trials: Sequence[Trial], reused: Mapping[Question, Evaluation]) -> int:
    """How many evaluations were not paid for in this run."""
    return sum(not trial.repeat and (trial.task, trial.genotype) in reused for trial in trials)


def _free(answer: Evaluation) -> Evaluation:
    return replace(answer, cost_s=0.0, metrics={**answer.metrics, PAID: answer.cost_s})


def _answers(other: Path, here: Mapping[str, object], file: StudyFile) -> dict[Question, Evaluation]:
    config = RunDirectory(other).config()
    if config is None:
        raise DataError(f"{other} holds no run to reuse: it has no config.json that can be read")
    if "seeds" in config:
        raise ConfigurationError(f"{other} holds several runs; name one of them to reuse, such as {other}/seed-0")
    shared = _shared_tasks(other, here, config)
    _require_same_source(other, here, config, shared)
    theirs = read_study_file(other / STUDY)
    if theirs.space is not None and file.space is not None and theirs.space != json.loads(json.dumps(file.space)):
        raise ConfigurationError(f"cannot reuse {other}: it searched another space of that name")
    changed = next((task for task in shared if theirs.functions.get(task) != file.functions.get(task)), None)
    if changed is not None:
        raise ConfigurationError(
            f"cannot reuse {other}: its task {changed!r} was another function, or is not known to be the same"
        )
    trials = trials_so_far(other)
    known = known_answers(other, trials)
    return {question: answer for question, answer in known.items() if question[0] in shared}


def _shared_tasks(other: Path, here: Mapping[str, object], config: Mapping[str, object]) -> list[str]:
    ours, theirs = (one["tasks"] if isinstance(one.get("tasks"), dict) else {} for one in (here, config))
    ours, theirs = cast("dict[str, dict[str, object]]", ours), cast("dict[str, dict[str, object]]", theirs)
    measured = ("metric", "unit", "minimize")
    shared = [name for name in ours if name in theirs]
    if not shared:
        raise ConfigurationError(
            f"cannot reuse {other}: it has none of the tasks {', '.join(ours)}; it has {', '.join(theirs) or 'none'}"
        )
    odd = next((name for name in shared if any(ours[name][key] != theirs[name].get(key) for key in measured)), None)
    if odd is not None:
        raise ConfigurationError(f"cannot reuse {other}: its task {odd!r} is measured otherwise")
    return shared


def _require_same_source(
    other: Path, here: Mapping[str, object], config: Mapping[str, object], shared: Sequence[str]
) -> None:
    for key in ("benchmark", "space"):
        if here.get(key) != config.get(key):
            raise ConfigurationError(
                f"cannot reuse {other}: its {key} is {config.get(key)!r}, this one's is {here.get(key)!r}"
            )
    ours, theirs = here.get(DATA), config.get(DATA)
    if ours is not None or theirs is not None:
        same_tasks = here.get("tasks", {}) == config.get("tasks", {}) or list(
            cast("dict[str, object]", here["tasks"])
        ) == list(cast("dict[str, object]", config["tasks"]))
        if not (isinstance(ours, str) and isinstance(theirs, str) and same_values(ours, theirs)):
            why = "its table holds other values" if same_tasks else "its table was read for other tasks"
            raise ConfigurationError(f"cannot reuse {other}: {why} ({DATA}: {theirs} there, {ours} here)")
    recipe, that = (_recipe(one.get("training"), shared) for one in (here, config))
    if recipe != that:
        differing = sorted(key for key in {**recipe, **that} if recipe.get(key) != that.get(key))
        raise ConfigurationError(f"cannot reuse {other}: its networks were trained otherwise ({', '.join(differing)})")


def _recipe(training: object, shared: Sequence[str]) -> dict[str, object]:
    """What decides a training, of the shared tasks' datasets."""
    if not isinstance(training, dict):
        return {}
    datasets = training.get("datasets")
    kept = {name: one for name, one in datasets.items() if name in shared} if isinstance(datasets, dict) else datasets
    return {**training, "datasets": kept}
