from dataclasses import replace

import pytest

from ktnas.algorithms.beliefs import Belief, Offered, Predicted
from ktnas.algorithms.presets import gp_search, ktnas, ktnas_paper
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import DataError
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Callback
from ktnas.problem.task import Problem
from ktnas.records.beliefs import BELIEFS, BeliefLog, decode, encode, read_beliefs
from ktnas.records.recordings import read_recordings
from ktnas.records.run_directory import RunDirectory
from ktnas.runner import session
from ktnas.runner.experiment import Experiment
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical

BELIEF = Belief(
    7, 2, ("a", "b"), ((1.0, 0.25), (0.25, 1.0)), (Predicted("a", (1, 2), 0.5, 0.25),), (Offered("a", "b", 3, 1),)
)


PAPER = replace(ktnas_paper(), embedder=OneHot(), population=4, offspring=4)


def experiment(search=None, budget=9):
    tasks = {"threes": lambda code: float(code.count(3)), "sum": lambda code: float(sum(code))}
    benchmark = FunctionBenchmark(Categorical((4,) * 5), tasks)
    return Experiment(benchmark, Problem(benchmark.space, benchmark.tasks), search or ktnas(), Budget(budget))


def test_a_line_comes_back():
    assert decode(encode(BELIEF)) == BELIEF
    assert BELIEF.between("b", "a") == 0.25
    assert BELIEF.between("a", "c") is None
    assert Belief(0, 0).empty


@pytest.mark.parametrize("line", ["[]", "{}", encode(BELIEF).replace("[0.25, 1.0]", "[0.25]"), encode(BELIEF)[:-9]])
def test_what_is_none_is_refused(line):
    with pytest.raises(DataError, match="no belief"):
        decode(line)


def test_what_stands_there_is_not_written_again(tmp_path):
    for _ in range(2):
        log = BeliefLog(tmp_path)
        log.append(BELIEF)
        log.close()
    assert read_beliefs(tmp_path) == (BELIEF,)
    (tmp_path / BELIEFS).write_text("nonsense\n")
    with pytest.raises(DataError, match="may be removed"):
        BeliefLog(tmp_path).append(BELIEF)


def test_listening_changes_nothing_that_is_asked():
    for search in (ktnas(), gp_search(), PAPER):
        made = experiment(search)
        told = []

        def trials(search, made=made):
            found = run(made.problem, search, made.benchmark.evaluate, budget=made.budget, seed=3)
            return list(found.history)

        assert trials(search.with_listener(told.append)) == trials(search)
        assert told
        assert any(belief.correlation for belief in told) == (search.name == "ktnas")
        assert any(belief.predicted for belief in told) == (search.name != "ktnas-paper")


class Cut(Callback):
    def __init__(self, generation):
        self.generation = generation

    def generation_finished(self, progress):
        return progress.generation == self.generation


def test_a_run_that_was_cut_off_leaves_the_same_as_one_that_was_not(tmp_path):
    session.search_once(experiment(), 1, RunDirectory(tmp_path / "whole"))
    session.search_once(experiment(), 1, RunDirectory(tmp_path / "cut"), Cut(2))
    session.search_once(experiment(), 1, RunDirectory(tmp_path / "cut"))
    for name in (BELIEFS, "trials.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert len(read_beliefs(tmp_path / "whole")) > 3


def test_outcomes_are_those_that_the_search_has_judged(tmp_path):
    summary = session.search_once(experiment(PAPER, 24), 0, RunDirectory(tmp_path))
    recordings = read_recordings(tmp_path)
    outcomes = recordings.outcomes(recordings.runs[0])
    for task, told in summary["tasks"].items():
        own = outcomes.get(task, ())
        assert sum(one.positive for one in own) == told["transfers"]["positive"]
        assert sum(not one.positive for one in own) == told["transfers"]["negative"]
    assert sum(map(len, outcomes.values())) > 2
