"""What a run's directory is to know beside its configuration: how the run is made again, and whose answers it takes."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import ConfigurationError
from ktnas.records.known import read_reused
from ktnas.records.reuse import reusable, reused_count, take_over
from ktnas.records.run_directory import STUDY, RunDirectory
from ktnas.records.study_file import StudyFile, read_study_file
from ktnas.records.trials import read_trials
from ktnas.typing import JSON


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a run is made again, and whose answers it takes.

    Attributes:
        file: What ``study.json`` is to hold; None to write none.
        reuse: Directories of runs whose answers are taken where the same is asked.
    """

    file: StudyFile | None = None
    reuse: tuple[Path, ...] = ()

    def check(self, directory: RunDirectory, config: Mapping[str, JSON]) -> None:
        """Refuse a directory of another space, or of a later version, and answers to other questions.

        Nothing is written.

        Raises:
            ConfigurationError: Saying what differs.
            DataError: If what stands there is damaged, or of a later version.
        """
        held = read_study_file(directory.path / STUDY)
        space = None if self.file is None else json.loads(json.dumps(self.file.space))
        if held.space is not None and space is not None and held.space != space:
            was, now = (json.dumps(one)[:120] for one in (held.space, space))
            raise ConfigurationError(
                f"{directory.path} holds a study of another search space ({was} there, {now} now); choose another "
                "directory, or remove that"
            )
        reusable(directory.path, config, self.file or StudyFile(), self.reuse)

    def write(self, directory: RunDirectory, config: Mapping[str, JSON]) -> None:
        """Write both into a directory that is held, checked, and of this configuration.

        Raises:
            ConfigurationError: If nothing can be written.
            DataError: If what stands there is damaged.
        """
        held = read_study_file(directory.path / STUDY)
        functions = {} if self.file is None else self.file.functions
        if self.reuse:
            take_over(directory.path, reusable(directory.path, config, self.file or StudyFile(), self.reuse))
        if self.file is not None and not (directory.path / STUDY).exists():
            directory.write(STUDY, self.file.to_json())
        for task, digest in functions.items():
            if held.functions.get(task, digest) != digest:
                logging.getLogger("ktnas").warning(
                    "the function of task %r is not the one that %s was begun with: what it answered is kept, and the "
                    "new one answers from now on",
                    task,
                    directory.path,
                )


def reuse_notes(directory: Path) -> tuple[str, ...]:
    """What a reader must know of evaluations that were paid for elsewhere; nothing where none was."""
    reused = read_reused(directory)
    count = reused_count(read_trials(directory), reused) if reused else 0
    return (
        (f"{count:,} evaluations were answered from other runs: they count, and cost nothing here.",) if count else ()
    )
