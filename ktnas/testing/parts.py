"""Conformance of the parts of a search: transfers and surrogates."""

from __future__ import annotations

import itertools

import numpy as np

from ktnas.embedding.one_hot import OneHot
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.operators import sample_distinct
from ktnas.surrogate.base import Surrogate
from ktnas.testing.expectation import expect
from ktnas.transfer.base import Candidates, Transfer
from ktnas.transfer.outcome import Outcome
from ktnas.typing import FloatArray


def check_transfer(transfer: Transfer, rng: np.random.Generator, *, rounds: int = 20) -> None:
    """Check a transfer against everything that `Transfer` promises.

    Args:
        transfer: The transfer.
        rng: Draws the candidates and the past transfers that it is shown.
        rounds: How often.

    Raises:
        AssertionError: If a promise is broken.
    """
    expect(bool(transfer.name), "the name is empty")
    for candidates, count in itertools.product((_candidates(i, rng) for i in range(rounds)), (0, 1, 4, 100)):
        seed = int(rng.integers(2**32))
        chosen = tuple(transfer.migrants(candidates, count, np.random.default_rng(seed)))
        again = tuple(transfer.migrants(candidates, count, np.random.default_rng(seed)))
        expect(chosen == again, f"equal random numbers choose differently: {chosen} and {again}")
        expect(len(chosen) <= count, f"chose {len(chosen)} migrants where at most {count} were asked for")
        expect(all(trial in candidates.trials for trial in chosen), f"chose what is no candidate: {chosen}")
        expect(len({trial.genotype for trial in chosen}) == len(chosen), f"chose an architecture twice: {chosen}")


def check_surrogate(surrogate: Surrogate, rng: np.random.Generator) -> None:
    """Check a surrogate against everything that `Surrogate` and `Predictor` promise, also with little or equal data.

    Args:
        surrogate: The surrogate.
        rng: Draws vectors and targets.

    Raises:
        AssertionError: If a promise is broken.
    """
    expect(bool(surrogate.name), "the name is empty")
    for count in (1, 2, 3, 25):
        x = rng.standard_normal((count, 4))
        y = x @ rng.standard_normal(4)
        _check_fit(surrogate, x, y, f"{count} vectors", rng)
        _check_fit(surrogate, np.concatenate([x, x]), np.concatenate([y, -y]), f"{count} vectors, each twice", rng)
        _check_fit(surrogate, np.repeat(x[:1], count, axis=0), y, f"{count} equal vectors", rng)
        _check_fit(surrogate, x, np.full(count, 0.1), f"{count} equal targets", rng)


def _candidates(number: int, rng: np.random.Generator) -> Candidates:
    """Up to 12 candidates and 12 outcomes, drawn at random; none of either in every third."""
    space = Categorical((3,) * 4)
    drawn = sample_distinct(space, 24, rng)
    trials = [
        Trial(1, Proposal("donor", genotype), Evaluation(float(rng.standard_normal())))
        for genotype in drawn[: int(rng.integers(1, 13)) if number % 3 else 0]
    ]
    outcomes = [
        Outcome(int(rng.integers(1, 9)), genotype, "donor", bool(rng.random() < 0.5))
        for genotype in drawn[12 : 12 + (int(rng.integers(1, 13)) if number % 3 < 2 else 0)]
    ]
    outcomes.sort(key=lambda outcome: outcome.generation)
    seen = [
        Trial(1, Proposal("target", child, (parent,)), Evaluation(float(rng.standard_normal())))
        for parent, child in itertools.pairwise(drawn[11:])
    ]
    evaluated = {"target": tuple(seen), **({"donor": tuple(trials)} if trials else {})}
    return Candidates("target", 9, tuple(trials), tuple(outcomes), OneHot().fit(space, rng), evaluated)


def _check_fit(surrogate: Surrogate, x: FloatArray, y: FloatArray, what: str, rng: np.random.Generator) -> None:
    given = x.copy(), y.copy()
    seed, query = int(rng.integers(2**32)), np.concatenate([x[:2], rng.standard_normal((5, x.shape[1]))])
    predictor, other = (surrogate.fit(x, y, np.random.default_rng(s)) for s in (seed, seed))
    mean, std = predictor.predict(query)
    expect(np.array_equal(x, given[0]) and np.array_equal(y, given[1]), f"fitting {what} changes them")
    shapes = f"{np.shape(mean)} and {np.shape(std)}"
    expect(np.shape(mean) == np.shape(std) == (len(query),), f"shapes {shapes} for {len(query)} rows, after {what}")
    expect(bool(np.isfinite(mean).all() and np.isfinite(std).all()), f"a prediction is not finite, after {what}")
    expect(bool((std >= 0).all()), f"a standard deviation is negative, after {what}")
    again = other.predict(query)
    expect(np.array_equal(mean, again[0]) and np.array_equal(std, again[1]), f"not deterministic, after {what}")
    single = np.concatenate([predictor.predict(query[i : i + 1])[0] for i in range(len(query))])
    expect(np.allclose(single, mean, atol=1e-8), f"predictions depend on the rows predicted beside, after {what}")
