import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.benchmarks.base import Standing
from ktnas.benchmarks.table import Fidelity, TableBenchmark, TaskRecord, listed_space
from ktnas.errors import DataError, UnknownNameError
from ktnas.problem.task import Task
from ktnas.problem.trial import Evaluation
from ktnas.records.digest import table_digest
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((2, 3))
GENOTYPES = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1))
NAN = math.nan


def record(name, values, **fields):
    return TaskRecord(Task(name), np.array(values, dtype=float), **fields)


def benchmark(*records, genotypes=GENOTYPES, **fields):
    return TableBenchmark("toy", listed_space(SPACE, genotypes), genotypes, records, **fields)


@pytest.fixture
def toy():
    a = record(
        "a",
        [3.0, 5.0, NAN, 5.0, 1.0],
        failures={2: "diverged"},
        cost_s=np.arange(5.0),
        metrics={"test_accuracy": np.array([30.0, 50.0, 20.0, NAN, 10.0])},
        complexity={"params_M": np.array([1.0, 2.0, 3.0, 4.0, 5.0])},
    )
    b = record("b", [NAN, 1.0, 2.0, 3.0, NAN], listed=np.array([False, True, True, True, False]))
    return benchmark(a, b, labels=("p", "q", "r", "s", "t"))


def test_evaluation_gives_validation_fitness_and_cost_only(toy):
    assert toy.evaluate("a", (0, 1)) == Evaluation(5.0, 1.0)
    assert type(toy.evaluate("a", (0, 1)).fitness) is float


def test_failed_unlisted_and_unknown_architectures_are_failed_evaluations(toy):
    assert toy.evaluate("a", (0, 2)) == Evaluation(None, error="diverged")
    assert toy.evaluate("b", (0, 0)) == Evaluation(None, error="the table does not list it for 'b'")
    assert toy.evaluate("a", (1, 2)) == Evaluation(None, error="architecture (1, 2) is not listed in toy")


def test_ranks_with_ties_count_strictly_better_ones(toy):
    assert [toy.report("a", g).rank for g in GENOTYPES] == [3, 1, None, 1, 4]
    assert [toy.report("a", g).regret for g in GENOTYPES] == [2.0, 0.0, None, 0.0, 4.0]
    assert toy.best_fitness("a") == 5.0


def test_reports_leave_out_what_is_no_number(toy):
    assert toy.report("a", (0, 1)).metrics == {"test_accuracy": 50.0, "params_M": 2.0}
    assert toy.report("a", (1, 0)).metrics == {"params_M": 4.0}
    assert toy.report("a", (0, 2)) == toy.report("a", (1, 2)) == Standing()


def test_labels_stand_as_in_the_table(toy):
    assert [toy.label(g) for g in GENOTYPES] == list("pqrst")
    assert toy.label((1, 2)) == "12"
    assert benchmark(record("a", range(5))).label((1, 1)) == "11"


def test_an_unknown_task_is_named_everywhere(toy):
    calls = [
        lambda: toy.evaluate("aa", (0, 0)),
        lambda: toy.report("aa", (0, 0)),
        lambda: toy.best_fitness("aa"),
        lambda: toy.restricted(("a", "aa")),
    ]
    for call in calls:
        with pytest.raises(UnknownNameError, match="unknown task 'aa' of toy"):
            call()


def test_restriction_keeps_the_order_asked_for_and_what_all_tasks_list(toy):
    both = toy.restricted(("b", "a"))
    assert [task.name for task in both.tasks] == ["b", "a"]
    assert isinstance(both.space, ListedSpace)
    assert both.space.base is SPACE
    assert both.space.genotypes == both.genotypes == ((0, 1), (0, 2), (1, 0))
    assert both.notes == (
        "3 of 5 architectures are listed for all of b, a: the search, ranks and regrets stay among those.",
    )
    assert both.evaluate("a", (0, 2)).error == "diverged"
    assert both.evaluate("a", (1, 0)) == Evaluation(5.0, 3.0)
    assert both.report("a", (1, 0)) == Standing(1, 0.0, {"params_M": 4.0})
    assert both.label((1, 0)) == "s"
    assert both.best_fitness("b") == 3.0


def test_restriction_to_tasks_that_list_everything_keeps_the_space(toy):
    alone = toy.restricted(("a",))
    assert alone.space is toy.space
    assert alone.notes == ()
    assert [task.name for task in alone.tasks] == ["a"]


def test_fewer_tasks_of_a_restriction_are_searched_where_they_would_be_without_it(toy):
    both = toy.restricted(("b", "a"))
    again = both.restricted(("a",))
    assert again.space is toy.space
    assert again.genotypes == toy.genotypes
    assert again.notes == ()
    with pytest.raises(UnknownNameError, match="unknown task 'b' of toy"):
        again.restricted(("b",))


def test_a_changed_copy_of_a_restriction_is_restricted_by_itself(toy):
    copy = replace(toy.restricted(("b", "a")), name="copy", notes=())
    assert copy.restricted(("a",)).name == "copy"
    assert len(copy.restricted(("a",)).genotypes) == 3


