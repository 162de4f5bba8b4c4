"""All records below a directory, as a list that is brought up to date at little cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

from ktnas.dashboard.held import held_files
from ktnas.dashboard.record import Shown
from ktnas.dashboard.row import Row, together, with_parents
from ktnas.records.found import FoundRecord, find_records
from ktnas.typing import JSON

PATIENCE_S = 0.4
"""An answer takes so long at most, where there is much to read: the rest is read for the next one."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is below a directory at a moment.

    Attributes:
        rows: Every record, in the order of the names.
        found: The same records, by name: what may be shown.
        links: Links to directories, which were not followed.
        refused: Directories that could not be listed.
        whole: Whether everything was looked through.
    """

    rows: tuple[Row, ...]
    found: Mapping[str, FoundRecord]
    links: int
    refused: int
    whole: bool

    @property
    def reading(self) -> bool:
        """Whether some records have not been read to their end."""
        return any(row.state == "reading" for row in self.rows)

    def plain(self) -> dict[str, JSON]:
        """As JSON has it."""
        return {
            "rows": [row.plain() for row in self.rows],
            "links": self.links,
            "refused": self.refused,
            "whole": self.whole,
            "reading": self.reading,
        }


@dataclass(slots=True)
class Watch:
    """Looks at a directory again and again; what has not changed is not read again.

    Attributes:
        root: The directory.
    """

    root: Path
    _shown: dict[str, Shown] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def look(self, patience_s: float = PATIENCE_S) -> Overview:
        """What is there now. Several threads may ask at once; one looks.

        Args:
            patience_s: Records are read for so many seconds; those that were not come as ``"reading"``.
        """
        with self._lock:
            until = monotonic() + patience_s
            found = find_records(self.root)
            held = held_files()
            shown = {one.name: self._shown.get(one.name) or Shown() for one in found.records}
            self._shown = shown
            rows: list[Row] = []
            for one in found.records:
                known = shown[one.name]
                rows.append(known.row(one, held) if known.cheap(one) or monotonic() < until else Row(one.name))
            return Overview(
                tuple(_with_members(rows)),
                {one.name: one for one in found.records},
                found.links,
                found.refused,
                found.whole,
            )


def _with_members(rows: list[Row]) -> list[Row]:
    """Rows with their parents, and those of several runs with what these came to."""
    every = with_parents(rows)
    seeds: dict[str, list[Row]] = {}
    for row in every:
        if row.parent is not None and row.kind == "run" and row.name.rpartition("/")[2].startswith("seed-"):
            seeds.setdefault(row.parent, []).append(row)
    return [together(row, seeds.get(row.name, [])) if row.kind == "repeats" else row for row in every]
