import re

import numpy as np
import pytest

from ktnas.benchmarks.base import Standing
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.trial import Evaluation
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((3, 3))


def answer(function, **options):
    return FunctionBenchmark(SPACE, {"f": function}, **options).evaluate("f", (1, 2))


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.int64(3), np.array(3.0)])
def test_any_real_number_is_a_fitness(value):
    evaluation = answer(lambda genotype: value)
    assert evaluation == Evaluation(3.0)
    assert type(evaluation.fitness) is float


def test_functions_receive_the_genotype():
    assert answer(lambda genotype: genotype[0] * 10 + genotype[1]).fitness == 12.0


def test_a_minimized_metric_changes_sign_but_a_whole_evaluation_does_not():
    assert answer(lambda genotype: 3, minimize=frozenset({"f"})).fitness == -3.0
    assert answer(lambda genotype: Evaluation(3.0), minimize=frozenset({"f"})).fitness == 3.0


def test_a_whole_evaluation_passes_through():
    for whole in (Evaluation(0.5, 12.0, {"epochs": 3.0}), Evaluation.failed("out of memory", 3.0)):
        assert answer(lambda genotype, whole=whole: whole) == whole


def test_numbers_of_a_whole_evaluation_become_plain():
    evaluation = answer(lambda genotype: Evaluation(np.float32(0.5), np.float32(2), {"epochs": np.int64(3)}))
    numbers = (evaluation.fitness, evaluation.cost_s, evaluation.metrics["epochs"])
    assert numbers == (0.5, 2.0, 3.0)
    assert {type(number) for number in numbers} == {float}


def fail(genotype):
    raise RuntimeError("out of memory")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (fail, "RuntimeError: out of memory"),
        (lambda genotype: genotype[5], "IndexError: tuple index out of range"),
        (lambda genotype: float("nan"), "the function returned nan, not a finite number"),
        (lambda genotype: -np.inf, "the function returned -inf, not a finite number"),
        (lambda genotype: None, "TypeError: .*NoneType"),
        (lambda genotype: "0.5", "the function returned the text '0.5', not a number"),
        (lambda genotype: [1, 2], "TypeError: .*list"),
        (lambda genotype: np.ones(2), "TypeError: "),
        (lambda genotype: 1j, "TypeError: .*complex"),
        (lambda genotype: Evaluation(float("nan")), "ConfigurationError: fitness must be finite; got nan"),
    ],
)
def test_failures_are_data(function, reason):
    evaluation = answer(function)
    assert evaluation.fitness is None
    assert re.match(reason, evaluation.error)


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (GeneratorExit(), "GeneratorExit: "),
        (Mute(), "Mute: (an error without a text: its own __str__ fails)"),
        (BaseExceptionGroup("of two", [SystemExit(1), ValueError()]), "BaseExceptionGroup: of two (2 sub-exceptions)"),
        (ValueError("x" * 10_000_000), f"ValueError: {'x' * 1_988}... (9,998,012 more characters)"),
    ],
)
def test_whatever_is_raised_is_a_failed_evaluation(raised, reason):
    def raising(genotype):
        raise raised

    assert answer(raising) == Evaluation.failed(reason)


@pytest.mark.parametrize(
    ("whole", "reason", "kept"),
    [
        (Evaluation(1.0, 2.0, {"a": np.nan, "b": 1.0}), "metric 'a' is nan", {"b": 1.0}),
        (Evaluation(1.0, np.inf), "cost_s is inf", {}),
        (Evaluation(1.0, -5), "cost_s is -5.0", {}),
    ],
)
def test_an_evaluation_that_no_record_can_hold_has_failed(whole, reason, kept):
    evaluation = answer(lambda genotype: whole)
    assert evaluation.error == f"the function returned an evaluation whose {reason}"
    assert (evaluation.fitness, dict(evaluation.metrics)) == (None, kept)
    assert evaluation.cost_s >= 0


def test_an_evaluation_is_made_such_that_a_record_can_hold_it():
    assert answer(lambda genotype: Evaluation(1.0, metrics={1: 2.0})).metrics == {"1": 2.0}
    assert answer(lambda genotype: Evaluation(None, error=ValueError("x"))).error == "x"
    assert len(answer(lambda genotype: Evaluation.failed("x" * 10_000)).error) < 2_100


def test_a_text_is_shown_by_its_beginning():
    assert len(answer(lambda genotype: "x" * 10_000).error) < 2_100


def test_how_numpy_treats_errors_is_left_as_it_was():
    before = np.geterr()

    def strict(genotype):
        np.seterr(all="raise")
        return float(np.float64(1) / np.float64(0))

    assert answer(strict).error.startswith("FloatingPointError")
    assert np.geterr() == before


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), BaseExceptionGroup("of one", [KeyboardInterrupt()])])
def test_interruptions_pass(raised):
    def interrupted(genotype):
        raise raised

    with pytest.raises(KeyboardInterrupt):
        answer(interrupted)


def test_nothing_is_listed():
    benchmark = FunctionBenchmark(SPACE, {"f": sum})
    assert benchmark.best_fitness("f") is None
    assert benchmark.report("f", (1, 2)) == Standing(None, None, {})
    assert benchmark.label((1, 2)) == "12"


def test_restriction_keeps_order_and_direction():
    benchmark = FunctionBenchmark(SPACE, {"f": sum, "g": max, "h": min}, frozenset({"g", "h"}))
    both = benchmark.restricted(("h", "f"))
    assert [(task.name, task.minimize) for task in both.tasks] == [("h", True), ("f", False)]
    assert both.evaluate("h", (1, 2)).fitness == -1.0


def test_unknown_names_and_no_functions_are_errors():
    benchmark = FunctionBenchmark(SPACE, {"first": sum})
    for call in (
        lambda: benchmark.evaluate("fist", (0, 0)),
        lambda: benchmark.restricted(("fist",)),
        lambda: benchmark.report("fist", (0, 0)),
        lambda: benchmark.best_fitness("fist"),
    ):
        with pytest.raises(UnknownNameError, match=r"unknown task 'fist' of functions; did you mean 'first'\?"):
            call()
    with pytest.raises(UnknownNameError, match="unknown task to minimize 'g'"):
        FunctionBenchmark(SPACE, {"f": sum}, frozenset({"g"}))
    with pytest.raises(ConfigurationError, match="needs at least one task function"):
        FunctionBenchmark(SPACE, {})
