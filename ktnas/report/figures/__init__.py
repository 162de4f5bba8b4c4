"""Figures as PNG.

* `cells`: the cells of an architecture whose operations are named ``cell:operation``.
* `Line`: one line with its band.
* `Panel`: one set of axes.
* `bands`: lines with bands, one panel beside the other, and one legend for all.
* `Cloud`: points of one set of axes.
* `clouds`: points, one set of axes beside the other, at most three in a row.
* `Matrix`: numbers by row and column.
* `matrices`: matrices as coloured tables beside one another, all on one scale, with its colour bar.
* `rank_diagram`: arms on a line by their mean rank.
* `TaskCurves`: the trajectory of a search on one task.
* `Drawing`: where a graph's nodes and edges go.
* `write_figures`: draw figures and write them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.report.figures.architecture import cells as cells
    from ktnas.report.figures.bands import Line as Line
    from ktnas.report.figures.bands import Panel as Panel
    from ktnas.report.figures.bands import bands as bands
    from ktnas.report.figures.comparison import Cloud as Cloud
    from ktnas.report.figures.comparison import Matrix as Matrix
    from ktnas.report.figures.comparison import clouds as clouds
    from ktnas.report.figures.comparison import matrices as matrices
    from ktnas.report.figures.comparison import rank_diagram as rank_diagram
    from ktnas.report.figures.convergence import TaskCurves as TaskCurves
    from ktnas.report.figures.graph_layout import Drawing as Drawing
    from ktnas.report.figures.writing import write_figures as write_figures

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "architecture": ["cells"],
        "bands": ["Line", "Panel", "bands"],
        "comparison": ["Cloud", "clouds", "Matrix", "matrices", "rank_diagram"],
        "convergence": ["TaskCurves"],
        "graph_layout": ["Drawing"],
        "writing": ["write_figures"],
    },
)
