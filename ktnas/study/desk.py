"""Where a study is asked and told from outside, by any number of processes at once.

Each operation has the directory to itself, reads what others have done, does its own, and has it on disk before it
returns. Without a directory, everything is kept in memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.errors import ConfigurationError
from ktnas.files.json_lines import to_json
from ktnas.files.turns import in_turn
from ktnas.problem.trial import Evaluation, Question, Trial
from ktnas.records.configuration import begun_by_this_program
from ktnas.records.known import known_answers
from ktnas.records.proposals import Event, HandOutEvent, Journal, ProposalLog, TellEvent
from ktnas.records.run_directory import SUMMARY, RunDirectory
from ktnas.records.summary import Ending, summarize
from ktnas.records.trials import TRIALS, TrialLog, read_trials
from ktnas.runner.experiment import Experiment
from ktnas.runner.extension import note_on
from ktnas.runner.mode import is_asynchronous
from ktnas.runner.provenance import reuse_notes
from ktnas.runner.stepwise import OpenBatch, Stepwise
from ktnas.study.telling import Suggestion, evaluation_of_answer

_UNTIMED = "It was asked and told from outside: how long it took is not known."


class _Log(Protocol):
    @property
    def journal(self) -> Journal: ...

    def append(self, events: Sequence[Event]) -> None: ...


@dataclass(slots=True)
class _InMemory:
    """A record that nothing outlasts."""

    journal: Journal = field(default_factory=Journal)

    def append(self, events: Sequence[Event]) -> None:
        for event in events:
            self.journal.apply(event)


class Desk:
    """Hands out what a search asks, and takes the answers.

    Attributes:
        known: Answers from elsewhere, such as a run in memory.
    """

    def __init__(self, experiment: Experiment, seed: int, directory: Path | None) -> None:
        """Nothing is asked before `ask`.

        Args:
            experiment: What is searched.
            seed: Seed of all random numbers.
            directory: The study's; None to keep everything in memory.
        """
        self._experiment, self._seed, self._directory = experiment, seed, directory
        self._memory = _InMemory()
        self._steps: Stepwise[object] | None = None
        self.known: dict[Question, Evaluation] = {}

    def ask(self, n: int, again_s: float | None = None) -> list[Suggestion]:
        """Up to ``n`` proposals that nobody has.

        Args:
            n: How many, at least 1.
            again_s: After these, also such as were handed out at least so many seconds ago and are not told.

        Raises:
            ConfigurationError: If a number is out of its range, or the directory cannot be used.
        """
        if n < 1:
            raise ConfigurationError(f"at least 1 proposal must be asked for; got {n}")
        if again_s is not None and not again_s >= 0:
            raise ConfigurationError(f"proposals must be handed out again after at least 0 seconds; got {again_s}")
        with self._turn() as log:
            batch = self._caught_up(log).batch
            if batch is None:
                return []
            events: list[Event] = []
            journal = log.journal
            if journal.batches.get(batch.number) != batch.asked:
                event = journal.asked(batch.number, batch.asked, batch.questions, self._experiment.benchmark.label)
                events.append(event)
                ids = {q: i for q, i in zip(_questions(batch), event.ids, strict=True) if i is not None}
            else:
                ids = {question: journal.ids[question] for question in batch.questions}
            chosen = self._chosen(batch, ids, journal, n, again_s)
            if chosen:
                events.append(HandOutEvent(tuple(ids[question] for question in chosen), round(time.time(), 3)))
            log.append(events)
            return [self._suggestion(ids[question], batch, question) for question in chosen]

    def _chosen(
        self, batch: OpenBatch, ids: Mapping[Question, int], journal: Journal, n: int, again_s: float | None
    ) -> list[Question]:
        left = [question for question in batch.questions if not self._is_answered(question, ids[question], journal)]
        waiting = [question for question in left if ids[question] not in journal.given]
        if again_s is None:
            return waiting[:n]
        before = time.time() - again_s
        out = sorted(
            (question for question in left if journal.given.get(ids[question], before + 1) <= before),
            key=lambda question: (journal.given[ids[question]], ids[question]),
        )
        return (waiting + out)[:n]

    def _is_answered(self, question: Question, number: int, journal: Journal) -> bool:
        return number in journal.told or (self._steps is not None and question in self._steps.known)

    def _suggestion(self, number: int, batch: OpenBatch, question: Question) -> Suggestion:
        proposal = batch.proposal(question)
        label = self._experiment.benchmark.label(proposal.genotype)
        return Suggestion(number, proposal.task, label, proposal.genotype, proposal.parents, proposal.source_task)

    def tell(
        self,
        number: int,
        value: object = None,
        *,
        error: str | None = None,
        cost_s: float = 0.0,
        metrics: Mapping[str, object] | None = None,
    ) -> Evaluation:
        """Take an answer; on disk when this returns.

        Args:
            number: The proposal's id.
            value: The task's metric, several metrics by name, or an `Evaluation`.
            error: Why it failed; None if it did not.
            cost_s: Seconds it took.
            metrics: Further numbers to record.

        Raises:
            ConfigurationError: If there is no such proposal, nobody was handed it, it has been told, or the answer is
                none; nothing is recorded then.
        """
        with self._turn() as log:
            question = self._open_question(number, log.journal)
            task = next(one for one in self._experiment.problem.tasks if one.name == question[0])
            answer = evaluation_of_answer(task, value, error=error, cost_s=cost_s, metrics=metrics or {})
            steps = self._caught_up(log)
            if question in steps.known:
                raise ConfigurationError(
                    f"proposal {number} has been evaluated meanwhile, by a run of the study; that answer stands"
                )
            log.append([TellEvent(number, answer)])
            self._caught_up(log)
            return answer

    def _open_question(self, number: int, journal: Journal) -> Question:
        if not 0 <= number < len(journal.questions) or number not in journal.given:
            known = f"ids go up to {max(journal.given)}" if journal.given else "nothing has been handed out yet"
            raise ConfigurationError(f"no proposal {number} was handed out: {known}; ask for one first")
        if number in journal.told:
            raise ConfigurationError(f"proposal {number} has been told already; its first answer stands")
        return journal.questions[number]

    @property
    def ended(self) -> bool:
        """Whether nothing is to be asked any more."""
        with self._turn() as log:
            return self._caught_up(log).batch is None

    @property
    def journal(self) -> Journal:
        """What happened in memory; of a directory, what its file says is the truth."""
        return self._memory.journal

    @property
    def trials(self) -> Sequence[Trial]:
        """Of complete batches, as far as this process has seen."""
        return () if self._steps is None else tuple(self._steps.history)

    @contextmanager
    def _turn(self) -> Iterator[_Log]:
        if self._directory is None:
            yield self._memory
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(in_turn(self._directory))
            except OSError as error:
                raise ConfigurationError(f"cannot use {self._directory}: {error.strerror}") from None
            self._require_budget()
            if is_asynchronous(RunDirectory(self._directory)):
                raise ConfigurationError(
                    f"the study in {self._directory} is run asynchronously: its run hands out proposals and takes the "
                    "answers; to ask and tell from outside, begin another study"
                )
            yield stack.enter_context(closing(ProposalLog(self._directory)))

    def _require_budget(self) -> None:
        """Refuse to go on under a budget that another process has raised meanwhile."""
        held = None if self._directory is None else RunDirectory(self._directory).config()
        if held is not None and held.get("budget") != self._experiment.budget.evaluations:
            raise ConfigurationError(
                f"the budget of {self._directory} is {held.get('budget')} by now, not "
                f"{self._experiment.budget.evaluations}: open the study anew"
            )

    def _caught_up(self, log: _Log) -> Stepwise[object]:
        """The search where all that is known has brought it; whole batches are recorded as trials."""
        known = {**self.known, **log.journal.answers}
        recorded: Sequence[Trial] = ()
        if self._directory is not None:
            recorded = read_trials(self._directory) if (self._directory / TRIALS).exists() else ()
            known = {**known_answers(self._directory, recorded), **known}
        steps = self._steps
        if steps is None:
            experiment = self._experiment
            steps = Stepwise(experiment.problem, experiment.search, experiment.budget, self._seed)
        steps.advance(known, log.journal.batches)
        self._steps = steps
        if self._directory is not None and len(steps.history) > len(recorded):
            self._record(steps, self._directory)
        return steps

    def _record(self, steps: Stepwise[object], directory: Path) -> None:
        label = self._experiment.benchmark.label
        with closing(TrialLog(directory, told=begun_by_this_program(RunDirectory(directory)))) as trials:
            for batch in steps.trials:
                trials.append(batch, [label(trial.genotype) for trial in batch])
        if steps.batch is None:
            self._summarize(steps, directory)

    def _summarize(self, steps: Stepwise[object], directory: Path) -> None:
        """What the study came to; where that takes training, whoever runs it measures it."""
        experiment = self._experiment
        if isinstance(experiment.benchmark, ComputedBenchmark):
            return
        notes = (*note_on(experiment.budget, experiment.search.name), *reuse_notes(directory), _UNTIMED)
        summary = summarize(
            experiment.benchmark,
            experiment.problem,
            Ending(steps.results(), {"total": 0.0, "search": 0.0}, notes=notes),
            method=experiment.search.name,
            seed=self._seed,
            budget=experiment.budget.evaluations,
        )
        RunDirectory(directory).write(SUMMARY, to_json(summary))


def _questions(batch: OpenBatch) -> list[Question]:
    return [(one.task, one.genotype) for one in batch.asked.proposals]
