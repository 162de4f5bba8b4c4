"""How a directory becomes a study's, or is found to be, and how a larger budget goes on there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.errors import ConfigurationError
from ktnas.files.json_lines import to_json
from ktnas.files.turns import in_turn
from ktnas.problem.budget import EarlierBudget
from ktnas.problem.callback import Callbacks
from ktnas.records.configuration import configuration
from ktnas.records.run_directory import CONFIG, RunDirectory
from ktnas.runner.experiment import Experiment
from ktnas.runner.extension import budget_of, require_larger, unfinish, with_earlier_budget
from ktnas.runner.mode import with_mode_of
from ktnas.runner.provenance import Provenance
from ktnas.study.desk import Desk
from ktnas.typing import JSON

EACH_ANSWER = "told_each_answer"
"""The part of ``config.json`` that tells of a search which is told answer by answer; others have none."""


def claimed(
    experiment: Experiment, seed: int, directory: Path, provenance: Provenance, *, asynchronous: bool
) -> Experiment:
    """The directory is this study's from now on; the experiment as it goes on there.

    Args:
        experiment: What is searched.
        seed: Seed of every random number.
        directory: Where it is kept.
        provenance: How it is made again, and whose answers it takes.
        asynchronous: Whether the search is told answer by answer.

    Raises:
        ConfigurationError: If it holds another study, or cannot be used.
        DataError: If its record is damaged, or of a later version.
    """
    claim = _claimed_asynchronous if asynchronous else _claimed
    return claim(experiment, seed, directory, provenance)


def _claimed(experiment: Experiment, seed: int, directory: Path, provenance: Provenance) -> Experiment:
    benchmark = experiment.benchmark
    if isinstance(benchmark, ComputedBenchmark):
        benchmark = benchmark.for_run(seed, directory)
    place = RunDirectory(directory)
    try:
        with in_turn(directory):
            asked = configuration(benchmark, experiment.problem, experiment.search, experiment.budget, (seed,))
            provenance.check(place, with_mode_of(place, asked, experiment.search))
            experiment = with_earlier_budget(experiment, benchmark, seed, place, Callbacks())
            config = configuration(benchmark, experiment.problem, experiment.search, experiment.budget, (seed,))
            config = with_mode_of(place, config, experiment.search)
            if not place.claim(config):
                provenance.write(place, config)
    except OSError as error:
        raise ConfigurationError(f"cannot use {directory}: {error.strerror}") from None
    return experiment


def _claimed_asynchronous(experiment: Experiment, seed: int, directory: Path, provenance: Provenance) -> Experiment:
    """Of a search that is told answer by answer, a larger budget holds for what is asked from then on."""
    place = RunDirectory(directory)
    held = place.config()
    before = None if held is None else budget_of(held, experiment.budget)
    told = 0
    if before is not None and before.evaluations < experiment.budget.evaluations:
        place.claim(_configuration(replace(experiment, budget=before), seed))
        told = Desk(replace(experiment, budget=before), seed, directory, asynchronous=True).catch_up()
    try:
        with in_turn(directory):
            provenance.check(place, _configuration(experiment, seed))
            if before is not None:
                experiment = _raised(experiment, seed, place, before_trials=told)
            config = _configuration(experiment, seed)
            if not place.claim(config):
                provenance.write(place, config)
    except OSError as error:
        raise ConfigurationError(f"cannot use {directory}: {error.strerror}") from None
    return experiment


def _raised(experiment: Experiment, seed: int, place: RunDirectory, before_trials: int) -> Experiment:
    held = place.config()
    before = None if held is None else budget_of(held, experiment.budget)
    if before is None:
        return experiment
    wanted = experiment.budget.evaluations
    if before.evaluations == wanted:
        return replace(experiment, budget=before)
    place.claim(_configuration(replace(experiment, budget=before), seed))
    require_larger(place, before.evaluations, wanted)
    earlier = (*before.earlier, EarlierBudget(before.evaluations, before_trials + 1))
    experiment = replace(experiment, budget=replace(experiment.budget, earlier=earlier))
    unfinish(place)
    place.write(CONFIG, to_json(_configuration(experiment, seed)))
    return experiment


def _configuration(experiment: Experiment, seed: int) -> Mapping[str, JSON]:
    problem, budget = experiment.problem, experiment.budget
    return {**configuration(experiment.benchmark, problem, experiment.search, budget, (seed,)), EACH_ANSWER: True}
