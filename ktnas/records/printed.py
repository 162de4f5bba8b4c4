"""``printed.jsonl``: what evaluations printed in their workers, a line for each that printed anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.trial import Question
from ktnas.records.checked import fields_of, genotype_of, text_of

PRINTED = "printed.jsonl"


def encode(question: Question, text: str) -> str:
    """One line of ``printed.jsonl``, without its end."""
    task, genotype = question
    return json.dumps({"task": task, "genotype": genotype, "text": text.encode(errors="replace").decode()})


def decode(line: str) -> tuple[Question, str]:
    """What was evaluated, and what it printed.

    Raises:
        DataError: If the line holds nothing of the kind.
    """
    try:
        record = fields_of(line)
        return (text_of(record["task"]), genotype_of(record["genotype"])), text_of(record["text"])
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"nothing printed but {line[:60]!r} ({type(error).__name__}: {error})") from None


def read_printed(directory: Path) -> Iterator[tuple[Question, str]]:
    """What evaluations of a run printed, in the order they ended; nothing where there is no such file.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    yield from read_lines(directory / PRINTED, decode, may_be_absent=True)


class PrintedLog:
    """Appends to ``printed.jsonl`` of a run directory, which is made once anything is printed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._log: AppendOnlyLog[tuple[Question, str]] | None = None

    def append(self, question: Question, text: str) -> None:
        """Add what an evaluation printed.

        Raises:
            ConfigurationError: If it cannot be written.
            DataError: If what stands there is damaged.
        """
        if self._log is None:
            self._log = AppendOnlyLog(self._directory / PRINTED, decode)
        self._log.append([encode(question, text)])

    def close(self) -> None:
        """Release the file."""
        if self._log is not None:
            self._log.close()
