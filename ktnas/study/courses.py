"""How a search goes on between two answers from outside: generation by generation, or with every answer.

In its *synchronous* course a search is told a whole generation at once, so that the order of answers changes nothing,
and who asks may have to wait for the answers of others. In its *asynchronous* one it is told each answer as it comes
and always has something to hand out; what it comes to then depends on the order of answers, which the record holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from threadpoolctl import threadpool_limits

from ktnas.benchmarks.base import Benchmark
from ktnas.errors import ConfigurationError
from ktnas.problem.callback import Asked
from ktnas.problem.progress import TaskProgress
from ktnas.problem.trial import Evaluation, Proposal, Question, Trial
from ktnas.records.asked import HandedOut
from ktnas.records.proposals import BatchEvent, Journal
from ktnas.runner.asynchronous import Asynchronous
from ktnas.runner.experiment import Experiment
from ktnas.runner.stepwise import Stepwise
from ktnas.study.remembering import remembering


class Course(Protocol):
    """A search between two answers."""

    @property
    def trials(self) -> Sequence[tuple[Trial, ...]]:
        """What the search was told, in order, as it was told at once."""

    @property
    def ended(self) -> bool:
        """Whether nothing is to be asked or told any more."""

    def catch_up(self, journal: Journal, known: Mapping[Question, Evaluation]) -> None:
        """Go on to where a record leaves the search.

        Args:
            journal: What was asked and told from outside.
            known: Answers that are there, those of the journal included.

        Raises:
            ConfigurationError: If the search now comes to something else.
        """

    def ask(self, journal: Journal) -> BatchEvent | None:
        """What the search asks beyond what was recorded; None where it has to be told first, or is at its end."""

    def open_questions(self, journal: Journal) -> Collection[Question]:
        """What is to be evaluated, whether it was handed out or not."""

    def knows(self, question: Question) -> bool:
        """Whether an answer came from elsewhere than the journal."""

    def results(self) -> Mapping[str, TaskProgress]:
        """How far each task has come."""


class SynchronousCourse:
    """Told whole generations; fulfils `Course`."""

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self._label = experiment.benchmark.label
        self._steps = Stepwise(experiment.problem, experiment.search, experiment.budget, seed)

    @property
    def trials(self) -> Sequence[tuple[Trial, ...]]:
        return self._steps.trials

    @property
    def ended(self) -> bool:
        return self._steps.batch is None

    def catch_up(self, journal: Journal, known: Mapping[Question, Evaluation]) -> None:
        self._steps.advance(known, journal.batches)

    def ask(self, journal: Journal) -> BatchEvent | None:
        batch = self._steps.batch
        if batch is None or journal.batches.get(batch.number) == batch.asked:
            return None
        return journal.asked(batch.number, batch.asked, batch.questions, self._label)

    def open_questions(self, journal: Journal) -> Collection[Question]:
        batch = self._steps.batch
        return () if batch is None else batch.questions

    def knows(self, question: Question) -> bool:
        return question in self._steps.known

    def results(self) -> Mapping[str, TaskProgress]:
        return self._steps.results()


class AsynchronousCourse:
    """Told answer by answer; fulfils `Course`."""

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self._benchmark: Benchmark = experiment.benchmark
        self._told: list[tuple[Trial, ...]] = []
        self._handed: list[HandedOut] = []
        self._position = 0
        self._form = remembering(experiment.search)
        self._machine = Asynchronous(
            experiment.problem,
            experiment.search,
            experiment.budget,
            seed,
            told=self._told.append,
            asked=self._handed.append,
            form=self._form,
        )

    @property
    def trials(self) -> Sequence[tuple[Trial, ...]]:
        return self._told

    @property
    def ended(self) -> bool:
        return self._machine.ended

    def catch_up(self, journal: Journal, known: Mapping[Question, Evaluation]) -> None:
        for kind, number in journal.order[self._position :]:
            if kind == "told":
                self._tell(journal.questions[number], journal.told[number])
            elif self._next(journal.chosen[number]) != journal.batches[number].proposals:
                raise ConfigurationError(
                    "the search now asks something else than is recorded, so another version of the program wrote the "
                    "record, or it was changed since; begin another study"
                )
            self._position += 1

    def _next(self, chosen: Sequence[tuple[Proposal, ...]] = ()) -> tuple[Proposal, ...] | None:
        """What is handed out next: one proposal, or none where repeats alone came up; None where nothing happens."""
        before = len(self._handed)
        self._form.given.clear()
        self._form.given.extend(chosen)
        self._form.chosen.clear()
        with threadpool_limits(1):  # the same bits whatever the number of cores
            self._machine.ask()
        if len(self._handed) == before:
            return None
        pending = self._handed[-1].pending
        return () if pending is None else (pending.proposal,)

    def _tell(self, question: Question, answer: Evaluation) -> None:
        number = next((one.number for one in self._machine.pending if one.question == question), None)
        if number is None:
            raise ConfigurationError("the record tells of an answer to what the search has not asked: it was changed")
        self._machine.tell(number, answer)

    def ask(self, journal: Journal) -> BatchEvent | None:
        proposals = self._next()
        if proposals is None:
            return None
        self._position += 1
        asked = Asked(self._machine.generation, proposals)
        questions = [(one.task, one.genotype) for one in proposals]
        event = journal.asked(len(journal.batches), asked, questions, self._benchmark.label)
        return replace(event, chosen=tuple(self._form.chosen))

    def open_questions(self, journal: Journal) -> Collection[Question]:
        return [question for number, question in enumerate(journal.questions) if number not in journal.told]

    def knows(self, question: Question) -> bool:
        return False

    def results(self) -> Mapping[str, TaskProgress]:
        return self._machine.results()


def course(experiment: Experiment, seed: int, *, asynchronous: bool) -> Course:
    """The course of an experiment before its first question."""
    return AsynchronousCourse(experiment, seed) if asynchronous else SynchronousCourse(experiment, seed)
