import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.problem.population import survivors
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.transfer.outcome import Outcome, judged


def migrant(number, fitness, generation=3):
    evaluation = Evaluation.failed("diverged") if fitness is None else Evaluation(float(fitness))
    return Trial(generation, Proposal("target", (number,), source_task="donor"), evaluation)


def child(number, fitness, *parents):
    return Trial(3, Proposal("target", (number,), tuple((p,) for p in parents)), Evaluation(float(fitness)))


def old(number, fitness):
    return Trial(1, Proposal("target", (number,)), Evaluation(float(fitness)))


OLD = tuple(old(number, 100 - number) for number in range(10))


def labels(trials, population=(), size=10, ratio=0.2):
    return [o.positive for o in judged(trials, survivors((*population, *trials), size), ratio)]


def test_a_child_among_the_best_makes_its_parent_positive():
    trials = [migrant(50, 1), migrant(51, 1), child(60, 99.5, 51), child(61, 5, 50)]
    assert judged(trials, survivors((*OLD, *trials), 10), 0.2) == (
        Outcome(3, (50,), "donor", positive=False),
        Outcome(3, (51,), "donor", positive=True),
    )


def test_the_migrant_itself_is_not_judged():
    assert labels([migrant(50, 500), child(60, 1, 50)], OLD) == [False]


def test_a_poor_migrant_with_one_good_child_is_positive():
    assert labels([migrant(50, -500), child(60, 1, 50), child(61, 200, 50)], OLD) == [True]


def test_a_failed_migrant_without_children_is_negative():
    assert labels([migrant(50, None), child(60, 200, 3)], OLD) == [False]


def test_both_parents_of_a_crossover_are_credited():
    assert labels([migrant(50, 1), migrant(51, 1), migrant(52, 1), child(60, 200, 51, 50)], OLD) == [True, True, False]


def test_a_migrant_is_no_child_even_where_it_names_parents():
    moved = Trial(3, Proposal("target", (60,), ((50,),), "donor"), Evaluation(200.0))
    assert labels([migrant(50, 1), moved], OLD) == [False, False]


def test_without_migrants_nothing_is_judged():
    assert judged([child(60, 200, 1)], OLD, 0.2) == ()


@pytest.mark.parametrize(
    ("size", "ratio", "best"),
    [
        (10, 0.2, 2),
        (10, 0.1, 1),
        (10, 0.01, 1),
        (10, 0.29, 2),
        (100, 0.29, 29),
        (10, 0.3, 3),
        (10, 0.7, 7),
        (5, 0.2, 1),
        (5, 1.0, 5),
        (3, 0.5, 1),
    ],
)
def test_how_many_are_the_best(size, ratio, best):
    # 0.29 * 100 is 28.999999999999996 in floating point; the share is meant as it is written
    for place in range(size):
        population = [old(1000 + number, 100 - number) for number in range(size - 1)]
        trials = [migrant(50, -1000), child(60, 100.5 - place, 50)]
        assert labels(trials, population, size, ratio) == [place < best]


@given(st.data())
def test_labels_depend_on_nothing_but_genotypes_parents_and_places(data):
    count = data.draw(st.integers(1, 4))
    migrants = [migrant(50 + i, data.draw(st.integers(-5, 5))) for i in range(count)]
    children = [
        child(
            60 + i, data.draw(st.integers(85, 110)), *data.draw(st.lists(st.integers(48, 54), min_size=1, max_size=2))
        )
        for i in range(data.draw(st.integers(1, 6)))
    ]
    population = survivors((*OLD, *migrants, *children), 10)
    best = [t.genotype for t in population[:2]]
    expected = [any(m.genotype in c.proposal.parents and c.genotype in best for c in children) for m in migrants]
    assert [o.positive for o in judged([*migrants, *children], population, 0.2)] == expected
    assert judged([*children, *migrants], population, 0.2) == judged([*migrants, *children], population, 0.2)
