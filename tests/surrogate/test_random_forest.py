import numpy as np

from ktnas.surrogate.random_forest import RandomForest


def test_order_of_a_smooth_function(smooth):
    x, y, query, truth = smooth
    mean, _ = RandomForest().fit(x, y, np.random.default_rng(0)).predict(query)
    assert np.corrcoef(mean, truth)[0, 1] > 0.85


def test_mean_and_disagreement_of_the_trees(smooth):
    x, y, query, _ = smooth
    fitted = RandomForest(trees=7).fit(x, y, np.random.default_rng(0))
    votes = np.stack([tree.predict(query) for tree in fitted.forest.estimators_])
    mean, std = fitted.predict(query)
    assert np.allclose(mean, votes.mean(axis=0))
    assert np.allclose(std, votes.std(axis=0))
    assert np.allclose(mean, fitted.forest.predict(query))


def test_predictions_stay_within_the_targets(smooth):
    x, y, query, _ = smooth
    mean, _ = RandomForest(trees=10).fit(x, y, np.random.default_rng(0)).predict(100 * query)
    assert y.min() <= mean.min()
    assert mean.max() <= y.max()


def test_other_random_numbers_grow_another_forest(smooth):
    x, y, query, _ = smooth
    forests = [RandomForest(trees=10).fit(x, y, np.random.default_rng(seed)).predict(query)[0] for seed in (0, 1)]
    assert not np.array_equal(*forests)


def test_equal_targets_leave_the_spread_of_normal_scores():
    _, std = RandomForest(trees=3).fit(np.eye(5), np.zeros(5), np.random.default_rng(0)).predict(np.eye(5))
    assert std.tolist() == [1.0] * 5
