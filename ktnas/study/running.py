"""Runs a study: in its directory, where everything is recorded, or in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.several import evaluated_outside
from ktnas.errors import ConfigurationError
from ktnas.evaluation.replay import recalling
from ktnas.problem.callback import Answered, Callback, Callbacks, Ended, FailureKinds, Finished, as_callback
from ktnas.problem.progress import Progress, TaskProgress
from ktnas.problem.run_events import Opened
from ktnas.problem.trial import Evaluation, History, Question
from ktnas.records.run_directory import RunDirectory
from ktnas.runner.experiment import Experiment
from ktnas.runner.failures import FirstFailures
from ktnas.runner.loop import Result, run
from ktnas.runner.opened import opened_run, told_of_openings
from ktnas.runner.provenance import Provenance
from ktnas.runner.recorded_run import recorded_configuration
from ktnas.runner.session import search_once
from ktnas.runner.steady_loop import Earlier, run_asynchronously
from ktnas.runner.workforce import Workforce
from ktnas.study.result import SearchResult, best_of
from ktnas.typing import JSON


class LogFailures(Callback):
    """Logs the first failure of each kind as it happens: it shows on standard error unless logging is set up."""

    def __init__(self) -> None:
        self._kinds = FailureKinds()

    def evaluation_finished(self, finished: Finished) -> None:
        if text := self._kinds.told(finished):
            logging.getLogger("ktnas").warning("%s", text)


@dataclass(slots=True)
class _Collected(Callback):
    """Keeps what a run comes to."""

    history: History = field(default_factory=History)
    answers: dict[Question, Evaluation] = field(default_factory=dict)
    tasks: dict[str, TaskProgress] = field(default_factory=dict)
    stopped: str | None = None

    def evaluation_finished(self, finished: Finished) -> None:
        self.answers[finished.question] = finished.evaluation

    def generation_answered(self, answered: Answered) -> None:
        self.history = self.history.extended(answered.trials)

    def generation_finished(self, progress: Progress) -> None:
        self.tasks = dict(progress.tasks)

    def search_ended(self, ended: Ended) -> None:
        self.tasks, self.stopped = dict(ended.tasks), ended.stopped


def require_runnable(benchmark: Benchmark) -> None:
    """Refuse to run what is evaluated outside.

    Raises:
        ConfigurationError: Saying what to do.
    """
    if evaluated_outside(benchmark):
        names = ", ".join(task.name for task in benchmark.tasks)
        raise ConfigurationError(
            f"the tasks of this study ({names}) are evaluated outside: ask it for architectures and tell it what came "
            "of them; to run it, make it with a function per task, or with a benchmark"
        )


def run_recorded(
    experiment: Experiment,
    seed: int,
    directory: Path,
    callbacks: Sequence[Callback],
    *,
    catch: bool,
    provenance: Provenance,
    workforce: Workforce,
) -> SearchResult:
    """Run it in its directory.

    Raises:
        KtnasError: As `ktnas.runner.session.search_once`.
        KeyboardInterrupt: If it was interrupted; what was found is recorded.
    """
    collected = _Collected()
    summary = search_once(
        experiment,
        seed,
        RunDirectory(directory),
        [collected, *callbacks],
        catch=catch,
        provenance=provenance,
        workforce=workforce,
    )
    if not summary["finished"] and "stopped" not in summary:
        raise KeyboardInterrupt
    best = best_of(experiment.benchmark, collected.tasks.items())
    return SearchResult(best, collected.tasks, collected.history, collected.stopped)


def run_in_memory(
    experiment: Experiment,
    seed: int,
    known: dict[Question, Evaluation],
    callbacks: Sequence[Callback],
    *,
    catch: bool,
    workforce: Workforce,
) -> SearchResult:
    """Run it, with what is known answered from there; new answers are put there as they come."""
    collected = _Collected(answers=known)
    watches = () if catch else (FirstFailures(),)
    told = Callbacks(collected, *callbacks, *watches)
    experiment = replace(experiment, benchmark=workforce.suited(experiment.benchmark))
    search = _steady if workforce.asynchronous else _in_generations
    config = _configuration(experiment, seed, workforce) if told_of_openings(callbacks) else {}
    with opened_run(callbacks, Opened(seed, config)) as outcome:
        result = search(experiment, seed, dict(known), told, workforce)
        outcome.stopped = result.stopped
    known.update({(t.task, t.genotype): t.evaluation for t in result.history if not t.repeat})
    return SearchResult(
        best_of(experiment.benchmark, result.tasks.items()), result.tasks, result.history, result.stopped
    )


def _configuration(experiment: Experiment, seed: int, workforce: Workforce) -> Mapping[str, JSON]:
    """What callbacks are told of a run that is not recorded; nothing where its parts cannot be described."""
    try:
        return recorded_configuration(experiment, experiment.benchmark, (seed,), workforce)
    except ConfigurationError:
        return {}


def _in_generations(
    experiment: Experiment, seed: int, known: Mapping[Question, Evaluation], told: Callbacks, workforce: Workforce
) -> Result:
    with workforce.evaluator(experiment.benchmark, told) as evaluate:
        return run(
            experiment.problem,
            experiment.search,
            recalling(known, evaluate),
            budget=experiment.budget,
            seed=seed,
            callback=told,
        )


def _steady(
    experiment: Experiment, seed: int, known: Mapping[Question, Evaluation], told: Callbacks, workforce: Workforce
) -> Result:
    with workforce.backend(experiment.benchmark, told) as backend:
        return run_asynchronously(
            experiment.problem,
            experiment.search,
            backend,
            budget=experiment.budget,
            seed=seed,
            callback=told,
            earlier=Earlier(answers=known),
        )


def watching(
    callbacks: Callback | Callable[[Progress], object] | Sequence[Callback | Callable[[Progress], object]] | None,
) -> list[Callback]:
    """Callbacks as objects: one, several, or functions that are called after every generation."""
    if callbacks is None:
        return []
    several = callbacks if isinstance(callbacks, Sequence) else (callbacks,)
    return [as_callback(one) for one in several]
