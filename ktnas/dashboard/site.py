"""The dashboard's pages and data: from a method, a path and a host to an answer. Nothing is ever written.

Records are named in requests, never files: a name is looked up among the records that were found below the directory,
so that no path leads out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cache
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ktnas.dashboard.answer import Answer, json_answer, said, tagged
from ktnas.dashboard.overview import Overview, Watch
from ktnas.dashboard.pages import MakePage, Pages
from ktnas.errors import quoted
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
COMPARED = 50
"""Runs that are compared at once, at most."""


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
        make: Makes the page of one record, or of several that are compared.
    """

    root: Path
    make: InitVar[MakePage]
    watch: Watch = field(init=False)
    pages: Pages = field(init=False)

    def __post_init__(self, make: MakePage) -> None:
        self.watch, self.pages = Watch(self.root), Pages(make)

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
            names = parse_qs(asked.query, max_num_fields=COMPARED, errors="surrogateescape").get("name", [""])
        except ValueError:
            return said(HTTPStatus.BAD_REQUEST, f"this is no address, or it names more than {COMPARED} runs")
        return self._of(asked.path, list(dict.fromkeys(names)))

    def _of(self, path: str, names: Sequence[str]) -> Answer:
        if path in _PAGES:
            return asset(_PAGES[path])
        if path.startswith("/assets/"):
            return _asset(path.removeprefix("/assets/"))
        if path == "/api/runs":
            plain = self.watch.look().plain()
            return json_answer({"root": visible_lines(str(self.root)), "version": __version__, **plain})
        if path == "/api/run":
            return self._run(names)
        return said(HTTPStatus.NOT_FOUND, "there is no such page; the list of runs is at /")

    def _run(self, names: Sequence[str]) -> Answer:
        """The page of a record, or of several side by side, with their rows and those of their parts."""
        overview = self.watch.look()
        unknown = next((name for name in names if name not in overview.found), None)
        if unknown is not None:
            problem = f"there is no run {quoted(unknown, 200)} here; it may have been removed"
            return json_answer({"rows": [], "parts": [], "page": None, "problem": problem})
        records = [overview.found[name] for name in names]
        inner = [one for name, one in overview.found.items() if name not in names and set(names) & set(_above(name))]
        return self.pages.answer(records, inner, _rows(overview, names))


def _above(name: str) -> list[str]:
    """The names of all that a record may lie in."""
    parts = name.split("/")
    return [".", *("/".join(parts[:end]) for end in range(1, len(parts)))]


def _rows(overview: Overview, names: Sequence[str]) -> dict[str, JSON]:
    """The rows of records, in their order, and of one that stands for several those of its parts."""
    rows = {row.name: row for row in overview.rows}
    own = [rows[name] for name in names]
    whole = own[0].name if len(own) == 1 and own[0].kind == "repeats" else None
    parts = [row.plain() for row in overview.rows if whole is not None and row.parent == whole]
    return {"rows": [row.plain() for row in own], "parts": list[JSON](parts)}


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
