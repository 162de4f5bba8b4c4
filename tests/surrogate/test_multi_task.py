from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from ktnas.errors import ConfigurationError
from ktnas.surrogate.multi_task import MultiTaskGaussianProcess, Observations

ALL = 10**6


def model(**settings):
    return MultiTaskGaussianProcess(**settings)


def rng():
    return np.random.default_rng(0)


def observed(x, *tasks, groups=None):
    """Observations of one task after the other: each a list of rows of ``x`` and their targets."""
    return Observations(
        x=x,
        rows=np.concatenate([np.asarray(rows, dtype=np.int64) for rows, _ in tasks]),
        tasks=np.repeat(np.arange(len(tasks)), [len(rows) for rows, _ in tasks]),
        y=np.concatenate([np.asarray(y, dtype=np.float64) for _, y in tasks]),
        groups=groups or (x.shape[1],),
    )


def standard(y):
    return (y - y.mean()) / y.std()


@pytest.fixture
def landscape():
    """Vectors and the standardised values of a smooth function there."""
    x = np.random.default_rng(1).uniform(-1, 1, (120, 3))
    return x, standard(np.sin(2 * x[:, 0]) + x[:, 1] ** 2 - x[:, 0] * x[:, 2])


def accuracy(fitted, x, truth, task=0):
    (mean,), _ = fitted.predict(x, [task], 0)
    return np.corrcoef(mean, truth)[0, 1]


class TestOneTask:
    def test_order_of_a_smooth_function(self, landscape):
        x, y = landscape
        fitted = model().fit(observed(x[:70], (range(70), y[:70])), rng())
        assert accuracy(fitted, x[70:], y[70:]) > 0.9

    def test_equals_the_textbook(self, landscape):
        # Rasmussen and Williams 2006, eq. 2.23 and 2.24, with the settings that were found
        x, y = landscape
        seen, query = x[:20], x[20:30]
        fitted = model().fit(observed(seen, (range(20), y[:20])), rng())
        scale = fitted.settings.scales[0] * np.sqrt(np.median(pdist(seen, "sqeuclidean")))

        def kernel(a, b):
            distance = np.sqrt(3) * cdist(a, b) / scale
            return (1 + distance) * np.exp(-distance)

        inverse = np.linalg.inv(kernel(seen, seen) + fitted.settings.noise * np.eye(20))
        (mean,), (std,) = fitted.predict(query, [0], ALL)
        across = kernel(query, seen)
        assert mean == pytest.approx(across @ inverse @ y[:20], abs=1e-4)
        assert std**2 == pytest.approx(1 - np.einsum("ij,jk,ik->i", across, inverse, across), abs=1e-4)

    def test_settings_of_higher_posterior_are_preferred_to_fewer_draws(self, landscape):
        x, y = landscape
        seen = observed(x[:40], (range(40), y[:40]))
        errors = [
            np.abs(model(draws=draws).fit(seen, rng()).predict(x[40:], [0], 0)[0][0] - y[40:]).mean()
            for draws in (1, 60)
        ]
        assert errors[1] < errors[0]

    @pytest.mark.parametrize("count", [1, 2])
    def test_hardly_any_observation(self, landscape, count):
        x, y = landscape
        (mean,), (std,) = model().fit(observed(x[:count], (range(count), y[:count])), rng()).predict(x, [0], ALL)
        assert np.isfinite(mean).all()
        assert np.isfinite(std).all()
        assert std.argmin() < count

    def test_equal_vectors_and_equal_targets(self):
        same = observed(np.ones((5, 3)), (range(5), np.zeros(5)))
        (mean,), (std,) = model().fit(same, rng()).predict(np.ones((2, 3)), [0], ALL)
        assert mean.tolist() == [0.0, 0.0]
        assert (std > 0).all()

    def test_repeated_rows_of_different_targets_are_averaged(self):
        x = np.eye(3)
        (mean,), _ = model().fit(observed(x, ([0, 0, 1], [1.0, 2.0, -1.5])), rng()).predict(x, [0], 0)
        assert 0 < mean[0] < 2
        assert mean[1] < 0

    def test_deterministic(self, landscape):
        x, y = landscape
        seen = observed(x[:30], (range(20), y[:20]), (range(10, 30), -y[10:30]))
        first, second = (model().fit(seen, rng()).predict(x, [0, 1], 7) for _ in range(2))
        assert np.array_equal(first[0], second[0])
        assert np.array_equal(first[1], second[1])


