"""Runs of an experiment that takes longer than a machine can be had for, kept in the repository: any clone goes on.

``experiments/records/NAME.jsonl.xz`` holds lines of ``runs.jsonl``. Their keys are of everything that decides a run but
the code, whose digest is in each line: reports tell where runs were made by several versions of it.
"""

from __future__ import annotations

import lzma
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.durable import make_directory, write_atomically
from ktnas.files.json_lines import AppendOnlyLog
from ktnas.records.sweep_log import RUNS_FILE, decode

HOME = Path(__file__).resolve().parents[1] / "records"


def kept(name: str, home: Path = HOME) -> dict[str, str]:
    """The lines that are kept of an experiment, without their checks, by key; none where nothing is kept.

    Raises:
        DataError: If they are damaged.
    """
    path = _file(name, home)
    try:
        lines = lzma.decompress(path.read_bytes()).decode().splitlines()
    except FileNotFoundError:
        return {}
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged: {error}") from None
    return {decode(line)[0]: line for line in lines}


def restore(name: str, records: Path, home: Path = HOME) -> int:
    """Add what is kept of an experiment to the runs that a directory holds, and say how many that were.

    Raises:
        KtnasError: If a record is damaged, or the directory cannot be written.
    """
    lines = kept(name, home)
    if not lines:
        return 0
    make_directory(records)
    with closing(AppendOnlyLog(records / RUNS_FILE, decode)) as log:
        there = {key for key, _ in log.records}
        new = [line for key, line in lines.items() if key not in there]
        log.append(new)
    return len(new)


def keep(name: str, records: Path, wanted: Collection[str], home: Path = HOME) -> None:
    """Keep those runs of a directory that have one of these keys, beside what is kept of the experiment.

    Raises:
        KtnasError: If a record is damaged.
    """
    lines = kept(name, home)
    known = len(lines)
    with closing(AppendOnlyLog(records / RUNS_FILE, decode)) as log:
        for (key, _), line in zip(log.records, log.lines, strict=True):
            if key in wanted:
                lines.setdefault(key, line.decode())
    if len(lines) > known:
        make_directory(home)
        text = "".join(f"{line}\n" for line in lines.values())
        write_atomically(_file(name, home), lzma.compress(text.encode(), preset=9))


def _file(name: str, home: Path) -> Path:
    return home / f"{name}.jsonl.xz"
