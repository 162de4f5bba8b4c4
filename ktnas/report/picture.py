"""Figures at hand: a notebook shows them as a page does, and `Picture.save` writes them."""

from __future__ import annotations

import base64
import gzip
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

from ktnas.errors import ConfigurationError
from ktnas.files.durable import write_atomically
from ktnas.report.figures.style import Form
from ktnas.report.pages.page import Page, Section, script_json
from ktnas.report.pages.whole import STYLE, assets, scripts, write_page

Draw: TypeAlias = Callable[[Form], bytes]

_FORMS: Mapping[str, Form] = {".png": "png", ".pdf": "pdf", ".svg": "svg", "": "png"}

_FRAME = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><style>{style}
body {{ background: transparent; }} main {{ max-width: none; padding: 0; }} h1, nav, .ktnas-none {{ display: none; }}
section {{ border: 0; padding: .2rem; margin: 0; background: transparent; }}</style></head>
<body><main id="page"></main><script>
(async () => {{
  const packed = Uint8Array.from(atob("{scripts}"), (one) => one.charCodeAt(0));
  const text = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const script = document.createElement("script");
  script.textContent = text;
  document.head.append(script);
  ktnas.show(document.getElementById("page"), {data});
}})();
</script></body></html>"""

_CHART_PX = 420
"""Height of a row of charts in a notebook."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Figures: a notebook shows them, `save` writes them.

    Attributes:
        section: The figures as plain data.
        draw: What draws them with matplotlib, by name; empty where only a browser shows them.
    """

    section: Section
    draw: Mapping[str, Draw] = field(default_factory=dict)

    def save(self, path: Path | str) -> None:
        """Write them: as ``.html`` all that a browser shows, as ``.png``, ``.pdf`` or ``.svg`` the first drawing.

        Raises:
            ConfigurationError: If it cannot be written, or has no drawing of that kind.
        """
        place = Path(path)
        if place.suffix.lower() in {".html", ".htm"}:
            write_page(place, Page(self.section.heading, "", (self.section,)))
            return
        form = _FORMS.get(place.suffix.lower())
        if form is None or not self.draw:
            kinds = ".html, .png, .pdf or .svg" if self.draw else ".html"
            raise ConfigurationError(f"{self.section.heading!r} can be saved as {kinds}; got {place.name!r}")
        try:
            write_atomically(place, next(iter(self.draw.values()))(form))
        except OSError as error:
            raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None

    def _repr_html_(self) -> str:
        """What notebooks show: a frame of its own, which needs nothing else and touches nothing beside it."""
        page = Page(self.section.heading, "", (self.section,)).plain()
        inner = _FRAME.format(style=assets()[STYLE], scripts=_packed(), data=script_json(page))
        return (
            f'<iframe srcdoc="{html.escape(inner)}" title="{html.escape(self.section.heading)}" '
            f'style="width:100%;height:{_height(self.section)}px;border:0" loading="lazy"></iframe>'
        )

    def __repr__(self) -> str:
        names = ", ".join(item.name for item in self.section.items)
        return f"Picture({self.section.heading}: {names})"


@cache
def _packed() -> str:
    return base64.b64encode(gzip.compress(scripts().encode(), 6, mtime=0)).decode()


def _height(section: Section) -> int:
    """Pixels that are enough: charts stand in two columns."""
    plain = [item.plain() for item in section.items]
    wide = sum(int(str(one.get("height", 0))) + 90 for one in plain if one["kind"] == "chart" and "width" in one)
    charts = [one for one in plain if one["kind"] == "chart" and "width" not in one]
    tables = sum(min(600, 70 + 28 * len(rows)) for one in plain if isinstance(rows := one.get("rows"), list))
    return wide + _CHART_PX * ((len(charts) + 1) // 2) + tables + 110
