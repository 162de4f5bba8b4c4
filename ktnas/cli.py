"""The command line: it parses, calls, and prints. Nothing heavy is imported before the arguments are understood.

Exit codes: 0 done; 2 a user's mistake, with one line on standard error that names it; 130 interrupted. Any other
exception is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

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
    SPACES,
    SURROGATES,
    TRANSFERS,
    MethodChoice,
)
from ktnas.errors import ConfigurationError, KtnasError

if TYPE_CHECKING:
    from ktnas.experiment import Experiment, Settings
    from ktnas.live import View
    from ktnas.summary import Summary

INTERRUPTED = 130
RUNS = Path("runs")

_EXAMPLES = """\
examples:
  %(prog)s
      search real data that come with the installation (nasbench-graph, cora to pubmed)
  %(prog)s --source segmentsemantic --target normal
      what is found for segmentation helps the search for surface normals (transnas101-micro)
  %(prog)s --tasks cifar10,cifar100,imagenet16 --budget 100 --until-best
      three tasks that help one another, until each has found the best cell of the table
  %(prog)s --source segmentsemantic --target normal --repeats 10 --method regularized-evolution
      ten seeds of a yardstick, spread over the processor's cores
  %(prog)s --table mine.csv --space nasbench201 --source colA --target colB
      a table of your own: a column of architectures, and a column per task
"""

_OUTLINE = """\
examples:
  %(prog)s run        search; `%(prog)s run --help` explains
  %(prog)s data       which benchmarks there are, and where their data lie
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the usage, which buries it."""
        self.exit(2, f"{self.prog}: error: {' '.join(message.split())} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None, *, program: str = "ktnas", command: str | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; None for those of the process.
        program: What the user called.
        command: The command, where the program's name stands for it; None to read it from the arguments.

    Returns:
        The exit code. Wrong usage and ``--help`` end the process instead, as argparse does.
    """
    options = _parser(program, command).parse_args(arguments)
    try:
        return _data(options) if (command or options.command) == "data" else _run(options)
    except KtnasError as error:
        print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser(program: str, command: str | None) -> argparse.ArgumentParser:
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
        dest="command", metavar="COMMAND", required=True, title="commands", help="run, data"
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
    _add_output(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.description = "List every benchmark: whether its data are here, where, and how to get what is missing."
    parser.add_argument("--data", metavar="DIR", type=Path, help="directory of tables to look into first")
    parser.add_argument("--json", action="store_true", help="a JSON list on standard output instead of a table")


_COMMANDS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {"run": _add_run, "data": _add_data}


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
        "--benchmark", metavar="NAME", help=f"{_listing(BENCHMARKS)} (default: found by the tasks' names)"
    )
    group.add_argument("--data", metavar="DIR", type=Path, help="directory of tables to look into first")
    table = parser.add_argument_group("a table of your own", "Tasks are then the names of its columns.")
    table.add_argument("--table", metavar="FILE", type=Path, help=".csv, .csv.gz or .parquet: one architecture per row")
    table.add_argument("--space", metavar="NAME", help=f"search space of its architectures: {_listing(SPACES)}")
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
        "--method", metavar="NAME", default=DEFAULT_METHOD, help=f"{_listing(METHODS)} (default: %(default)s)"
    )
    group.add_argument(
        "--budget",
        metavar="N",
        type=int,
        default=DEFAULT_BUDGET,
        help="evaluations per task; repeats are free (default: %(default)s)",
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
    group.add_argument("--embedder", metavar="NAME", help=f"{_listing(EMBEDDERS)} {own}")
    group.add_argument("--surrogate", metavar="NAME", help=f"{_listing(SURROGATES)} {own}")
    group.add_argument("--transfer", metavar="NAME", help=f"{_listing(TRANSFERS)} {own}")
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


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names)


