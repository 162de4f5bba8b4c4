"""A study: one search, in memory or in a directory, that is run, or asked and told from outside, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ktnas.algorithms.base import Search
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.benchmarks.functions import TaskFunction
from ktnas.config import defaults
from ktnas.errors import ConfigurationError
from ktnas.files.turns import in_turn
from ktnas.problem.callback import Callback, Callbacks
from ktnas.problem.progress import Progress, TaskProgress, progress_of
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.records.configuration import configuration
from ktnas.records.proposals import Journal, read_journal
from ktnas.records.run_directory import RunDirectory
from ktnas.records.trials import TRIALS, read_trials
from ktnas.runner.experiment import Experiment
from ktnas.runner.extension import with_earlier_budget
from ktnas.runner.mode import is_asynchronous, with_mode_of
from ktnas.runner.provenance import Provenance
from ktnas.runner.workforce import Workforce, workforce_of
from ktnas.spaces.base import SearchSpace
from ktnas.study.desk import Desk
from ktnas.study.parts import composed, study_file
from ktnas.study.result import Found, SearchResult, best_of
from ktnas.study.running import (
    Limits,
    LogFailures,
    require_runnable,
    run_in_memory,
    run_recorded,
    watching,
)
from ktnas.study.telling import Suggestion

if TYPE_CHECKING:
    from pandas import DataFrame

    from ktnas.report.picture import Picture

S = TypeVar("S")


class Study:
    """One search with all it has found; with a directory, nothing of it is lost.

    Attributes:
        directory: Where it is kept; None in memory.
        experiment: What is searched, how, and for how long.
        seed: Seed of every random number.

    >>> import ktnas
    >>> from ktnas.spaces.categorical import Categorical
    >>> study = ktnas.Study(None, Categorical((4,) * 6), ["threes"], method="regularized-evolution", budget=12)
    >>> for suggestion in study.ask(10):
    ...     _ = study.tell(suggestion, suggestion.genotype.count(3))
    >>> study
    Study(in memory, outside: threes, regularized-evolution, seed 0, 10 of 12 evaluations)
    """

    def __init__(
        self,
        directory: Path | str | None,
        where: SearchSpace | Benchmark | str,
        tasks: Mapping[str, TaskFunction] | Sequence[str] = (),
        *,
        method: Search[S] | str = defaults.METHOD,
        budget: int = defaults.BUDGET,
        seed: int = 0,
        sources: Collection[str | Path] = (),
        minimize: Collection[str] = (),
        reuse: Sequence[Path | str] = (),
    ) -> None:
        """A study that is made, or gone on with where the directory holds it.

        Args:
            directory: Where it is kept; None for in memory.
            where: A search space, or a benchmark; an object, or a name of the command line.
            tasks: With a space, a function per task, or their names, if they are evaluated outside. With a benchmark,
                names of its tasks; all of them if none is given.
            method: The algorithm: its name at the command line, or an object.
            budget: Evaluations per task. A larger one than the directory's goes on from there.
            seed: Seed of every random number; the same seed, the same search.
            sources: Tasks that only donate; without any, every task donates to every other.
            minimize: The tasks whose number is better when smaller; fitness is its negative.
            reuse: Directories of other runs whose answers are taken where the same is asked.

        Raises:
            KtnasError: If the arguments contradict each other, or the directory holds another study.
        """
        experiment = composed(where, tasks, budget=budget, seed=seed, method=method, sources=sources, minimize=minimize)
        provenance = Provenance(study_file(experiment, method, where, sources), tuple(map(Path, reuse)))
        self._begin(experiment, seed, None if directory is None else Path(directory), provenance)

    @classmethod
    def of(cls, experiment: Experiment, seed: int, directory: Path | None, provenance: Provenance) -> Study:
        """The study of an experiment that is composed already.

        Raises:
            KtnasError: If the directory holds another study.
        """
        study = cls.__new__(cls)
        study._begin(experiment, seed, directory, provenance)
        return study

    def _begin(self, experiment: Experiment, seed: int, directory: Path | None, provenance: Provenance) -> None:
        if directory is None and provenance.reuse:
            raise ConfigurationError("a study in memory cannot reuse other runs: give it a directory")
        self.directory, self.seed = directory, seed
        self.experiment = experiment if directory is None else _claimed(experiment, seed, directory, provenance)
        self._provenance = replace(provenance, reuse=())
        self._desk = Desk(self.experiment, seed, directory)
        self._result: SearchResult | None = None

    def run(
        self,
        *,
        workers: int | Workforce | None = None,
        timeout: float | None = None,
        patience: int | None = None,
        executor: Executor | None = None,
        asynchronous: bool = False,
        callbacks: Callback
        | Callable[[Progress], object]
        | Sequence[Callback | Callable[[Progress], object]]
        | None = None,
        catch: bool = False,
    ) -> SearchResult:
        """Evaluate until the budget is used, or something ends it; called again, it goes on.

        Args:
            workers: Evaluations in parallel, each in a process of its own; unless ``asynchronous``, no result depends
                on it. None for what the benchmark has. A `ktnas.Workforce` says more: threads, a limit per evaluation,
                how often one is begun anew whose worker was lost, a Dask cluster.
            timeout: Seconds after which it ends; an evaluation that is under way is not waited for longer than it
                takes.
            patience: It ends once no task has got better for so many of its evaluations.
            executor: Evaluates in place of workers of its own: any `concurrent.futures.Executor`.
            asynchronous: Whether a worker that is free gets something to do at once, not with the next generation:
                what is found then depends on which evaluation ends first. A study is either, from its first run on.
            callbacks: One or several `Callback`, told of everything; or functions, called with a `Progress` after every
                generation. If one returns True or raises `StopSearch`, the run ends with what it has found.
            catch: Whether to go on where the first evaluations of a task have all failed (5 of them, or the whole
                budget if that is less).

        Raises:
            ConfigurationError: If the tasks are evaluated outside, or another process works in the directory.
            EvaluationError: If the first evaluations of a task have all failed; unless ``catch``.
            KeyboardInterrupt: If it was interrupted; with a directory, what was found is recorded.
        """
        require_runnable(self.experiment.benchmark)
        steady = asynchronous or (self.directory is not None and is_asynchronous(RunDirectory(self.directory)))
        force = workforce_of(workers, executor, asynchronous=steady)
        experiment = self.experiment
        told = [LogFailures(), *watching(callbacks), *Limits(timeout, patience).callbacks()]
        if self.directory is None:
            known = {**self._desk.journal.answers, **self._desk.known}
            self._desk.known = known
            self._result = run_in_memory(experiment, self.seed, known, told, catch=catch, workforce=force)
        else:
            self._result = run_recorded(
                experiment,
                self.seed,
                self.directory,
                told,
                catch=catch,
                provenance=self._provenance,
                workforce=force,
            )
        return self._result

    def ask(self, n: int = 1, *, again: float | None = None) -> list[Suggestion]:
        """Up to ``n`` architectures to evaluate, which nobody else is given.

        They are fewer while the method waits for answers to what it has asked, and none at the end (`ended`).

        Args:
            n: How many.
            again: After these, also such as were handed out at least so many seconds ago and are not told: whoever had
                them may be gone.

        Raises:
            ConfigurationError: If a number is out of its range, or the directory cannot be used.
        """
        return self._desk.ask(n, again)

    def tell(
        self,
        suggestion: Suggestion | int,
        value: object = None,
        *,
        error: str | None = None,
        cost_s: float = 0.0,
        metrics: Mapping[str, object] | None = None,
    ) -> Evaluation:
        """What came of a suggestion, in any order and at any time; on disk when this returns.

        Args:
            suggestion: It, or its id.
            value: The task's metric; or several metrics by name, of which one is the task's; or an `Evaluation`.
            error: Why it failed; None if it did not.
            cost_s: Seconds that it took.
            metrics: Further numbers to record.

        Returns:
            The answer as it is recorded.

        Raises:
            ConfigurationError: If it was never handed out, has been told, or the answer is none; nothing is recorded
                then.
        """
        number = suggestion.id if isinstance(suggestion, Suggestion) else suggestion
        return self._desk.tell(number, value, error=error, cost_s=cost_s, metrics=metrics)

    @property
    def ended(self) -> bool:
        """Whether nothing is left to ask."""
        return self._desk.ended

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every answer so far, in order; those that the method has not been told yet come last."""
        journal, whole = self._journal(), self._whole_trials()
        known = {(trial.task, trial.genotype) for trial in whole}
        proposals = {
            (one.task, one.genotype): (asked.generation, one)
            for asked in journal.batches.values()
            for one in reversed(asked.proposals)
        }
        told = [
            Trial(*proposals.get(question, (0, Proposal(*question))), answer)
            for question, answer in journal.answers.items()
            if question not in known
        ]
        return (*whole, *told)

    @property
    def pending(self) -> list[Suggestion]:
        """What was handed out and is not told, in the order of the ids."""
        journal = self._journal()
        answered = {(trial.task, trial.genotype) for trial in self._whole_trials()}
        label = self.experiment.benchmark.label
        return [
            Suggestion(number, task, label(genotype), genotype)
            for number, (task, genotype) in enumerate(journal.questions)
            if number in journal.given and number not in journal.told and (task, genotype) not in answered
        ]

    @property
    def progress(self) -> Mapping[str, TaskProgress]:
        """How far each task has come, what the method has not been told included."""
        return progress_of(self.trials, self.experiment.problem.names, self.experiment.budget.stop_at)

    @property
    def best(self) -> Mapping[str, Found]:
        """The best architecture per task; without the tasks on which nothing has succeeded."""
        return best_of(self.experiment.benchmark, self.progress.items())

    def to_dataframe(self) -> DataFrame:
        """A row per trial.

        Raises:
            ConfigurationError: If pandas is not installed.
        """
        from ktnas.report.frame import dataframe

        return dataframe(self.experiment, self.trials)

    def plot_convergence(self) -> Picture:
        """The best value so far over evaluations, a panel per task: a picture that notebooks show and `save` writes."""
        from ktnas.report.picture import convergence_picture

        return convergence_picture(self.experiment, self.seed, self.progress)

    def report(self, path: Path | str) -> None:
        """Write everything that the study has come to into one HTML file, figures included.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        from ktnas.report.html import write_report

        write_report(Path(path), self.experiment, self.seed, self.trials, len(self.pending))

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    def __len__(self) -> int:
        """Answers so far, repeats included."""
        return len(self.trials)

    def __bool__(self) -> bool:
        """A study is one before its first answer, too."""
        return True

    def __repr__(self) -> str:
        experiment = self.experiment
        done = sum(task.evaluations for task in self.progress.values())
        total = experiment.budget.evaluations * len(experiment.problem.names)
        place = "in memory" if self.directory is None else str(self.directory)
        tasks = ", ".join(experiment.problem.names)
        return (
            f"Study({place}, {experiment.benchmark.name}: {tasks}, {experiment.search.name}, seed {self.seed}, "
            f"{done:,} of {total:,} evaluations)"
        )

    def _repr_html_(self) -> str:
        """What notebooks show."""
        from ktnas.report.html import overview

        return overview(self.experiment, self.seed, self.trials, len(self.pending))

    def _journal(self) -> Journal:
        return self._desk.journal if self.directory is None else read_journal(self.directory)

    def _whole_trials(self) -> Sequence[Trial]:
        if self.directory is not None:
            return read_trials(self.directory) if (self.directory / TRIALS).exists() else ()
        asked = self._desk.trials
        run = () if self._result is None else self._result.history
        return tuple(run) if len(run) >= len(asked) else asked


def _claimed(experiment: Experiment, seed: int, directory: Path, provenance: Provenance) -> Experiment:
    """The directory is this study's from now on; the experiment as it goes on there."""
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
