"""`ktnas sweep`: methods x tasks x seeds, as a file describes them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ktnas.cli.parser import INTERRUPTED, RUNS, use_one_thread
from ktnas.cli.tracking import add_tracking
from ktnas.config.method import MethodChoice
from ktnas.config.options import options as declared
from ktnas.config.registry import listing
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError
from ktnas.formatting import visible


def execute(options: argparse.Namespace) -> int:
    """Run the sweep, or what is left of it; the exit code."""
    use_one_thread()
    from ktnas.config.sweep_file import read_sweep
    from ktnas.evaluation.dask_scheduler import reached
    from ktnas.report.progress import SweepView
    from ktnas.runner.sweep import run_sweep
    from ktnas.runner.told_runs import require_here
    from ktnas.tracking.by_name import Tracking

    if options.jobs is not None and options.jobs < 1:
        raise ConfigurationError("--jobs must be at least 1")
    track = Tracking.of(options.track).callbacks if options.track else None
    require_here(track, options.dask)
    sweep = read_sweep(options.file)
    if options.dask is not None:
        reached(options.dask)
    path = options.out or RUNS / options.file.stem
    view = None if options.quiet else SweepView(sys.stderr)
    jobs = options.jobs or os.cpu_count() or 1
    result = run_sweep(sweep, path, jobs=jobs, callback=view, dask=options.dask, track=track)
    if not result.finished:
        print("\ninterrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    place = visible(str(path))
    print(f"{len(result.records)} runs, {result.found} of them found finished, in {place}; to see what they came to:")
    print(f"ktnas compare {place}")
    return 0


_EXAMPLE = """\
example of a file:
  budget = 50
  seeds = 10
  [[arms]]
  method = "ktnas-paper"
  transfer = ["transfer-rank", "random", "none"]
  [[arms]]
  method = "regularized-evolution"
  [[cases]]
  tasks = ["normal", "autoencoder", "segmentsemantic"]
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas sweep`."""
    parser.description = (
        "Run every method on every case with every seed of a TOML file, one line of DIR/runs.jsonl per finished run. "
        "What has been finished is not repeated, so the same command goes on where it was cut off."
    )
    keys = {
        "arms": ("name", *(one.key for one in declared(MethodChoice)), "fields"),
        "cases": ("name", *(one.key for one in declared(RunOptions))),
    }
    told = [f"  [[{table}]]{' ' * (7 - len(table))}{listing(names)}" for table, names in keys.items()]
    parser.epilog = "\n".join([_EXAMPLE, "keys, as the options of `ktnas run` (ktnas docs sweep):", *told])
    parser.add_argument("file", metavar="FILE", type=Path, help="what to run (`ktnas docs sweep` describes every key)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help=f"directory of the results (default: {RUNS}/ and the file's name)"
    )
    parser.add_argument(
        "--jobs", metavar="J", type=int, help="processes; results do not depend on it (default: one per core)"
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS|FILE",
        help="do the runs on a Dask cluster: the scheduler's address (tcp://HOST:PORT), or the file that it has "
        'written (ktnas docs parallel); needs pip install "ktnas[dask]"',
    )
    add_tracking(parser, "each run that is searched, by arm, case and seed,", "into DIR")
    parser.add_argument("--quiet", action="store_true", help="no progress while it runs")
