"""Charts as plain data, made from records by small functions; a browser draws them (docs/reports.md).

* `Chart`: a chart: axes, and layers that are drawn over one another.
* `Axis`: an axis.
* `Curve`: points joined by a line.
* `ThinLines`: many thin lines of one kind.
* `Band`: what lies between two heights.
* `Points`: points, of one colour or coloured by a value.
* `Rule`: a straight line through the whole chart.
* `Bars`: bars.
* `HeatTiles`: a matrix of coloured fields.
* `Boxes`: named boxes: the operations of an architecture.
* `Arrows`: lines that end in a head.
* `Incumbents`: the best fitness after each evaluation, run by run.
* `convergence_chart`: the best value so far over evaluations, on one task.
* `BestCell`: the best architecture of a task.
* `cell_charts`: a drawing per task, with what the others' best have otherwise marked.
* `Moved`: architectures that were transferred from one task to another in one generation.
* `Offer`: what of one task was before the gate of another in one generation.
* `transfer_chart`: what came to a task over generations.
* `Agreement`: what a model believed of two tasks, run by run.
* `agreement_chart`: the correlation of each pair of tasks over evaluations.
* `agreement_matrix`: the correlations at the end, all tasks against all.
* `Forecast`: what was predicted of an architecture, and what came out.
* `forecast_chart`: predicted against measured on one task.
* `Mapped`: an architecture on the map of one task.
* `map_chart`: architectures in two dimensions of their embedding, coloured by what they reach.
* `two_dimensions`: the first two principal components of vectors.
* `cost_chart`: seconds that evaluations took, or stand for, added up.
* `arms_chart`: how every method went on one task.
* `means_chart`: what every method came to on one task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.report.charts.arms import arms_chart as arms_chart
    from ktnas.report.charts.arms import means_chart as means_chart
    from ktnas.report.charts.beliefs import Agreement as Agreement
    from ktnas.report.charts.beliefs import Forecast as Forecast
    from ktnas.report.charts.beliefs import agreement_chart as agreement_chart
    from ktnas.report.charts.beliefs import agreement_matrix as agreement_matrix
    from ktnas.report.charts.beliefs import forecast_chart as forecast_chart
    from ktnas.report.charts.cells import BestCell as BestCell
    from ktnas.report.charts.cells import cell_charts as cell_charts
    from ktnas.report.charts.chart import Arrows as Arrows
    from ktnas.report.charts.chart import Axis as Axis
    from ktnas.report.charts.chart import Band as Band
    from ktnas.report.charts.chart import Bars as Bars
    from ktnas.report.charts.chart import Boxes as Boxes
    from ktnas.report.charts.chart import Chart as Chart
    from ktnas.report.charts.chart import Curve as Curve
    from ktnas.report.charts.chart import HeatTiles as HeatTiles
    from ktnas.report.charts.chart import Points as Points
    from ktnas.report.charts.chart import Rule as Rule
    from ktnas.report.charts.chart import ThinLines as ThinLines
    from ktnas.report.charts.convergence import Incumbents as Incumbents
    from ktnas.report.charts.convergence import convergence_chart as convergence_chart
    from ktnas.report.charts.cost import cost_chart as cost_chart
    from ktnas.report.charts.landscape import Mapped as Mapped
    from ktnas.report.charts.landscape import map_chart as map_chart
    from ktnas.report.charts.landscape import two_dimensions as two_dimensions
    from ktnas.report.charts.transfers import Moved as Moved
    from ktnas.report.charts.transfers import Offer as Offer
    from ktnas.report.charts.transfers import transfer_chart as transfer_chart

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "chart": [
            "Chart",
            "Axis",
            "Curve",
            "ThinLines",
            "Band",
            "Points",
            "Rule",
            "Bars",
            "HeatTiles",
            "Boxes",
            "Arrows",
        ],
        "convergence": ["Incumbents", "convergence_chart"],
        "cells": ["BestCell", "cell_charts"],
        "transfers": ["Moved", "Offer", "transfer_chart"],
        "beliefs": ["Agreement", "agreement_chart", "agreement_matrix", "Forecast", "forecast_chart"],
        "landscape": ["Mapped", "map_chart", "two_dimensions"],
        "cost": ["cost_chart"],
        "arms": ["arms_chart", "means_chart"],
    },
)
