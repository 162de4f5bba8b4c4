import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import ConfigurationError
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation, History, Proposal, Trial
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((3, 3))
A, B, C = Task("a"), Task("b"), Task("c")


def trial(genotype, fitness=1.0, task="a", repeat=False):
    return Trial(0, Proposal(task, genotype), Evaluation(fitness), repeat)


class TestTask:
    def test_fitness_is_higher_is_better_and_the_sign_is_its_own_inverse(self):
        loss = Task("room", "loss", minimize=True)
        assert loss.to_fitness(0.5) == -0.5
        assert loss.to_fitness(loss.to_fitness(0.5)) == 0.5
        assert Task("object").to_fitness(0.5) == 0.5


class TestProblem:
    @pytest.mark.parametrize(
        ("tasks", "sources", "message"),
        [
            ((), (), "at least one task"),
            ((A, Task("a", "other")), (), "must differ; got a, a"),
            ((A, B), ("z",), "some, not all, of the tasks a, b; got z"),
            ((A, B), ("a", "b"), "some, not all"),
            ((A,), ("a",), "some, not all"),
        ],
    )
    def test_refuses(self, tasks, sources, message):
        with pytest.raises(ConfigurationError, match=message):
            Problem(SPACE, tasks, frozenset(sources))

    def test_without_sources_every_task_donates_to_every_other(self):
        problem = Problem(SPACE, (A, B, C))
        assert [problem.donors(name) for name in "abc"] == [("b", "c"), ("a", "c"), ("a", "b")]
        assert {problem.role(name) for name in problem.names} == {"task"}

    def test_sources_donate_and_receive_nothing(self):
        problem = Problem(SPACE, (A, B, C), frozenset({"c", "a"}))
        assert {name: problem.donors(name) for name in problem.names} == {"a": (), "b": ("a", "c"), "c": ()}
        assert [problem.role(name) for name in problem.names] == ["source", "target", "source"]

    def test_targets_of_a_source_do_not_donate_to_each_other(self):
        assert Problem(SPACE, (A, B, C), frozenset({"a"})).donors("b") == ("a",)

    def test_one_task_has_no_donor(self):
        assert Problem(SPACE, (A,)).donors("a") == ()


class TestEvaluation:
    @pytest.mark.parametrize("fitness", [math.nan, math.inf, -math.inf])
    def test_refuses_what_is_not_finite(self, fitness):
        with pytest.raises(ConfigurationError, match="must be finite"):
            Evaluation(fitness)

    @pytest.mark.parametrize(("fitness", "error"), [(None, None), (1.0, "failed too")])
    def test_has_a_fitness_or_an_error(self, fitness, error):
        with pytest.raises(ConfigurationError, match="either a fitness or an error"):
            Evaluation(fitness, error=error)

    def test_failed_without_a_reason_has_one(self):
        failed = Evaluation.failed("", cost_s=2.0)
        assert (failed.fitness, failed.error, failed.cost_s) == (None, "failed without a reason", 2.0)


class TestHistory:
    def test_is_a_sequence(self):
        trials = [trial((0, i)) for i in range(3)]
        history = History().extended(trials[:1]).extended(trials[1:])
        assert (len(history), list(history), history[0], history[-1]) == (3, trials, trials[0], trials[2])
        assert history[1:] == trials[1:]
        assert trials[1] in history
        for index in (3, -4):
            with pytest.raises(IndexError, match="3 trials"):
                history[index]

    def test_empty(self):
        assert list(History()) == [] == list(History().extended(()))
        assert History().find("a", (0, 0)) is None
        with pytest.raises(IndexError):
            History()[-1]

    def test_finds_the_first_answer_of_a_task(self):
        history = History().extended([trial((0, 0), 1.0), trial((0, 0), 1.0, repeat=True), trial((0, 0), 5.0, "b")])
        assert history.find("a", (0, 0)).fitness == 1.0
        assert history.find("b", (0, 0)).fitness == 5.0
        assert history.find("b", (0, 1)) is None

    def test_repeats_are_paid_for_once(self):
        trials = [trial((0, 0)), trial((0, 1), task="b"), trial((0, 0), repeat=True), trial((1, 1))]
        assert History().extended(trials).evaluated("a") == (trials[0], trials[3])

    def test_a_fork_leaves_both_branches_alone(self):
        base = History().extended([trial((0, 0))])
        left, right = base.extended([trial((1, 0), 2.0)]), base.extended([trial((1, 0), 3.0), trial((2, 0))])
        assert [t.genotype for t in base] == [(0, 0)]
        assert left.find("a", (1, 0)).fitness == 2.0
        assert right.find("a", (1, 0)).fitness == 3.0
        assert left.find("a", (2, 0)) is base.find("a", (1, 0)) is None

    def test_the_latest_shares_its_storage(self):
        # constant time per trial: the list is the same object, not a copy
        base = History().extended([trial((0, 0))])
        assert base.extended([trial((0, 1))])._trials is base._trials
        assert base.extended([trial((0, 2))])._trials is not base._trials

    @given(data=st.data())
    def test_any_tree_of_histories_behaves_like_tuples(self, data):
        grown = [(History(), ())]
        for step in range(data.draw(st.integers(1, 12))):
            history, model = grown[data.draw(st.integers(0, len(grown) - 1))]
            genotypes = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=3))
            new = [trial(g, float(step)) for g in genotypes]
            grown.append((history.extended(new), (*model, *new)))
        for history, model in grown:
            assert tuple(history) == model
            for genotype in {t.genotype for t in model} | {(2, 2)}:
                first = next((t.evaluation for t in model if t.genotype == genotype), None)
                assert history.find("a", genotype) is first


def test_records_survive_the_way_to_another_process():
    parts = (Evaluation(1.5, 2.0, {"flops": 3.0}), Evaluation.failed("diverged"))
    trials = [Trial(2, Proposal("a", (0, i), ((0, 0), (1, 1)), "b"), part) for i, part in enumerate(parts)]
    history = History().extended(trials)
    copy = pickle.loads(pickle.dumps(history))
    assert list(copy) == trials
    assert list(copy.extended([trial((2, 2))])) == [*trials, trial((2, 2))]
    problem = Problem(SPACE, (A, B), frozenset("a"))
    assert pickle.loads(pickle.dumps(problem)) == problem
