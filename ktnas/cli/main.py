"""The command line: it parses, calls, and prints. Nothing heavy is imported before the arguments are understood.

Exit codes: 0 done; 2 a user's mistake, with one line on standard error that names it; 130 interrupted. Any other
exception is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from ktnas.cli.compare import _add_compare, _compare
from ktnas.cli.data import _add_data, _data
from ktnas.cli.parser import INTERRUPTED, _Parser
from ktnas.cli.run import _add_run, _run
from ktnas.cli.sweep import _add_sweep, _sweep
from ktnas.cli.train import _train, add_train
from ktnas.errors import KtnasError
from ktnas.version import __version__


def main(arguments: Sequence[str] | None = None, *, program: str = "ktnas", command: str | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; None for those of the process.
        program: What the user called.
        command: The command, where the program's name stands for it; None to read it from the arguments.

    Returns:
        The exit code. Wrong usage and ``--help`` end the process instead, as argparse does.
    """
    options = command_parser(program, command).parse_args(arguments)
    actions = {"run": _run, "data": _data, "sweep": _sweep, "compare": _compare, "train": _train}
    try:
        return actions[command or options.command](options)
    except KtnasError as error:
        print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


_OUTLINE = """\
examples:
  %(prog)s run        search; `%(prog)s run --help` explains
  %(prog)s data       which benchmarks there are, and where their data lie
  %(prog)s sweep      methods x tasks x seeds, as a file describes them, on all cores
  %(prog)s compare    what sweeps and runs came to, and whether methods differ
  %(prog)s train      train one architecture from scratch, and measure it on test images
"""


def command_parser(program: str, command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, or of one whose name stands in the program's."""
    parser = _Parser(program, formatter_class=argparse.RawDescriptionHelpFormatter)
    if command is not None:
        _COMMANDS[command](parser)
        return parser
    parser.description = (
        "Search neural architectures for several tasks at once; what is found for one helps the others."
    )
    parser.epilog = _OUTLINE
    parser.add_argument("--version", action="version", version=f"ktnas {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands", help=", ".join(_COMMANDS)
    )
    for name, add in _COMMANDS.items():
        add(commands.add_parser(name, formatter_class=argparse.RawDescriptionHelpFormatter))
    return parser


_COMMANDS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "run": _add_run,
    "data": _add_data,
    "sweep": _add_sweep,
    "compare": _add_compare,
    "train": add_train,
}
