"""The options of the command line, their defaults and their help.

Imports nothing but names: `--help` must appear at once.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from ktnas import __version__
from ktnas.catalog import (
    BENCHMARKS,
    DEFAULT_BENCHMARK,
    DEFAULT_BUDGET,
    DEFAULT_METHOD,
    DEFAULT_SOURCE,
    DEFAULT_TARGET,
    EMBEDDERS,
    METHODS,
    SCORES,
    SPACES,
    SURROGATES,
    TRAINING_BUDGET,
    TRANSFERS,
)
from ktnas.training_options import add_train, add_training

RUNS = Path("runs")
"""Where runs are recorded unless a directory is named."""

_EXAMPLES = """\
examples:
  %(prog)s
      search real data that come with the installation (nasbench-graph, cora to pubmed)
  %(prog)s --source segmentsemantic --target normal
      what is found for segmentation helps the search for surface normals (transnas101-micro)
  %(prog)s --tasks cifar10,cifar100,imagenet16 --budget 100 --until-best
      three tasks that help one another, until each has found the best cell of the table
  %(prog)s --tasks cifar10,cifar100,imagenet16 --method ktnas-paper --proxy synflow
      ten times as many offspring, of which a score of untrained networks chooses (docs/zero_cost.md)
  %(prog)s --source segmentsemantic --target normal --repeats 10 --method regularized-evolution
      ten seeds of a yardstick, spread over the processor's cores
  %(prog)s --table mine.csv --space nasbench201 --source colA --target colB
      a table of your own: a column of architectures, and a column per task
  %(prog)s --fitness train --source segmentsemantic --target normal
      train every candidate, on scenes rendered for the purpose: needs no data and no GPU
  %(prog)s --fitness train --source mnist --target mine --dataset mine=photos/of/birds --max-hours 2
      images of your own, if that is estimated to take no longer than two hours
  %(prog)s --fitness supernet --source mnist --target fashion_mnist --budget 200
      many candidates that share the weights of one network per task; how far to trust them: docs/supernet.md
"""

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

_OUTLINE = """\
examples:
  %(prog)s run        search; `%(prog)s run --help` explains
  %(prog)s data       which benchmarks there are, and where their data lie
  %(prog)s sweep      methods x tasks x seeds, as a file describes them, on all cores
  %(prog)s compare    what sweeps and runs came to, and whether methods differ
  %(prog)s train      train one architecture from scratch, and measure it on test images
