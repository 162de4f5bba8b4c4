"""A run as it goes on in its directory: in generations or without, with whatever is known already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ktnas.algorithms.steady.forms import steady_settings
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.evaluation.protocol import Evaluate
from ktnas.evaluation.replay import recalling
from ktnas.problem.callback import Callback, Callbacks
from ktnas.records.asked import AskedLog
from ktnas.records.configuration import ASYNCHRONOUS, configuration
from ktnas.records.evaluations import EvaluationLog
from ktnas.records.known import known_answers
from ktnas.records.printed import PrintedLog
from ktnas.records.summary import Ending
from ktnas.runner.experiment import Experiment
from ktnas.runner.loop import Result, run
from ktnas.runner.recorder import Recorder
from ktnas.runner.steady_loop import Earlier, run_asynchronously
from ktnas.runner.workforce import Workforce
from ktnas.typing import JSON


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a run is recorded, and who evaluates for it.

    Attributes:
        path: The run's directory.
        recorder: Records it there.
        workforce: Who evaluates.
    """

    path: Path
    recorder: Recorder
    workforce: Workforce


def recorded_configuration(
    experiment: Experiment, benchmark: Benchmark, seeds: Sequence[int], workforce: Workforce
) -> dict[str, JSON]:
    """What decides a run; of an asynchronous one, also what its method does otherwise."""
    config = configuration(benchmark, experiment.problem, experiment.search, experiment.budget, seeds)
    if workforce.asynchronous:
        config[ASYNCHRONOUS] = steady_settings(experiment.search)
    return config


def searched(
    experiment: Experiment, benchmark: Benchmark, seed: int, place: RunPlace, others: Sequence[Callback]
) -> Ending:
    """Search, and record it; where it was interrupted, or ended by a callback, how far it came."""
    recorder = place.recorder
    callbacks = Callbacks(recorder, *others)
    callbacks.start(seed, experiment.problem.names)
    search = _steady if place.workforce.asynchronous else _in_generations
    try:
        with closing(PrintedLog(place.path)) as recorder.printed:
            result = search(replace(experiment, benchmark=benchmark), seed, place, callbacks)
    except KeyboardInterrupt:
        return recorder.ending(callbacks.progress())
    if result.stopped is not None:
        return recorder.ending(callbacks.progress(), result.stopped)
    return Ending(result.tasks, {"total": result.total_s, "search": result.search_s})


def _in_generations(experiment: Experiment, seed: int, place: RunPlace, callbacks: Callbacks) -> Result:
    with _evaluator(experiment.benchmark, place, callbacks) as evaluate:
        return run(
            experiment.problem, experiment.search, evaluate, budget=experiment.budget, seed=seed, callback=callbacks
        )


def _steady(experiment: Experiment, seed: int, place: RunPlace, callbacks: Callbacks) -> Result:
    benchmark, recorder = experiment.benchmark, place.recorder
    with (
        closing(AskedLog(place.path, benchmark.label)) as asked,
        closing(EvaluationLog(place.path)) as answers,
        place.workforce.backend(benchmark, callbacks) as backend,
    ):
        recorder.answers = answers
        known = {**known_answers(place.path), **answers.evaluations}
        return run_asynchronously(
            experiment.problem,
            experiment.search,
            backend,
            budget=experiment.budget,
            seed=seed,
            callback=callbacks,
            earlier=Earlier(asked.found, recorder.log.trials, known),
            handed_out=asked.append,
        )


@contextmanager
def _evaluator(benchmark: Benchmark, place: RunPlace, callbacks: Callbacks) -> Iterator[Evaluate]:
    """What answers a run's questions: first the record; answers that take long are recorded as they arrive.

    A table answers again at no cost, so that a number that was changed in the record is found out; what was told from
    outside, or taken from another run, stands.
    """
    recorder, force = place.recorder, place.workforce
    told = known_answers(place.path)
    known = {**told, **recorder.log.evaluations}
    if not (isinstance(benchmark, ComputedBenchmark) or force.parallel(benchmark)):
        with force.evaluator(benchmark, callbacks) as evaluate:
            yield recalling(told if isinstance(benchmark, TableBenchmark) else known, evaluate)
        return
    with closing(EvaluationLog(place.path)) as answers, force.evaluator(benchmark, callbacks) as evaluate:
        recorder.answers = answers
        yield recalling({**answers.evaluations, **known}, evaluate)
