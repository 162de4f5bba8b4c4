"""Where an imported table comes from: the note beside it, and what a run says of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ktnas.errors import quoted
from ktnas.files.plain_json import read_json_file

SUFFIX = ".source.json"
"""Ends the name of the note on a table, after the table's own."""


def imported_notes(path: Path) -> tuple[str, ...]:
    """What a reader of results must know of an imported table, a sentence each; nothing of a table without a note.

    A note that is damaged, or of another table, says nothing.
    """
    try:
        note = read_json_file(path.with_name(f"{path.name}{SUFFIX}"))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ()
    if not isinstance(note, dict) or note.get("table_sha256") != digest:
        return ()
    source, kind, its = (str(note.get(key)) for key in ("source", "distribution", "source_sha256"))
    first = f"The table was imported from {quoted(source)} ({kind}, SHA-256 {its[:12]})."
    rest = [str(line) for line in note["notes"]] if isinstance(note.get("notes"), list) else []
    return (first, *rest)
