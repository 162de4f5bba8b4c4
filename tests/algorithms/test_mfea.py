import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.algorithms.mfea import MFEA, FixedMating, Imitation, mutated
from ktnas.errors import ConfigurationError
from ktnas.problem.population import survivors
from ktnas.problem.trial import Evaluation
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.operators import hamming


def bred(trajectory):
    """Each bred trial with the populations that it was bred from."""
    for state, told in zip(trajectory.states, trajectory.told, strict=False):
        for trial in told:
            if trial.proposal.parents:
                yield state.populations, trial


def strangers(trajectory):
    """Parents that are not members of the child's own population."""
    return [
        parent
        for populations, trial in bred(trajectory)
        for parent in trial.proposal.parents
        if parent not in {member.genotype for member in populations[trial.task]}
    ]


def test_the_best_of_each_task_survive(run_course):
    trajectory = run_course(MFEA(population=6), ("first", "second", "third"), budget=60)
    for task in ("first", "second", "third"):
        seen = [trial for trial in trajectory.trials if trial.task == task]
        assert trajectory.states[-1].populations[task] == survivors(seen, 6)


def test_asks_every_task_for_one_population_per_generation_and_for_nothing_known(run_course):
    trajectory = run_course(MFEA(population=6), budget=60)
    for asked in trajectory.asked:
        assert [sum(p.task == task for p in asked) for task in ("first", "second")] == [6, 6]
    assert not any(trial.repeat for trial in trajectory.trials)


def test_without_mating_tasks_are_searched_apart(run_course):
    trajectory = run_course(MFEA(FixedMating(0)), budget=200)
    assert len(list(bred(trajectory))) > 100
    assert not strangers(trajectory)


def test_parents_of_other_tasks_bring_children(run_course):
    assert strangers(run_course(MFEA(FixedMating(0.3)), budget=200))


def test_more_mating_brings_more_strangers(run_course):
    some, many = (len(strangers(run_course(MFEA(FixedMating(p)), budget=300))) for p in (0.1, 1.0))
    assert many > 3 * some


def test_sources_teach_and_are_not_taught(run_course):
    trajectory = run_course(
        MFEA(FixedMating(1.0)), ("first", "second", "third"), budget=100, sources=("first", "third")
    )
    assert {trial.task for populations, trial in bred(trajectory)} == {"first", "second", "third"}
    for populations, trial in bred(trajectory):
        if trial.task != "second":
            own = {member.genotype for member in populations[trial.task]}
            assert set(trial.proposal.parents) <= own
    assert strangers(trajectory)


def test_mating_helps_equal_tasks(run_course):
    def answer(task, genotype):
        return Evaluation(-float(hamming(genotype, (3, 1, 0, 2, 3))))

    def evaluations(mating, names):
        runs = [
            run_course(MFEA(mating), names, budget=1024, seed=seed, answer=answer, stop_at=dict.fromkeys(names, 0.0))
            for seed in range(15)
        ]
        return np.mean([run.result.tasks["first"].stop_reached_at for run in runs])

    assert evaluations(FixedMating(1.0), ("first", "second")) < evaluations(FixedMating(0.0), ("first", "second"))


def test_where_everything_fails_random_architectures_are_asked(run_course):
    trajectory = run_course(MFEA(population=5), budget=40, answer=lambda task, genotype: Evaluation.failed("no"))
    assert all(not trial.proposal.parents for trial in trajectory.trials)
    assert all(task.evaluations == 40 for task in trajectory.result.tasks.values())


def test_a_child_of_two_imitates_either():
    rng, drawn = np.random.default_rng(0), Imitation()
    assert {drawn.tasks(("a", "b"), True, rng) for _ in range(50)} == {(x, y) for x in "ab" for y in "ab"}
    assert {drawn.tasks(("a", "b"), False, rng) for _ in range(50)} == {("a", "b")}


@given(rate=st.floats(0, 1), seed=st.integers(0, 100))
def test_mutants_are_valid(rate, seed):
    space, rng = NASBenchGraph(), np.random.default_rng(seed)
    genotype = space.parse("0012-gcn-gat-fc-skip")
    assert space.is_valid(mutated(space, genotype, rate, rng))


def test_mutation_changes_as_many_positions_as_its_rate_says():
    space, rng = Categorical((4,) * 10), np.random.default_rng(0)
    genotype = (1,) * 10

    def changed(rate):
        return np.mean([hamming(genotype, mutated(space, genotype, rate, rng)) for _ in range(400)])

    assert changed(0.0) == 0
    assert changed(1.0) == 10
    assert abs(changed(0.2) - 2) < 0.3
    assert abs(changed(None) - 1) < 0.3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: FixedMating(1.2), "between 0 and 1; got 1.2"),
        (lambda: MFEA(population=0), "mfea needs a population of at least 1"),
        (lambda: MFEA(mutation_rate=-1), "mutation rate between 0 and 1"),
    ],
)
def test_refuses(wrong, message):
    with pytest.raises(ConfigurationError, match=message):
        wrong()
