"""The dashboard of a directory, put together: its records, the pages that reports have, and the server."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from ktnas.dashboard.server import Server, listening
from ktnas.dashboard.site import Site
from ktnas.typing import JSON


def make_server(root: Path, host: str = "127.0.0.1", port: int | None = None) -> Server:
    """A server that listens; `Server.serve_forever` answers.

    Args:
        root: The directory whose records are shown, without links.
        host: ``127.0.0.1`` or ``::1``.
        port: Where; 0 for any that is free, None for the usual one, or any if that is taken.

    Raises:
        ConfigurationError: If it cannot listen there.
    """
    return listening(Site(root, _page), host, port)


def _page(paths: Sequence[Path]) -> Mapping[str, JSON]:
    """The page of records; what that takes is loaded for the first one, as it is most of the library."""
    if len(paths) == 1:
        from ktnas.study.looking import page_of

        return page_of(paths[0]).plain()
    from ktnas.records.reader import read_directories
    from ktnas.report.pages.comparison_page import comparison_page

    command = shlex.join(["ktnas", "compare", *map(str, paths)])
    return comparison_page(read_directories(paths), command).plain()
