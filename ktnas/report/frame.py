"""Trials as a table of pandas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial
from ktnas.runner.experiment import Experiment

if TYPE_CHECKING:
    from pandas import DataFrame


def dataframe(experiment: Experiment, trials: Sequence[Trial]) -> DataFrame:
    """A row per trial; the columns are the fields of ``trials.jsonl``, the metric itself, and a column per metric.

    Raises:
        ConfigurationError: If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ConfigurationError("a table of trials needs pandas: pip install pandas") from None
    return pd.DataFrame(rows(experiment, trials))


def rows(experiment: Experiment, trials: Sequence[Trial]) -> dict[str, list[object]]:
    """The columns of the table."""
    tasks = {task.name: task for task in experiment.problem.tasks}
    counts: Counter[str] = Counter()
    numbers: list[object] = []
    for trial in trials:
        counts[trial.task] += not trial.repeat
        numbers.append(None if trial.repeat else counts[trial.task])
    names = dict.fromkeys(name for trial in trials for name in trial.evaluation.metrics)
    return {
        "task": [trial.task for trial in trials],
        "evaluation": numbers,
        "generation": [trial.generation for trial in trials],
        "architecture": [experiment.benchmark.label(trial.genotype) for trial in trials],
        "genotype": [trial.genotype for trial in trials],
        "fitness": [trial.fitness for trial in trials],
        "value": [None if t.fitness is None else tasks[t.task].to_fitness(t.fitness) for t in trials],
        "error": [trial.evaluation.error for trial in trials],
        "cost_s": [trial.evaluation.cost_s for trial in trials],
        "repeat": [trial.repeat for trial in trials],
        "parents": [trial.proposal.parents for trial in trials],
        "source_task": [trial.proposal.source_task for trial in trials],
        **{f"metric {name}": [trial.evaluation.metrics.get(name) for trial in trials] for name in names},
    }
