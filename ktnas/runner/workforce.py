"""Who evaluates: this process, workers of its own, an executor, a Dask cluster; in generations or without."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark, Distributable
from ktnas.benchmarks.several import functions_of
from ktnas.benchmarks.table import TableBenchmark
from ktnas.errors import ConfigurationError
from ktnas.evaluation.answering import Evaluating, EvaluatingAlone
from ktnas.evaluation.assignment import Answerer, Assign, without_context
from ktnas.evaluation.backend import Backend, Batched
from ktnas.evaluation.dask_cluster import DaskCluster
from ktnas.evaluation.dask_scheduler import reached
from ktnas.evaluation.executors import Executors
from ktnas.evaluation.in_turn import InTurn
from ktnas.evaluation.portable import require_portable
from ktnas.evaluation.processes import Workers
from ktnas.evaluation.protocol import Evaluate
from ktnas.evaluation.threads import Threads
from ktnas.evaluation.told import Told
from ktnas.problem.callback import Callbacks


@dataclass(frozen=True, slots=True)
class Workforce:
    """Who evaluates. No result of a synchronous run depends on it.

    Attributes:
        workers: Evaluations at the same time; None for what the benchmark, or the executor, has.
        threads: Whether workers are threads of this process, not processes.
        executor: Evaluates, in place of workers of its own; it is not shut down.
        dask: Address of a Dask scheduler, or the file that it has written: evaluates in place of workers of its own.
        evaluation_timeout: Seconds that an evaluation may take in a worker; None for no limit.
        retries: How often an evaluation is begun anew that was lost with its worker, before it has failed.
        asynchronous: Whether a worker that is free gets something to do at once, not with the next generation.
    """

    workers: int | None = None
    threads: bool = False
    executor: Executor | None = None
    dask: str | None = None
    evaluation_timeout: float | None = None
    retries: int = 1
    asynchronous: bool = False

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise ConfigurationError(f"there must be at least 1 worker; got {self.workers}")
        if self.executor is not None and self.dask is not None:
            raise ConfigurationError("give either an executor or a Dask scheduler; got both")
        if self.threads and (self.executor is not None or self.dask is not None):
            raise ConfigurationError("workers cannot be threads of this process and those of an executor; give one")
        limit = self.evaluation_timeout
        if limit is not None and not (limit > 0 and math.isfinite(limit)):
            raise ConfigurationError(f"an evaluation must be given more than 0 seconds; got {limit}")
        if limit is not None and (self.executor is not None or self.dask is not None):
            raise ConfigurationError(
                "an evaluation on an executor or a cluster cannot be ended from here: leave the limit of its time out, "
                "or let the function watch over it"
            )
        if self.retries < 0:
            raise ConfigurationError(f"retries must not be negative; got {self.retries}")

    @property
    def remote(self) -> bool:
        """Whether others than this process and its own workers evaluate."""
        return self.executor is not None or self.dask is not None

    def check(self) -> None:
        """Refuse, in a few seconds, a scheduler that is not there: before anything else takes its time.

        Raises:
            ConfigurationError: If nothing listens at its address.
        """
        if self.dask is not None:
            reached(self.dask)

    def suited(self, benchmark: Benchmark) -> Benchmark:
        """The benchmark with so many workers of its own, where it has any.

        Raises:
            ConfigurationError: If it cannot be evaluated so.
        """
        if isinstance(benchmark, ComputedBenchmark):
            return self._computing(benchmark)
        instant = isinstance(benchmark, TableBenchmark) and not self.remote and not self.asynchronous
        if instant and ((self.workers or 1) > 1 or self.threads or self.evaluation_timeout is not None):
            raise ConfigurationError(f"{benchmark.name} is a table, which answers at once: leave workers out")
        return benchmark

    def _computing(self, benchmark: ComputedBenchmark) -> Benchmark:
        if self.threads or self.evaluation_timeout is not None:
            raise ConfigurationError(
                f"{benchmark.name} trains in processes, and has a limit of its own for candidates: leave threads and "
                "the limit of evaluations out"
            )
        if self.remote and not isinstance(benchmark, Distributable):
            raise ConfigurationError(f"{benchmark.name} is trained in one process: it cannot be spread over a cluster")
        if self.workers is None or self.remote:
            return benchmark
        if isinstance(benchmark, Distributable):
            return benchmark.with_workers(self.workers)
        if self.workers > 1:
            raise ConfigurationError(f"{benchmark.name} answers one question at a time: leave workers out")
        return benchmark

    @contextmanager
    def evaluator(self, benchmark: Benchmark, callbacks: Callbacks) -> Iterator[Evaluate]:
        """What answers the questions of a synchronous run.

        Raises:
            KtnasError: If it cannot be evaluated so.
        """
        if self.parallel(benchmark):
            with self.backend(benchmark, callbacks) as backend:
                yield Batched(backend, callbacks)
        elif isinstance(benchmark, ComputedBenchmark):
            with benchmark.evaluator(callbacks) as evaluate:
                yield evaluate
        else:
            yield Told(benchmark.evaluate, callbacks) if callbacks.of_evaluations else benchmark.evaluate

    def parallel(self, benchmark: Benchmark) -> bool:
        """Whether evaluations of a benchmark that answers one by one are given to others than this process."""
        return self.remote or self._own(benchmark)

    def _own(self, benchmark: Benchmark) -> bool:
        """Whether a benchmark without workers of its own is given some."""
        if isinstance(benchmark, ComputedBenchmark | TableBenchmark):
            return False
        return (self.workers or 1) > 1 or self.threads or self.evaluation_timeout is not None

    @contextmanager
    def backend(self, benchmark: Benchmark, callbacks: Callbacks) -> Iterator[Backend]:
        """Where evaluations are computed, until the context is left.

        Raises:
            KtnasError: If it cannot be evaluated so.
        """
        if isinstance(benchmark, ComputedBenchmark) and not self.remote:
            with benchmark.evaluator(callbacks) as evaluate:
                yield evaluate if isinstance(evaluate, Backend) else InTurn(evaluate)
            return
        backend = self._begun(benchmark, callbacks)
        interrupted = False
        try:
            yield backend
        except KeyboardInterrupt:
            interrupted = True
            raise
        finally:
            backend.end(collect=interrupted)

    def _begun(self, benchmark: Benchmark, callbacks: Callbacks) -> Backend:
        answer: Answerer[Any] = Evaluating(benchmark.evaluate)
        assign: Assign[Any] = without_context
        if isinstance(benchmark, Distributable):
            answer, assign = benchmark.answerer(), benchmark.assignments
        if self.dask is not None:
            require_portable(_parts(benchmark), _by_value)
            return DaskCluster(self.dask, answer, assign, callbacks, retries=self.retries)
        if self.executor is not None:
            if not isinstance(self.executor, ThreadPoolExecutor):
                require_portable(_parts(benchmark), pickle.dumps)
            return Executors(self.executor, answer, assign, callbacks, workers=self.workers, retries=self.retries)
        workers = self.workers or 1
        if not self._own(benchmark):
            return InTurn(Told(benchmark.evaluate, callbacks), workers)
        if self.threads:
            return Threads(answer, assign, callbacks, workers, self.evaluation_timeout)
        require_portable(_parts(benchmark), pickle.dumps)
        answerers = [EvaluatingAlone(benchmark.evaluate)] * workers
        return Workers(
            answerers, without_context, callbacks, self.evaluation_timeout, retries=self.retries, watched=False
        )


def _parts(benchmark: Benchmark) -> dict[str, object]:
    """What is sent to other processes, by what it is to its user."""
    own = functions_of(benchmark)
    if not own:
        return {f"the benchmark {benchmark.name!r}": benchmark}
    functions = {f"the function of task {name!r}": function for name, function in own.items()}
    return {"the search space": benchmark.space, **functions, "the benchmark": benchmark}


def _by_value(part: object) -> bytes:
    """As Dask sends it: functions of a script, too."""
    try:
        import cloudpickle
    except ImportError:
        return pickle.dumps(part)
    dumped: bytes = cloudpickle.dumps(part)
    return dumped


def workforce_of(
    workers: int | Workforce | None, executor: Executor | None = None, *, asynchronous: bool = False
) -> Workforce:
    """The workforce that a caller of the library describes.

    Raises:
        ConfigurationError: If the arguments contradict each other.
    """
    if not isinstance(workers, Workforce):
        return Workforce(workers, executor=executor, asynchronous=asynchronous)
    if executor is not None:
        raise ConfigurationError("give an executor within the workforce, or beside a number of workers")
    return replace(workers, asynchronous=workers.asynchronous or asynchronous)


def alone(workforce: Workforce | None) -> Workforce:
    """A workforce; where none is given, that of a benchmark's own."""
    return Workforce() if workforce is None else workforce
