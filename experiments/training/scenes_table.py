"""Measure the table of rendered scenes: networks of TransNAS-Bench-101 micro, trained on seven tasks, line by line.

    python -m experiments.training.scenes_table                       # on a CPU, one process per core; hours
    python -m experiments.training.scenes_table --processes 1         # beside other work
    python -m experiments.training.scenes_table --device cuda         # the same on a GPU: goes through the whole space
    python -m experiments.training.scenes_table --check 10            # train ten listed lines again and compare
    python -m experiments.training.scenes_table --smoke               # seconds; published nowhere

Stop it with Ctrl-C or kill whenever you like, and start it again with the same command: what is in the file is not done
again, and no line is half written. Any number of these commands may run at once on one machine. The order of networks
was fixed before anything was measured (`scenes_networks.in_order`), and all tasks of a network come together: the first
12 networks with seeds 0, 1 and 2; up to 500 with seed 0; the first 60 with the other seeds; all others with seed 0. The
file is of use at any time; 500 networks are what is aimed at, all 1,948 what is hoped for (`--networks`).

Each line says: code of the network (the first of its codes), task, seed; the metric on the validation and on the test
scenes, higher is better; the loss on both, lower is better; parameters, FLOPs; seconds of a CPU (of a GPU: on the
clock); number of the machine, which a line that begins with # describes. A training that failed has no metrics. The
head holds the recipe, and a file with another recipe is refused; where the settings of some tasks were changed on
purpose, --renew drops the lines of these tasks alone (stop the other processes first).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from experiments.machinery import harness
from experiments.machinery.scenes_lines import COLUMNS, KEY, METRICS, machine, told
from experiments.machinery.scenes_networks import SPACE, in_order
from experiments.machinery.scenes_rows import Rows, renew
from experiments.machinery.scenes_training import Setting, Trainer, digest
from experiments.training.scenes_settings import RECIPE, SMOKE_RECIPE, VERSION
from ktnas.datasets.scenes import TASKS
from ktnas.errors import KtnasError
from ktnas.rng import Streams
from ktnas.training.engine.device import default_workers, resolve
from ktnas.typing import Genotype

REPEATED, AT_ONCE, AIM = 60, 12, 500
"""Networks that are trained with all `SEEDS`, so that the noise is known; those of them at once; those aimed at."""

SEEDS = (0, 1, 2)
REPORT_EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Training:
    """A line to be measured."""

    genotype: Genotype
    task: str
    seed: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it in the file."""
        return "".join(map(str, self.genotype)), self.task, str(self.seed)


@dataclass(frozen=True, slots=True)
class Job:
    """What every process is told.

    Attributes:
        recipe: Setting of each task.
        out: The file.
        device: Where.
        networks: How many of the order.
    """

    recipe: Mapping[str, Setting]
    out: Path
    device: str
    networks: int

    def work(self) -> list[Training]:
        """All lines, in the order in which they are measured."""
        stages = (
            (range(AT_ONCE), SEEDS),
            (range(AT_ONCE, AIM), SEEDS[:1]),
            (range(AT_ONCE, REPEATED), SEEDS[1:]),
            (range(AIM, len(in_order())), SEEDS[:1]),
        )
        return [
            Training(in_order()[i].genotype, task, seed)
            for networks, seeds in stages
            for i in networks
            if i < self.networks
            for seed in seeds
            for task in TASKS
        ]

    def head(self) -> dict[str, object]:
        """What the file begins with."""
        settings = {task: asdict(setting) for task, setting in self.recipe.items()}
        plain = {"table": "scenes", "version": VERSION, "recipe": digest(self.recipe), "space": SPACE.name}
        return json.loads(json.dumps({**plain, "settings": settings}))  # type: ignore[no-any-return]  # tuples as lists

    def rows(self) -> Rows:
        """The file."""
        return Rows(self.out, self.head(), COLUMNS, KEY)

    def renew(self) -> int:
        """Drop the lines of tasks whose setting has changed since, and keep the others; returns how many went."""
        settings: Any = self.head()["settings"]
        return renew(self.out, self.head(), lambda line, before: before["settings"].get(line[1]) == settings[line[1]])


def measure(job: Job, show: bool) -> None:
    """Measure lines until none is left that nobody else is at."""
    torch.set_num_threads(1)
    rows = job.rows()
    try:
        number_here, trainer = str(rows.machine(machine(job.device))), Trainer(job.recipe, job.device)
        view = View(len(job.work())) if show else None
        for number, training in enumerate(job.work()):
            if training.key in rows.lines:
                continue
            with rows.claimed(number, training.key) as mine:
                if mine:
                    result = trainer(training.genotype, training.task, training.seed)
                    rows.append((*training.key, *told(result), number_here))
            if view is not None:
                view.show(len(rows.lines))
    finally:
        rows.close()


