"""What the experiments share: options, runs, and the files in which results are published.

Most experiments compare arms on cases over seeds. Finished runs are kept in ``runs/experiments`` and never repeated,
by whichever experiment asks for them, so an experiment that was cut off goes on where it was. Published are, under
``experiments/results``, a CSV file with every figure, the tables in Markdown, the drawings, and ``<name>.json``,
which says how they came about; ``experiments/report.py`` makes ``docs/results.md`` of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from ktnas.algorithms.base import Search
from ktnas.algorithms.multi_population import KTNAS
from ktnas.config import registry as catalog
from ktnas.errors import KtnasError
from ktnas.records.configuration import environment
from ktnas.records.digest import code_digest
from ktnas.records.sweep_log import RunRecord
from ktnas.report.markdown import Value, csv_text, number
from ktnas.report.progress import SweepView
from ktnas.report.statistics import Interval, bootstrap_interval
from ktnas.rng import Streams
from ktnas.runner.design import Arm, Case, Sweep
from ktnas.runner.sweep import run_sweep

ROOT = Path(__file__).resolve().parents[1]
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
        seeds: Number of seeds, 0, 1, ...; 0 where nothing is drawn at random.
        jobs: Processes.
        smoke: Whether to run the least that goes through every line.
        out: Directory of the results.
        records: Directory of the runs.
        further: Options of its own, as they were given.
        runs: Every run that the results rest on.
    """

    name: str
    seeds: int
    jobs: int
    smoke: bool
    out: Path
    records: Path
    further: tuple[str, ...] = ()
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
        seeds=min(seeds, 2) if given.smoke else seeds,
        jobs=jobs,
        smoke=given.smoke,
        out=given.out or (SMOKE if given.smoke else RESULTS),
        records=records or (SMOKE if given.smoke else RECORDS),
    )


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


@dataclass(frozen=True, slots=True)
class Work:
    """What results rest on where no sweep has run.

    Attributes:
        counts: What was done, and how often, such as ``{"trainings": 40}``.
        cpu_s: Processor seconds.
        code: Digests of the program's source that did it.
        extra: What else a reader must know, such as a GPU.
    """

    counts: Mapping[str, int]
    cpu_s: float
    code: tuple[str, ...] = field(default_factory=lambda: (code_digest(),))
    extra: str = ""


def method(name: str) -> Search[object]:
    """A method as the command line composes it."""
    return catalog.made("method", name, catalog.METHODS)


def as_search(search: KTNAS) -> Search[object]:
    """A composition of KTNAS as an arm's search, whatever its state."""
    return cast("Search[object]", search)


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
    result = run_sweep(
        Sweep(tuple(arms), tuple(cases), numbers), opts.records, jobs=opts.jobs, callback=SweepView(sys.stderr)
    )
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


def cell(values: Sequence[float]) -> str:
    """Mean with its interval, and the median."""
    if not values:
        return "-"
    low_high = interval(values)
    mean, median = float(np.mean(values)), float(np.median(values))
    return f"{number(mean)} [{number(low_high.low)}, {number(low_high.high)}] / {number(median)}"


def publish(
    opts: Options,
    markdown: str,
    rows: Sequence[Mapping[str, Value]],
    figures: Mapping[str, bytes],
    captions: Mapping[str, str] | None = None,
    work: Work | None = None,
) -> None:
    """Write what an experiment has come to, and print its tables.

    Args:
        opts: The options, with all runs.
        markdown: Headings of the third level and tables.
        rows: Every figure, as rows of a CSV file.
        figures: Drawings as PNG, by the end of their file names.
        captions: What to say below each drawing.
        work: What was done; None if it is the runs of the options.
    """
    opts.out.mkdir(parents=True, exist_ok=True)
    (opts.out / f"{opts.name}.csv").write_text(csv_text(rows))
    images = []
    for key, content in figures.items():
        (opts.out / f"{opts.name}-{key}.png").write_bytes(content)
        images.append(f"![{(captions or {}).get(key, key)}]({opts.name}-{key}.png)\n")
    (opts.out / f"{opts.name}.md").write_text("\n".join([markdown.rstrip() + "\n", *images]))
    (opts.out / f"{opts.name}.json").write_text(json.dumps(provenance(opts, work), indent=2) + "\n")
    print(markdown)


def publish_rows(opts: Options, key: str, rows: Sequence[Mapping[str, Value]]) -> None:
    """Write further figures, with columns of their own, to a CSV file."""
    (opts.out / f"{opts.name}-{key}.csv").write_text(csv_text(rows))


def provenance(opts: Options, work: Work | None = None) -> dict[str, object]:
    """How the results came about: command, commit, seeds, hardware, time."""
    runs = {(run.arm, run.case, run.seed): run for run in opts.runs}.values()
    done: dict[str, object]
    if work is None:
        evaluations = sum(course.evaluations for run in runs for course in run.tasks.values())
        done = {"runs": len(runs), "evaluations": evaluations, "cpu_s": round(sum(run.cpu_s for run in runs))}
        work = Work({}, 0.0, tuple(sorted({run.code for run in runs})))
    else:
        done = {"counts": dict(work.counts), "cpu_s": round(work.cpu_s, 1)}
    return {
        "command": command(opts),
        "commit": commit(),
        "program": code_digest(),
        "code": list(work.code),
        "seeds": opts.seeds,
        **done,
        "hardware": ", ".join(filter(None, (hardware(), work.extra))),
        "environment": environment(),
    }


def command(opts: Options) -> str:
    """What to call for the same results."""
    shown = ["--smoke"] if opts.smoke else ["--seeds", str(opts.seeds)] if opts.seeds else []
    script = opts.name.partition("-")[0]
    return shlex.join(["python", f"experiments/{script}.py", *opts.further, *shown])


def commit() -> str:
    """The commit that is checked out; with a plus sign where the program differs from it."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git the user has
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", "ktnas", "experiments/*.py"],  # noqa: S607 - as above
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip() + ("+" if changed.stdout.strip() else "")


def hardware() -> str:
    """Kind of the processor, as far as the system tells, and number of cores."""
    kind = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        kind = f"{names[0]} ({kind})" if names else kind
    return f"{kind}, {os.cpu_count()} cores"
