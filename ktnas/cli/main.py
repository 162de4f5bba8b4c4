"""The command line: it parses, calls, and prints. Nothing heavy is imported before the arguments are understood.

Exit codes: 0 done; 2 a user's mistake, or output that cannot be written, with one line on standard error that names
it; 3 `ktnas ask` has nothing to hand out before something is told; 1 whoever read the output has gone, as `head` does;
130 interrupted, 143 and 129 by SIGTERM and SIGHUP. What was searched is recorded in any case. Any other exception is a
defect of ours and keeps its traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Protocol, TextIO, cast

from ktnas.cli import (
    ask,
    best,
    compare,
    completion,
    dashboard,
    data,
    docs,
    export,
    new,
    plot,
    printed,
    report,
    resume,
    run,
    show,
    sweep,
    tell,
    train,
)
from ktnas.cli.environment import environmental
from ktnas.cli.interruption import interruptible
from ktnas.cli.parser import INTERRUPTED, Parser
from ktnas.cli.streams import Sheltered
from ktnas.errors import MESSAGE, ConfigurationError, KtnasError, shortened
from ktnas.formatting import visible
from ktnas.version import __version__

GONE = 1
"""The exit code where the reader of the output has gone."""


class Command(Protocol):
    """What the module of a command holds."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Give a parser the options, a description and examples."""

    def execute(self, options: argparse.Namespace) -> int:
        """Do it; the exit code."""


COMMANDS: Mapping[str, Command] = {
    "run": run,
    "resume": resume,
    "show": show,
    "dashboard": dashboard,
    "best": best,
    "new": new,
    "ask": ask,
    "tell": tell,
    "data": data,
    "sweep": sweep,
    "compare": compare,
    "report": report,
    "plot": plot,
    "train": train,
    "export": export,
    "printed": printed,
    "docs": docs,
    "completion": completion,
}

_SUMMARIES = {
    "run": "search architectures for one or more tasks",
    "resume": "go on with a run or a study, from its directory alone",
    "show": "how far a study or a run has come",
    "dashboard": "all runs in a browser, as they go on",
    "best": "the best architectures of a study or a run",
    "new": "make a study that others ask and tell, or run",
    "ask": "architectures of a study to evaluate",
    "tell": "what came of an architecture that was asked for",
    "data": "which benchmarks and images there are, and where",
    "sweep": "methods x tasks x seeds, as a file says, on all cores",
    "compare": "what sweeps and runs came to, and whether methods differ",
    "report": "a run, a study or a sweep as a page for a browser",
    "plot": "the figures of a run or a sweep as PNG, PDF or SVG",
    "train": "train one architecture from scratch, measure it on test images",
    "export": "trials as CSV or Parquet, a network as ONNX or TorchScript",
    "printed": "what functions of your own printed in workers",
    "docs": "read the documentation: quickstart, data, training, ...",
    "completion": "what makes a shell complete commands, options and names",
}
"""What the help says of each command."""


def main(arguments: Sequence[str] | None = None, *, program: str = "ktnas", command: str | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; None for those of the process.
        program: What the user called.
        command: The command, where the program's name stands for it; None to read it from the arguments.

    Returns:
        The exit code. Wrong usage and ``--help`` end the process instead, as argparse does.
    """
    out, error = Sheltered(sys.stdout), Sheltered(sys.stderr)
    with redirect_stdout(cast("TextIO", out)), redirect_stderr(cast("TextIO", error)):
        try:
            try:
                code = _interruptible(arguments, program, command)
            except SystemExit:
                refused = _refused(out, program)
                if not refused:
                    raise
                return refused
            return code or _refused(out, program)
        finally:
            out.end()
            error.end()


def _refused(out: Sheltered, program: str) -> int:
    """The exit code of a command that has done what it was asked; not 0 if its output was not taken."""
    out.flush()
    if out.error is None or isinstance(out.error, BrokenPipeError):
        return 0 if out.error is None else GONE
    reason = out.error.strerror or type(out.error).__name__
    print(
        f"{program}: error: standard output cannot be written ({reason}); what is recorded is complete", file=sys.stderr
    )
    return 2


def _interruptible(arguments: Sequence[str] | None, program: str, command: str | None) -> int:
    with interruptible() as interruption:
        try:
            code = _execute(arguments, program, command)
        except (Exception, KeyboardInterrupt):  # a second signal may come while the first one is answered
            if interruption.number is None:
                raise
            print(f"{program}: interrupted", file=sys.stderr)  # whatever a library has made of it
            return interruption.code
        return code if code == 0 or interruption.number is None else interruption.code


def _execute(arguments: Sequence[str] | None, program: str, command: str | None) -> int:
    try:
        options = command_parser(program, command).parse_args(arguments)
        _require_place()
        return COMMANDS[command or options.command].execute(options)
    except KtnasError as error:
        return _say(program, str(error))
    except (MemoryError, OSError, ImportError) as error:
        said = environmental(error)
        if said is None:
            raise
        return _say(program, said)
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED


def _say(program: str, error: str) -> int:
    """One line on standard error, of a bounded length, in which nothing acts on a terminal; the exit code."""
    print(f"{program}: error: {shortened(visible(' '.join(error.split())), MESSAGE)}", file=sys.stderr)
    return 2


def _require_place() -> None:
    """Refuse to work in a directory that has been removed: paths are relative to it."""
    try:
        Path.cwd()
    except OSError as error:
        raise ConfigurationError(
            f"the current directory cannot be used ({error.strerror}): it may have been removed; change to another"
        ) from None


_OUTLINE = """\
to begin: `ktnas run` alone searches real data that come with the installation.
Completion by the tab key, in bash: eval "$(ktnas completion bash)"
"""


def command_parser(program: str, command: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands, or of one whose name stands in the program's."""
    parser = Parser(program, formatter_class=argparse.RawDescriptionHelpFormatter)
    if command is not None:
        COMMANDS[command].add_options(parser)
        return parser
    parser.description = "Search neural architectures for several tasks at once that may help one another."
    parser.epilog = _OUTLINE
    parser.add_argument("--version", action="version", version=f"ktnas {__version__}")
    parser.set_defaults(whole=partial(command_parser, "ktnas"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, title="commands")
    for name, module in COMMANDS.items():
        module.add_options(
            commands.add_parser(name, help=_SUMMARIES[name], formatter_class=argparse.RawDescriptionHelpFormatter)
        )
    return parser
