"""`ktnas sweep`: methods x tasks x seeds, as a file describes them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ktnas.cli.parser import INTERRUPTED, RUNS, _one_thread
from ktnas.errors import ConfigurationError


def _sweep(options: argparse.Namespace) -> int:
    _one_thread()
    from ktnas.config.sweep_file import read_sweep
    from ktnas.report.progress import SweepView
    from ktnas.runner.sweep import run_sweep

    if options.jobs is not None and options.jobs < 1:
        raise ConfigurationError("--jobs must be at least 1")
    sweep = read_sweep(options.file)
    path = options.out or RUNS / options.file.stem
    view = None if options.quiet else SweepView(sys.stderr)
    result = run_sweep(sweep, path, jobs=options.jobs or os.cpu_count() or 1, callback=view)
    if not result.finished:
        print("\ninterrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    print(f"{len(result.records)} runs, {result.found} of them found finished, in {path}; to see what they came to:")
    print(f"ktnas compare {path}")
    return 0


_SWEEP_EXAMPLE = """\
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


def _add_sweep(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run every method on every case with every seed of a TOML file, one line of DIR/runs.jsonl per finished run. "
        "What has been finished is not repeated, so the same command goes on where it was cut off."
    )
    parser.epilog = _SWEEP_EXAMPLE
    parser.add_argument("file", metavar="FILE", type=Path, help="what to run (docs/sweep.md describes every key)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help=f"directory of the results (default: {RUNS}/ and the file's name)"
    )
    parser.add_argument(
        "--jobs", metavar="J", type=int, help="processes; results do not depend on it (default: one per core)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress while it runs")
