"""The one fold over trials: it equals brute force, whatever the trials, and grows only where a task improves."""

import pickle
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ktnas.problem.progress import NewBest, TaskProgress, Transfers, progress_of
from ktnas.problem.trial import Evaluation, Proposal, Trial

FITNESS = st.one_of(st.none(), st.integers(-3, 3).map(float))


def trial(task, fitness, *, repeat=False, source=None, cost_s=1.0, gene=0):
    evaluation = Evaluation.failed("no", cost_s) if fitness is None else Evaluation(fitness, cost_s)
    return Trial(0, Proposal(task, (gene,), source_task=source), evaluation, repeat)


TRIALS = st.lists(
    st.builds(
        lambda task, fitness, repeat, source, gene: trial(task, fitness, repeat=repeat, source=source, gene=gene),
        st.sampled_from("ab"),
        FITNESS,
        st.booleans(),
        st.sampled_from([None, "b"]),
        st.integers(0, 99),
    ),
    max_size=40,
)


@given(TRIALS, st.one_of(st.just(float("inf")), st.integers(-3, 3).map(float)))
def test_the_fold_equals_brute_force(trials, stop_at):
    found = progress_of(trials, "abc", {"a": stop_at})
    for task in "abc":
        own = [t for t in trials if t.task == task and not t.repeat]
        values = [float("-inf") if t.fitness is None else t.fitness for t in own]
        better = [i for i, t in enumerate(own) if t.fitness is not None and values[i] > max(values[:i], default=-99)]
        reached = [i + 1 for i in better if task == "a" and values[i] >= stop_at]
        progress = found[task]
        assert progress.evaluations == len(own)
        assert progress.failed == sum(t.fitness is None for t in own)
        assert progress.cost_s == sum(t.evaluation.cost_s for t in own)
        assert progress.transfers == Transfers(proposed=sum(t.proposal.source_task is not None for t in own))
        assert progress.improvements == tuple(NewBest(i + 1, own[i], values[i]) for i in better)
        assert progress.best is (own[better[-1]] if better else None)
        assert progress.fitness == (values[better[-1]] if better else None)
        assert progress.evaluations_to_best == (better[-1] + 1 if better else 0)
        assert progress.stop_reached_at == (reached[0] if reached else None)
        best_after = [max(values[: i + 1]) for i in range(len(own))]
        assert progress.incumbents() == [None if value == float("-inf") else value for value in best_after]


@given(TRIALS, st.integers(0, 40))
def test_it_does_not_matter_where_the_fold_is_cut(trials, cut):
    first = progress_of(trials[:cut], "ab")
    for one in trials[cut:]:
        first[one.task] = first[one.task].after(one)
    assert first == progress_of(trials, "ab")


def test_what_has_come_changes_nothing_that_was():
    before = TaskProgress()
    assert before.after(trial("a", 1.0)) != before == TaskProgress()
    one = before.after(trial("a", 1.0))
    assert one.after(trial("a", 9.0, repeat=True)) is one
    assert one.after(trial("a", 1.0)).improvements is one.improvements


def test_a_task_is_closed_by_its_fitness_or_by_silence():
    assert not TaskProgress(5).closed
    assert replace(TaskProgress(5), exhausted=True).closed
    assert TaskProgress().after(trial("a", 2.0), stop_at=2.0).closed
    assert not TaskProgress().after(trial("a", 1.9), stop_at=2.0).closed


def test_judged_transfers_leave_what_was_proposed():
    assert Transfers(proposed=5).judged([True, False, True], 4) == Transfers(5, 2, 1, 4)
    assert Transfers(proposed=5, positive=9, negative=9).judged([], 0) == Transfers(5)


def test_trials_of_other_tasks_are_left_out():
    assert progress_of([trial("z", 1.0)], "a") == {"a": TaskProgress()}


def test_progress_travels_to_another_process():
    progress = progress_of([trial("a", 1.0), trial("a", 2.0)], "a")
    assert pickle.loads(pickle.dumps(progress)) == progress
