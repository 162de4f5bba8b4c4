"""The command line of the experiments, their sweeps, and what is said of values over seeds.

Most experiments compare arms on cases over seeds. Finished runs are kept in ``runs/experiments`` and never repeated,
by whichever experiment asks for them, so an experiment that was cut off goes on where it was. With ``--keep`` they are
put into the repository too, and any clone goes on (`experiments.machinery.kept`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from scipy.stats import wilcoxon

from experiments.machinery import kept
from ktnas.algorithms.base import Search
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.config import registry
from ktnas.errors import KtnasError
from ktnas.records.sweep_log import RunRecord
from ktnas.report.markdown import Value, number
from ktnas.report.progress import SweepView
from ktnas.report.statistics import Interval, bootstrap_interval
from ktnas.rng import Streams
from ktnas.runner.design import Arm, Case, Sweep
from ktnas.runner.plan import planned
from ktnas.runner.sweep import run_sweep
from ktnas.typing import FloatArray

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "experiments" / "results"
RECORDS = ROOT / "runs" / "experiments"
SMOKE = ROOT / "runs" / "smoke"

SINGLE = (
    "random-search",
    "enumeration",
    "regularized-evolution",
    "local-search",
    "local-search-best",
    "best-first",
    "bananas",
    "gp-search",
)
"""Methods that search every task by itself."""

JOINT = ("sequential", "mfea", "mfea2", "emt-nas", "mtnas", "ktnas-paper", "ktnas")
"""Methods that move architectures between tasks."""


@dataclass(slots=True)
class Options:
    """What the command line asks for, and what has been run so far.

    Attributes:
        name: Name of the experiment; after a hyphen, what of it, where its results are files of their own.
        module: Its module, as Python is asked to run it.
        seeds: Number of seeds, 0, 1, ...; 0 where nothing is drawn at random.
        jobs: Processes.
        smoke: Whether to run the least that goes through every line.
        out: Directory of the results.
        records: Directory of the runs.
        further: Options of its own, as they were given.
        keep: Whether runs are kept in the repository.
        runs: Every run that the results rest on.
    """

    name: str
    module: str
    seeds: int
    jobs: int
    smoke: bool
    out: Path
    records: Path
    further: tuple[str, ...] = ()
    keep: bool = False
    runs: list[RunRecord] = field(default_factory=list)

    def pick(self, full: Iterable[str], smoke: Iterable[str]) -> tuple[str, ...]:
        """Either what a full run takes or what a smoke run takes."""
        return tuple(smoke if self.smoke else full)

    def budget(self, full: int) -> int:
        """Evaluations per task: 12 in a smoke run."""
        return 12 if self.smoke else full


def parser_of(doc: str | None, seeds: int | None) -> argparse.ArgumentParser:
    """The command line that all experiments share.

    Args:
        doc: The docstring of the experiment.
        seeds: Default number of seeds; None where nothing is drawn at random.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if seeds is not None:
        parser.add_argument("--seeds", type=int, default=seeds, help="number of seeds (default: %(default)s)")
    parser.add_argument("--smoke", action="store_true", help="least that runs through every line; published nowhere")
    parser.add_argument("--out", type=Path, help="directory of the results (default: experiments/results)")
    return parser


def with_runs(parser: argparse.ArgumentParser, jobs: str = "one per core") -> argparse.ArgumentParser:
    """Add the options of an experiment whose runs are kept; ``jobs`` says what the default number of processes is."""
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help=f"processes (default: {jobs})")
    parser.add_argument("--records", type=Path, help="directory of the runs (default: runs/experiments)")
    parser.add_argument("--keep", action="store_true", help="put runs into experiments/records: any clone goes on")
    return parser


def read(parser: argparse.ArgumentParser, given: argparse.Namespace, script: str) -> Options:
    """What a command line asks for.

    Args:
        parser: Ends the program where it cannot be had.
        given: What it has read.
        script: The ``__file__`` of the experiment.
    """
    plain = vars(given)
    seeds, jobs, records = plain.get("seeds", 0), plain.get("jobs", 1), plain.get("records")
    if ("seeds" in plain and seeds < 2) or jobs < 1:
        parser.error("--seeds must be at least 2, and --jobs at least 1")
    return Options(
        name=Path(script).stem,
        module=module_of(script),
        seeds=min(seeds, 2) if given.smoke else seeds,
        jobs=jobs,
        smoke=given.smoke,
        out=given.out or (SMOKE if given.smoke else RESULTS),
        records=records or (SMOKE if given.smoke else RECORDS),
        keep=plain.get("keep", False) and not given.smoke,
    )


