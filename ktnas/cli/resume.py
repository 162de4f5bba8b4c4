"""`ktnas resume`: goes on with a run or a study from its directory alone."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ktnas.cli.directories import add_directory
from ktnas.cli.parser import use_one_thread
from ktnas.cli.run import add_limits, search
from ktnas.cli.tracking import add_tracking
from ktnas.cli.workers import add_workforce


def execute(options: argparse.Namespace) -> int:
    """Go on; the exit code."""
    use_one_thread()
    from ktnas.records.recordings import ALONE
    from ktnas.records.run_directory import RunDirectory
    from ktnas.runner.mode import is_asynchronous
    from ktnas.study.opening import runs_of

    recorded, seeds = runs_of(options.directory)
    asked = recorded.options
    if options.budget is not None:
        asked = replace(asked, budget=options.budget)
    if options.workers is not None:
        asked = replace(asked, training=replace(asked.training, workers=options.workers))
    options.seed, options.repeats, options.out = seeds[0], len(seeds), options.directory
    options.asynchronous = options.asynchronous or is_asynchronous(RunDirectory(options.directory))
    options.alone = (options.directory / ALONE).is_dir()
    options.catch = options.catch or recorded.file.catch
    return search(asked, options)


_EXAMPLES = """\
examples:
  %(prog)s runs/cora-pubmed
      goes on where it was cut off, interrupted or stopped
  %(prog)s runs/cora-pubmed --budget 200 --timeout 3600
      with a larger budget, for an hour
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas resume`."""
    parser.description = (
        "Go on with what `ktnas run` or `ktnas new` has begun, from what its directory holds: nothing that was "
        "answered is evaluated again. One that had finished is shown again."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument(
        "--budget", metavar="N", type=int, help="evaluations per task; more than before goes on from there"
    )
    parser.add_argument("--workers", metavar="N", type=int, help="candidates trained in parallel")
    parser.add_argument("--jobs", metavar="J", type=int, help="processes for repeats (default: one per core)")
    parser.add_argument("--catch", action="store_true", help="go on whatever fails")
    add_workforce(parser)
    add_limits(parser)
    add_tracking(parser)
    parser.add_argument("--json", action="store_true", help="the summary as JSON on standard output, and nothing else")
    parser.add_argument("--quiet", action="store_true", help="no progress while it runs")