class View:
    """Tells on standard error how far the file has come, and when it will be complete at this pace."""

    def __init__(self, total: int) -> None:
        self._total, self._began, self._told, self._first = total, time.monotonic(), -REPORT_EVERY_S, -1

    def show(self, done: int) -> None:
        """Tell, unless that was done a moment ago."""
        now = time.monotonic()
        self._first = done if self._first < 0 else self._first
        if now - self._told < REPORT_EVERY_S and done < self._total:
            return
        self._told, new, passed = now, done - self._first, now - self._began
        left = f", {passed / new * (self._total - done) / 3600:.1f} h left" if new else ""
        pace = f", {3600 * new / passed:.0f} trainings per hour" if new else ""
        sys.stderr.write(f"scenes_table: {done} of {self._total} trainings{pace}{left}\n")
        sys.stderr.flush()


def run(job: Job, processes: int) -> None:
    """Measure in this process, and in others in parallel."""
    job.rows().close()  # what is wrong with the file is told here, once
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_other, args=(job,)) for _ in range(processes - 1)]
    for other in others:
        other.start()
    try:
        measure(job, show=True)
        for other in others:
            other.join()
    finally:
        for other in others:
            other.terminate()
            other.join()


def _other(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    measure(job, show=False)


def check(job: Job, count: int) -> int:
    """Train listed lines again, spread over the file, and compare; returns how many differ."""
    torch.set_num_threads(1)
    rows = job.rows()
    rows.close()
    here, trainer = machine(job.device), Trainer(job.recipe, job.device)
    listed = [training for training in job.work() if training.key in rows.lines]
    chosen = Streams(0).rng("check").permutation(len(listed))[:count]
    different = 0
    for training in (listed[i] for i in sorted(chosen)):
        values = dict(zip(COLUMNS, rows.lines[training.key], strict=True))
        there = rows.machines[int(values["machine"])]
        found = dict(zip(COLUMNS[KEY:], told(trainer(training.genotype, training.task, training.seed)), strict=False))
        same = all(values[name] == found[name] for name in (*METRICS, "parameters", "flops"))
        different += not same
        kind = "same kind of machine" if there == here else f"measured on {there['on']}, torch {there['torch']}"
        line = " ".join(training.key)
        verdict = "equal" if same else f"DIFFERENT: {values['validation']} is {found['validation']} here"
        print(f"{line}: {verdict} ({kind})")
    print(f"{len(chosen) - different} of {len(chosen)} lines are equal on {here['on']}, torch {here['torch']}")
    return different


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, help="processes (default: one per core, two on a GPU)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:N (default: %(default)s)")
    parser.add_argument("--networks", type=int, default=len(in_order()), help="of the order (default: all)")
    parser.add_argument("--out", type=Path, help="the file (default: experiments/results/scenes_table.csv)")
    parser.add_argument("--check", type=int, metavar="N", help="train N listed lines again and compare")
    parser.add_argument("--renew", action="store_true", help="drop lines of tasks with another setting, then go on")
    parser.add_argument("--smoke", action="store_true", help="least that runs through every line; published nowhere")
    given = parser.parse_args(arguments)
    if given.networks < 1 or (given.check is not None and given.check < 1):
        parser.error("--networks and --check must be at least 1")
    try:
        suitable = default_workers(str(resolve(given.device)))
    except KtnasError as error:
        parser.error(str(error))
    given.processes = suitable if given.processes is None else given.processes
    if given.processes < 1:
        parser.error("--processes must be at least 1")
    return given


def main() -> None:
    """Measure, or check."""
    given = options()
    directory = harness.SMOKE if given.smoke else harness.RESULTS
    job = Job(
        SMOKE_RECIPE if given.smoke else RECIPE,
        given.out or directory / "scenes_table.csv",
        given.device,
        2 if given.smoke else given.networks,
    )
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if given.check is not None:
            raise SystemExit(1 if check(job, given.check) else 0)
        if given.renew and job.out.is_file():
            sys.stderr.write(f"scenes_table: {job.renew()} lines of tasks with another setting dropped\n")
        run(job, given.processes)
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the same command goes on from here") from None


if __name__ == "__main__":
    harness.start(main)