class TestSeveralTasks:
    def test_without_correlation_tasks_do_not_inform_each_other(self, landscape):
        # one draw of settings, which therefore do not depend on what is seen
        x, y = landscape
        apart = model(correlation=0.0, draws=1)
        first = (range(20), y[:20])
        means = [
            apart.fit(observed(x[:60], first, (range(20, 60), other)), rng()).predict(x, [0], ALL)
            for other in (y[20:60], -7 * y[20:60])
        ]
        assert np.array_equal(means[0][0], means[1][0])
        alone = apart.fit(observed(x[:60], first), rng()).predict(x, [0], ALL)
        assert means[0][0] == pytest.approx(alone[0], abs=1e-4)
        assert means[0][1] == pytest.approx(alone[1], abs=1e-4)

    def test_with_correlation_they_do(self, landscape):
        x, y = landscape
        first = (range(20), y[:20])
        together = model(draws=1)
        means = [
            together.fit(observed(x[:60], first, (range(20, 60), other)), rng()).predict(x, [0], 0)[0]
            for other in (y[20:60], -y[20:60])
        ]
        assert not np.allclose(means[0], means[1])

    @pytest.mark.parametrize("prior", [0.2, 0.5, 0.8])
    def test_equal_tasks_draw_together_and_opposed_ones_apart(self, landscape, prior):
        x, y = landscape
        for sign in (1, -1):
            seen = observed(x[:60], (range(40), y[:40]), (range(20, 60), sign * y[20:60]))
            task_covariance = model(correlation=prior).fit(seen, rng()).task_covariance
            assert task_covariance[0, 1] == task_covariance[1, 0]
            assert np.diag(task_covariance) == pytest.approx([1, 1])
            assert task_covariance[0, 1] > prior if sign == 1 else task_covariance[0, 1] < prior

    def test_little_evidence_moves_little(self, landscape):
        x, y = landscape
        moved = [
            abs(
                model().fit(observed(x[:n], (range(n), y[:n]), (range(n), -y[:n])), rng()).task_covariance[0, 1]
                - model().correlation
            )
            for n in (2, 10, 80)
        ]
        assert moved == sorted(moved)
        assert moved[0] < 0.25

    def test_evidence_of_a_related_task_improves_a_prediction(self, landscape):
        x, y = landscape
        few = (range(8), y[:8])
        noisy = y + 0.3 * np.random.default_rng(5).standard_normal(len(y))
        alone = model().fit(observed(x[:80], few), rng())
        helped = model().fit(observed(x[:80], few, (range(8, 80), noisy[8:80])), rng())
        assert accuracy(helped, x[80:], y[80:]) > accuracy(alone, x[80:], y[80:]) + 0.05

    def test_evidence_of_a_related_task_reduces_uncertainty(self, landscape):
        x, y = landscape
        fixed = model(draws=1)
        alone = fixed.fit(observed(x[:60], (range(20), y[:20])), rng()).predict(x[40:60], [0], ALL)[1]
        helped = fixed.fit(observed(x[:60], (range(20), y[:20]), (range(60), y[:60])), rng()).predict(
            x[40:60], [0], ALL
        )[1]
        assert (helped < alone).all()

    def test_tasks_are_predicted_in_the_order_asked_for(self, landscape):
        x, y = landscape
        fitted = model().fit(observed(x[:60], (range(40), y[:40]), (range(20, 60), -y[20:60])), rng())
        mean, std = fitted.predict(x[:9], [1, 0], ALL)
        for row, task in enumerate((1, 0)):
            single = fitted.predict(x[:9], [task], ALL)
            assert np.array_equal(mean[row], single[0][0])
            assert np.array_equal(std[row], single[1][0])

    def test_three_tasks_of_which_one_is_a_stranger(self, landscape):
        x, y = landscape
        stranger = np.random.default_rng(2).standard_normal(60)
        seen = observed(x[:60], (range(60), y[:60]), (range(60), y[:60]), (range(60), stranger))
        task_covariance = model().fit(seen, rng()).task_covariance
        assert task_covariance[0, 1] > max(task_covariance[0, 2], task_covariance[1, 2])
        assert np.linalg.eigvalsh(task_covariance).min() > 0


