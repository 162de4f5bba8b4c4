"""`ktnas export`: trials as a table, or a trained network, for programs that know nothing of this one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ktnas.cli.directories import add_directory
from ktnas.cli.parser import use_one_thread
from ktnas.errors import ConfigurationError
from ktnas.formatting import number_text, visible

if TYPE_CHECKING:
    from ktnas.files.table_writing import Format

TABLES, NETWORKS = ("csv", "parquet"), ("onnx", "torchscript")


def execute(options: argparse.Namespace) -> int:
    """Write it; the exit code."""
    use_one_thread()
    return _table(options) if options.to in TABLES else _network(options)


def _table(options: argparse.Namespace) -> int:
    from ktnas.files.table_writing import write_table
    from ktnas.study.exporting import exported

    given = [f"--{name}" for name in ("task", "architecture") if getattr(options, name) is not None]
    if given:
        raise ConfigurationError(
            f"{given[0]} is for networks (--to {' or '.join(NETWORKS)}); a table holds every trial"
        )
    to = cast("Format", options.to)
    table = exported(options.directory)
    path = options.out or options.directory / f"{'trials' if table.what == 'trials' else 'runs'}.{to}"
    write_table(path, table.columns, to)
    runs = f"{table.runs:,} run{'' if table.runs == 1 else 's'}"
    print(f"{table.rows:,} {table.what} of {runs} written to {visible(str(path))}")
    if not options.quiet:
        for one in table.left_out:
            print(f"left out: {visible(one)}", file=sys.stderr)
    return 0


def _network(options: argparse.Namespace) -> int:
    from ktnas.study.network import SUFFIXES, export_network, trained_network

    trained = trained_network(options.directory, options.task, architecture=options.architecture)
    path = options.out or options.directory / f"network{SUFFIXES[options.to]}"
    export_network(trained, path, options.to)
    height, width, channels = trained.shape
    print(f"{trained.task}: {trained.architecture} written to {path}")
    if not options.quiet:
        means, stds = (", ".join(map(number_text, values)) for values in (trained.mean, trained.std))
        print(
            f"its input: images of shape (n, {channels}, {height}, {width}) with values in 0 .. 255, less {means}, "
            f"divided by {stds}",
            file=sys.stderr,
        )
    return 0


_EXAMPLES = """\
examples:
  %(prog)s runs/cora-pubmed --to csv
      every trial of a run, of all its repeats, or of a study: a row each, for pandas, R or a spreadsheet
  %(prog)s runs --to parquet --out trials.parquet
      the same of all runs below a directory (needs pip install 'ktnas[parquet]')
  %(prog)s sweeps/transfer --to csv
      of a sweep, a row per run and task: what it came to
  %(prog)s runs/train-normal --to onnx
      what `ktnas train` has trained, as ONNX (needs pip install 'ktnas[onnx]')
  %(prog)s runs/training --task normal --to torchscript --out normal.pt
      the best candidate of a run with --keep-weights, as TorchScript
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas export`."""
    parser.description = (
        "Write a record as a table: every trial of a run, of repeats, of a study, or of all runs below a directory; of "
        "a sweep, what its runs came to (ktnas docs output). Or write a network with its weights as ONNX or "
        "TorchScript: that of `ktnas train`, or the best candidate of a run that kept weights. In Python, "
        "Study.to_dataframe() and ktnas.load_network(DIR, task) give both."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument(
        "--to", metavar="FORMAT", choices=(*TABLES, *NETWORKS), required=True, help="csv, parquet, onnx or torchscript"
    )
    parser.add_argument("--task", metavar="NAME", help="which task's network (default: the only one)")
    parser.add_argument("--architecture", metavar="TEXT", help="which candidate of a run (default: the best)")
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="where to (default: in DIR, trials.csv or .parquet, of a sweep runs.csv or .parquet, network.onnx or .pt)",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing on standard error")
