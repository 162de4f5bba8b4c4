import numpy as np
import pytest

from ktnas.algorithms.candidates.evidence import Evidence
from ktnas.algorithms.rgpe import RankingWeighted, misordered, winners
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((3,) * 4)
EVERYTHING = genotypes(SPACE)
WEIGHTS = np.array([4.0, 3.0, 2.0, 1.0])


def seen(count, sign, seed):
    """Some architectures, and fitness that is a sum of their values with weights, or its opposite."""
    rows = np.random.default_rng(seed).permutation(len(EVERYTHING))[:count]
    chosen = tuple(EVERYTHING[i] for i in rows.tolist())
    return Evidence(chosen, sign * (np.array(chosen) @ WEIGHTS))


def fitted(evidence, seed=0):
    embedder = OneHot().fit(SPACE, np.random.default_rng(0))
    return RankingWeighted(draws=60, folds=4).fit(evidence, embedder, np.random.default_rng(seed))


def test_pairs_in_the_wrong_order_by_hand():
    y = np.array([0.0, 1.0, 2.0])
    assert misordered(np.array([[0.0, 2.0, 1.0]]), y, own=False).tolist() == [2]  # one pair, both ways
    # 1.5 in place of 1 stays between; -1 in place of 2 is below 0 and 1: wrong against both, as itself alone
    assert misordered(np.array([[0.0, 1.5, -1.0]]), y, own=True).tolist() == [2]
    assert misordered(np.array([[0.0, 1.5, 2.5]]), y, own=True).tolist() == [0]


def test_the_target_wins_ties_and_shares_add_up():
    losses = {"target": np.array([1, 5, 5, 0]), "a": np.array([1, 2, 3, 4]), "b": np.array([9, 2, 4, 0])}
    found = winners(losses, np.random.default_rng(0))
    assert found["target"] == 0.5
    assert found["a"] >= 0.25
    assert sum(found.values()) == 1


def test_a_like_source_gets_weight_and_an_opposed_one_none():
    ranking = fitted({"target": seen(8, 1, 1), "like": seen(40, 1, 2), "opposed": seen(40, -1, 3)})
    weights = ranking.weights["target"]
    assert weights["like"] > 0.5
    assert weights.get("opposed", 0.0) == 0.0
    scores = ranking.scores({"target": EVERYTHING})["target"]
    best = sorted(EVERYTHING, key=lambda genotype: -(np.array(genotype) @ WEIGHTS))[:10]
    assert EVERYTHING[int(scores.argmax())] in best


def test_with_next_to_nothing_seen_all_weigh_the_same():
    ranking = fitted({"target": seen(2, 1, 1), "other": seen(40, 1, 2)})
    assert ranking.weights["target"] == {"target": 0.5, "other": 0.5}
    assert ranking.scores({"unseen": EVERYTHING[:3]})["unseen"].tolist() == [0, 0, 0]


def test_it_is_a_function_of_its_random_numbers():
    evidence = {"target": seen(8, 1, 1), "like": seen(20, 1, 2)}
    assert fitted(evidence).weights == fitted(evidence).weights


def test_nonsense_is_refused():
    for settings in ({"draws": 0}, {"folds": 1}):
        with pytest.raises(ConfigurationError, match="at least 1 draw and 2 folds"):
            RankingWeighted(**settings)