def module_of(script: str) -> str:
    """The module that lies in a file of this repository."""
    return ".".join(Path(script).resolve().relative_to(ROOT).with_suffix("").parts)


def start(main: Callable[[], None]) -> None:
    """Run an experiment; what is wrong with what it is given, such as data that are missing, is told in a line."""
    try:
        main()
    except KtnasError as error:
        sys.stderr.write(f"{Path(sys.argv[0]).name}: error: {error}\n")
        raise SystemExit(2) from None


def options(doc: str | None, script: str, seeds: int) -> Options:
    """Read the command line of an experiment that sweeps.

    Args:
        doc: Its docstring.
        script: Its ``__file__``.
        seeds: Default number of seeds.
    """
    parser = with_runs(parser_of(doc, seeds))
    return read(parser, parser.parse_args(), script)


def method(name: str) -> Search[object]:
    """A method as the command line composes it."""
    return registry.made("method", name, registry.METHODS)


def as_search(search: KTNAS) -> Search[object]:
    """A composition of KTNAS as an arm's search, whatever its state."""
    return cast("Search[object]", search)


def method_names(opts: Options) -> tuple[str, ...]:
    """Every method; in a smoke run, one of each kind."""
    return opts.pick((*SINGLE, *JOINT), ("regularized-evolution", "ktnas-paper", "ktnas"))


def methods(names: Iterable[str]) -> list[Arm]:
    """Methods by name, as arms."""
    return [Arm(name, method(name)) for name in names]


def sweep(opts: Options, arms: Sequence[Arm], cases: Sequence[Case], seeds: int | None = None) -> list[RunRecord]:
    """Run every arm on every case with every seed, as far as that has not been done.

    Args:
        opts: The options; the runs are added to its ``runs``.
        arms: The arms.
        cases: The cases.
        seeds: Number of seeds, where it is less than that of the options.
    """
    count = opts.seeds if seeds is None else min(seeds, opts.seeds)
    numbers = tuple(range(count))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    sys.stderr.write(f"{opts.name}: {len(arms)} arms, {len(cases)} cases, {len(numbers)} seeds\n")
    wanted = Sweep(tuple(arms), tuple(cases), numbers)
    if not opts.smoke and (restored := kept.restore(opts.name, opts.records)):
        sys.stderr.write(f"{opts.name}: {restored} runs are taken from experiments/records\n")
    result = run_sweep(wanted, opts.records, jobs=opts.jobs, callback=SweepView(sys.stderr))
    if opts.keep:
        kept.keep(opts.name, opts.records, set(planned(wanted).keys.values()))
    if not result.finished:
        raise SystemExit("interrupted; the same command goes on from here")
    opts.runs.extend(result.records)
    return list(result.records)


def ranks_at(runs: Iterable[RunRecord], task: str, evaluations: int) -> list[float]:
    """True ranks of the best found on a task after so many evaluations, run by run."""
    steps = [run.tasks[task].at(evaluations) for run in runs]
    return [float(step.rank) for step in steps if step is not None and step.rank is not None]


def regrets_at(runs: Iterable[RunRecord], task: str, evaluations: int) -> list[float]:
    """Best listed fitness minus the best found, run by run."""
    found = []
    for run in runs:
        step, listed = run.tasks[task].at(evaluations), run.tasks[task].best_listed
        if step is not None and listed is not None:
            found.append(listed - step.fitness)
    return found


def interval(values: Sequence[float]) -> Interval:
    """95 % bootstrap interval of the mean; the same draws for the same number of values."""
    return bootstrap_interval(values, Streams(0).rng("bootstrap"))


def summary(values: Sequence[float]) -> dict[str, Value]:
    """Number, mean, median and interval of the mean, as columns."""
    low_high = interval(values)
    return {
        "runs": len(values),
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "low": low_high.low,
        "high": low_high.high,
    }


def signed_rank(values: FloatArray) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test of differences, of any shape; 1 where nothing differs."""
    return float(wilcoxon(values.ravel()).pvalue) if np.any(values != 0) else 1.0


def cell(values: Sequence[float]) -> str:
    """Mean with its interval, and the median."""
    if not values:
        return "-"
    low_high = interval(values)
    mean, median = float(np.mean(values)), float(np.median(values))
    return f"{number(mean)} [{number(low_high.low)}, {number(low_high.high)}] / {number(median)}"
