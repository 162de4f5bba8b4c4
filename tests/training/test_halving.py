"""Successive halving: rungs, who passes, and what counts as earlier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.training.halving import Halving, earlier, rung_metric


@pytest.mark.parametrize(
    ("eta", "epochs", "rungs"),
    [(2, 1, ()), (2, 2, (1,)), (2, 8, (1, 2, 4)), (2, 9, (1, 2, 4, 8)), (3, 27, (1, 3, 9)), (5, 4, (1,))],
)
def test_rungs_are_powers_of_eta_before_the_last_epoch(eta, epochs, rungs):
    assert Halving(eta).rungs(epochs) == rungs


def test_the_first_goes_on_whatever_it_has():
    assert Halving(3).passes(-1e9, ())


@pytest.mark.parametrize(
    ("fitness", "passes"),
    [(10, True), (9, True), (8, True), (7.5, True), (6, True), (5.5, False), (0, False)],
)
def test_the_best_third_of_all_that_reached_the_rung_goes_on(fitness, passes):
    """With 8 earlier ones there are 9, of which 3 go on: those that at most 2 are better than."""
    assert Halving(3).passes(fitness, (1, 2, 3, 4, 5, 6, 8, 9)) is passes


@given(st.integers(2, 5), st.lists(st.floats(-100, 100), max_size=30), st.floats(-100, 100))
def test_whoever_is_at_least_as_good_as_one_that_passes_does_too(eta, values, fitness):
    halving = Halving(eta)
    if halving.passes(fitness, values):
        assert halving.passes(fitness + 1, values)
    assert halving.passes(max(values, default=0.0), values)


def test_an_eta_that_stops_nobody_is_refused():
    with pytest.raises(ConfigurationError, match="eta of at least 2; got 1"):
        Halving(1)


def trial(task, code, metrics, repeat=False):
    return Trial(0, Proposal(task, (code,)), Evaluation(1.0, metrics=metrics), repeat)


def test_earlier_are_the_recorded_ones_of_the_task_that_reached_the_rung():
    trials = [
        trial("a", 0, {rung_metric(1): 5.0, rung_metric(3): 6.0}),
        trial("a", 1, {rung_metric(1): 4.0}),
        trial("a", 0, {rung_metric(1): 5.0}, repeat=True),
        trial("b", 0, {rung_metric(1): 9.0}),
        Trial(0, Proposal("a", (2,)), Evaluation.failed("diverged")),
    ]
    assert earlier(trials, "a", (1, 3, 9)) == {1: (5.0, 4.0), 3: (6.0,), 9: ()}
