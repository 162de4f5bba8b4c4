"""M-DESIGN: the directory ``knowledge_base`` with the records of 1,680 graph networks on eleven tasks each.

Of each task, validation accuracy is read from ``link/TASK/agg/val_best.csv`` (``graph/...``), and test accuracy from
the SQLite database beside it, ``TASK.db``, or from ``agg/test_best.csv``; the two are joined on the six choices.
Without the latter the table has validation alone, and says so. Databases are opened for reading only.

Wang et al., "Beyond Model Base Retrieval" (M-DESIGN), ICML 2026; BibTeX in `ktnas.spaces.mdesign`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ktnas.benchmarks.importers.base import Importer, ImportJob, Made, csv_content
from ktnas.benchmarks.importers.probe import Probe
from ktnas.benchmarks.mdesign import GRAPH_FILENAME, GRAPH_TASKS, LINK_FILENAME, LINK_TASKS
from ktnas.errors import DataError, KtnasError
from ktnas.files.journal import WorkJournal
from ktnas.files.regular import open_regular
from ktnas.files.table_reader import read_columns
from ktnas.spaces.mdesign import MDesign
from ktnas.typing import JSON

LEVELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "link": (LINK_FILENAME, LINK_TASKS),
    "graph": (GRAPH_FILENAME, GRAPH_TASKS),
}
"""By directory: the table, and its tasks."""

CHOICES = ("decode", "norm", "agg", "comb", "l_mp", "stage")

VALID, TEST = Path("agg", "val_best.csv"), Path("agg", "test_best.csv")

_PERCENT = 100


def _recognises(probe: Probe) -> bool:
    if probe.names is None:
        return False
    return any((probe.path / level / task / VALID).is_file() for level, (_, ts) in LEVELS.items() for task in ts)


def _files(source: Path) -> Sequence[Path]:
    found = []
    for level, (_, tasks) in LEVELS.items():
        for task in tasks:
            place = source / level / task
            found += [path for path in (place / VALID, place / TEST, *sorted(place.glob("*.db"))) if path.is_file()]
    return tuple(sorted(found))


def _read(job: ImportJob) -> None:
    if job.journal.state is not None:
        return
    every = [(level, task) for level, (_, tasks) in LEVELS.items() for task in tasks]
    for done, (level, task) in enumerate(every, 1):
        place = job.source / level / task
        if (place / VALID).is_file():
            valid, test = _from_csv(place / VALID, level, 1), _tested(place, level)
            row: dict[str, JSON] = {"of": level, "task": task, "valid": valid, "test": test}
            job.journal.append_json(row)
        job.advance("reading", done, len(every))
    job.journal.checkpoint({"done": True})


def _tested(place: Path, level: str) -> dict[str, float]:
    """Test accuracy by architecture, from whichever file has it."""
    if (place / TEST).is_file():
        return _from_csv(place / TEST, level, _PERCENT)
    databases = sorted(place.glob("*.db"))
    return _from_database(databases[0], level) if databases else {}


def _from_csv(path: Path, level: str, unit: int) -> dict[str, float]:
    columns = read_columns(path)
    parts = [columns.text(name) for name in (*CHOICES, "accuracy")]
    return _values(zip(*parts, strict=True), level, unit, str(path))


def _from_database(path: Path, level: str) -> dict[str, float]:
    with open_regular(path) as file:
        if file.read(15) != b"SQLite format 3":
            raise DataError(f"{path} is no SQLite database; get it again")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute(f"SELECT {', '.join(CHOICES)}, accuracy FROM model_records").fetchall()  # noqa: S608, constants
    except sqlite3.Error as error:
        raise DataError(f"{path} cannot be read as M-DESIGN's records: {error}") from None
    return _values(rows, level, _PERCENT, str(path))


def _values(rows: Any, level: str, unit: int, where: str) -> dict[str, float]:
    """Accuracy by architecture, of ``unit`` at most; upstream writes it in 0 to 1, or in %."""
    space, found = MDesign(level), {}
    for *choices, accuracy in rows:
        text = "|".join(_choice(value) for value in choices)
        try:
            space.parse(text)
            value = float(accuracy)
        except (KtnasError, TypeError, ValueError) as error:
            raise DataError(f"{where}: {error}") from None
        if text in found:
            raise DataError(f"{where} holds {text!r} twice")
        found[text] = value
    if not found:
        raise DataError(f"{where} holds no architecture")
    if max(found.values()) > _PERCENT or min(found.values()) < 0:
        raise DataError(f"{where}: accuracies are from 0 to 1, or in %")
    written = _PERCENT if max(found.values()) > 1 else 1
    return found if written == unit else {text: round(value * unit / written, 10) for text, value in found.items()}


def _choice(value: object) -> str:
    """A value as the space writes it: numbers of layers may stand there as 4.0."""
    text = str(value)
    return text.removesuffix(".0")


def _make(journal: WorkJournal) -> Sequence[Made]:
    made, lines = [], list(journal.lines())
    for level, (table, tasks) in LEVELS.items():
        measured = {line["task"]: line for line in lines if line["of"] == level}
        missing = [task for task in tasks if task not in measured]
        if not measured:
            continue
        if missing:
            raise DataError(f"{level} lacks the tasks {', '.join(missing)} (TASK/agg/val_best.csv)")
        made.append(_table(level, table, tasks, measured))
    return made


def _table(level: str, table: str, tasks: tuple[str, ...], measured: Mapping[str, Mapping[str, Any]]) -> Made:
    texts = sorted({text for line in measured.values() for text in line["valid"]})
    rows = []
    for text in texts:
        row: dict[str, Any] = {"arch_str": text}
        for task in tasks:
            row[f"{task}__valid"] = measured[task]["valid"].get(text)
            row[f"{task}__test"] = measured[task]["test"].get(text)
        rows.append(row)
    names = [f"{task}__{part}" for part in ("valid", "test") for task in tasks]
    use = f"ktnas run --benchmark mdesign-{level} --tasks {','.join(tasks[:2])}"
    return Made(table, csv_content(("arch_str", *names), rows), len(rows), use)


MDESIGN = Importer(
    "mdesign",
    "M-DESIGN (the directory knowledge_retrieval/knowledge_base of its repository)",
    "https://github.com/jilwang84/M-DESIGN",
    "Apache-2.0",
    tuple(table for table, _ in LEVELS.values()),
    recognises=_recognises,
    read=_read,
    make=_make,
    files=_files,
)
