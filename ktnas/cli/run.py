"""`ktnas run`: one search, or one per seed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.cli.options import add_options_of, read_options
from ktnas.cli.parser import INTERRUPTED, RUNS, use_one_thread
from ktnas.cli.tracking import add_tracking
from ktnas.cli.workers import add_workforce, workforce
from ktnas.config.defaults import SHOWN_SEEDS
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError
from ktnas.formatting import visible, visible_lines

if TYPE_CHECKING:
    from ktnas.cli.searches import Searched
    from ktnas.runner.experiment import Experiment


def execute(options: argparse.Namespace) -> int:
    """Search, record, and print what was found; the exit code."""
    use_one_thread()
    return search(read_options(RunOptions, options), options)


def search(asked: RunOptions, options: argparse.Namespace) -> int:
    """Search what was asked for, or go on with it; the exit code.

    Args:
        asked: What decides the run, its seed aside.
        options: Seeds, limits, who evaluates, and output.
    """
    from ktnas.cli.report import written_page
    from ktnas.cli.searches import Searches
    from ktnas.config.remembered import remembered
    from ktnas.records.study_file import StudyFile
    from ktnas.runner.limits import Limits
    from ktnas.runner.places import fresh_directory
    from ktnas.runner.provenance import Provenance
    from ktnas.tracking.by_name import Tracking

    limits = Limits.begun(options.timeout, options.patience)
    tracking = Tracking.of(options.track or ())
    force = workforce(options)
    force.check()
    repeats, alone = _extent(options, asked)
    experiment = _composed(asked, options.seed, alone=alone)
    seeds = range(options.seed, options.seed + repeats)
    silent = options.quiet or options.json
    _tell_beforehand(experiment, asked, seeds, options.out, silent=silent)
    path = options.out or fresh_directory(experiment, seeds, RUNS)
    provenance = Provenance(StudyFile(remembered(asked), catch=options.catch), tuple(options.reuse or ()))
    jobs = _jobs(options, asked, repeats)
    searches = Searches(path, seeds, jobs, options.catch, silent, force, provenance, limits, tracking)
    found = searches.found(asked, experiment, alone=alone)
    page, unwritten = written_page(path)
    if options.json:
        _print_json(found, repeated=repeats > 1, alone=alone)
    else:
        _print(found, experiment, path, repeated=repeats > 1)
        if page is not None:
            print(f"to look at in a browser: {visible(str(page))}")
    if unwritten:
        print(f"note: {visible(unwritten)}", file=sys.stderr)
    return _told_how_it_ended(found, path)


def _composed(asked: RunOptions, seed: int, *, alone: bool) -> Experiment:
    """What is searched, checked before anything is paid for."""
    from ktnas.cli.searches import require_sharing
    from ktnas.config.experiment import compose
    from ktnas.problem.budget import check

    experiment = compose(asked)
    check(experiment.problem, experiment.budget, seed)
    if alone:
        require_sharing(experiment)
    return experiment


def _told_how_it_ended(found: Searched, path: Path) -> int:
    """Say why searches ended before their budget, and how they go on; the exit code."""
    every = (summary for summaries in (found.together, *found.alone.values()) for summary in summaries)
    reasons = dict.fromkeys(summary["stopped"] for summary in every if "stopped" in summary)
    goes_on = f"`ktnas resume {visible(str(path))}` goes on from here"
    for reason in reasons:
        print(f"stopped: {reason}; {goes_on}", file=sys.stderr)
    if not (found.finished or reasons):
        print(f"interrupted; {goes_on}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _extent(options: argparse.Namespace, asked: RunOptions) -> tuple[int, bool]:
    """How many seeds, and whether the targets are searched alone as well: what shows most, where nothing is asked for.

    Raises:
        ConfigurationError: If there is to be no run.
    """
    from ktnas.runner.design import MOST_SEEDS

    nothing = not (asked.sources or asked.targets or asked.tasks or asked.benchmark or asked.table)
    shown = nothing and not asked.training.live
    repeats = (SHOWN_SEEDS if shown else 1) if options.repeats is None else options.repeats
    if repeats < 1 or (options.jobs is not None and options.jobs < 1):
        raise ConfigurationError("--repeats and --jobs must be at least 1")
    if repeats > MOST_SEEDS:
        raise ConfigurationError(f"--repeats must be at most {MOST_SEEDS:,}; got {repeats:,}")
    return repeats, shown if options.alone is None else options.alone


def _jobs(options: argparse.Namespace, asked: RunOptions, repeats: int) -> int:
    cores = 1 if asked.training.live else os.cpu_count() or 1  # one run's workers keep all cores busy
    return options.jobs or min(repeats, cores)


def _tell_beforehand(
    experiment: Experiment, asked: RunOptions, seeds: Sequence[int], path: Path | None, *, silent: bool
) -> None:
    """How long it will take, where candidates are trained, and what it is made from."""
    from ktnas.runner.places import unanswered

    if asked.training.live:
        left = unanswered(experiment, seeds, path)
        _tell_time(experiment, left, asked.training.max_hours, silent=silent)
    if not silent:
        _tell_data(experiment)


def _tell_time(
    experiment: Experiment, left: Sequence[Mapping[str, int]], max_hours: float | None, *, silent: bool
) -> None:
    """How long what is left will take to train, before it begins; refused if that is too long."""
    if left and (max_hours is not None or not silent):
        from ktnas.benchmarks.estimate import require_time

        text = require_time(experiment.benchmark, left, max_hours)
        if not silent:
            print(f"estimated: {text}", file=sys.stderr)


def _tell_data(experiment: Experiment) -> None:
    """What was read of data, and of finished searches, before anything is paid for."""
    from ktnas.algorithms.base import LearnsFromSources
    from ktnas.benchmarks.computed import HasData

    if isinstance(experiment.benchmark, HasData):
        for note in experiment.benchmark.data_notes:
            print(visible_lines(note), file=sys.stderr)
    search = experiment.search
    if isinstance(search, LearnsFromSources) and search.knowledge is not None:
        sources = search.knowledge.sources
        total = sum(source.evaluations for source in sources)
        print(f"learning from {len(sources)} finished, {total:,} evaluations: ", end="", file=sys.stderr)
        print(visible_lines(", ".join(source.name for source in sources)), file=sys.stderr)


def _print_json(found: Searched, *, repeated: bool, alone: bool) -> None:
    from ktnas.files.json_lines import to_json

    one_or_all = found.together if repeated else found.together[0]
    rows = [one.row() for one in found.sharing]
    both = {"runs": found.together, "alone": found.alone, "sharing": rows}
    sys.stdout.write(to_json(both if alone else one_or_all))


def _print(found: Searched, experiment: Experiment, path: Path, *, repeated: bool) -> None:
    from ktnas.report.tables import print_repeats, print_run, print_sharing, print_title

    print_title(f"{experiment.title}, {experiment.budget.evaluations} evaluations per task", sys.stdout)
    if repeated:
        print_repeats(found.together, sys.stdout)
    else:
        print_run(found.together[0], sys.stdout)
    print_sharing(found.sharing, sys.stdout)
    print(f"recorded in {visible(str(path))}")


_EXAMPLES = """\
examples:
  %(prog)s
      measured networks that come with the installation (scenes, segmentsemantic to normal): 20 seeds, and the same
      target searched alone, for what sharing gives
  %(prog)s --source segmentsemantic --target normal
      what is found for segmentation helps the search for surface normals (transnas101-micro; without its table, scenes)
  %(prog)s --source cora --target pubmed --alone --repeats 20
      graph neural networks, which come with the installation too (nasbench-graph)
  %(prog)s --tasks cifar10,cifar100,imagenet16 --budget 100 --until-best
      three tasks that help one another, until each has found the best cell of the table
  %(prog)s --benchmark mdesign-link --tasks pubmed --from runs/first --from mdesign-link:cora,dblp
      learn from a finished run, and from two columns of a table, at no cost (ktnas docs sources)
  %(prog)s --tasks cifar10,cifar100,imagenet16 --method ktnas-paper --proxy synflow
      ten times as many offspring, of which a score of untrained networks chooses (ktnas docs zero_cost)
  %(prog)s --source segmentsemantic --target normal --repeats 10 --method regularized-evolution
      ten seeds of a yardstick, spread over the CPU's cores
  %(prog)s --tasks cora,citeseer --track tensorboard
      curves of the search beside its record, for `tensorboard --logdir runs` (ktnas docs trackers)
  %(prog)s --table mine.csv --space nasbench201 --source colA --target colB
      a table of your own: a column of architectures, and a column per task
  %(prog)s --fitness train --source segmentsemantic --target normal
      train every candidate, on scenes rendered for the purpose: needs no data and no GPU
  %(prog)s --fitness train --source mnist --target mine --dataset mine=photos/of/birds --max-hours 2
      images of your own, if that is estimated to take no longer than two hours
  %(prog)s --fitness supernet --source mnist --target fashion_mnist --budget 200
      many candidates that share the weights of one network per task; how far to trust them: ktnas docs supernet
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas run`."""
    parser.usage = "%(prog)s [--source A --target B | --tasks A,B,...] [options]"
    parser.description = "Search architectures for one or more tasks, and record the run in a directory."
    parser.epilog = _EXAMPLES
    add_options_of(parser, RunOptions)
    _add_seeds(parser)
    add_workforce(parser)
    _add_failures(parser)
    add_limits(parser)
    add_tracking(parser)
    _add_output(parser)


def _add_seeds(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how often")
    group.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of all random numbers (default: %(default)s)"
    )
    group.add_argument(
        "--repeats",
        metavar="R",
        type=int,
        help=f"runs, with seeds N, N+1, ... (default: 1; {SHOWN_SEEDS} where nothing is said of what to search)",
    )
    group.add_argument(
        "--alone",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="search each target alone as well, with the same seeds, and say what sharing gave: a verdict takes "
        f"--repeats {SHOWN_SEEDS} (default: only where nothing is said of what to search)",
    )
    group.add_argument(
        "--jobs",
        metavar="J",
        type=int,
        help="processes for the repeats; results do not depend on it (default: one per core)",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """What ends a search before its budget, and what it need not pay for."""
    group = parser.add_argument_group("what ends it early, and what is known already")
    group.add_argument(
        "--timeout", metavar="S", type=float, help="end after so many seconds; it can go on later (default: no limit)"
    )
    group.add_argument(
        "--patience",
        metavar="N",
        type=int,
        help="end once no task has got better for N of its evaluations (default: no limit)",
    )
    group.add_argument(
        "--reuse",
        metavar="DIR",
        type=Path,
        action="append",
        help="take answers that this other run of the same benchmark, table and recipe has paid for; they count as "
        "evaluations; may be repeated",
    )


def _add_failures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what fails")
    group.add_argument(
        "--catch",
        action="store_true",
        help="go on with a task of which the first evaluations have all failed (default: that ends the run, "
        "with the first error)",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is written")
    group.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="run directory; one that holds the same configuration, or a smaller budget, goes on where it was cut off "
        f"(default: a new one under {RUNS}/)",
    )
    group.add_argument("--json", action="store_true", help="the summary as JSON on standard output, and nothing else")
    group.add_argument("--quiet", action="store_true", help="no progress while it runs")
