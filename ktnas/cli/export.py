"""`ktnas export`: a trained network for programs that know nothing of this one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ktnas.cli.directories import add_directory
from ktnas.cli.parser import use_one_thread
from ktnas.formatting import number_text


def execute(options: argparse.Namespace) -> int:
    """Write it; the exit code."""
    use_one_thread()
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
  %(prog)s runs/train-normal --to onnx
      what `ktnas train` has trained, as ONNX (needs pip install 'ktnas[onnx]')
  %(prog)s runs/training --task normal --to torchscript --out normal.pt
      the best candidate of a run with --keep-weights, as TorchScript
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas export`."""
    parser.description = (
        "Write a network with its weights as ONNX or TorchScript: that of `ktnas train`, or the best candidate of a "
        "run that kept weights. In Python, ktnas.load_network(DIR, task) gives it as a module of torch."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument("--task", metavar="NAME", help="which task's network (default: the only one)")
    parser.add_argument("--architecture", metavar="TEXT", help="which candidate of a run (default: the best)")
    parser.add_argument(
        "--to", metavar="FORMAT", choices=("onnx", "torchscript"), required=True, help="onnx or torchscript"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to (default: network.onnx or .pt in DIR)")
    parser.add_argument("--quiet", action="store_true", help="do not say what its input is")
