"""A page as one file that needs nothing else: data, scripts and style lie within it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from ktnas.errors import ConfigurationError
from ktnas.files.durable import write_atomically
from ktnas.formatting import visible
from ktnas.report.pages.page import Page, script_json

SIZE_LIMIT = 3_000_000
"""Bytes of a file, at most."""

LIBRARY = ("bokeh.min.js", "bokeh-api.min.js")
"""Of the library that draws: its core, and the interface by which charts are made."""

_SHELL = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:; font-src data:">
<link rel="icon" href="data:,"><title>{title}</title>
<style>
{style}</style></head>
<body><a class="skip" href="#ktnas-page">To the content</a><div id="ktnas-tools"></div>
<main id="ktnas-page"><h1>{title}</h1><noscript><p>This page draws its charts and tables with the scripts that lie
within it: allow them, or read the files beside it.</p></noscript></main>
<script type="application/json" id="ktnas-data">{data}</script>
<script>
{scripts}
ktnas.open();
</script></body></html>
"""


OWN = ("charts.js", "page.js")
"""Our scripts, which come after the library."""

STYLE = "page.css"


@cache
def assets() -> Mapping[str, str]:
    """What shows a page, by name: scripts in the order in which they are loaded, then the style.

    The library makes style elements within the charts, so that a content security policy must allow inline styles.

    Raises:
        ConfigurationError: If the library is not installed.
    """
    spec = find_spec("bokeh")  # found, not imported: its Python is not needed
    places = [] if spec is None or spec.submodule_search_locations is None else [*spec.submodule_search_locations]
    try:
        place = Path(places[0]) / "server" / "static" / "js"
        library = {name: (place / name).read_text(encoding="utf-8") for name in LIBRARY}
    except (IndexError, OSError):
        raise ConfigurationError("pages with charts need Bokeh, whose files are not there: pip install bokeh") from None
    own = files("ktnas.report") / "assets"
    return {**library, **{name: (own / name).read_text(encoding="utf-8") for name in (*OWN, STYLE)}}


def scripts() -> str:
    """All scripts that show a page, to lie within it.

    Raises:
        ConfigurationError: As `assets`.
    """
    return "\n".join(assets()[name].replace("</script", "<\\/script") for name in (*LIBRARY, *OWN))


def page_html(page: Page) -> str:
    """The whole file; the same for the same page.

    Raises:
        ConfigurationError: If the library that draws is not installed.
    """
    title = html.escape(visible(page.title))
    return _SHELL.format(title=title, style=assets()[STYLE], data=script_json(page.plain()), scripts=scripts())


def write_page(path: Path, page: Page) -> None:
    """Write the file, whole or not at all.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    content = page_html(page)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None
