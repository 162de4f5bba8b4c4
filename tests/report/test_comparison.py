from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Step, Trajectory
from ktnas.report.comparison import ALL_TASKS, Measure, by_case, compare, ranks_over_tasks, scores
from ktnas.report.markdown import markdown


def trajectory(*steps, evaluations=20, best_listed=10.0, failed=0):
    return Trajectory(
        "task", "accuracy", "%", False, best_listed, evaluations, failed, 0, tuple(Step(*step) for step in steps), ()
    )


def record(arm, seed, ranks, *, case="a case", until_best=False, budget=20):
    """A run whose best found on task i has rank ``ranks[i]``, found at its evaluation 10 after one of rank 99 at 1."""
    tasks = {f"t{i}": trajectory((1, 1.0, 99), (10, 10.0 - rank + 1, rank)) for i, rank in enumerate(ranks)}
    return RunRecord(arm, case, seed, budget, until_best, tasks)


def runs(arm, ranks, **options):
    return [record(arm, seed, of_run, **options) for seed, of_run in enumerate(ranks)]


class TestScores:
    def test_ranks_and_their_geometric_mean(self):
        assert scores(record("a", 0, (2, 8)), Measure.RANK) == {ALL_TASKS: pytest.approx(4.0), "t0": 2.0, "t1": 8.0}

    def test_earlier(self):
        assert scores(record("a", 0, (2,)), Measure.RANK, at=9) == {"t0": 99.0}
        assert scores(record("a", 0, (2,)), Measure.FITNESS, at=10) == {"t0": 9.0}

    def test_fitness_has_no_sum_over_tasks(self):
        assert scores(record("a", 0, (2, 8)), Measure.FITNESS) == {"t0": 9.0, "t1": 3.0}

    def test_evaluations_and_their_sum(self):
        run = record("a", 0, (1, 2))  # the best listed fitness, 10, is rank 1: found at 10, and not at all in 20
        assert scores(run, Measure.EVALUATIONS) == {ALL_TASKS: 30.0, "t0": 10.0, "t1": 20.0}
        assert scores(run, Measure.EVALUATIONS, at=8) == {ALL_TASKS: 16.0, "t0": 8.0, "t1": 8.0}

    def test_a_task_without_success_is_absent_and_leaves_no_mean(self):
        run = replace(record("a", 0, (2, 8)), tasks={"t0": trajectory((1, 5.0, 3)), "t1": trajectory(failed=20)})
        assert scores(run, Measure.RANK) == {"t0": 3.0}


class TestMeasure:
    def test_is_what_the_runs_were_for(self):
        (by_rank,) = compare(runs("a", [(2,), (3,)]))
        (until,) = compare(runs("a", [(2,), (1,)], until_best=True))
        unranked = [
            replace(r, tasks={"t0": trajectory((1, 5.0, None), best_listed=None)}) for r in runs("a", [(1,), (1,)])
        ]
        (by_fitness,) = compare(unranked)
        measures = [c.measure for c in (by_rank, until, by_fitness)]
        assert measures == [Measure.RANK, Measure.EVALUATIONS, Measure.FITNESS]

    def test_only_the_last_step_needs_a_rank(self):
        run = replace(record("a", 0, (1,)), tasks={"t0": trajectory((1, 5.0, None), (2, 6.0, 3))})
        (found,) = compare([run])
        assert found.measure is Measure.RANK
        assert found.cell("a", "t0").mean == 3.0


