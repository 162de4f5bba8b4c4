"""Everything that a run directory knows the answer of, from whichever of its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ktnas.files.json_lines import read_lines
from ktnas.problem.trial import Evaluation, Question, Trial
from ktnas.records.evaluations import decode, read_evaluations
from ktnas.records.proposals import read_journal

REUSED = "reused.jsonl"
"""Answers that were taken from other runs (`ktnas.records.reuse`)."""


def read_reused(directory: Path) -> dict[Question, Evaluation]:
    """The answers that a run has taken from others; none where there is no such file.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    return dict(read_lines(directory / REUSED, decode, may_be_absent=True))


def known_answers(directory: Path, trials: Sequence[Trial] = ()) -> dict[Question, Evaluation]:
    """Answers by what was asked: of trials, told from outside, of evaluations that took long, taken from other runs.

    Args:
        directory: The run directory.
        trials: Its trials.

    Raises:
        DataError: If a record is damaged.
    """
    return {
        **read_reused(directory),
        **read_evaluations(directory),
        **read_journal(directory).answers,
        **{(trial.task, trial.genotype): trial.evaluation for trial in trials if not trial.repeat},
    }