"""


class _Parser(argparse.ArgumentParser):
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what is not known where it stands: the parser of a command knows its own options."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            near = difflib.get_close_matches(
                unknown[0].partition("=")[0], self._option_string_actions, n=1, cutoff=0.75
            )
            hint = f"; did you mean {near[0]}?" if near else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """One line instead of the usage, which buries it."""
        self.exit(2, f"{self.prog}: error: {' '.join(message.split())} (see {self.prog} --help)\n")


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


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [--source A --target B | --tasks A,B,...] [options]"
    parser.description = "Search architectures for one or more tasks, and record the run in a directory."
    parser.epilog = _EXAMPLES
    _add_tasks(parser)
    _add_method(parser)
    add_training(parser)
    _add_output(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "List every benchmark and every data set of images: whether it is here, where, and how to get what is missing."
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="directory of tables and images to look into first")
    parser.add_argument("--json", action="store_true", help="a JSON list on standard output instead of a table")


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


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Compare the methods that were run on the same tasks: means with intervals, paired tests, mean ranks; as "
        "tables in Markdown on standard output, as comparison.csv and as figures."
    )
    parser.add_argument(
        "directories",
        metavar="DIR",
        type=Path,
        nargs="+",
        help="directory of a sweep, or of runs (best with --repeats) recorded by `ktnas run`",
    )
    parser.add_argument(
        "--baseline", metavar="ARM", help="method that the others are compared with (default: the first)"
    )
    parser.add_argument("--at", metavar="N", type=int, help="after N evaluations per task (default: at the end)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="directory of table and figures (default: comparison in the first DIR)"
    )
    parser.add_argument("--json", action="store_true", help="the rows of comparison.csv as JSON instead of tables")


_COMMANDS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "run": _add_run,
    "data": _add_data,
    "sweep": _add_sweep,
    "compare": _add_compare,
    "train": add_train,
}


def _add_tasks(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "what to search",
        f"Without any of these: {DEFAULT_BENCHMARK}, from {DEFAULT_SOURCE} to {DEFAULT_TARGET}. "
        "With --benchmark alone: all its tasks.",
    )
    several = "several separated by commas, or the option repeated"
    group.add_argument("--source", metavar="TASK", action="append", type=_names, help=f"task that donates; {several}")
    group.add_argument("--target", metavar="TASK", action="append", type=_names, help=f"task that receives; {several}")
    group.add_argument(
        "--tasks", metavar="A,B,...", action="append", type=_names, help="tasks that all donate to one another"
    )
    group.add_argument(
        "--benchmark", metavar="NAME", help=f"{listing(BENCHMARKS)} (default: found by the tasks' names)"
    )
    group.add_argument("--data", metavar="DIR", type=Path, help="directory of tables and images to look into first")
    group.add_argument(
        "--space",
        metavar="NAME",
        help=f"search space of a table of your own, or to train in: {listing(SPACES)} (default: what suits the tasks)",
    )
    table = parser.add_argument_group("a table of your own", "Tasks are then the names of its columns.")
    table.add_argument("--table", metavar="FILE", type=Path, help=".csv, .csv.gz or .parquet: one architecture per row")
    table.add_argument("--arch-column", metavar="COLUMN", help="column of architectures (default: the one that parses)")
    table.add_argument(
        "--minimize",
        metavar="COLUMN",
        action="append",
        type=_names,
        help=f"task whose smaller values are better; {several}",
    )


def _add_method(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how to search")
    group.add_argument(
        "--method", metavar="NAME", default=DEFAULT_METHOD, help=f"{listing(METHODS)} (default: %(default)s)"
    )
    group.add_argument(
        "--budget",
        metavar="N",
        type=int,
        help=f"evaluations per task; repeats are free (default: {DEFAULT_BUDGET}, or {TRAINING_BUDGET} to train)",
    )
    group.add_argument(
        "--until-best",
        action="store_true",
        help="a task stops once it has found the best entry of its table (default: no)",
    )
    group.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of all random numbers (default: %(default)s)"
    )
    own = "(default: the method's own)"
    group.add_argument("--population", metavar="N", type=int, help=f"members of each task's population {own}")
    group.add_argument(
        "--offspring", metavar="N", type=int, help=f"architectures per task and generation; more for many workers {own}"
    )
    group.add_argument("--embedder", metavar="NAME", help=f"{listing(EMBEDDERS)} {own}")
    group.add_argument("--surrogate", metavar="NAME", help=f"{listing(SURROGATES)} {own}")
    group.add_argument("--transfer", metavar="NAME", help=f"{listing(TRANSFERS)} {own}")
    group.add_argument(
        "--proxy",
        metavar="NAME",
        help=f"free score of architectures that helps the method: parameters, or of the untrained network "
        f"{listing(SCORES)} (default: the method's own, if any)",
    )
    group.add_argument(
        "--repeats", metavar="R", type=int, default=1, help="runs, with seeds N, N+1, ... (default: %(default)s)"
    )
    group.add_argument(
        "--jobs",
        metavar="J",
        type=int,
        help="processes for the repeats; results do not depend on it (default: one per core)",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is written")
    group.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="run directory; one that holds the same configuration goes on where it was cut off "
        f"(default: a new one under {RUNS}/)",
    )
    group.add_argument("--json", action="store_true", help="the summary as JSON on standard output, and nothing else")
    group.add_argument("--quiet", action="store_true", help="no progress while it runs")


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name in it; separate names by single commas")
    return names


def listing(names: Iterable[str]) -> str:
    """Names to read."""
    return ", ".join(names)
