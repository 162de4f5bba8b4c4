"""A study: one search, in memory or in a directory, that is run, or asked and told from outside, and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ktnas.algorithms.base import Search
from ktnas.benchmarks.functions import TaskFunction
from ktnas.benchmarks.several import evaluated_outside
from ktnas.config import defaults
from ktnas.errors import ConfigurationError
from ktnas.problem.callback import Callback
from ktnas.problem.progress import Progress, TaskProgress
from ktnas.problem.trial import Evaluation, Trial
from ktnas.records.run_directory import RunDirectory
from ktnas.report.notebook import view_of
from ktnas.report.progress import Board
from ktnas.runner.experiment import Experiment, telling
from ktnas.runner.limits import Limits
from ktnas.runner.mode import is_asynchronous
from ktnas.runner.provenance import Provenance
from ktnas.runner.workforce import Workforce, workforce_of
from ktnas.study.claiming import claimed
from ktnas.study.desk import Desk
from ktnas.study.parts import Where, composed, study_file
from ktnas.study.result import Found, SearchResult, best_of
from ktnas.study.running import (
    LogFailures,
    require_runnable,
    run_in_memory,
    run_recorded,
    watching,
)
from ktnas.study.standing import StudyStanding
from ktnas.study.telling import Suggestion

if TYPE_CHECKING:
    from pandas import DataFrame

    from ktnas.report.pages.markup import ShownTable
    from ktnas.report.picture import Picture

S = TypeVar("S")


class Study:
    """One search with all it has found; with a directory, nothing of it is lost.

    Attributes:
        directory: Where it is kept; None in memory.
        experiment: What is searched, how, and for how long.
        seed: Seed of every random number.
        asynchronous: Whether the method is told answer by answer, where it is asked from outside.

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
        where: Where,
        tasks: Mapping[str, TaskFunction] | Sequence[str] = (),
        *,
        method: Search[S] | str = defaults.METHOD,
        budget: int = defaults.BUDGET,
        seed: int = 0,
        sources: Collection[str | Path] = (),
        minimize: Collection[str] = (),
        reuse: Sequence[Path | str] = (),
        asynchronous: bool | None = None,
    ) -> None:
        """A study that is made, or gone on with where the directory holds it.

        Args:
            directory: Where it is kept; None for in memory.
            where: A search space, or a benchmark; an object, or a name of the command line. Tasks of different spaces:
                a space per task, by the task's name; or several benchmarks, ``"nasbench201+transnas101-micro"``.
            tasks: With a space, a function per task, or their names, if they are evaluated outside. With a benchmark,
                names of its tasks; all of them if none is given.
            method: The algorithm: its name at the command line, or an object.
            budget: Evaluations per task. A larger one than the directory's goes on from there.
            seed: Seed of every random number; the same seed, the same search.
            sources: Tasks that only donate; without any, every task donates to every other.
            minimize: The tasks whose number is better when smaller; fitness is its negative.
            reuse: Directories of other runs whose answers are taken where the same is asked.
            asynchronous: Of tasks that are evaluated outside, whether the method is told each answer as it comes, and
                always has something to hand out (None: it is), or a generation at a time, in the order asked: then the
                order of answers changes nothing, but who asks may have to wait.

        Raises:
            KtnasError: If the arguments contradict each other, or the directory holds another study.
        """
        experiment = composed(where, tasks, budget=budget, seed=seed, method=method, sources=sources, minimize=minimize)
        provenance = Provenance(study_file(experiment, method, where, sources), tuple(map(Path, reuse)))
        outside = evaluated_outside(experiment.benchmark)
        if asynchronous and not outside:
            raise ConfigurationError(
                "asynchronous is of tasks that are evaluated outside: names alone; this study has what evaluates them"
            )
        place = None if directory is None else Path(directory)
        self._begin(experiment, seed, place, provenance, asynchronous=outside if asynchronous is None else asynchronous)

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        seed: int,
        directory: Path | None,
        provenance: Provenance,
        *,
        asynchronous: bool = False,
        claim: bool = True,
    ) -> Study:
        """The study of an experiment that is composed already.

        Args:
            experiment: What is searched.
            seed: Seed of every random number.
            directory: Where it is kept; None for in memory.
            provenance: How it is made again, and whose answers it takes.
            asynchronous: Whether the search is told answer by answer, where it is asked from outside.
            claim: Whether the directory may be new, or hold another study; not where it was made from what that says.

        Raises:
            KtnasError: If the directory holds another study.
        """
        study = cls.__new__(cls)
        study._begin(experiment, seed, directory, provenance, asynchronous=asynchronous, claim=claim)
        return study

    def _begin(
        self,
        experiment: Experiment,
        seed: int,
        directory: Path | None,
        provenance: Provenance,
        *,
        asynchronous: bool,
        claim: bool = True,
    ) -> None:
        if directory is None and provenance.reuse:
            raise ConfigurationError("a study in memory cannot reuse other runs: give it a directory")
        self.directory, self.seed = directory, seed
        if directory is not None and claim:
            experiment = claimed(experiment, seed, directory, provenance, asynchronous=asynchronous)
        self.experiment, self.asynchronous = experiment, asynchronous
        self._provenance = replace(provenance, reuse=())
        self._desk = Desk(self.experiment, seed, directory, asynchronous=asynchronous)
        self._standing = StudyStanding(self.experiment, seed, directory, self._desk)

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
        progress: bool | None = None,
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
            progress: Whether to show how far it is; None for in notebooks alone.

        Raises:
            ConfigurationError: If the tasks are evaluated outside, or another process works in the directory.
            EvaluationError: If the first evaluations of a task have all failed; unless ``catch``.
            KeyboardInterrupt: If it was interrupted; with a directory, what was found is recorded.
        """
        require_runnable(self.experiment.benchmark)
        steady = asynchronous or (self.directory is not None and is_asynchronous(RunDirectory(self.directory)))
        force = workforce_of(workers, executor, asynchronous=steady)
        with view_of(Board.of(self.experiment), progress) as view:
            told = [LogFailures(), view, *watching(callbacks), *Limits.begun(timeout, patience).callbacks()]
            self._standing.result = self._run(told, catch=catch, workforce=force)
        return self._standing.result

    def _run(self, told: Sequence[Callback], *, catch: bool, workforce: Workforce) -> SearchResult:
        if self.directory is None:
            experiment, known = telling(self.experiment, self._desk.believe), self._desk.answers_in_memory()
            return run_in_memory(experiment, self.seed, known, told, catch=catch, workforce=workforce)
        return run_recorded(
            self.experiment,
            self.seed,
            self.directory,
            told,
            catch=catch,
            provenance=self._provenance,
            workforce=workforce,
        )

    def ask(self, n: int = 1, *, again: float | None = None) -> list[Suggestion]:
        """Up to ``n`` architectures to evaluate, which nobody else is given.

        They are fewer while a synchronous method waits for answers to what it has asked, and none at the end (`ended`).

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
        return self._standing.trials

    @property
    def pending(self) -> list[Suggestion]:
        """What was handed out and is not told, in the order of the ids."""
        return self._standing.pending

    @property
    def progress(self) -> Mapping[str, TaskProgress]:
        """How far each task has come, what the method has not been told included."""
        return self._standing.progress

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
        """The best value so far over evaluations, a chart per task: notebooks show it, and `save` writes it."""
        return self._picture("convergence")

    def plot_best(self) -> Picture:
        """The best architecture of each task, and what the others' best have otherwise."""
        return self._picture("best")

    def plot_transfers(self) -> Picture:
        """Who helped whom: what was transferred between tasks over time, and what became of it."""
        return self._picture("transfers")

    def plot_model(self) -> Picture:
        """What the method's model believed of the tasks' correlation, and predicted against measured."""
        return self._picture("model")

    def plot_map(self) -> Picture:
        """A map of the architectures that were evaluated, and the path of the search."""
        return self._picture("map")

    def plot_cost(self) -> Picture:
        """What the evaluations cost."""
        return self._picture("cost")

    def table(self) -> ShownTable:
        """Every trial as a table that notebooks show; for more, `to_dataframe`."""
        from ktnas.study.showing import trials_of

        return trials_of(self._standing.recordings())

    def report(self, path: Path | str) -> None:
        """Write everything that the study has come to into one HTML file that needs nothing else.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        from ktnas.report.pages.whole import write_page
        from ktnas.study.showing import page_of_study

        write_page(Path(path), page_of_study(self.experiment, self._standing.recordings()))

    def _picture(self, kind: str) -> Picture:
        from ktnas.study.showing import picture_of

        return picture_of(self.experiment, self._standing.recordings(), kind)

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
        from ktnas.study.showing import study_markup

        return study_markup(self._standing.recordings(), len(self.pending))
