"""The command line: it parses, calls, and prints. Nothing heavy is imported before the arguments are understood.

Exit codes: 0 done; 2 a user's mistake, with one line on standard error that names it; 130 interrupted. Any other
exception is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.catalog import DEFAULT_BUDGET, SPACES, TRAINING_BUDGET
from ktnas.errors import ConfigurationError, KtnasError
from ktnas.options import RUNS, command_parser, listing
from ktnas.training_options import final_choice, training_choice

if TYPE_CHECKING:
    from ktnas.compare import CaseComparison
    from ktnas.experiment import Experiment, Settings
    from ktnas.live import View
    from ktnas.statistics import MeanRanks
    from ktnas.summary import Summary

INTERRUPTED = 130


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


def _data(options: argparse.Namespace) -> int:
    from ktnas.benchmarks.lookup import inventory
    from ktnas.data import search_path
    from ktnas.training.data.lookup import known

    entries, datasets = inventory(options.data), known(options.data)
    if options.json:
        from ktnas.results import to_json

        listed: list[dict[str, object]] = [
            {
                "kind": "benchmark",
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
        listed += [
            {
                "kind": "data set",
                "name": dataset.name,
                "found": dataset.found,
                "path": None if dataset.path is None else str(dataset.path),
                "shape": dataset.shape,
                "note": dataset.note,
                "hint": dataset.hint,
                "problem": dataset.problem,
            }
            for dataset in datasets
        ]
        sys.stdout.write(to_json(listed))
    else:
        from ktnas.tables import print_datasets, print_inventory

        print_inventory(entries, sys.stdout)
        print_datasets(datasets, [str(place) for place in search_path(options.data)], sys.stdout)
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    from ktnas.experiment import Settings, TableChoice
    from ktnas.method_choice import MethodChoice

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


def _one_thread() -> None:
    """One thread is fastest for matrices of this size, and sums then do not depend on the number of cores."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def _run(options: argparse.Namespace) -> int:
    _one_thread()
    from ktnas import session
    from ktnas.budget import check
    from ktnas.experiment import compose
    from ktnas.results import RunDirectory, to_json
    from ktnas.training_time import require_time

    if options.repeats < 1 or (options.jobs is not None and options.jobs < 1):
        raise ConfigurationError("--repeats and --jobs must be at least 1")
    settings = _settings(options)
    experiment = compose(settings)
    check(experiment.problem, experiment.budget, options.seed)
    seeds = range(options.seed, options.seed + options.repeats)
    left = session.unanswered(experiment, seeds, options.out) if options.fitness != "table" else []
    if left and (options.max_hours is not None or not (options.quiet or options.json)):
        text = require_time(experiment.benchmark, left, options.max_hours)
        if not (options.quiet or options.json):
            print(f"estimated: {text}", file=sys.stderr)
    path = options.out or session.fresh_directory(experiment, seeds, RUNS)
    places = session.places_of(path, seeds)
    directory = RunDirectory(path)
    with _view(options, experiment) as view:
        if len(seeds) == 1:
            show = partial(view.show, options.seed)
            summaries = [session.search_once(experiment, options.seed, directory, show, view.say)]
        else:
            cores = 1 if settings.training is not None else os.cpu_count() or 1  # one run's workers keep all cores busy
            jobs = options.jobs or min(len(seeds), cores)
            summaries = session.search_seeds(settings, seeds, directory, view, jobs)
    session.draw(experiment, directory, summaries, [places[summary["seed"]] for summary in summaries])
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
    from ktnas.live import Board, LiveView, PlainView, SilentView

    if options.quiet or options.json:
        return SilentView()
    tasks, budget = experiment.problem.tasks, experiment.budget.evaluations
    workers = max(1, benchmark.workers) if isinstance(benchmark := experiment.benchmark, LiveBenchmark) else 0
    board = Board(experiment.title, tasks, budget, options.repeats, workers)
    return LiveView(board, sys.stderr) if sys.stderr.isatty() else PlainView(board, sys.stderr)


def _print(summaries: Sequence[Summary], experiment: Experiment, path: Path, *, repeated: bool) -> None:
    from ktnas.tables import print_repeats, print_run

    print(f"{experiment.title}, {experiment.budget.evaluations} evaluations per task\n")
    if repeated:
        print_repeats(summaries, sys.stdout)
    else:
        print_run(summaries[0], sys.stdout)
    print(f"recorded in {path}")


def _train(options: argparse.Namespace) -> int:
    _one_thread()
    from ktnas import final_training
    from ktnas.results import to_json

    task = options.task or options.data
    training = final_training.prepare(final_choice(options), options.architecture, task, options.seed)
    path = options.out or training.directory(RUNS)
    record = training.run(path, None if options.quiet or options.json else sys.stderr)
    if options.json:
        sys.stdout.write(to_json(record))
    else:
        final_training.print_record(record, sys.stdout)
        print(f"weights and record in {path}")
    return 0


def _sweep(options: argparse.Namespace) -> int:
    _one_thread()
    from ktnas.sweep import run_sweep
    from ktnas.sweep_file import read_sweep
    from ktnas.sweep_progress import SweepView

    if options.jobs is not None and options.jobs < 1:
        raise ConfigurationError("--jobs must be at least 1")
    sweep = read_sweep(options.file)
    path = options.out or RUNS / options.file.stem
    notify = None if options.quiet else SweepView(sys.stderr)
    result = run_sweep(sweep, path, jobs=options.jobs or os.cpu_count() or 1, notify=notify)
    if not result.finished:
        print("\ninterrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    print(f"{len(result.records)} runs, {result.found} of them found finished, in {path}; to see what they came to:")
    print(f"ktnas compare {path}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    from ktnas import comparison_report
    from ktnas.compare import compare
    from ktnas.record_directories import read_directories
    from ktnas.results import RunDirectory, to_json

    records = read_directories(options.directories)
    comparisons = compare(records, baseline=options.baseline, at=options.at)
    ranks, missing = _mean_ranks(comparisons)
    path = options.out or options.directories[0] / "comparison"
    written = comparison_report.write(RunDirectory(path), records, comparisons, ranks)
    if options.json:
        sys.stdout.write(to_json(comparison_report.rows(comparisons)))
        return 0
    for comparison in comparisons:
        print(comparison_report.markdown(comparison))
    print(missing if ranks is None else comparison_report.ranks_markdown(ranks))
    print(f"recorded in {path}: {', '.join(written)}")
    return 0


def _mean_ranks(comparisons: Sequence[CaseComparison]) -> tuple[MeanRanks | None, str]:
    """Mean ranks, or why there are none: they are no reason to withhold the rest."""
    from ktnas.compare import ranks_over_tasks

    try:
        ranks = ranks_over_tasks(comparisons)
    except ConfigurationError as error:
        return None, f"No mean ranks over tasks: {error}\n"
    return ranks, "No mean ranks over tasks: they take at least 3 arms and 2 tasks that all of them were run on.\n"