class TestCells:
    def test_by_hand(self):
        (found,) = compare([*runs("a", [(1, 4), (4, 4), (16, 4)]), *runs("b", [(2, 2)] * 3)])
        assert found.arms == ("a", "b")
        assert found.tasks == (ALL_TASKS, "t0", "t1")
        cell = found.cell("a", "t0")
        assert (cell.runs, cell.mean, cell.median, cell.found) == (3, 7.0, 4.0, None)
        assert cell.interval is None
        assert found.cell("a", ALL_TASKS).mean == pytest.approx((2 + 4 + 8) / 3)
        assert found.at == 20

    @pytest.mark.parametrize(("count", "known"), [(1, False), (4, False), (5, True), (9, True)])
    def test_intervals_from_five_runs_on(self, count, known):
        (found,) = compare(
            [*runs("a", [(2 + i % 7,) for i in range(count)]), *runs("b", [(i + 1,) for i in range(count)])]
        )
        interval = found.cell("a", "t0").interval
        assert (interval is not None) is known
        assert (found.differences[0].test.known_interval is not None) is known
        if interval is not None:
            assert 2 <= interval.low < found.cell("a", "t0").mean < interval.high <= 8

    def test_equal_runs_are_one(self):
        (found,) = compare([*runs("same", [(3,)] * 10), *runs("too", [(4,)] * 10), *runs("not", [(3,)] * 9 + [(5,)])])
        assert found.equal == ("same", "too")
        cell = found.cell("same", "t0")
        assert (cell.runs, cell.mean, cell.interval) == (1, 3.0, None)
        assert found.cell("not", "t0").runs == 10
        pairs = {difference.arm: difference.test.pairs for difference in found.differences}
        assert pairs == {"too": 1, "not": 10}
        assert all(difference.verdict == "not significant" for difference in found.differences)
        text = markdown(found)
        assert "All runs of same; too are equal whatever the seed, and count as one." in text
        assert "Intervals are given from 5 runs on." in text
        assert "| 3 / 3 " in text

    def test_share_that_found_the_best(self):
        found = compare(runs("a", [(1, 1), (1, 2), (2, 1), (1, 1)], until_best=True))[0]
        assert [found.cell("a", task).found for task in found.tasks] == [0.5, 0.75, 0.75]
        assert found.cell("a", "t0").mean == (10 + 10 + 20 + 10) / 4
        earlier = compare(runs("a", [(1, 1), (1, 2)], until_best=True), at=9)[0]
        assert [earlier.cell("a", task).found for task in earlier.tasks] == [0.0] * 3
        assert earlier.at == 9

    def test_an_arm_without_a_task_has_no_cell(self):
        (found,) = compare([*runs("a", [(1, 2)]), *runs("b", [(1,)])])
        assert found.cell("b", "t1") is None
        assert found.cell("b", ALL_TASKS) is None


