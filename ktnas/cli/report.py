"""`ktnas report`: a run, its repeats, a study or a sweep as one page to look at in a browser."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ktnas.cli.directories import add_directory
from ktnas.errors import KtnasError
from ktnas.formatting import visible

PAGE = "report.html"
"""The page of a directory, within it."""


def execute(options: argparse.Namespace) -> int:
    """Write the page; the exit code."""
    from ktnas.files.json_lines import to_json
    from ktnas.report.pages.whole import write_page
    from ktnas.study.looking import page_of

    page = page_of(options.directory)
    if options.json:
        sys.stdout.write(to_json(page.plain()))
        return 0
    path = options.out or options.directory / PAGE
    write_page(path, page)
    print(f"to look at in a browser: {visible(str(path))}")
    return 0


def written_page(directory: Path) -> tuple[Path | None, str]:
    """Write the page of a directory into it; where that fails, which costs no result, why."""
    from ktnas.report.pages.whole import write_page
    from ktnas.study.looking import page_of

    try:
        write_page(directory / PAGE, page_of(directory))
    except KtnasError as error:
        return None, f"{PAGE} could not be written: {error}"
    except Exception as error:  # whatever values a search may find: results are worth more than a page of them
        return None, f"{PAGE} could not be made ({type(error).__name__}: {error})"
    return directory / PAGE, ""


_EXAMPLES = """\
examples:
  %(prog)s runs/first
      writes runs/first/report.html: one file that needs no network and nothing beside it
  %(prog)s runs/sweep --out sweep.html
      all methods of a sweep, side by side (ktnas compare A B writes such a page of several directories)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas report`."""
    parser.description = (
        "Write what a directory holds as one page for a browser: what was found, convergence, the best architectures, "
        "which task helped which, what the model believed, a map, every trial, cost, and how to run it again. It may "
        "be asked for at any time, also while a search is under way (ktnas docs reports)."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"where to (default: {PAGE} in DIR)")
    parser.add_argument(
        "--json", action="store_true", help="what the page holds as JSON on standard output, and no file"
    )
