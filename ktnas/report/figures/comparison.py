"""Figures that set things side by side: points, matrices, and the diagram of mean ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.report.figures.style import COLOURS, INK, MUTED, STYLE, Form, look, png, rendered, short
from ktnas.report.statistics import EXTRA, MeanRanks
from ktnas.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of one set of axes.

    Attributes:
        title: What is above it.
        x: ``(n,)`` positions.
        y: ``(n,)`` heights.
        x_label: What is below it.
        y_label: What is beside it.
    """

    title: str
    x: FloatArray
    y: FloatArray
    x_label: str
    y_label: str


def clouds(parts: Sequence[Cloud], title: str) -> bytes:
    """Points, one set of axes beside the other, at most three in a row."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = min(len(parts), 3)
    rows = math.ceil(len(parts) / columns)
    with rc_context(STYLE):
        size = (max(4.5, 3.6 * columns), 3.0 * rows + 0.4)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08))
        for i, part in enumerate(parts):
            axes = figure.add_subplot(rows, columns, i + 1)
            axes.scatter(part.x, part.y, s=18, color=COLOURS[0], alpha=0.7, lw=0)
            axes.set_title(short(part.title, 36), loc="left", fontweight="bold")
            axes.set_xlabel(short(part.x_label, 40))
            axes.set_ylabel(short(part.y_label, 40))
        figure.suptitle(short(title, 40 + 30 * columns), fontsize=10, color=MUTED)
        return png(figure)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers by row and column.

    Attributes:
        values: ``(rows, columns)``; NaN where there is none.
        rows: Their names.
        columns: Their names.
        title: What is above it.
        limit: Colours run from ``-limit`` (red) over 0 (white) to ``limit`` (blue); of several matrices in one figure,
            the largest limit holds for all.
        digits: Digits after the point.
        marked: ``(rows, columns)`` which numbers are printed bold; None for none.
    """

    values: FloatArray
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    limit: float
    digits: int = 2
    marked: FloatArray | None = None


def matrices(parts: Sequence[Matrix], title: str, *, row_label: str = "", column_label: str = "") -> bytes:
    """Matrices as coloured tables beside one another, all on one scale, with its colour bar."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    height = max(0.42 * len(part.rows) for part in parts) + 2.0
    widths = [0.62 * len(part.columns) + 1.6 for part in parts]
    limit = max(part.limit for part in parts)
    with rc_context(STYLE):
        figure = Figure(figsize=(max(5.0, sum(widths) + 0.9), height), layout=ConstrainedLayoutEngine())
        panels = np.ravel(figure.subplots(1, len(parts), width_ratios=widths))
        for axes, part in zip(panels, parts, strict=True):
            image = _fill(axes, part, limit)
            axes.set_xlabel(column_label)
            axes.set_ylabel(row_label)
        bar = figure.colorbar(image, ax=panels.tolist(), fraction=0.05, pad=0.02, aspect=25)
        bar.outline.set_visible(False)
        figure.suptitle(title, fontsize=10, color=MUTED)
        return png(figure)


def _fill(axes: Axes, part: Matrix, limit: float) -> AxesImage:
    image = axes.imshow(part.values, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
    axes.set_xticks(range(len(part.columns)), part.columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(part.rows)), part.rows)
    axes.grid(visible=False)
    axes.set_title(part.title, loc="left", fontweight="bold")
    for (i, j), value in np.ndenumerate(part.values):
        if math.isfinite(value):
            axes.text(
                j,
                i,
                f"{value:.{part.digits}f}",
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if abs(value) > 0.65 * limit else INK,
                fontweight="bold" if part.marked is not None and part.marked[i, j] > 0 else "normal",
            )
    return image


def rank_diagram(ranks: MeanRanks, title: str, *, arms: Sequence[str] = (), form: Form = "png") -> bytes:
    """Arms on a line by their mean rank; a bar joins those whose difference is not significant (Demsar 2006).

    Args:
        ranks: Of the arms.
        title: What is above.
        arms: Names in the order of their colours, as in `bands`.
        form: What it is drawn as.

    Raises:
        ConfigurationError: If scikit-posthocs is not installed.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    try:
        import pandas as pd
        from scikit_posthocs import critical_difference_diagram
    except ImportError:
        raise ConfigurationError(f"the diagram of mean ranks needs scikit-posthocs; {EXTRA}") from None
    names = list(ranks.names)
    known = list(dict.fromkeys([*arms, *names]))
    with rc_context({**STYLE, "axes.grid": False}):
        figure = Figure(figsize=(8.0, 1.6 + 0.22 * len(names)), layout=ConstrainedLayoutEngine())
        axes = figure.add_subplot()
        drawn = critical_difference_diagram(
            dict(zip(names, ranks.ranks, strict=True)),
            pd.DataFrame(ranks.pairwise, index=names, columns=names),
            ax=axes,
            label_props={"fontsize": 8.5},
            color_palette={name: look(known.index(name))[0] for name in names},
        )
        for (bar,) in drawn["crossbars"]:  # drawn through a set of names, whose order is another in every process
            bar.set_xdata(sorted(bar.get_xdata()))
        figure.suptitle(title, fontsize=10, color=MUTED)
        return rendered(figure, form)
