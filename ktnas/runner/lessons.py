"""What each source contributed to a run that learned from finished searches."""

from __future__ import annotations

from collections.abc import Sequence

from ktnas.algorithms.base import LearnsFromSources
from ktnas.benchmarks.base import Benchmark
from ktnas.problem.trial import History, Trial
from ktnas.records.summary import FirstChoice, Lesson
from ktnas.runner.experiment import Experiment


def lessons(experiment: Experiment, trials: Sequence[Trial], seed: int) -> tuple[Lesson, ...]:
    """Per source its weight and agreement on each task, and which first choices came from it; empty without sources.

    Args:
        experiment: What was searched, and how.
        trials: Every trial, in order.
        seed: The run's seed.
    """
    search = experiment.search
    if not isinstance(search, LearnsFromSources) or search.knowledge is None:
        return ()
    history = History().extended(trials)
    found = search.learned(experiment.problem, history, seed)
    return tuple(
        {
            "source": "all together" if one.source is None else one.source.name,
            "space": None if one.source is None else one.source.space,
            "evaluations": None if one.source is None else one.source.evaluations,
            "digest": None if one.source is None else one.source.digest,
            "tasks": {
                task: {
                    "weight": part.weight,
                    "agreement": part.agreement,
                    "first": [_told(experiment.benchmark, history, task, genotype) for genotype in part.first],
                }
                for task, part in one.tasks.items()
            },
        }
        for one in found
    )


def _told(benchmark: Benchmark, history: History, task: str, genotype: tuple[int, ...]) -> FirstChoice:
    numbered = enumerate((t for t in history.evaluated(task) if not t.repeat), 1)
    number, trial = next(((i, t) for i, t in numbered if t.genotype == genotype), (None, None))
    return {
        "architecture": benchmark.label(genotype),
        "evaluation": number,
        "fitness": None if trial is None else trial.fitness,
    }
