"""What labels add to a surrogate: areas under the curve where they tell all, nothing, or something of their own."""

import numpy as np
import pytest

from experiments.parts.transfer_signal import Choice, finding


@pytest.fixture
def choices():
    rng = np.random.default_rng(0)

    def made(weight_of_label):
        found = []
        for seed in range(8):
            for _ in range(60):
                improvement, label = rng.standard_normal(), float(rng.random() < 0.5)
                positive = improvement + weight_of_label * label + 0.5 * rng.standard_normal() > weight_of_label / 2
                found.append(Choice(seed, improvement, label, label, True, bool(positive)))
        return found

    return made


@pytest.mark.slow
def test_labels_that_say_nothing_add_nothing(choices):
    found = choices(0.0)
    got = finding(found, [c.nearest for c in found], 100)
    assert got.choices == 480
    assert got.surrogate > 0.85
    assert got.labels == pytest.approx(0.5, abs=0.06)
    assert got.low < 0.005
    assert abs(got.both - got.surrogate) < 0.01


@pytest.mark.slow
def test_labels_that_say_something_of_their_own_add_it(choices):
    found = choices(2.0)
    got = finding(found, [c.nearest for c in found], 100)
    assert got.both - got.surrogate > 0.05
    assert got.low > 0
    assert got.labels > 0.6


@pytest.mark.slow
@pytest.mark.table("transnas101-micro")
def test_smoke(smoke):
    found = smoke("parts.transfer_signal", "--jobs", 1, again=False)
    every = next(row for row in found.rows if row["choices"] == "all")
    assert int(every["number"]) == 2 * 2 * 10  # seeds, tasks, evaluations after the tenth
    assert 0 < float(every["positive"]) < 1
    assert "labels add" in found.shown
