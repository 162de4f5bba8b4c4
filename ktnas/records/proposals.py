"""``proposals.jsonl``: what a study was asked and told from outside, in the order in which it happened.

Three kinds of lines: ``asked``, a batch of proposals that the search chose at once, each that is to be evaluated with
an id; ``given``, ids that were handed out, and when; ``told``, an id and its answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.callback import Asked
from ktnas.problem.trial import Evaluation, Proposal, Question
from ktnas.records.checked import count_of, evaluation_of, fields_of, genotype_of, list_of, number_of, text_of
from ktnas.typing import Genotype

PROPOSALS = "proposals.jsonl"


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """A search was asked.

    Attributes:
        batch: Which batch of the run it is, from 0; those from it on that were recorded before are void.
        asked: The proposals.
        ids: Per proposal, its id; None where nothing is to be evaluated.
        labels: Per proposal, the architecture as users know it.
        chosen: What the method chose for it, question by question, where that is more than ``asked``: so that it need
            not be asked again.
    """

    batch: int
    asked: Asked
    ids: tuple[int | None, ...]
    labels: tuple[str, ...]
    chosen: tuple[tuple[Proposal, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class HandOutEvent:
    """Proposals were handed out.

    Attributes:
        ids: Theirs.
        at: Seconds since 1970 by the clock of the machine that did it.
    """

    ids: tuple[int, ...]
    at: float


@dataclass(frozen=True, slots=True)
class TellEvent:
    """A proposal was answered.

    Attributes:
        id: Its id.
        evaluation: The answer.
    """

    id: int
    evaluation: Evaluation


Event = BatchEvent | HandOutEvent | TellEvent


def encode(event: Event) -> str:
    """One line of ``proposals.jsonl``, without its end."""
    return json.dumps(_plain(event), allow_nan=False)


def _plain(event: Event) -> Mapping[str, object]:
    if isinstance(event, HandOutEvent):
        return {"event": "given", "ids": event.ids, "at": event.at}
    if isinstance(event, TellEvent):
        answer = event.evaluation
        return {
            "event": "told",
            "id": event.id,
            "fitness": answer.fitness,
            "error": answer.error,
            "cost_s": answer.cost_s,
            "metrics": dict(answer.metrics),
        }
    proposals = [
        {"id": number, "architecture": label, **_plain_proposal(one)}
        for one, number, label in zip(event.asked.proposals, event.ids, event.labels, strict=True)
    ]
    chosen = [[_plain_proposal(one) for one in several] for several in event.chosen]
    return {
        "event": "asked",
        "batch": event.batch,
        "generation": event.asked.generation,
        "proposals": proposals,
        **({"chosen": chosen} if chosen else {}),
    }


def _plain_proposal(one: Proposal) -> dict[str, object]:
    return {"task": one.task, "genotype": one.genotype, "parents": one.parents, "source_task": one.source_task}


def decode(line: str) -> Event:
    """The event that a line of ``proposals.jsonl`` holds.

    Raises:
        DataError: If the line holds none.
    """
    try:
        record = fields_of(line)
        return _KINDS[text_of(record["event"])](record)
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no event but {line[:60]!r} ({type(error).__name__}: {error})") from None


def _batch(record: dict[str, object]) -> BatchEvent:
    proposals, ids, labels = [], [], []
    for one in map(fields_of, list_of(record["proposals"])):
        number = one["id"]
        proposals.append(_proposal(one))
        ids.append(None if number is None else count_of(number))
        labels.append(text_of(one["architecture"]))
    asked = Asked(count_of(record["generation"]), tuple(proposals))
    chosen = tuple(
        tuple(_proposal(fields_of(one)) for one in list_of(several)) for several in list_of(record.get("chosen", []))
    )
    return BatchEvent(count_of(record["batch"]), asked, tuple(ids), tuple(labels), chosen)


def _proposal(record: dict[str, object]) -> Proposal:
    source = record["source_task"]
    return Proposal(
        text_of(record["task"]),
        genotype_of(record["genotype"]),
        tuple(map(genotype_of, list_of(record["parents"]))),
        None if source is None else text_of(source),
    )


_KINDS: Mapping[str, Callable[[dict[str, object]], Event]] = {
    "asked": _batch,
    "given": lambda record: HandOutEvent(tuple(map(count_of, list_of(record["ids"]))), number_of(record["at"])),
    "told": lambda record: TellEvent(count_of(record["id"]), evaluation_of(record)),
}


@dataclass(slots=True)
class Journal:
    """What events have come to.

    Attributes:
        batches: What the search was asked, by the batch's number.
        chosen: What the method chose for each batch, where that is recorded.
        ids: The id of each question.
        questions: The question of each id, in the order of the ids.
        given: When each id was handed out last.
        told: The answer of each id that has one, in the order of arrival.
        order: The number of each batch, or the id of each answer, in the order in which they were asked and told.
    """

    batches: dict[int, Asked] = field(default_factory=dict)
    chosen: dict[int, tuple[tuple[Proposal, ...], ...]] = field(default_factory=dict)
    ids: dict[Question, int] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    given: dict[int, float] = field(default_factory=dict)
    told: dict[int, Evaluation] = field(default_factory=dict)
    order: list[tuple[Literal["asked", "told"], int]] = field(default_factory=list)

    @classmethod
    def of(cls, events: Sequence[Event]) -> Journal:
        """After all events.

        Raises:
            DataError: If they contradict each other.
        """
        journal = cls()
        for event in events:
            journal.apply(event)
        return journal

    @property
    def answers(self) -> dict[Question, Evaluation]:
        """The answers by what was asked."""
        return {self.questions[number]: answer for number, answer in self.told.items()}

    def asked(
        self, batch: int, asked: Asked, questions: Collection[Question], label: Callable[[Genotype], str]
    ) -> BatchEvent:
        """The event of a batch: what is to be evaluated keeps the id it has, or gets the next.

        Args:
            batch: Its number.
            asked: The proposals.
            questions: What of them is to be evaluated.
            label: An architecture as users know it.
        """
        free = count(len(self.questions))
        taken = dict(self.ids)
        ids: list[int | None] = []
        for one in asked.proposals:
            question = (one.task, one.genotype)
            if question not in questions:
                ids.append(None)
                continue
            if question not in taken:
                taken[question] = next(free)
            ids.append(taken[question])
        return BatchEvent(batch, asked, tuple(ids), tuple(label(one.genotype) for one in asked.proposals))

    def apply(self, event: Event) -> None:
        """One event more.

        Raises:
            DataError: If it contradicts those before.
        """
        if isinstance(event, BatchEvent):
            self._asked(event)
            return
        ids = event.ids if isinstance(event, HandOutEvent) else (event.id,)
        unknown = next((number for number in ids if number >= len(self.questions)), None)
        if unknown is not None:
            raise DataError(f"proposal {unknown} was not asked before something happened to it")
        if isinstance(event, HandOutEvent):
            self.given.update(dict.fromkeys(ids, event.at))
        elif event.id in self.told:
            raise DataError(f"proposal {event.id} was told twice")
        else:
            self.told[event.id] = event.evaluation
            self.order.append(("told", event.id))

    def _asked(self, event: BatchEvent) -> None:
        for later in [one for one in self.batches if one >= event.batch]:
            del self.batches[later]
        self.batches[event.batch] = event.asked
        self.chosen[event.batch] = event.chosen
        self.order.append(("asked", event.batch))
        for one, number in zip(event.asked.proposals, event.ids, strict=True):
            question = (one.task, one.genotype)
            if number is None or self.ids.get(question) == number:
                continue
            if number != len(self.questions) or question in self.ids:
                raise DataError(f"proposal {number} does not follow those before it")
            self.ids[question] = number
            self.questions.append(question)


def read_journal(directory: Path) -> Journal:
    """What a study was asked and told from outside; nothing where there is no such file.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    return Journal.of(read_lines(directory / PROPOSALS, decode, may_be_absent=True))


class ProposalLog:
    """``proposals.jsonl`` for the time of one operation.

    Attributes:
        journal: What it holds.
    """

    def __init__(self, directory: Path) -> None:
        """Open the record of a study's directory, or begin it; no other process can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / PROPOSALS, decode)
        try:
            self.journal = Journal.of(self._log.records)
        except DataError:
            self.close()
            raise

    def append(self, events: Sequence[Event]) -> None:
        """Add events; on disk when this returns.

        Raises:
            ConfigurationError: If they cannot be written.
        """
        self._log.append([encode(event) for event in events])
        for event in events:
            self.journal.apply(event)

    def close(self) -> None:
        """Release the file."""
        self._log.close()
