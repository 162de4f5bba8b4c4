"""`ktnas plot`: the figures of a run or a sweep as PNG, PDF or SVG."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ktnas.cli.directories import add_directory
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.formatting import visible

FORMATS = ("png", "pdf", "svg")


def execute(options: argparse.Namespace) -> int:
    """Draw and write them; the exit code."""
    from ktnas.records.run_directory import RunDirectory
    from ktnas.report.figures.writing import write_figures
    from ktnas.study.looking import figures_of

    figures = _chosen(figures_of(options.directory, options.format), options.figure)
    place = options.out or options.directory
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot make {place}: {error.strerror}; choose another --out") from None
    files = {f"{name}.{options.format}": draw for name, draw in figures.items()}
    missing = write_figures(RunDirectory(place), files)
    for note in missing.values():
        print(f"note: {visible(note)}", file=sys.stderr)
    written = [name for name in files if name not in missing]
    if not written:
        raise ConfigurationError("no figure could be drawn")
    print(f"drawn in {visible(str(place))}: {', '.join(written)}")
    return 0


def _chosen(figures: Mapping[str, Callable[[], bytes]], names: list[str] | None) -> Mapping[str, Callable[[], bytes]]:
    for name in names or ():
        if name not in figures:
            raise unknown_name("figure", name, figures)
    return {name: draw for name, draw in figures.items() if not names or name in names}


_EXAMPLES = """\
examples:
  %(prog)s runs/first
      convergence.png, and best-TASK.png for each task, in runs/first
  %(prog)s runs/first --format pdf --figure convergence --out paper/figures
      one of them as PDF, for a paper
  %(prog)s runs/sweep --format svg
      convergence of all methods of a sweep, a figure per case, and their mean ranks
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas plot`."""
    parser.description = (
        "Draw the figures of a run, of its repeats, a study or a sweep with matplotlib. To look at more of it, and to "
        "look closer: `ktnas report`."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument("--format", choices=FORMATS, default="png", help="what they are drawn as (default: png)")
    parser.add_argument(
        "--figure",
        metavar="NAME",
        action="append",
        help="a figure, such as convergence or best-TASK; may be repeated (default: all)",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="where to (default: DIR itself)")
