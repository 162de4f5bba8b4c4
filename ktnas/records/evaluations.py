"""Evaluations that took long, on disk one by one: a run that is cut off within a generation loses none that was there.

``trials.jsonl`` grows once a generation has been answered, in the order asked. Evaluations that run in parallel arrive
in another order, so each is written to ``answers.jsonl`` at once; a run that goes on takes them from both.
"""

from __future__ import annotations

import json
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.trial import Evaluation, Question
from ktnas.records import trials
from ktnas.records.checked import evaluation_of, fields_of, genotype_of, require_known, text_of

ANSWERS = "answers.jsonl"

_FIELDS = frozenset({"task", "genotype", "fitness", "error", "cost_s", "metrics"})


def encode(question: Question, evaluation: Evaluation) -> str:
    """One line of ``answers.jsonl``, without its end."""
    task, genotype = question
    record = {
        "task": task,
        "genotype": genotype,
        "fitness": evaluation.fitness,
        "error": evaluation.error,
        "cost_s": evaluation.cost_s,
        "metrics": dict(evaluation.metrics),
    }
    return json.dumps(record, allow_nan=False)


def decode(line: str) -> tuple[Question, Evaluation]:
    """What was asked, and the evaluation, that a line of ``answers.jsonl`` holds.

    Raises:
        DataError: If the line holds none.
    """
    try:
        record = fields_of(line)
        require_known(record, _FIELDS)
        question = text_of(record["task"]), genotype_of(record["genotype"])
        return question, evaluation_of(record)
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"no answer but {line[:60]!r} ({type(error).__name__}: {error})") from None


class EvaluationLog:
    """Appends evaluations to ``answers.jsonl`` of a run directory as they arrive.

    Attributes:
        evaluations: Those found there, by task and genotype.
    """

    def __init__(self, directory: Path) -> None:
        """Open the record of a run directory, or begin it; no other process can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / ANSWERS, decode)
        self.evaluations = dict(self._log.records)

    def append(self, question: Question, evaluation: Evaluation) -> None:
        """Add an evaluation; on disk when this returns.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        self._log.append([encode(question, evaluation)])

    def close(self) -> None:
        """Release the file."""
        self._log.close()


def read_evaluations(directory: Path) -> dict[Question, Evaluation]:
    """The evaluations in ``answers.jsonl`` of a run directory, by task and genotype; none where there is no such file.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    return dict(read_lines(directory / ANSWERS, decode, may_be_absent=True))


def answered(directory: Path) -> frozenset[Question]:
    """What a run has evaluated so far; nothing where there is none.

    Raises:
        DataError: If its record is damaged, or cannot be read.
    """
    recorded = read_lines(directory / trials.TRIALS, trials.decode, may_be_absent=True)
    return frozenset(read_evaluations(directory)) | {(trial.task, trial.genotype) for trial in recorded}
