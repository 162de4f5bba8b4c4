"""How long a search will take where fitness is computed: what a benchmark reckons, and the limit that a user sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ktnas.benchmarks.base import Benchmark
from ktnas.errors import ConfigurationError
from ktnas.formatting import duration


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a search is expected to take.

    Attributes:
        candidate_s: Seconds to train and measure one candidate (only to measure, with a supernet), per task.
        workers: How many are trained in parallel.
        once_s: Seconds for what a run does once, one after the other: the best of each task trained again for the
            report, unless weights are kept; supernets.
        limit_s: Seconds after which a candidate is given up; None for no limit.
        halved: Whether candidates may be stopped before their end, which is left out of account.
    """

    candidate_s: Mapping[str, float]
    workers: int
    once_s: float = 0.0
    limit_s: float | None = None
    halved: bool = False

    def total_s(self, runs: Iterable[Mapping[str, int]]) -> float:
        """Seconds in all, if workers do not hinder one another.

        Args:
            runs: Per run, the candidates of each task.
        """
        return sum(self._trained_s(candidates) / max(1, self.workers) + self.once_s for candidates in runs)

    def _trained_s(self, candidates: Mapping[str, int]) -> float:
        return sum(seconds * candidates[task] for task, seconds in self.candidate_s.items())


@runtime_checkable
class Estimable(Protocol):
    """A benchmark that can tell how long its answers take."""

    def estimate(self) -> Estimate:
        """What a search on it is expected to take; a little is computed for it.

        Raises:
            KtnasError: If nothing can be computed.
        """


def require_time(benchmark: Benchmark, runs: Sequence[Mapping[str, int]], max_hours: float | None) -> str:
    """A sentence on the time that a search is estimated to take.

    Args:
        benchmark: An `Estimable` one.
        runs: Per run, one after the other, the candidates of each task that are left to be evaluated.
        max_hours: The most that it may take; None for no limit.

    Raises:
        ConfigurationError: If the estimate exceeds the limit, or the limit is not above 0.
    """
    if max_hours is not None and not max_hours > 0:  # so that NaN is none either
        raise ConfigurationError(f"--max-hours must be above 0; got {max_hours:g}")
    if not isinstance(benchmark, Estimable):
        raise ConfigurationError(f"{benchmark.name} does not train: there is nothing to estimate")
    found = benchmark.estimate()
    total_s = found.total_s(runs)
    text = _sentence(found, total_s)
    if max_hours is not None and total_s > 3600 * max_hours:
        raise ConfigurationError(
            f"the search is estimated to take {text}; that is more than --max-hours {max_hours:g}: lower --budget, "
            "--epochs, --share, --resolution or --channels, or allow more"
        )
    return text


def _sentence(found: Estimate, total_s: float) -> str:
    each = ", ".join(f"{task} {duration(seconds)}" for task, seconds in found.candidate_s.items())
    workers = "1 worker" if found.workers < 2 else f"{found.workers} workers"
    halved = ", less with --halving" if found.halved else ""
    text = f"about {duration(total_s)} on {workers}{halved} (a candidate of middling size: {each})"
    limit_s = found.limit_s
    over = [task for task, seconds in found.candidate_s.items() if limit_s is not None and seconds > limit_s]
    if over:
        text += f"; with --time-limit {limit_s:g}, most candidates of {', '.join(over)} will be given up"
    return text
