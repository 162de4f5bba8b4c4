from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from ktnas.algorithms.axes import Axes
from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.informed import Informed, first_choices, informed
from ktnas.algorithms.knowledge import Knowledge, Source, finished
from ktnas.algorithms.presets import gp_search, ktnas, ktnas_paper
from ktnas.description import describe
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.rng import Streams
from ktnas.runner.loop import run
from ktnas.spaces.base import genotypes
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4,) * 4)
EVERYTHING = genotypes(SPACE)
EMBEDDER = OneHot().fit(SPACE, np.random.default_rng(0))
AXES = Axes(SPACE, SPACE, EMBEDDER)
PROBLEM = Problem(SPACE, (Task("target"),))


def value(genotype, sign=1.0):
    return sign * (sum(genotype) + 0.1 * genotype[0])


def source(name="source", sign=1.0, count=40, seed=0):
    rows = np.random.default_rng(seed).permutation(len(EVERYTHING))[:count].tolist()
    return finished(name, SPACE.name, name, [(EVERYTHING[row], value(EVERYTHING[row], sign)) for row in rows])


def search(knowledge=None, base=None):
    small = replace(base or ktnas(), embedder=OneHot())
    return small if knowledge is None else small.with_knowledge(knowledge)


def searched(method, seed=0, budget=12, evaluate=lambda task, genotype: Evaluation(value(genotype))):
    return run(PROBLEM, method, evaluate, budget=Budget(budget), seed=seed).history


class TestSource:
    def test_digest_covers_all_that_was_seen(self):
        digests = {
            source(count=n, seed=s, sign=sign).digest
            for n, s, sign in ((40, 0, 1), (39, 0, 1), (40, 1, 1), (40, 0, -1))
        }
        assert len(digests) == 4
        assert source().digest == source().digest

    def test_the_first_of_an_architecture_counts(self):
        pairs = [(EVERYTHING[i], float(i)) for i in range(6)]
        assert finished("s", "x", "t", [*pairs, (EVERYTHING[0], 9.0)]) == finished("s", "x", "t", pairs)

    @pytest.mark.parametrize(
        "seen", [[], [(EVERYTHING[i], float(i)) for i in range(4)], [(g, 1.0) for g in EVERYTHING]]
    )
    def test_too_little_is_refused(self, seen):
        with pytest.raises(ConfigurationError, match=r"nothing can be learned from mine.*at least 5 architectures"):
            finished("mine", SPACE.name, "task", seen)

    def test_records_hold_the_digest_and_not_what_was_seen(self):
        (described,) = describe(Knowledge((source(),)))["sources"]
        assert described.keys() == {"type", "name", "space", "task", "evaluations", "digest"}


class TestKnowledge:
    @pytest.mark.parametrize(("sources", "uses"), [((), ("init",)), ((source(),), ()), ((source(),), ("magic",))])
    def test_refuses_what_says_nothing(self, sources, uses):
        with pytest.raises(ConfigurationError, match="at least one source, and uses among init, mean, feature"):
            Knowledge(sources, uses)

    def test_refuses_another_space_and_names_both(self):
        other = replace(source(), space="elsewhere")
        with pytest.raises(ConfigurationError, match=r"source is of search space 'elsewhere'.*in 'categorical'"):
            informed(Knowledge((other,)), AXES)

    def test_predictions_are_standardised_and_agree_with_what_was_learned(self):
        fitted = Knowledge((source(), source("turned", -1.0))).fit(AXES)
        predictions = fitted.predictions(EVERYTHING)
        assert predictions.mean(axis=1) == pytest.approx([0, 0], abs=1e-9)
        assert predictions.std(axis=1) == pytest.approx([1, 1])
        truth = [value(genotype) for genotype in EVERYTHING]
        assert spearmanr(predictions[0], truth).statistic > 0.9
        assert spearmanr(predictions[1], truth).statistic < -0.9

    def test_predictions_do_not_depend_on_what_else_is_asked(self):
        fitted = Knowledge((source(),)).fit(AXES)
        assert fitted.predictions(EVERYTHING[3:9])[0] == pytest.approx(fitted.predictions(EVERYTHING)[0, 3:9])

    def test_a_source_of_many_observations(self):
        fitted = Knowledge((source(count=256),)).fit(AXES)
        assert len(fitted.processes[0].seen.y) == 256
        assert spearmanr(fitted.average(EVERYTHING), [value(g) for g in EVERYTHING]).statistic > 0.95

    @pytest.mark.parametrize("uses", [("init",), ("mean",), ("feature",), ("init", "mean", "feature")])
    def test_what_an_embedder_tells(self, uses):
        embedder = informed(Knowledge((source(), source("b", seed=1)), uses), AXES)
        width = EMBEDDER.embed(EVERYTHING[:1]).shape[1]
        more = 2 if "feature" in uses else 0
        assert embedder.embed(EVERYTHING[:3]).shape == (3, width + more) == (3, sum(embedder.groups))
        assert (embedder.expected(EVERYTHING[:3]) is not None) == ("mean" in uses)
        assert bool(first_choices(embedder, 5, "t", Streams(0))) == ("init" in uses)