def test_tasks_without_a_common_architecture_cannot_be_searched_together():
    one = np.array([True, False, False, False, False])
    a = record("a", [1, NAN, NAN, NAN, NAN], listed=one)
    b = record("b", [NAN, 1, 1, 1, 1], listed=~one)
    with pytest.raises(DataError, match="tasks a, b of toy list no architecture in common"):
        benchmark(a, b).restricted(("a", "b"))


def test_a_task_whose_rows_all_failed_is_an_error():
    with pytest.raises(DataError, match="task 'a' has no finite fitness in 5 rows"):
        record("a", [NAN] * 5)


def test_an_architecture_listed_twice_is_named():
    genotypes = (*GENOTYPES[:4], (0, 1))
    with pytest.raises(DataError, match=r"lists an architecture twice: 'q' in row 2, 'again' in row 5"):
        benchmark(record("a", range(5)), genotypes=genotypes, labels=("p", "q", "r", "s", "again"))


def test_columns_must_agree_in_length():
    with pytest.raises(DataError, match="columns of task 'a' differ in length"):
        record("a", range(5), cost_s=np.arange(4.0))
    with pytest.raises(DataError, match=r"columns of different lengths \[4, 5\]"):
        benchmark(record("a", range(4)))


def test_the_whole_space_is_itself_and_a_part_is_listed():
    every = tuple((i, j) for i in range(2) for j in range(3))
    assert listed_space(SPACE, every) is SPACE
    assert isinstance(listed_space(SPACE, every[1:]), ListedSpace)


@given(st.lists(st.integers(-3, 3).map(float) | st.just(NAN), min_size=6, max_size=6))
def test_rank_and_regret_are_what_counting_gives(values):
    finite = [value for value in values if not math.isnan(value)]
    if not finite:
        return
    genotypes = tuple((i, j) for i in range(2) for j in range(3))
    toy = benchmark(record("a", values), genotypes=genotypes)
    for value, genotype in zip(values, genotypes, strict=True):
        standing = toy.report("a", genotype)
        if math.isnan(value):
            assert standing.rank is None
        else:
            assert standing.rank == 1 + sum(other > value for other in finite)
            assert standing.regret == max(finite) - value


@pytest.fixture
def schedules():
    return benchmark(
        record(
            "a",
            [3.0, 5.0, 4.0, 1.0, 2.0],
            cost_s=np.full(5, 200.0),
            metrics={"test_accuracy": np.arange(5.0)},
            epochs=200,
            fidelities={12: Fidelity(np.array([9.0, 7.0, NAN, 8.0, 6.0]), {2: "diverged"}, np.full(5, 12.0))},
        )
    )


def test_a_search_at_fewer_epochs_sees_and_pays_for_these_alone(schedules):
    cheap = schedules.at_fidelity(12)
    assert cheap.evaluate("a", (0, 0)) == Evaluation(9.0, 12.0)
    assert cheap.evaluate("a", (0, 2)) == Evaluation(None, error="diverged")
    assert cheap.best_fitness("a") == 9.0
    assert cheap.tasks[0].metric == f"{schedules.tasks[0].metric} after 12 epochs"


def test_and_is_judged_by_the_full_trainings(schedules):
    cheap = schedules.at_fidelity(12)
    assert cheap.report("a", (0, 0)) == Standing(3, 2.0, {"valid_at_200_epochs": 3.0, "test_accuracy": 0.0})
    assert cheap.report("a", (0, 2)).rank == 2  # it has failed after 12 epochs alone
    assert cheap.listed("a") == 5
    assert cheap.notes[-1] == (
        "The search sees validation fitness after 12 epochs and pays for these; ranks, regrets and test metrics are of "
        "trainings of 200 epochs."
    )
    assert schedules.report("a", (0, 0)) == Standing(3, 2.0, {"test_accuracy": 0.0})


def test_a_part_of_it_stays_at_its_fidelity(schedules):
    whole = benchmark(*schedules.at_fidelity(12).records, record("b", [1.0] * 5, listed=np.arange(5) > 2))
    part = whole.restricted(("a", "b"))
    assert [part.evaluate("a", genotype).fitness for genotype in part.genotypes] == [8.0, 6.0]
    assert part.report("a", part.genotypes[0]).metrics["valid_at_200_epochs"] == 1.0
    assert part.record("a").fidelities[12].fitness.tolist() == [8.0, 6.0]


def test_the_full_length_is_no_other_benchmark(schedules):
    assert schedules.at_fidelity(200) is schedules


def test_lengths_that_a_table_has_not_are_refused(schedules, toy):
    with pytest.raises(DataError, match="'a' has no fitness after 13 epochs: it has 12, 200"):
        schedules.at_fidelity(13)
    with pytest.raises(DataError, match="no fitness after 12 epochs: it records one training of each"):
        toy.at_fidelity(12)


def test_what_is_searched_after_fewer_epochs_stays_so(schedules):
    with pytest.raises(DataError, match="searched after fewer epochs already: give either TASK@EPOCHS or --fidelity"):
        schedules.at_fidelity(12).at_fidelity(12)


def test_digests_tell_fidelities_apart(schedules):
    digests = {table_digest(one) for one in (schedules, schedules.at_fidelity(12))}
    assert len(digests) == 2
