"""The dashboard's pages and data: from a method, a path and a host to an answer. Nothing is ever written.

Records are named in requests, never files: a name is looked up among the records that were found below the directory,
so that no path leads out of it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from ktnas.dashboard.answer import Answer, said, tagged
from ktnas.dashboard.overview import Overview, Watch
from ktnas.errors import KtnasError, quoted
from ktnas.formatting import visible_lines
from ktnas.typing import JSON
from ktnas.version import __version__

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Hosts that a request may name. Another one was led here by a name server that somebody else controls."""

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

_PAGES = {"/": "list.html", "/run": "run.html"}
_ASSETS = ("list.js", "run.js", "following.js", "dashboard.css", "icon.svg")
_KEPT = 16
"""Pages of runs that are kept, the latest."""


def host_allowed(host: str | None) -> bool:
    """Whether a request's ``Host`` is this machine's, with whatever port: it may have come through a tunnel."""
    if host is None:
        return False
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        name, port = host.lower(), "0"
    return name in LOOPBACK and port.isascii() and port.isdigit()


@dataclass(slots=True)
class Site:
    """All that the dashboard answers.

    Attributes:
        root: The directory whose records are shown.
        page_of: Makes the page of a record's directory, as JSON has it.
    """

    root: Path
    page_of: Callable[[Path], Mapping[str, JSON]]
    watch: Watch = field(init=False)
    _pages: OrderedDict[str, tuple[object, Answer]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.watch = Watch(self.root)

    def answer(self, method: str, target: str, host: str | None) -> Answer:
        """The answer to a request.

        Args:
            method: Its method.
            target: What it asks for, as it stands in the first line.
            host: The host that it names; None if it names none.
        """
        if not host_allowed(host):
            return said(HTTPStatus.FORBIDDEN, "this server answers to 127.0.0.1 and localhost alone")
        if method not in {"GET", "HEAD"}:
            return said(HTTPStatus.METHOD_NOT_ALLOWED, "this server only shows: GET and HEAD")
        try:
            asked = urlsplit(target)
            name = parse_qs(asked.query, max_num_fields=8).get("name", [""])[0]
        except ValueError:
            return said(HTTPStatus.BAD_REQUEST, "this is no address")
        return self._of(asked.path, name)

    def _of(self, path: str, name: str) -> Answer:
        if path in _PAGES:
            return asset(_PAGES[path])
        if path.startswith("/assets/"):
            return _asset(path.removeprefix("/assets/"))
        if path == "/api/runs":
            return _json({"root": visible_lines(str(self.root)), "version": __version__, **self.watch.look().plain()})
        if path == "/api/run":
            return self._run(name)
        return said(HTTPStatus.NOT_FOUND, "there is no such page; the list of runs is at /")

    def _run(self, name: str) -> Answer:
        """The page of a record, with its row and those of its parts."""
        overview = self.watch.look()
        found = overview.found.get(name)
        if found is None:
            problem = f"there is no run {quoted(name, 200)} here; it may have been removed"
            return _json({"row": None, "parts": [], "page": None, "problem": problem})
        inner = {one: record.state for one, record in overview.found.items() if one == name or name in _above(one)}
        rows = _rows(overview, name)
        state = (inner, rows)
        with self._lock:  # one page at a time: making it takes a core
            kept = self._pages.get(name)
            if kept is None or kept[0] != state:
                kept = (state, _json({**rows, **self._page(found.path)}))
                self._pages[name] = kept
                while len(self._pages) > _KEPT:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(name)
        return kept[1]

    def _page(self, path: Path) -> dict[str, JSON]:
        link = next(
            (entry.name for entry in path.iterdir() if entry.suffix in {".json", ".jsonl"} and entry.is_symlink()), None
        )
        if link is not None:
            return {"page": None, "problem": f"{link} is a link, which is not followed"}
        try:
            return {"page": dict(self.page_of(path)), "problem": ""}
        except (KtnasError, OSError) as error:
            return {"page": None, "problem": visible_lines(str(error))}


def _above(name: str) -> list[str]:
    """The names of all that a record may lie in."""
    parts = name.split("/")
    return [".", *("/".join(parts[:end]) for end in range(1, len(parts)))]


def _rows(overview: Overview, name: str) -> dict[str, JSON]:
    own = next(row for row in overview.rows if row.name == name)
    parts = [row.plain() for row in overview.rows if row.parent == name] if own.kind == "repeats" else []
    return {"row": own.plain(), "parts": list[JSON](parts)}


def _json(value: Mapping[str, JSON]) -> Answer:
    return tagged(json.dumps(value, allow_nan=False, separators=(",", ":")).encode(), "application/json")


def _asset(name: str) -> Answer:
    if name in _ASSETS:
        return asset(name)
    return _of_reports().get(name) or said(HTTPStatus.NOT_FOUND, "there is no such file")


@cache
def asset(name: str) -> Answer:
    """A file of the dashboard's own."""
    body = resources.files("ktnas.dashboard").joinpath("assets", name).read_bytes()
    return tagged(body, _KINDS[Path(name).suffix])


@cache
def _of_reports() -> Mapping[str, Answer]:
    """The files that draw reports, by name."""
    from ktnas.report.pages.whole import assets

    return {name: tagged(text.encode(), _KINDS[Path(name).suffix]) for name, text in assets().items()}
