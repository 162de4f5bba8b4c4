"""What trials and a journal say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ktnas.problem.trial import Evaluation, Proposal, Question, Trial
from ktnas.records.proposals import Journal


def with_told(
    whole: Sequence[Trial], journal: Journal, arrived: Mapping[Question, Evaluation] | None = None
) -> tuple[Trial, ...]:
    """Trials, and after them what was answered and the search has not been told yet.

    Args:
        whole: What the search was told.
        journal: What was asked and told from outside.
        arrived: Answers that took long, of a generation that is not complete.
    """
    known = {(trial.task, trial.genotype) for trial in whole}
    proposals = {
        (one.task, one.genotype): (asked.generation, one)
        for asked in journal.batches.values()
        for one in reversed(asked.proposals)
    }
    told = [
        Trial(*proposals.get(question, (0, Proposal(*question))), answer)
        for question, answer in {**(arrived or {}), **journal.answers}.items()
        if question not in known
    ]
    return (*whole, *told)


def pending_ids(whole: Sequence[Trial], journal: Journal) -> list[int]:
    """Ids that were handed out and are not told."""
    answered = {(trial.task, trial.genotype) for trial in whole}
    return [
        number
        for number, question in enumerate(journal.questions)
        if number in journal.given and number not in journal.told and question not in answered
    ]
