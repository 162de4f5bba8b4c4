"""Where a study is asked and told from outside, by any number of processes at once.

Each operation has the directory to itself, reads what others have done, does its own, and has it on disk before it
returns. Without a directory, everything is kept in memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol

from ktnas.algorithms.beliefs import Belief
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.errors import ConfigurationError
from ktnas.files.json_lines import to_json
from ktnas.files.turns import in_turn
from ktnas.problem.trial import Evaluation, Proposal, Question, Trial
from ktnas.records.beliefs import BeliefLog
from ktnas.records.configuration import begun_by_this_program
from ktnas.records.known import known_answers, read_reused
from ktnas.records.proposals import Event, HandOutEvent, Journal, ProposalLog, TellEvent
from ktnas.records.run_directory import SUMMARY, RunDirectory
from ktnas.records.summary import Ending, summarize
from ktnas.records.trials import TrialLog, trials_so_far
from ktnas.runner.experiment import Experiment, telling
from ktnas.runner.extension import note_on
from ktnas.runner.mode import is_asynchronous
from ktnas.runner.provenance import reuse_notes
from ktnas.study.courses import Course
from ktnas.study.courses import course as course_of
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
        beliefs: What the method's model believed, in memory; of a directory, what its file says is the truth.
    """

    def __init__(self, experiment: Experiment, seed: int, directory: Path | None, *, asynchronous: bool) -> None:
        """Nothing is asked before `ask`.

        Args:
            experiment: What is searched.
            seed: Seed of all random numbers.
            directory: The study's; None to keep everything in memory.
            asynchronous: Whether the search is told answer by answer (`ktnas.study.courses`).
        """
        self._experiment, self._seed, self._directory = telling(experiment, self.believe), seed, directory
        self.beliefs: list[Belief] = []
        self._asynchronous = asynchronous
        self._memory = _InMemory()
        self._course: Course | None = None
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
            course = self._caught_up(log)
            while len(self._waiting(course, log.journal)) < n and self._asked_more(course, log):
                pass
            chosen = self._waiting(course, log.journal)
            if again_s is not None:
                chosen += self._out(course, log.journal, again_s)
            chosen = chosen[:n]
            if chosen:
                log.append([HandOutEvent(tuple(chosen), round(time.time(), 3))])
            return [self._suggestion(number, log.journal) for number in chosen]

    def believe(self, belief: Belief) -> None:
        """Keep what the method's model believed, beside all else."""
        if self._directory is None:
            self.beliefs.append(belief)
            return
        with closing(BeliefLog(self._directory)) as log:
            log.append(belief)

    def answers_in_memory(self) -> dict[Question, Evaluation]:
        """All that is known in memory; what is put there is known from then on."""
        self.known = {**self._memory.journal.answers, **self.known}
        return self.known

    def _asked_more(self, course: Course, log: _Log) -> bool:
        """Ask the search, and record it; whether it has asked anything.

        What another run has paid for is told at once.
        """
        event = course.ask(log.journal)
        if event is None:
            return False
        try:
            log.append([event])
        except BaseException:
            self._course = None  # it has asked what is not recorded: it is brought back from the record
            raise
        if self._asynchronous:
            known = self._reused()
            for number in event.ids:
                if number is not None and (answer := known.get(log.journal.questions[number])) is not None:
                    log.append([TellEvent(number, answer)])
        self._caught_up(log)
        return True

    def _reused(self) -> Mapping[Question, Evaluation]:
        return {} if self._directory is None else read_reused(self._directory)

    def _left(self, course: Course, journal: Journal) -> list[int]:
        """Ids of what is to be evaluated and not answered."""
        ids = [journal.ids[one] for one in course.open_questions(journal) if one in journal.ids]
        return [i for i in ids if i not in journal.told and not course.knows(journal.questions[i])]

    def _waiting(self, course: Course, journal: Journal) -> list[int]:
        return [number for number in self._left(course, journal) if number not in journal.given]

    def _out(self, course: Course, journal: Journal, again_s: float) -> list[int]:
        """What has been out for so long, the oldest first."""
        before, given = time.time() - again_s, journal.given
        old = [number for number in self._left(course, journal) if number in given and given[number] <= before]
        return sorted(old, key=lambda number: (given[number], number))

    def _suggestion(self, number: int, journal: Journal) -> Suggestion:
        question = journal.questions[number]
        batches = reversed(journal.batches.values())
        found = (one for asked in batches for one in asked.proposals if (one.task, one.genotype) == question)
        one = next(found, Proposal(*question))
        label = self._experiment.benchmark.label(one.genotype)
        return Suggestion(number, one.task, label, one.genotype, one.parents, one.source_task)

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
            late = self._asynchronous and self._course is None  # whoever asks next goes through all of it anyway
            if not late and self._caught_up(log).knows(question):
                raise ConfigurationError(
                    f"proposal {number} has been evaluated meanwhile, by a run of the study; that answer stands"
                )
            log.append([TellEvent(number, answer)])
            if not late:
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
            return self._caught_up(log).ended

    @property
    def journal(self) -> Journal:
        """What happened in memory; of a directory, what its file says is the truth."""
        return self._memory.journal

    @property
    def trials(self) -> Sequence[Trial]:
        """What the search was told, as far as this process has seen."""
        return () if self._course is None else tuple(chain.from_iterable(self._course.trials))

    def catch_up(self) -> int:
        """Bring the trials on disk to what was told; how many they are, repeats included."""
        with self._turn() as log:
            return sum(map(len, self._caught_up(log).trials))

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

    def _caught_up(self, log: _Log) -> Course:
        """The search where all that is known has brought it; what it was told is recorded as trials."""
        known = {**self.known, **log.journal.answers}
        recorded: Sequence[Trial] = ()
        if self._directory is not None:
            recorded = trials_so_far(self._directory)
            known = {**known_answers(self._directory, recorded), **known}
        if self._course is None:
            self._course = course_of(self._experiment, self._seed, asynchronous=self._asynchronous)
        self._course.catch_up(log.journal, known)
        if self._directory is not None and sum(map(len, self._course.trials)) > len(recorded):
            self._record(self._course, self._directory)
        return self._course

    def _record(self, course: Course, directory: Path) -> None:
        label = self._experiment.benchmark.label
        by_generation = not self._asynchronous and begun_by_this_program(RunDirectory(directory))
        with closing(TrialLog(directory, told=by_generation)) as trials:
            for batch in course.trials:
                trials.append(batch, [label(trial.genotype) for trial in batch])
        if course.ended:
            self._summarize(course, directory)

    def _summarize(self, course: Course, directory: Path) -> None:
        """What the study came to; where that takes training, whoever runs it measures it."""
        experiment = self._experiment
        if isinstance(experiment.benchmark, ComputedBenchmark):
            return
        notes = (*note_on(experiment.budget, experiment.search.name), *reuse_notes(directory), _UNTIMED)
        summary = summarize(
            experiment.benchmark,
            experiment.problem,
            Ending(course.results(), {"total": 0.0, "search": 0.0}, notes=notes),
            method=experiment.search.name,
            seed=self._seed,
            budget=experiment.budget.evaluations,
        )
        RunDirectory(directory).write(SUMMARY, to_json(summary))
