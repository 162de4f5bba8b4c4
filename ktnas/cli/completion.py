"""`ktnas completion`: what makes a shell complete commands, options, and the names that options take."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ktnas.errors import ConfigurationError

SHELLS = ("bash", "zsh", "tcsh")

_EXAMPLES = """\
to turn it on, once:
  bash   echo 'eval "$(ktnas completion bash)"' >> ~/.bashrc
  zsh    ktnas completion zsh > a directory of $fpath/_ktnas
  tcsh   ktnas completion tcsh | sudo tee /etc/profile.d/ktnas.completion.csh
"""


def execute(options: argparse.Namespace) -> int:
    """Print the script; the exit code.

    Raises:
        ConfigurationError: If shtab, which writes it, is not installed.
    """
    try:
        import shtab
    except ImportError:
        raise ConfigurationError("shell completion needs shtab: pip install shtab") from None
    parser: argparse.ArgumentParser = options.whole()
    _complete(parser, _names())
    sys.stdout.write(str(shtab.complete(parser, options.shell)) + "\n")
    return 0


def _names() -> Mapping[str, Callable[[], Iterable[str]]]:
    """Per option, the names that it takes."""
    from ktnas.benchmarks.registry import BENCHMARKS, known_benchmarks
    from ktnas.cli.docs import pages
    from ktnas.config import registry

    def tasks() -> list[str]:
        return list(dict.fromkeys(task for known in known_benchmarks() for task in known.tasks))

    return {
        "method": lambda: registry.METHODS,
        "embedder": lambda: registry.EMBEDDERS,
        "surrogate": lambda: registry.SURROGATES,
        "transfer": lambda: registry.TRANSFERS,
        "proxy": lambda: ("parameters", *registry.SCORES),
        "benchmark": lambda: BENCHMARKS,
        "space": lambda: registry.SPACES,
        "sources": tasks,
        "targets": tasks,
        "tasks": tasks,
        "source": tasks,
        "target": tasks,
        "page": pages,
    }


def _complete(parser: argparse.ArgumentParser, names: Mapping[str, Callable[[], Iterable[str]]]) -> None:
    """Let arguments say what completes them; the parser is for this alone, since choices would change its errors."""
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _complete(command, names)
        elif action.choices is None and action.dest in names:
            action.choices = tuple(names[action.dest]())
        elif action.type is Path:
            kind = "file" if action.metavar == "FILE" else "directory"
            action.complete = {"bash": f"_shtab_compgen_{kind}s", **_OTHER_SHELLS[kind]}  # type: ignore[attr-defined]


_OTHER_SHELLS = {
    "file": {"zsh": "_files", "tcsh": "f"},
    "directory": {"zsh": "_files -/", "tcsh": "d"},
}
"""As `shtab.FILE` and `shtab.DIRECTORY`."""


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    yield from parser._actions


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas completion`."""
    parser.description = "Print what makes a shell complete commands, options, and the names that options take."
    parser.epilog = _EXAMPLES
    parser.add_argument("shell", choices=SHELLS, help="the shell")
