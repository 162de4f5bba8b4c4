"""`ktnas tell`: what came of an architecture that a study has handed out."""

from __future__ import annotations

import argparse
import sys

from ktnas.cli.directories import add_directory
from ktnas.cli.parser import use_one_thread
from ktnas.errors import ConfigurationError


def execute(options: argparse.Namespace) -> int:
    """Record it; the exit code."""
    use_one_thread()
    from ktnas.study.opening import open_study

    if (options.value is None) == (options.failed is None):
        raise ConfigurationError("give either the value that was measured, or --failed WHY")
    study = open_study(options.directory)
    number = _id(options.id)
    study.tell(
        number,
        None if options.value is None else _number(options.value),
        error=options.failed,
        cost_s=options.cost,
        metrics={name: _number(text) for name, text in options.metric or ()},
    )
    if not options.quiet:
        print(f"proposal {number} is recorded", file=sys.stderr)
    return 0


def _id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{text[:80]!r} is no id of a proposal: `ktnas ask` prints it first") from None


def _number(text: str) -> object:
    """A number; a text that is none stays one, and is refused with what is expected."""
    try:
        return float(text)
    except ValueError:
        return text


_EXAMPLES = """\
examples:
  %(prog)s runs/birds 7 0.93
  %(prog)s runs/birds 7 0.93 --metric loss=0.21 --cost 340
  %(prog)s runs/birds 8 --failed "out of memory"
      a failure is an answer, too: the method learns that it failed
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas tell`."""
    parser.description = (
        "Record what came of a proposal: in any order, at any time, by any process. What is no answer is refused with "
        "exit code 2 and not recorded: an id that was not handed out or is told already, or a value that is no finite "
        "number."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument("id", metavar="ID", help="the proposal's id, as `ktnas ask` prints it")
    parser.add_argument("value", metavar="VALUE", nargs="?", help="the task's metric, as measured")
    parser.add_argument("--failed", metavar="WHY", help="it has no value, and why")
    parser.add_argument("--cost", metavar="S", type=float, default=0.0, help="seconds that it took (default: 0)")
    parser.add_argument(
        "--metric", metavar="NAME=X", type=_metric, action="append", help="a further number to record; may be repeated"
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing if it is recorded")


def _metric(text: str) -> tuple[str, str]:
    name, equals, number = text.rpartition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=X")
    return name, number
