"""Options that say who evaluates, and the workforce that they name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktnas.runner.workforce import Workforce


def add_workforce(parser: argparse.ArgumentParser) -> None:
    """The options of a command that evaluates."""
    group = parser.add_argument_group("who evaluates", "More on it: `ktnas docs parallel`.")
    group.add_argument(
        "--asynchronous",
        action="store_true",
        help="a worker that is free gets something to do at once, not with the next generation; what is found then "
        "depends on which evaluation ends first, and the record holds it",
    )
    group.add_argument(
        "--dask",
        metavar="ADDRESS|FILE",
        help="evaluate on a Dask cluster: the scheduler's address (tcp://HOST:PORT), or the file that it has written; "
        'needs pip install "ktnas[dask]"',
    )


def workforce(options: argparse.Namespace, workers: int | None = None) -> Workforce:
    """What the options name.

    Raises:
        ConfigurationError: If they contradict each other.
    """
    from ktnas.runner.workforce import Workforce

    return Workforce(workers, dask=options.dask, asynchronous=options.asynchronous)