def _data(options: argparse.Namespace) -> int:
    from ktnas.benchmarks.lookup import inventory
    from ktnas.data import search_path

    entries = inventory(options.data)
    if options.json:
        from ktnas.results import to_json

        listed = [
            {
                "name": entry.name,
                "found": entry.found,
                "path": None if entry.path is None else str(entry.path),
                "architectures": entry.architectures,
                "tasks": list(entry.tasks),
                "hint": entry.hint,
                "problem": entry.problem,
            }
            for entry in entries
        ]
        sys.stdout.write(to_json(listed))
    else:
        from ktnas.tables import print_inventory

        print_inventory(entries, [str(place) for place in search_path(options.data)], sys.stdout)
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    from ktnas.experiment import Settings, TableChoice

    table = None
    if options.table is not None:
        if options.space is None:
            raise ConfigurationError(
                f"--table needs --space, the search space of its architectures: {_listing(SPACES)}"
            )
        table = TableChoice(options.table, options.space, options.arch_column, _joined(options.minimize))
    elif options.space or options.arch_column or options.minimize:
        raise ConfigurationError(
            "--space, --arch-column and --minimize describe a table of your own; name it with --table"
        )
    method = MethodChoice(options.method, options.population, options.embedder, options.surrogate, options.transfer)
    return Settings(
        _joined(options.source),
        _joined(options.target),
        _joined(options.tasks),
        options.benchmark,
        table,
        options.data,
        method,
        options.budget,
        options.until_best,
    )


def _joined(lists: Sequence[Sequence[str]] | None) -> tuple[str, ...]:
    return tuple(name for names in lists or () for name in names)


def _run(options: argparse.Namespace) -> int:
    # One thread is fastest for matrices of this size, and sums then do not depend on the number of cores.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from ktnas import session
    from ktnas.experiment import compose
    from ktnas.results import RunDirectory, to_json
    from ktnas.runner import check

    if options.repeats < 1 or (options.jobs is not None and options.jobs < 1):
        raise ConfigurationError("--repeats and --jobs must be at least 1")
    settings = _settings(options)
    experiment = compose(settings)
    check(experiment.problem, experiment.budget, options.seed)
    seeds = range(options.seed, options.seed + options.repeats)
    path = options.out or session.fresh_directory(experiment, seeds, RUNS)
    directory = RunDirectory(path)
    with _view(options, experiment) as view:
        if len(seeds) == 1:
            seed = options.seed
            summaries = [session.search_once(experiment, seed, directory, lambda state: view.show(seed, state))]
            places = [path]
        else:
            jobs = options.jobs or min(len(seeds), os.cpu_count() or 1)
            summaries = session.search_seeds(settings, seeds, directory, view, jobs)
            places = [path / f"seed-{summary['seed']}" for summary in summaries]
    session.draw(experiment, directory, summaries, places)
    finished = len(summaries) == len(seeds) and all(summary["finished"] for summary in summaries)
    if options.json:
        sys.stdout.write(to_json(summaries[0] if len(seeds) == 1 else summaries))
    else:
        _print(summaries, experiment, path, repeated=len(seeds) > 1)
    if not finished:
        print(f"interrupted; the same command with --out {path} goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _view(options: argparse.Namespace, experiment: Experiment) -> View:
    from ktnas.live import Board, LiveView, PlainView, SilentView

    if options.quiet or options.json:
        return SilentView()
    tasks, budget = experiment.problem.tasks, experiment.budget.evaluations
    board = Board(experiment.title, tasks, budget, options.repeats)
    return LiveView(board, sys.stderr) if sys.stderr.isatty() else PlainView(board, sys.stderr)


def _print(summaries: Sequence[Summary], experiment: Experiment, path: Path, *, repeated: bool) -> None:
    from ktnas.tables import print_repeats, print_run

    print(f"{experiment.title}, {experiment.budget.evaluations} evaluations per task\n")
    if repeated:
        print_repeats(summaries, sys.stdout)
    else:
        print_run(summaries[0], sys.stdout)
    print(f"recorded in {path}")
