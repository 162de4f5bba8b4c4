"""``asked.jsonl``: what an asynchronous run handed out, and when; with ``trials.jsonl`` in the order told, all of it.

A line is on disk before the evaluation begins. Synchronous runs have no such file: what they ask follows from their
trials.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.problem.pending import Pending
from ktnas.problem.trial import Proposal
from ktnas.records.checked import count_of, fields_of, genotype_of, list_of, text_of
from ktnas.typing import Genotype

ASKED = "asked.jsonl"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """That the search was asked, and what it handed out.

    Attributes:
        seen: How many trials there were before, repeats included.
        pending: What is to be evaluated; None where only repeats came up.
    """

    seen: int
    pending: Pending | None


def encode(handed: HandedOut, label: Callable[[Genotype], str]) -> str:
    """One line of ``asked.jsonl``, without its end; ``label`` says an architecture as users know it."""
    one = handed.pending
    if one is None:
        return json.dumps({"seen": handed.seen, "number": None})
    record = {
        "seen": handed.seen,
        "number": one.number,
        "task": one.task,
        "generation": one.generation,
        "architecture": label(one.proposal.genotype),
        "genotype": one.proposal.genotype,
        "parents": one.proposal.parents,
        "source_task": one.proposal.source_task,
    }
    return json.dumps(record, allow_nan=False)


def decode(line: str) -> HandedOut:
    """What a line of ``asked.jsonl`` holds.

    Raises:
        DataError: If the line holds nothing of the kind.
    """
    try:
        record = fields_of(line)
        seen = count_of(record["seen"])
        if record["number"] is None:
            return HandedOut(seen, None)
        source = record["source_task"]
        proposal = Proposal(
            text_of(record["task"]),
            genotype_of(record["genotype"]),
            tuple(map(genotype_of, list_of(record["parents"]))),
            None if source is None else text_of(source),
        )
        return HandedOut(seen, Pending(count_of(record["number"]), count_of(record["generation"]), proposal))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"nothing handed out but {line[:60]!r} ({type(error).__name__}: {error})") from None


def read_asked(directory: Path) -> tuple[HandedOut, ...]:
    """What a run directory says was handed out, in order; nothing where there is no such file.

    Raises:
        DataError: If the record is damaged, or cannot be read.
    """
    return tuple(read_lines(directory / ASKED, decode, may_be_absent=True))


class AskedLog:
    """Appends to ``asked.jsonl``; what stands there already must come again, exactly.

    Attributes:
        found: What stood there.
    """

    def __init__(self, directory: Path, label: Callable[[Genotype], str]) -> None:
        """Open the record of a run directory, or begin it; no other process can write to it until `close`.

        Raises:
            ConfigurationError: If it cannot be written, or another process has it.
            DataError: If it is damaged.
        """
        self._log = AppendOnlyLog(directory / ASKED, decode)
        self._label, self._position = label, 0
        self.found = tuple(self._log.records)

    def append(self, handed: HandedOut) -> None:
        """Add what is handed out, or find that it is what is recorded next; on disk when this returns.

        Raises:
            ConfigurationError: If something else is recorded, or it cannot be written.
        """
        if self._position < len(self.found):
            if self.found[self._position] != handed:
                raise ConfigurationError(
                    f"{self._log.path}, line {self._position + 1}: the search now hands out something else than what "
                    "is recorded, so another version of the program or of the data wrote it, or it was changed since; "
                    "choose another --out"
                )
        else:
            self._log.append([encode(handed, self._label)])
        self._position += 1

    def close(self) -> None:
        """Release the file."""
        self._log.close()
