"""`ktnas run`: one search, or one per seed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.cli.parser import RUNS, listing
from ktnas.cli.training_options import training_choice
from ktnas.config.registry import DEFAULT_BUDGET, SPACES, TRAINING_BUDGET
from ktnas.errors import ConfigurationError

if TYPE_CHECKING:
    from ktnas.config.experiment import Settings
    from ktnas.records.summary import Summary
    from ktnas.report.progress import View
    from ktnas.runner.experiment import Experiment

from ktnas.cli.parser import INTERRUPTED, _names, _one_thread
from ktnas.cli.training_options import add_training
from ktnas.config.registry import (
    BENCHMARKS,
    DEFAULT_BENCHMARK,
    DEFAULT_METHOD,
    DEFAULT_SOURCE,
    DEFAULT_TARGET,
    EMBEDDERS,
    METHODS,
    SCORES,
    SURROGATES,
    TRANSFERS,
)


def _settings(options: argparse.Namespace) -> Settings:
    from ktnas.benchmarks.user_table import TableChoice
    from ktnas.config.experiment import Settings
    from ktnas.config.method import MethodChoice

    table = None
    if options.table is not None:
        if options.space is None:
            raise ConfigurationError(f"--table needs --space, the search space of its architectures: {listing(SPACES)}")
        table = TableChoice(options.table, options.space, options.arch_column, _joined(options.minimize))
    elif (options.space and options.fitness == "table") or options.arch_column or options.minimize:
        raise ConfigurationError(
            "--space, --arch-column and --minimize describe a table of your own; name it with --table"
        )
    training = training_choice(options)
    method = MethodChoice(
        options.method,
        options.population,
        options.embedder,
        options.surrogate,
        options.transfer,
        options.offspring,
        options.proxy,
    )
    return Settings(
        _joined(options.source),
        _joined(options.target),
        _joined(options.tasks),
        options.benchmark,
        table,
        options.data,
        method,
        _budget(options),
        options.until_best,
        training,
    )


def _budget(options: argparse.Namespace) -> int:
    if options.budget is not None:
        return int(options.budget)
    return TRAINING_BUDGET if options.fitness == "train" else DEFAULT_BUDGET


def _joined(lists: Sequence[Sequence[str]] | None) -> tuple[str, ...]:
    return tuple(name for names in lists or () for name in names)


def _run(options: argparse.Namespace) -> int:
    _one_thread()
    from ktnas.config.experiment import compose
    from ktnas.files.json_lines import to_json
    from ktnas.problem.budget import check
    from ktnas.records.run_directory import RunDirectory, places_of
    from ktnas.report.run_figures import draw
    from ktnas.runner import session

    if options.repeats < 1 or (options.jobs is not None and options.jobs < 1):
        raise ConfigurationError("--repeats and --jobs must be at least 1")
    settings = _settings(options)
    experiment = compose(settings)
    check(experiment.problem, experiment.budget, options.seed)
    seeds = range(options.seed, options.seed + options.repeats)
    left = session.unanswered(experiment, seeds, options.out) if options.fitness != "table" else []
    if left and (options.max_hours is not None or not (options.quiet or options.json)):
        from ktnas.training.estimate import require_time  # needs torch

        text = require_time(experiment.benchmark, left, options.max_hours)
        if not (options.quiet or options.json):
            print(f"estimated: {text}", file=sys.stderr)
    path = options.out or session.fresh_directory(experiment, seeds, RUNS)
    places = places_of(path, seeds)
    directory = RunDirectory(path)
    with _view(options, experiment) as view:
        if len(seeds) == 1:
            summaries = [session.search_once(experiment, options.seed, directory, view)]
        else:
            cores = 1 if settings.training is not None else os.cpu_count() or 1  # one run's workers keep all cores busy
            jobs = options.jobs or min(len(seeds), cores)
            summaries = session.search_seeds(partial(compose, settings), seeds, directory, view, jobs=jobs)
    draw(experiment, directory, summaries, [places[summary["seed"]] for summary in summaries])
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
    from ktnas.benchmarks.live import LiveBenchmark
    from ktnas.report.progress import Board, LiveView, PlainView, View

    if options.quiet or options.json:
        return View()
    tasks, budget = experiment.problem.tasks, experiment.budget.evaluations
    workers = max(1, benchmark.workers) if isinstance(benchmark := experiment.benchmark, LiveBenchmark) else 0
    board = Board(experiment.title, tasks, budget, options.repeats, workers)
    return LiveView(board, sys.stderr) if sys.stderr.isatty() else PlainView(board, sys.stderr)


def _print(summaries: Sequence[Summary], experiment: Experiment, path: Path, *, repeated: bool) -> None:
    from ktnas.report.tables import print_repeats, print_run

    print(f"{experiment.title}, {experiment.budget.evaluations} evaluations per task\n")
    if repeated:
        print_repeats(summaries, sys.stdout)
    else:
        print_run(summaries[0], sys.stdout)
    print(f"recorded in {path}")


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


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [--source A --target B | --tasks A,B,...] [options]"
    parser.description = "Search architectures for one or more tasks, and record the run in a directory."
    parser.epilog = _EXAMPLES
    _add_tasks(parser)
    _add_method(parser)
    add_training(parser)
    _add_output(parser)


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
