"""Answers that took long, on disk one by one: a run that is cut off within a generation loses none that was there.

``trials.jsonl`` grows once a generation has been answered, in the order asked. Evaluations that run side by side arrive
in another order, so each is written to ``answers.jsonl`` at once; a run that goes on takes its answers from both.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

from ktnas.errors import ConfigurationError, DataError
from ktnas.evaluation.protocol import Question
from ktnas.files.json_lines import complete_lines
from ktnas.problem.trial import Evaluation
from ktnas.records.trials import TRIALS, read_trials

ANSWERS = "answers.jsonl"


class AnswerLog:
    """Appends answers to ``answers.jsonl`` of a directory whose `TrialLog` is open: that one keeps others out.

    Attributes:
        answers: Evaluations found there, by task and genotype.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / ANSWERS
        try:
            path.touch()
            self._file: BinaryIO = path.open("r+b")
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}; choose another --out") from None
        try:
            self.answers, size = _decoded(self._file.read(), path)
        except BaseException:
            self._file.close()
            raise
        self._file.seek(size)
        self._file.truncate()  # what follows was cut off while it was written

    def append(self, question: Question, evaluation: Evaluation) -> None:
        """Add an answer; on disk when this returns."""
        task, genotype = question
        record = {
            "task": task,
            "genotype": genotype,
            "fitness": evaluation.fitness,
            "error": evaluation.error,
            "cost_s": evaluation.cost_s,
            "metrics": dict(evaluation.metrics),
        }
        self._file.write(json.dumps(record, allow_nan=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def answered(directory: Path) -> frozenset[Question]:
    """What a run has answers to so far; nothing where there is none.

    Raises:
        DataError: If its record is damaged, or cannot be read.
    """
    path = directory / ANSWERS
    try:
        trials = read_trials(directory) if (directory / TRIALS).exists() else ()
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    answers, _ = _decoded(content, path)
    return frozenset(answers) | {(trial.task, trial.genotype) for trial in trials}


def _decoded(content: bytes, path: Path) -> tuple[dict[Question, Evaluation], int]:
    """Answers by question, and the number of bytes that they take."""
    lines, size = complete_lines(content)
    return dict(_answer(line, f"{path}, line {i}") for i, line in enumerate(lines, 1)), size


def _answer(line: bytes, where: str) -> tuple[Question, Evaluation]:
    try:
        record = json.loads(line)
        question = str(record["task"]), tuple(map(int, record["genotype"]))
        return question, Evaluation(record["fitness"], record["cost_s"], dict(record["metrics"]), record["error"])
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{where}: no answer but {line[:60]!r} ({type(error).__name__}: {error})") from None