class TestDetailed:
    @pytest.mark.parametrize("detailed", [0, 1, 10])
    def test_standard_deviations_of_the_highest_means_only(self, landscape, detailed):
        x, y = landscape
        fitted = model().fit(observed(x[:30], (range(30), y[:30])), rng())
        (mean,), (std,) = fitted.predict(x, [0], detailed)
        (full_mean,), (full,) = fitted.predict(x, [0], ALL)
        top = np.argsort(-mean)[:detailed]
        assert np.array_equal(np.flatnonzero(std), np.sort(top))
        assert std[top] == pytest.approx(full[top], abs=1e-4)
        assert np.array_equal(mean, full_mean)
        assert (full > 0).all()


class TestGroups:
    def test_the_group_that_tells_something_gets_the_weight(self):
        generator = np.random.default_rng(0)
        x = generator.uniform(-1, 1, (80, 6))
        y = standard(np.sin(2 * x[:, 0]) + x[:, 1])
        fitted = model(draws=100).fit(observed(x[:60], (range(60), y[:60]), groups=(2, 4)), rng())
        assert fitted.settings.weights[0] > 0.6
        assert fitted.settings.weights.sum() == pytest.approx(1)

    def test_the_scale_of_a_group_does_not_matter(self):
        generator = np.random.default_rng(0)
        x = generator.uniform(-1, 1, (40, 5))
        y = standard(x[:, 0] + x[:, 3])
        factor = np.array([1, 1, 1000, 1000, 1000])
        plain, scaled = (
            model().fit(observed(v[:30], (range(30), y[:30]), groups=(2, 3)), rng()).predict(v, [0], ALL)
            for v in (x, x * factor)
        )
        assert scaled[0] == pytest.approx(plain[0], abs=1e-4)
        assert scaled[1] == pytest.approx(plain[1], abs=1e-4)

    @pytest.mark.parametrize("scale", [0.5, 4.0])
    def test_length_scales_lie_near_the_expected_one(self, landscape, scale):
        x, y = landscape
        fitted = model(scale=scale, spread=0.01).fit(observed(x[:40], (range(40), y[:40]), groups=(1, 2)), rng())
        # the last steps from the best so far are wider than this spread, but the prior holds them
        assert fitted.settings.scales == pytest.approx([scale, scale], rel=0.05)

    def test_a_group_that_is_the_same_everywhere_is_harmless(self):
        generator = np.random.default_rng(0)
        x = np.concatenate([np.ones((40, 2)), generator.uniform(-1, 1, (40, 3))], axis=1)
        (mean,), (std,) = (
            model().fit(observed(x[:30], (range(30), standard(x[:30, 4])), groups=(2, 3)), rng()).predict(x, [0], ALL)
        )
        assert np.corrcoef(mean[30:], x[30:, 4])[0, 1] > 0.8
        assert np.isfinite(std).all()


@pytest.mark.parametrize(
    "settings",
    [{"correlation": 1.0}, {"correlation": -0.1}, {"trust": 0.0}, {"draws": 0}, {"spread": 0.0}, {"scale": 0.0}],
)
def test_refuses(settings):
    with pytest.raises(ConfigurationError, match="cannot have these settings"):
        replace(MultiTaskGaussianProcess(), **settings)
