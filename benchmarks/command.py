"""The command as a whole process, and the loop by itself: seconds and memory, as medians over runs.

``python benchmarks/command.py`` measures, on one core where the system can pin a process to one:

* the used-by command (or the embedded default where the TransNAS table is not found) with a cold and a warm cache:
  wall seconds, CPU seconds, peak memory;
* `ktnas report` of that run;
* an interpreter that only imports the libraries it cannot do without, in the same run, as the floor: the ratio is
  what the program itself adds;
* `ktnas` on seven tasks together, 50 evaluations each: CPU milliseconds per evaluation and peak memory of the
  whole process, start included, beside the limits that the project sets itself;
* regularized evolution through the full loop, records written, against the bare loop without a runner, per evaluation.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import closing
from pathlib import Path

import numpy as np

from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks import nasbench201
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.registry import load_benchmark
from ktnas.files import search_path as data
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.records.trials import TrialLog
from ktnas.runner.loop import run
from ktnas.runner.recorder import Recorder
from ktnas.spaces.operators import mutate, sample
from ktnas.typing import Genotype

STEP_MS, PEAK_MB = 50.0, 500.0
"""What an evaluation of a joint search may cost besides the evaluation itself, and what the process may hold."""

FLOOR = "import numpy, scipy.linalg, rich.live"


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default: 5)")
    runs = parser.parse_args().runs
    print("| whole process, one core | wall s | CPU s | peak MB | wall / floor |")
    print("|---|---|---|---|---|")
    floor = process([sys.executable, "-c", FLOOR], runs, None)
    print_process("interpreter and libraries (the floor)", floor, floor)
    task = ["--source", "segmentsemantic", "--target", "normal"]
    options = task if data.find("transnas101_micro.csv.gz") else []
    command = [sys.executable, "-m", "ktnas.run", *options, "--quiet", "--out"]
    for label, cold in (("cold cache", True), ("warm cache", False)):
        print_process(f"`ktnas run {' '.join(options)}`, {label}", process(command, runs, cold), floor)
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder, "run"))
        subprocess.run([*command, place], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        report = [sys.executable, "-m", "ktnas", "report", place]
        print_process("`ktnas report` of that run", process(report, runs, None), floor)
    print_process("`ktnas --help`", process([sys.executable, "-m", "ktnas", "--help"], runs, None), floor)
    print_step(runs)
    print_loop(runs)


def print_step(runs: int) -> None:
    """A joint search as a whole process against its limits."""
    if data.find("transnas101_micro.csv.gz") is None:
        return
    command = [sys.executable, "-m", "ktnas.run", "--benchmark", "transnas101-micro", "--budget", "50", "--quiet"]
    _, cpu, memory = process([*command, "--out"], runs, False)
    step = 1000 * cpu / (7 * 50)
    print("\n| `ktnas`, seven tasks of TransNAS micro, 50 evaluations each | measured | limit | ratio |")
    print("|---|---|---|---|")
    print(f"| CPU ms per evaluation | {step:.1f} | {STEP_MS:.0f} | {step / STEP_MS:.2f} |")
    print(f"| peak MB | {memory:.0f} | {PEAK_MB:.0f} | {memory / PEAK_MB:.2f} |")


def process(command: list[str], runs: int, cold: bool | None) -> tuple[float, float, float]:
    """Medians of wall seconds, CPU seconds and peak megabytes; ``cold`` None for a command without a cache."""
    with tempfile.TemporaryDirectory() as folder:
        measured = []
        for i in range(runs + (cold is False)):
            cache = Path(folder, f"cache{i if cold else ''}")
            out = [] if cold is None else [str(Path(folder, f"run{i}"))]
            measured.append(once([*command, *out], cache))
    counted = measured[1:] if cold is False else measured  # the first run warms the cache
    wall, cpu, memory = zip(*counted, strict=True)
    return statistics.median(wall), statistics.median(cpu), statistics.median(memory)


def once(command: list[str], cache: Path) -> tuple[float, float, float]:
    """One run on one core: wall seconds, CPU seconds, peak megabytes."""
    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        preexec_fn=pin_to_one_core,  # noqa: PLW1509 - this script has no threads
    )
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pin_to_one_core() -> None:
    """Let the new process run on one core only, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def print_process(label: str, measured: tuple[float, float, float], floor: tuple[float, float, float]) -> None:
    """One row of the first table."""
    wall, cpu, memory = measured
    print(f"| {label} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {wall / floor[0]:.2f} |")


def print_loop(runs: int, evaluations: int = 500) -> None:
    """Regularized evolution through the full loop against a bare one, per evaluation."""
    found = data.find("nasbench201.csv.gz")
    benchmark = nasbench201.load() if found else load_benchmark("nasbench-graph", ("cora", "pubmed"))
    problem = Problem(benchmark.space, benchmark.tasks)
    full, counted, bare = [], [], []
    for seed in range(runs):
        with tempfile.TemporaryDirectory() as folder, closing(TrialLog(Path(folder))) as log:
            search, budget, write = (
                RegularizedEvolution(),
                Budget(evaluations),
                Recorder(benchmark.label, log, free=True),
            )
            began = time.perf_counter()
            result = run(problem, search, benchmark.evaluate, budget=budget, seed=seed, callback=write)
            elapsed = time.perf_counter() - began
            full.append(elapsed / len(result.history))
            counted.append(elapsed / (evaluations * len(problem.names)))
        began = time.perf_counter()
        for task in problem.names:
            bare_evolution(benchmark, task, evaluations, np.random.default_rng(seed))
        bare.append((time.perf_counter() - began) / (evaluations * len(problem.names)))
    a, b, c = statistics.median(full), statistics.median(bare), statistics.median(counted)
    print(f"\n| regularized evolution on {benchmark.name}, {len(problem.names)} tasks | ms per trial | ratio |")
    print("|---|---|---|")
    print(f"| bare loop, nothing recorded | {b * 1e3:.3f} | 1 |")
    print(f"| full loop, every trial written, synced once a second | {a * 1e3:.3f} | {a / b:.1f} |")
    print(f"\nWith repeats, which are free, laid on the evaluations that count: {c * 1e3:.3f} ms per evaluation.")
    print(f"\nPeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


def bare_evolution(benchmark: Benchmark, task: str, evaluations: int, rng: np.random.Generator) -> float:
    """Regularized evolution in ten lines: the same draws and queries, without records or counts."""
    space = benchmark.space

    def evaluate(genotype: Genotype) -> float:
        return benchmark.evaluate(task, genotype).fitness or 0.0  # no entry of a table has failed

    living = deque(((g := sample(space, rng)), evaluate(g)) for _ in range(10))
    for _ in range(evaluations - 10):
        parent = max((living[i] for i in rng.integers(10, size=5).tolist()), key=lambda member: member[1])[0]
        child = mutate(space, parent, rng)
        living.append((child, evaluate(child)))
        living.popleft()
    return max(fitness for _, fitness in living)


if __name__ == "__main__":
    main()
