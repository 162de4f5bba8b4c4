"""`ktnas compare`: what sweeps and runs came to."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.errors import ConfigurationError
from ktnas.formatting import visible

PAGE = "comparison.html"
"""The page for a browser, which needs nothing else."""

if TYPE_CHECKING:
    from ktnas.report.comparison import CaseComparison
    from ktnas.report.statistics import MeanRanks


def execute(options: argparse.Namespace) -> int:
    """Print and write the comparison; the exit code."""
    from ktnas.files.json_lines import to_json
    from ktnas.records.reader import read_directories
    from ktnas.records.run_directory import RunDirectory
    from ktnas.report.columns import encoding_of, room
    from ktnas.report.comparison import compare
    from ktnas.report.comparison_files import write_comparison
    from ktnas.report.markdown import markdown, ranks_markdown, rows
    from ktnas.report.pages.comparison_page import comparison_page
    from ktnas.report.pages.whole import write_page

    records = read_directories(options.directories)
    comparisons = compare(records, baseline=options.baseline, at=options.at)
    ranks, missing = _mean_ranks(comparisons)
    path = options.out or options.directories[0] / "comparison"
    written = write_comparison(RunDirectory(path), records, comparisons, ranks)
    page = options.html or path / PAGE
    write_page(page, comparison_page(records, _again(options), comparisons=comparisons))
    for note in written.notes:
        print(f"note: {visible(note)}", file=sys.stderr)
    if options.json:
        sys.stdout.write(to_json(rows(comparisons)))
        return 0
    encoding = encoding_of(sys.stdout)
    for comparison in comparisons:
        print(markdown(comparison, room(sys.stdout), encoding))
    print(missing if ranks is None else ranks_markdown(ranks, encoding))
    print(
        f"recorded in {visible(str(path))}: {', '.join(written.files)}; to look at in a browser: {visible(str(page))}"
    )
    return 0


def _again(options: argparse.Namespace) -> str:
    """The command as it was given, for whoever reads the page."""
    words = ["ktnas", "compare", *map(str, options.directories)]
    words += [f"--baseline={options.baseline}"] if options.baseline is not None else []
    words += [f"--at={options.at}"] if options.at is not None else []
    return shlex.join(words)


def _mean_ranks(comparisons: Sequence[CaseComparison]) -> tuple[MeanRanks | None, str]:
    """Mean ranks, or why there are none: they are no reason to withhold the rest."""
    from ktnas.report.comparison import ranks_over_tasks

    try:
        ranks = ranks_over_tasks(comparisons)
    except ConfigurationError as error:
        return None, f"No mean ranks over tasks: {error}\n"
    return ranks, "No mean ranks over tasks: they take at least 3 arms and 2 tasks that all of them were run on.\n"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas compare`."""
    parser.description = (
        "Compare the methods that were run on the same tasks: means with intervals, paired tests, mean ranks; as "
        "tables in Markdown on standard output, as comparison.csv, as figures, and as one page for a browser."
    )
    parser.add_argument(
        "directories",
        metavar="DIR",
        type=Path,
        nargs="+",
        help="directory of a sweep, or of runs (best with --repeats) recorded by `ktnas run`",
    )
    parser.add_argument(
        "--baseline", metavar="ARM", help="method that the others are compared with (default: the first)"
    )
    parser.add_argument("--at", metavar="N", type=int, help="after N evaluations per task (default: at the end)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="directory of table and figures (default: comparison in the first DIR)"
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help=f"where the page for a browser goes (default: {PAGE} beside the table)",
    )
    parser.add_argument("--json", action="store_true", help="the rows of comparison.csv as JSON instead of tables")
