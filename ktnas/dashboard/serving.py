"""The dashboard of a directory, put together: its records, the pages that reports have, and the server."""

from __future__ import annotations

from collections.abc import Mapping
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


def _page(path: Path) -> Mapping[str, JSON]:
    """A record's page; what that takes is loaded for the first one, as it is most of the library."""
    from ktnas.study.looking import page_of

    return page_of(path).plain()