class TestFirstChoices:
    def test_the_first_is_the_best_of_all_together(self):
        fitted = Knowledge((source(), source("b", seed=1))).fit(AXES)
        (genotype, of_source), *others = fitted.first(4, np.random.default_rng(0))
        assert of_source is None
        assert genotype == EVERYTHING[int(fitted.average(EVERYTHING).argmax())]
        assert {number for _, number in others} == {0, 1, None}
        assert len({genotype for genotype, _ in [(genotype, 0), *others]}) == 4

    def test_sources_take_turns_by_the_seed(self):
        knowledge = Knowledge(tuple(source(str(i), seed=i) for i in range(6)))
        embedder = informed(knowledge, AXES)
        orders = {tuple(n for _, n in first_choices(embedder, 5, "t", Streams(seed))) for seed in range(8)}
        assert len(orders) > 1


class TestSearch:
    def test_begins_where_sources_say(self):
        first = [trial.genotype for trial in searched(search(Knowledge((source(),))))][:5]
        assert max(value(genotype) for genotype in first) > 11
        assert np.mean([value(genotype) for genotype in first]) > 9

    def test_a_source_that_is_like_the_target_helps(self):
        cold, warm = (
            np.mean([max(t.fitness for t in searched(search(knowledge), seed, 7)) for seed in range(6)])
            for knowledge in (None, Knowledge((source(),), ("mean",)))
        )
        assert warm > cold

    def test_an_opposed_source_fades_out(self):
        method = search(Knowledge((source(sign=-1.0),)))
        (_, told) = method.learned(PROBLEM, searched(method, budget=40), 0)
        assert told.tasks["target"].weight < 0.1
        assert told.tasks["target"].agreement < -0.5

    def test_what_each_contributed(self):
        method = search(Knowledge((source(), source("turned", -1.0))))
        history = searched(method)
        together, like, unlike = method.learned(PROBLEM, history, 0)
        assert (together.source, like.source.name, unlike.source.name) == (None, "source", "turned")
        first = [g for one in (together, like, unlike) for g in one.tasks["target"].first]
        assert (
            sorted(first) == sorted(trial.genotype for trial in history[:5])
            if hasattr(history, "__getitem__")
            else first
        )
        assert like.tasks["target"].agreement > 0.5 > unlike.tasks["target"].agreement
        assert together.tasks["target"].weight == 0

    @pytest.mark.parametrize("base", [ktnas(), gp_search()])
    @pytest.mark.parametrize("uses", [("init", "mean"), ("feature",)])
    def test_same_seed_same_search(self, base, uses):
        method = search(Knowledge((source(),), uses), base)
        first, again = (searched(method, 3) for _ in range(2))
        assert list(first) == list(again)

    def test_without_sources_nothing_changes(self):
        assert "knowledge" not in describe(ktnas())
        assert search().learned(PROBLEM, searched(search()), 0) == ()

    def test_a_method_without_joint_surrogate_refuses(self):
        with pytest.raises(ConfigurationError, match="'ktnas-paper' with NoScreening cannot learn from finished"):
            ktnas_paper().with_knowledge(Knowledge((source(),)))


def test_sources_are_values():
    one = source()
    assert isinstance(one, Source)
    assert replace(one, fitness=()) == one
    assert isinstance(informed(Knowledge((one,)), AXES), Informed)
    assert JointScreening() == JointScreening()