class TestDifferences:
    better = (*runs("base", [(i + 2,) for i in range(8)]), *runs("good", [(1,) for _ in range(8)]))

    def test_lower_ranks_are_better(self):
        (found,) = compare(self.better)
        (difference,) = found.differences
        assert (difference.arm, difference.task, difference.verdict) == ("good", "t0", "better")
        assert difference.effect == 1.0
        assert difference.test.difference == pytest.approx(1 - 5.5)
        assert difference.p == stats.wilcoxon([1 - (i + 2) for i in range(8)]).pvalue

    def test_a_baseline_is_found_by_what_its_name_begins_with(self):
        varied = [*runs("other", [(5,)]), *runs("k, transfer rank", [(1,)]), *runs("k, transfer none", [(2,)])]
        assert compare(varied, baseline="k")[0].baseline == "k, transfer rank"
        assert compare(varied, baseline="k, transfer none")[0].baseline == "k, transfer none"
        with pytest.raises(
            UnknownNameError, match=r"unknown arm 'k, transfer'.* Known: other, .*k, transfer rank.*k, transfer none"
        ):
            compare(varied, baseline="k, transfer")

    def test_from_another_baseline(self):
        (found,) = compare(self.better, baseline="good")
        (difference,) = found.differences
        assert (difference.arm, difference.effect, difference.verdict) == ("base", -1.0, "worse")

    def test_higher_fitness_is_better(self):
        unranked = [
            replace(r, tasks={"t0": trajectory((1, float(r.seed + 5 * (r.arm == "good")), None), best_listed=None)})
            for r in self.better
        ]
        (difference,) = compare(unranked)[0].differences
        assert (difference.arm, difference.test.difference, difference.verdict) == ("good", 5.0, "better")

    def test_pairs_are_the_shared_seeds(self):
        (found,) = compare([*self.better[:8], *self.better[10:]])
        assert found.differences[0].test.pairs == 6
        assert found.differences[0].test.difference == pytest.approx(1 - np.mean(range(4, 10)))

    def test_order_of_the_records_does_not_matter(self):
        assert compare(self.better)[0].differences == compare([*self.better[:8], *self.better[:7:-1]])[0].differences

    def test_no_shared_seed_no_difference(self):
        (found,) = compare([*self.better[:4], *self.better[12:]])
        assert found.differences == ()

    def test_holm_over_arms_and_tasks_and_apart_over_all_tasks(self):
        arms = [
            *runs("base", [(i + 2, 5) for i in range(8)]),
            *runs("good", [(1, 5 - (i < 6)) for i in range(8)]),
            *runs("same", [(i + 2, 5) for i in range(8)]),
        ]
        (found,) = compare(arms)
        by_place = {(d.arm, d.task): d for d in found.differences}
        assert by_place["good", "t0"].p == pytest.approx(4 * by_place["good", "t0"].test.p)
        assert by_place["good", "t1"].p == pytest.approx(3 * by_place["good", "t1"].test.p)
        assert by_place["good", ALL_TASKS].p == pytest.approx(2 * by_place["good", ALL_TASKS].test.p)
        assert by_place["same", "t0"].verdict == "not significant"


class TestMistakes:
    def test_nothing_to_compare(self):
        with pytest.raises(ConfigurationError, match="no finished runs"):
            compare([])

    def test_unknown_baseline(self):
        with pytest.raises(UnknownNameError, match="unknown arm 'goood'; did you mean 'good'"):
            compare(TestDifferences.better, baseline="goood")

    def test_no_evaluations(self):
        with pytest.raises(ConfigurationError, match="at least 1 evaluation"):
            compare(TestDifferences.better, at=0)


class TestMeanRanks:
    def test_every_task_of_every_case_is_a_block(self):
        arms = {"a": (1, 3), "b": (2, 2), "c": (3, 1)}
        records = [r for arm, ranks in arms.items() for case in "xyz" for r in runs(arm, [ranks] * 2, case=case)]
        found = ranks_over_tasks(compare(records))
        assert found.blocks == 6
        assert dict(zip(found.names, found.ranks, strict=True)) == {"a": 2.0, "b": 2.0, "c": 2.0}

    def test_directions_are_respected(self):
        unranked = [
            replace(r, tasks={"t0": trajectory((1, float(ord(r.arm)), None), best_listed=None)}, case=case)
            for case in ("x", "y")
            for arm in "abc"
            for r in runs(arm, [(1,)] * 2)
        ]
        assert ranks_over_tasks(compare(unranked)).names == ("c", "b", "a")

    def test_tasks_that_an_arm_lacks_are_no_blocks(self):
        records = [r for arm in "abc" for r in runs(arm, [(1, 2, 3)[: 3 if arm != "c" else 2]] * 2)]
        assert ranks_over_tasks(compare(records)).blocks == 2

    @pytest.mark.parametrize("arms", ["ab", "a"])
    def test_too_few_arms(self, arms):
        assert ranks_over_tasks(compare([r for arm in arms for r in runs(arm, [(1, 2)] * 2)])) is None

    def test_too_few_tasks(self):
        assert ranks_over_tasks(compare([r for arm in "abc" for r in runs(arm, [(1,)] * 2)])) is None


def test_of_two_runs_of_one_place_the_later_counts():
    first, second = record("a", 0, (5,)), record("a", 0, (6,))
    assert by_case([first, second]) == {"a case": {"a": {0: second}}}
