import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.problem.population import fitness_of, survivors, tournament
from ktnas.problem.trial import Evaluation, Proposal, Trial


def trial(number, fitness, generation=0):
    evaluation = Evaluation.failed("diverged") if fitness is None else Evaluation(float(fitness))
    return Trial(generation, Proposal("a", (number,)), evaluation)


def numbers(trials):
    return [t.genotype[0] for t in trials]


def test_a_failed_trial_is_worse_than_any_other():
    assert fitness_of(trial(0, None)) < fitness_of(trial(0, -1e300))


class TestSurvivors:
    def test_best_first_and_of_equals_the_earlier(self):
        assert numbers(survivors([trial(0, 1), trial(1, 3), trial(2, 3), trial(3, 2)], 3)) == [1, 2, 3]

    def test_each_architecture_once_and_failures_never(self):
        trials = [trial(0, 1), trial(0, 1, generation=5), trial(1, None), trial(2, -4)]
        assert survivors(trials, 5) == (trials[0], trials[3])

    def test_fewer_than_asked_for(self):
        assert survivors([], 3) == ()
        assert survivors([trial(0, None)], 3) == ()

    @given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(-3, 3)), max_size=30), st.integers(1, 6))
    def test_surviving_step_by_step_equals_the_best_of_everything(self, drawn, size):
        known = {}  # an architecture has one fitness
        trials = [trial(number, known.setdefault(number, fitness)) for number, fitness in drawn]
        population = ()
        for start in range(0, len(trials), 4):
            population = survivors((*population, *trials[start : start + 4]), size)
        assert population == survivors(trials, size)


class TestTournament:
    members = tuple(trial(number, number) for number in range(8))

    def test_of_one_is_a_uniform_draw(self):
        rng = np.random.default_rng(0)
        counts = np.bincount(numbers(tournament(self.members, 1, rng) for _ in range(4000)))
        assert counts.min() > 400
        assert counts.max() < 600

    def test_larger_ones_press_harder(self):
        rng = np.random.default_rng(0)
        means = [np.mean(numbers(tournament(self.members, size, rng) for _ in range(500))) for size in (1, 2, 5, 60)]
        assert means == sorted(means)
        assert means[-1] > 6.9

    def test_expected_winner_of_two_by_hand(self):
        # P(best of two draws with replacement is member i) = (2 i + 1) / 64
        rng = np.random.default_rng(1)
        counts = np.bincount(numbers(tournament(self.members, 2, rng) for _ in range(6400)), minlength=8)
        assert np.abs(counts - 100 * (2 * np.arange(8) + 1)).max() < 100

    def test_failures_win_only_among_themselves(self):
        rng = np.random.default_rng(0)
        assert tournament((trial(0, None), trial(1, -5)), 40, rng).genotype == (1,)
        assert tournament((trial(0, None),), 3, rng).genotype == (0,)

    @pytest.mark.parametrize("seed", range(20))
    def test_of_equals_the_first_drawn_wins(self, seed):
        equal = tuple(trial(number, 1) for number in range(8))
        first = int(np.random.default_rng(seed).integers(8, size=5)[0])
        assert tournament(equal, 5, np.random.default_rng(seed)).genotype == (first,)
