"""What a comparison leaves in a directory: its rows and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ktnas.errors import ConfigurationError
from ktnas.records.run_directory import RunDirectory
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import CaseComparison
from ktnas.report.comparison_figures import comparison_figures
from ktnas.report.figures.writing import write_figures
from ktnas.report.markdown import csv_text, rows
from ktnas.report.statistics import MeanRanks


@dataclass(frozen=True, slots=True)
class Written:
    """What a comparison left in its directory.

    Attributes:
        files: Names of the files.
        notes: Why a figure is missing, a sentence each.
    """

    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def write_comparison(
    directory: RunDirectory,
    records: Sequence[RunRecord],
    comparisons: Sequence[CaseComparison],
    ranks: MeanRanks | None,
) -> Written:
    """Write ``comparison.csv`` and the figures; a directory that is not there is made.

    Raises:
        ConfigurationError: If the directory cannot be written to.
    """
    drawing = comparison_figures(records, comparisons, ranks)
    figures = {f"{name}.png": draw for name, draw in drawing.items()}
    try:
        directory.path.mkdir(parents=True, exist_ok=True)
        directory.write("comparison.csv", csv_text(rows(comparisons)))
    except OSError as error:
        raise ConfigurationError(f"cannot write to {directory.path}: {error.strerror}; choose another --out") from None
    undrawn = write_figures(directory, figures)
    return Written(("comparison.csv", *(name for name in figures if name not in undrawn)), tuple(undrawn.values()))
