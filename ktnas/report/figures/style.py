"""What all figures share: colours, fonts, and the way to PNG."""

from __future__ import annotations

import colorsys
import io
import math
import warnings
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from matplotlib.figure import Figure


DPI = 110


LARGEST = 1e100
"""Magnitude beyond which a value is not drawn: sums and products of limits of axes would overflow."""


INK, MUTED, GRID = "#1f2933", "#7b8794", "#e4e7eb"


LINE, ALONE, OPTIMUM = "#2563eb", "#9d174d", "#d97706"


COLOURS = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626", "#57534e", "#0f172a")


DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))
"""Lines beyond the last colour begin with the first again, dashed."""


PALETTE = ("#bfdbfe", "#bbf7d0", "#fde68a", "#fbcfe8", "#ddd6fe", "#fed7aa", "#a5f3fc", "#d9f99d", "#fecaca", "#e9d5ff")
"""Fills of operations, in the order of their names; `fill` has more."""


STYLE: dict[Any, Any] = {  # matplotlib's own type for it differs from version to version
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.titlesize": 10.0,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GRID,
    "axes.axisbelow": True,
    "text.parse_math": False,
}


def look(number: int) -> tuple[str, str | tuple[int, tuple[float, float]]]:
    """Colour and dashes of a line by its number."""
    return COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % len(DASHES)]


def fill(number: int) -> str:
    """The fill of an operation by its number: a colour of its own for each.

    >>> fill(0) == PALETTE[0], len({fill(i) for i in range(200)})
    (True, 200)
    """
    if number < len(PALETTE):
        return PALETTE[number]
    turn = number - len(PALETTE)
    hue, lightness = (0.08 + turn * 0.618034) % 1, 0.62 + 0.07 * (turn % 3)  # golden ratio: none near the ones before
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, lightness, 0.55))
    return f"#{red:02x}{green:02x}{blue:02x}"


def short(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters; what is cut off ends in an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def drawn(value: float) -> float:
    """A value as it can be drawn; NaN, which leaves a gap, for one that overflows in the arithmetic of axes.

    >>> drawn(-2.5), drawn(1.797e308)
    (-2.5, nan)
    """
    return value if abs(value) <= LARGEST else math.nan


Form: TypeAlias = Literal["png", "pdf", "svg"]
"""What a figure is drawn as."""


def rendered(figure: Figure, form: Form = "png") -> bytes:
    """A figure as a picture; the same for the same figure, without the time it was drawn at."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    untimed = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(form)
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "ktnas"}):
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it; the tables have the text
        figure.savefig(buffer, format=form, dpi=DPI, metadata=untimed)
    return buffer.getvalue()


def png(figure: Figure) -> bytes:
    """A figure as PNG."""
    return rendered(figure)
