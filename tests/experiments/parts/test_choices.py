"""Variants of a surrogate on the same histories: what they see, what they choose, what that is worth."""

import numpy as np
import pytest

from experiments.parts import choices
from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.surrogate.multi_task import MultiTaskGaussianProcess, Observations


@pytest.fixture
def known():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((12, 6))
    tasks = np.repeat([0, 1], 6)
    return Observations(x, np.arange(12), tasks, rng.standard_normal(12), (1, 2, 3))


@pytest.mark.parametrize(
    ("without", "columns", "groups"), [((0,), [1, 2, 3, 4, 5], (2, 3)), ((1, 6), [0, 3, 4, 5], (1, 3))]
)
def test_a_part_left_out_is_not_seen(known, without, columns, groups):
    every = np.random.default_rng(1).standard_normal((40, 6))
    variant = choices.Variant("fewer", frozenset(without))
    found = choices.predicted(variant, known, every, seed=3)
    assert found.shape == (2, 40)
    changed = every.copy()
    changed[:, [i for i in range(6) if i not in columns]] += 5
    assert np.array_equal(choices.predicted(variant, known, changed, seed=3), found)
    fewer = Observations(known.x[:, columns], known.rows, known.tasks, known.y, groups)
    model = MultiTaskGaussianProcess().fit(fewer, choices.Streams(3).rng("choices"))
    assert np.array_equal(model.predict(every[:, columns], [0, 1], 0)[0], found)


def test_how_late_the_best_come():
    row = {(i,): i for i in range(5)}
    at = choices.Opened(None, row, {"t": np.array([1, 4])})
    mean = np.array([5.0, 4.0, 3.0, 3.0, 1.0])
    assert choices.lateness(mean, Evidence((), np.zeros(0)), at, "t") == pytest.approx(np.log2([2, 5]).mean())
    assert choices.lateness(mean, Evidence(((0,), (2,)), np.zeros(2)), at, "t") == pytest.approx(np.log2([1, 3]).mean())
    assert mean[0] == 5.0


def test_the_best_are_taken_out_of_what_was_seen():
    at = choices.Opened(None, {(i,): i for i in range(5)}, {"t": np.array([1, 4])})
    seen = choices.without_best(Evidence(((0,), (4,), (3,), (2,)), np.array([0.0, 4.0, 3.0, 2.0])), 3, at, "t")
    assert seen.genotypes == ((0,), (3,))
    assert seen.fitness.tolist() == [0.0, 3.0]


def test_differences_are_paired_by_history():
    histories = [{("as it is", 12): base, ("other", 12): base + gain} for base, gain in ((1.0, 0.1), (5.0, 0.3))]
    assert choices.differences(histories, "other", 12) == pytest.approx([0.1, 0.3])
    assert choices.said([0.1, 0.2, 0.3]) == "+0.200"
    assert choices.said([-0.1, 0.2, -0.3]) == "(-0.067)"


def test_the_parts_are_those_of_the_embedding():
    assert len(choices.exploring().embedder.parts) == len(choices.PARTS)
    assert [part.name for part in choices.exploring().embedder.parts] == [
        "path-operations",
        "emphasized-weisfeiler-lehman",
        "one-hot",
        "quantities",
    ]


@pytest.mark.slow
def test_smoke(smoke):
    found = smoke("parts.choices", "--jobs", 1, again=False)
    assert [row["surrogate"] for row in found.rows] == [variant.name for variant in choices.VARIANTS[:2]]
    assert all(float(row["low"]) <= float(row["mean"]) <= float(row["high"]) for row in found.rows)
    assert found.told["counts"] == {"searches": 2, "fits": 6}
