"""Trainings that experiments rest on: each is done once, kept on a line of a file, and never repeated.

Units of work run in parallel, a process each, every unit with a file of its own. What a training costs is told in
CPU seconds, or in seconds of a GPU, divided by the number of trainings that shared it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch

from experiments.machinery import harness, processes
from experiments.machinery.harness import Options
from experiments.machinery.processes import Outcome, Unit
from experiments.machinery.publishing import Work
from ktnas.datasets.dataset import Dataset, Split
from ktnas.errors import KtnasError
from ktnas.files.json_lines import complete_lines, lock
from ktnas.problem.trial import Evaluation
from ktnas.records.digest import code_digest
from ktnas.rng import Streams
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.engine.device import default_workers, one_thread, resolve
from ktnas.training.supernet.benchmark import SupernetBenchmark
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class Place:
    """Where trainings run, and where they are kept.

    Attributes:
        device: As `ktnas.training.engine.device.resolve` understands it.
        beside: How many run in parallel.
        directory: Of the files.
    """

    device: str
    beside: int
    directory: Path

    def shared_by(self, units: int) -> Place:
        """With no more in parallel than there are units of work."""
        return replace(self, beside=min(self.beside, units))

    def hardware(self) -> str:
        """What a reader must know beside the CPU."""
        device = resolve(self.device)
        if device.type == "cpu":
            return "trained on the CPU, one thread each"
        return f"trained on {torch.cuda.get_device_name(device)}, {self.beside} in parallel"

    @property
    def unit(self) -> str:
        """In what costs are told."""
        return "CPU hours" if resolve(self.device).type == "cpu" else "GPU hours"


def read_options(doc: str | None, script: str, seeds: int, large: str) -> tuple[Options, str, Place]:
    """Read the command line of an experiment that trains.

    Args:
        doc: Its docstring.
        script: Its ``__file__``.
        seeds: Default number of seeds.
        large: Name of the scale that needs a GPU.

    Returns:
        The options, the name of the scale (``small`` or that), and where trainings run.
    """
    parser = harness.with_runs(harness.parser_of(doc, seeds), jobs="one per core, two on a GPU")
    parser.set_defaults(jobs=None)
    parser.add_argument("--scale", choices=("small", large), default="small", help=f"{large}: for a GPU")
    parser.add_argument("--device", help="cpu, cuda, cuda:N (default: cpu for the small scale, else the first GPU)")
    given = parser.parse_args()
    device = given.device or ("cpu" if given.scale == "small" or given.smoke else "cuda")
    try:
        suitable = default_workers(str(resolve(device)))
    except KtnasError as error:
        parser.error(str(error))
    given.jobs = suitable if given.jobs is None else given.jobs
    opts = harness.read(parser, given, script)
    if given.scale != "small":
        opts.further = ("--scale", given.scale)
        opts.name = f"{opts.name}-{given.scale}"
    if given.device is not None:
        opts.further = (*opts.further, "--device", given.device)
    return opts, given.scale, Place(device, opts.jobs, opts.records / opts.name)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was done.

    Attributes:
        trainings: Number of trainings.
        cost_s: What they cost, in seconds of a CPU or a GPU.
        codes: Digests of the program's source that trained.
    """

    trainings: int
    cost_s: float
    codes: frozenset[str]

    @classmethod
    def sum(cls, parts: Sequence[Spent]) -> Spent:
        """All together."""
        codes = frozenset(code for part in parts for code in part.codes)
        return cls(sum(part.trainings for part in parts), sum(part.cost_s for part in parts), codes)

    def work(self, place: Place, **counts: int) -> Work:
        """As it is published."""
        return Work({"trainings": self.trainings, **counts}, self.cost_s, tuple(sorted(self.codes)), place.hardware())


class Trainings:
    """Answers of training benchmarks: from a file, or found out and put there.

    Args:
        path: The file; it is this process's own until `close`.
        beside: How many trainings run in parallel.
    """

    def __init__(self, path: Path, beside: int = 1) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._file = path.open("r+b")
        try:
            lock(self._file, path.parent)
            lines, size = complete_lines(self._file.read())
            self._known: dict[str, dict[str, Any]] = {record.pop("key"): record for record in map(json.loads, lines)}
        except BaseException:
            self._file.close()
            raise
        self._file.seek(size)
        self._file.truncate()  # what follows was cut off while it was written
        self._beside = beside
        self._used: set[str] = set()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    @property
    def spent(self) -> Spent:
        """What the answers that were asked for rest on."""
        used = [self._known[key] for key in sorted(self._used)]
        return Spent(len(used), sum(record["cost_s"] for record in used), frozenset(record["code"] for record in used))

    def evaluate(self, benchmark: TrainingBenchmark | SupernetBenchmark, task: str, genotype: Genotype) -> Evaluation:
        """The validation fitness of an architecture; ``cost_s`` in seconds of a CPU or a GPU."""

        def find_out() -> dict[str, Any]:
            found = benchmark.evaluate(task, genotype)
            return {"fitness": found.fitness, "error": found.error, "metrics": dict(found.metrics)}

        kept = self._kept(benchmark, ("evaluate", task, genotype), find_out)
        return Evaluation(kept["fitness"], kept["cost_s"], kept["metrics"], kept["error"])

    def test(self, benchmark: TrainingBenchmark, task: str, genotype: Genotype) -> Mapping[str, float]:
        """Test metrics of an architecture that is trained for them, the first being the fitness; ``cost_s`` too."""
        kept = self._kept(
            benchmark, ("test", task, genotype), lambda: {"metrics": dict(benchmark.report(task, genotype).metrics)}
        )
        return {**kept["metrics"], "cost_s": kept["cost_s"]}

    def _kept(
        self,
        benchmark: TrainingBenchmark | SupernetBenchmark,
        question: tuple[object, ...],
        find_out: Callable[[], dict[str, Any]],
    ) -> dict[str, Any]:
        plain = json.dumps([benchmark.settings(), benchmark.seed, question], sort_keys=True)
        key = hashlib.sha256(plain.encode()).hexdigest()[:32]
        if key not in self._known:
            on_cpu = resolve(benchmark.device).type == "cpu"
            clock = process_time if on_cpu else perf_counter
            began = clock()
            record = {**find_out(), "code": code_digest()}
            record["cost_s"] = round((clock() - began) / (1 if on_cpu else self._beside), 3)
            self._file.write(json.dumps({"key": key, **record}, allow_nan=False).encode() + b"\n")
            self._file.flush()
            self._known[key] = record
        self._used.add(key)
        return self._known[key]


def in_parallel(work: Callable[[Unit], Outcome], units: Sequence[Unit], jobs: int, name: str) -> list[Outcome]:
    """What came of every unit, in their order; torch has one thread as well, in this process and in others."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    try:
        with one_thread():
            return processes.in_parallel(work, units, jobs, name)
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the same command goes on from here") from None


def cut(dataset: Dataset, train: int, validation: int, test: int) -> Dataset:
    """The dataset with at most so many images in each part, always the same ones."""

    def at_most(size: int, key: str, part: Split) -> Split:
        if len(part) <= size:
            return part
        rows = np.sort(Streams(0).rng("cut", dataset.name, key).permutation(len(part))[:size])
        return Split(part.images[rows], part.targets[rows])

    return replace(
        dataset,
        train=at_most(train, "train", dataset.train),
        validation=at_most(validation, "validation", dataset.validation),
        test=None if dataset.test is None else at_most(test, "test", dataset.test),
    )
