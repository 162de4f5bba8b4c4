"""How long live training will take, said before it begins, and refused where that is too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ktnas.benchmarks import Benchmark
from ktnas.errors import ConfigurationError
from ktnas.wording import duration


def require_time(benchmark: Benchmark, runs: Sequence[Mapping[str, int]], max_hours: float | None) -> str:
    """A sentence on the time that a search is estimated to take.

    Args:
        benchmark: One that trains.
        runs: Per run, one after the other, the candidates of each task that are left to be trained.
        max_hours: The most that it may take; None for no limit.

    Raises:
        ConfigurationError: If the estimate exceeds the limit, or the limit is not above 0.
    """
    from ktnas.training.benchmark import TrainingBenchmark
    from ktnas.training.estimate import estimate
    from ktnas.training.supernet_benchmark import SupernetBenchmark

    if max_hours is not None and not max_hours > 0:  # so that NaN is none either
        raise ConfigurationError(f"--max-hours must be above 0; got {max_hours:g}")
    if not isinstance(benchmark, TrainingBenchmark | SupernetBenchmark):
        raise ConfigurationError(f"{benchmark.name} does not train: there is nothing to estimate")
    found = estimate(benchmark)
    total_s = found.total_s(runs)
    each = ", ".join(f"{task} {duration(seconds)}" for task, seconds in found.candidate_s.items())
    workers = "1 worker" if found.workers < 2 else f"{found.workers} workers"
    halved = ", less with --halving" if isinstance(benchmark, TrainingBenchmark) and benchmark.halving else ""
    text = f"about {duration(total_s)} on {workers}{halved} (a candidate of middling size: {each})"
    limit_s = benchmark.limit_s if isinstance(benchmark, TrainingBenchmark) else None
    over = [task for task, seconds in found.candidate_s.items() if limit_s is not None and seconds > limit_s]
    if over:
        text += f"; with --time-limit {limit_s:g}, most candidates of {', '.join(over)} will be given up"
    if max_hours is not None and total_s > 3600 * max_hours:
        raise ConfigurationError(
            f"the search is estimated to take {text}; that is more than --max-hours {max_hours:g}: lower --budget, "
            "--epochs, --share, --resolution or --channels, or allow more"
        )
    return text
