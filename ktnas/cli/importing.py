"""`ktnas data import` and `ktnas data fetch`: official distributions become tables on the data path."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from ktnas.errors import ConfigurationError
from ktnas.formatting import duration, visible

if TYPE_CHECKING:
    from ktnas.benchmarks.importers.importing import Imported

_REDRAWN_S, _TOLD_S = 0.2, 30.0
"""Seconds between two states of progress on a terminal, and between two lines of it elsewhere."""


class ImportMeter:
    """How far long work has come, on standard error: one line that is redrawn on a terminal, else a line now and then.

    Args:
        name: What is being worked on.
        silent: Whether nothing is said.
    """

    def __init__(self, name: str, *, silent: bool) -> None:
        self._name, self._silent = visible(name), silent
        self._what, self._began, self._told, self._first = "", 0.0, 0.0, 0
        self._drawn = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell how much is done, if it is time to."""
        if self._silent:
            return
        now = monotonic()
        if what != self._what:
            self._what, self._began, self._told, self._first = what, now, now, done
        if now - self._told < (_REDRAWN_S if sys.stderr.isatty() else _TOLD_S):
            return
        self._told = now
        share = done / total if total else 1.0
        passed, new = now - self._began, done - self._first
        left = f", about {duration(passed * (total - done) / new)} left" if new and done < total else ""
        self._say(f"{self._name}: {what}, {share:.0%}{left}")

    def _say(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            self._drawn = True
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def execute_import(options: argparse.Namespace) -> int:
    """Import a distribution, and print what was made; the exit code."""
    if len(options.names) != 2:
        raise ConfigurationError(
            "`ktnas data import` takes one file or directory of an official distribution (see `ktnas data --help`)"
        )
    return import_one(Path(options.names[1]), options)


def execute_fetch(options: argparse.Namespace) -> int:
    """Download an official file, import it, and print what was made; the exit code."""
    from ktnas.benchmarks.importers.downloads import DOWNLOADS, chosen, download
    from ktnas.files.search_path import cache_directory

    if len(options.names) != 2:
        raise ConfigurationError(
            f"`ktnas data fetch` takes one name: {', '.join(DOWNLOADS)}; with --url and --sha256, any distribution"
        )
    what = chosen(options.names[1], options.url, options.sha256)
    directory = cache_directory() / "downloads"
    if not options.json:
        size = f", {what.megabytes:,} MB" if what.megabytes else ""
        print(f"{visible(what.url)}{size}; SHA-256 {what.sha256}", file=sys.stderr)
    meter = ImportMeter(what.filename, silent=options.json)
    try:
        path = download(what, directory, meter)
    finally:
        meter.end()
    if options.kind is None:
        options.kind = what.distribution
    code = import_one(path, options)
    if not options.json:
        print(f"\nthe download is kept, and no longer needed: {visible(str(path))}")
    return code


def import_one(source: Path, options: argparse.Namespace) -> int:
    """Import a file or directory, and print what was made; the exit code."""
    from ktnas.benchmarks.importers.importing import import_distribution
    from ktnas.files.search_path import cache_directory, expanded

    out = cache_directory() if options.out is None else expanded(options.out)
    meter = ImportMeter(source.name, silent=options.json)
    try:
        imported = import_distribution(expanded(source), out, options.kind, meter)
    except KeyboardInterrupt:
        meter.end()
        print("what has been read is kept: the same command goes on from there", file=sys.stderr)
        raise
    finally:
        meter.end()
    if options.json:
        from ktnas.files.json_lines import to_json

        sys.stdout.write(to_json(_as_json(imported)))
    else:
        _print(imported, options.data)
    return 0


def _as_json(imported: Imported) -> dict[str, object]:
    return {
        "distribution": imported.importer.name,
        "source": str(imported.source),
        "sha256": imported.sha256,
        "official": imported.official,
        "went_on": imported.went_on,
        "licence": imported.importer.licence,
        "tables": [
            {"path": str(path), "architectures": made.architectures, "use": made.use} for path, made in imported.made
        ],
        "notes": list(imported.importer.notes),
    }


def _print(imported: Imported, data: Path | None) -> None:
    importer = imported.importer
    print(f"{visible(str(imported.source))} is {importer.title}; licence: {importer.licence}")
    print(f"SHA-256 {imported.sha256}{_verdict(imported.official)}")
    if imported.went_on:
        print("it had been begun earlier, and went on from there")
    for path, made in imported.made:
        print(f"\n{visible(str(path))}: {made.architectures:,} architectures")
        for note in _where(path, data):
            print(note)
        print(f"to search it: {visible(made.use)}")
    for note in importer.notes:
        print(f"\nnote: {note}")


def _verdict(official: bool | None) -> str:
    if official is None:
        return " (upstream publishes none to compare it with)"
    return ", as upstream publishes it" if official else ": NOT that of a file which upstream publishes"


def _where(path: Path, data: Path | None) -> list[str]:
    """What must be said where the table is not the one that is found."""
    from ktnas.files.search_path import find

    found = find(path.name, data)
    place = visible(str(path.parent))
    if found is None:
        return [f"its directory is not on the search path: give --data {place}, or name it in KTNAS_DATA"]
    if found.resolve() != path.resolve():
        return [f"{visible(str(found))} comes before it on the search path: give --data {place} to use the new one"]
    return []


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """The options of both commands."""
    group = parser.add_argument_group("import, fetch")
    group.add_argument(
        "--as", dest="kind", metavar="NAME", help="which distribution it is (default: its content tells)"
    )
    group.add_argument("--url", metavar="ADDRESS", help="fetch: download from there, which takes --sha256 as well")
    group.add_argument("--sha256", metavar="DIGEST", help="fetch: what the SHA-256 of the download must be")
    group.add_argument(
        "--out", metavar="DIR", type=Path, help="directory of the tables that are made (default: the user's cache)"
    )
