"""How long a search will take: what is added up, and that it is refused where it is too long."""

from dataclasses import dataclass, replace

import pytest

from ktnas.benchmarks.estimate import Estimate, require_time
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.errors import ConfigurationError
from ktnas.spaces.nasbench201 import NASBench201


@dataclass(frozen=True, eq=False)
class Slow(FunctionBenchmark):
    """A benchmark that takes 19 s for a candidate."""

    limit_s: float | None = None
    halved: bool = False

    def estimate(self):
        return Estimate({"mine": 19.0}, 2, 19.0, self.limit_s, self.halved)


BENCHMARK = Slow(NASBench201(), {"mine": sum})


def test_evaluations_are_shared_by_workers_and_reports_are_not():
    each = Estimate({"a": 10.0, "b": 20.0}, 3, once_s=5.0)
    assert each.total_s([{"a": 6, "b": 6}]) == 6 * 30 / 3 + 5
    assert each.total_s([{"a": 6, "b": 6}, {"a": 0, "b": 3}]) == 6 * 30 / 3 + 3 * 20 / 3 + 2 * 5
    assert each.total_s([]) == 0
    assert Estimate({"a": 10.0}, 0).total_s([{"a": 6}]) == 60


def test_what_takes_too_long_is_refused_with_the_estimate():
    assert (
        require_time(BENCHMARK, [{"mine": 5}], None)
        == "about 1 min 6 s on 2 workers (a candidate of middling size: mine 19.0 s)"
    )
    with pytest.raises(ConfigurationError, match=r"estimated to take about 2 min 13 s .* more than --max-hours 0.03"):
        require_time(BENCHMARK, 2 * [{"mine": 5}], 0.03)
    with pytest.raises(ConfigurationError, match="--max-hours must be above 0; got 0"):
        require_time(BENCHMARK, [{"mine": 5}], 0)
    with pytest.raises(ConfigurationError, match="--max-hours must be above 0; got nan"):
        require_time(BENCHMARK, [{"mine": 5}], float("nan"))


def test_a_limit_that_most_candidates_will_exceed_is_told():
    text = require_time(replace(BENCHMARK, limit_s=18.0), [{"mine": 5}], None)
    assert text.endswith("; with --time-limit 18, most candidates of mine will be given up")
    assert "given up" not in require_time(replace(BENCHMARK, limit_s=20.0), [{"mine": 5}], None)


def test_what_does_not_train_has_no_estimate():
    with pytest.raises(ConfigurationError, match="functions does not train"):
        require_time(FunctionBenchmark(NASBench201(), {"a": sum}), [{"mine": 5}], None)


def test_halving_can_only_take_less():
    text = require_time(replace(BENCHMARK, halved=True), [{"mine": 5}], None)
    assert text.startswith("about 1 min 6 s on 2 workers, less with --halving (")
