"""Evaluates on a Dask cluster of this machine that loses a part: ``on_cluster.py WAY SEED FILE``.

Ways: "" for none, "worker", "scheduler".
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import ktnas
from ktnas.problem.callback import Callback, Finished
from ktnas.spaces.categorical import Categorical
from ktnas.typing import Genotype

SPACE = Categorical((4,) * 4)
BUDGET = 16


def total(genotype: Genotype) -> float:
    """A sum, which takes a moment."""
    time.sleep(0.01)
    return float(sum(genotype))


class Cluster:
    """A scheduler and two workers."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.file, self.port = directory, directory / "scheduler.json", 0
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()
        self.start_workers(2)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self.directory, stdout=quiet, stderr=quiet)

    def start_scheduler(self) -> None:
        """At the same port, if it was there before."""
        self.file.unlink(missing_ok=True)
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--scheduler-file", str(self.file))
        self.scheduler = self._start("dask_scheduler", *where)
        while not self.file.exists():
            time.sleep(0.05)
        self.port = int(json.loads(self.file.read_text())["address"].rpartition(":")[2])

    def start_workers(self, count: int) -> None:
        """That many more."""
        how = ("--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny")
        self.workers += [self._start("dask_worker", *how) for _ in range(count)]

    def lose(self, way: str) -> None:
        """Kill a worker, and start another; or kill all, and start them again."""
        if way == "worker":
            end(self.workers.pop())
            self.start_workers(1)
        elif way == "scheduler":
            threading.Thread(target=self._lose_all).start()

    def _lose_all(self) -> None:
        for process in (self.scheduler, *self.workers):
            end(process)
        self.workers = []
        self.start_scheduler()
        self.start_workers(2)

    def close(self) -> None:
        """Kill what is there."""
        for process in (self.scheduler, *self.workers):
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process."""
    process.kill()
    process.wait()


class Losing(Callback):
    """Loses a part of the cluster once so many evaluations have ended."""

    def __init__(self, cluster: Cluster, way: str, after: int) -> None:
        self.cluster, self.way, self.left = cluster, way, after

    def evaluation_finished(self, finished: Finished) -> None:
        self.left -= 1
        if self.left == 0:
            self.cluster.lose(self.way)


def main() -> None:
    """Search, and write what came of it; without any loss, in this process."""
    way, seed, path = sys.argv[1:]
    options = {"method": "regularized-evolution", "budget": BUDGET, "seed": int(seed)}
    if not way:
        result = ktnas.search(SPACE, {"sum": total}, **options)  # type: ignore[arg-type]
    else:
        os.environ["PYTHONPATH"] = os.pathsep.join(
            [str(Path(ktnas.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        )
        with tempfile.TemporaryDirectory() as directory:
            cluster = Cluster(Path(directory))
            try:
                losing = Losing(cluster, way, random.Random(int(seed)).randrange(1, BUDGET))
                force = ktnas.Workforce(dask=str(cluster.file))
                result = ktnas.search(SPACE, {"sum": total}, callback=losing, workers=force, **options)  # type: ignore[arg-type]
            finally:
                cluster.close()
    answers = {str(t.genotype): (t.fitness, t.evaluation.error) for t in result.history if not t.repeat}
    Path(path).write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
