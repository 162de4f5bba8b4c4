import json
import os
from dataclasses import replace

import pytest

from ktnas.algorithms.presets import ktnas_paper
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.records.sweep_log import RUNS_FILE, RunRecord, SweepLog, decode, encode, read_records
from ktnas.records.trajectory import Move, Step, Trajectory, case_title, trajectories
from ktnas.runner.loop import run
from ktnas.spaces.nasbench201 import NASBench201

STEPS = (Step(1, -2.0, 9), Step(4, -1.5, 2))
TRAJECTORY = Trajectory("task", "loss", "", True, -1.5, 6, 1, 3, STEPS, (Move(2, 5, "other", 40, None),))
RECORD = RunRecord("an arm", "a case", 7, 6, False, {"a": TRAJECTORY}, 1.25, 1.0, "abc")


def told(benchmark, result):
    return trajectories(benchmark, result.problem, result.history, result.tasks, result.outcomes)


class TestTrajectory:
    def test_incumbent_after_so_many_evaluations(self):
        assert [TRAJECTORY.at(n) for n in (0, 1, 3, 4, 99)] == [None, STEPS[0], STEPS[0], STEPS[1], STEPS[1]]

    def test_when_the_best_listed_was_found(self):
        assert TRAJECTORY.optimum_at == 4
        assert replace(TRAJECTORY, best_listed=-1.0).optimum_at is None
        assert replace(TRAJECTORY, best_listed=None).optimum_at is None
        assert replace(TRAJECTORY, steps=()).optimum_at is None


class TestLine:
    def test_there_and_back(self):
        line = encode(RECORD, "key")
        assert "\n" not in line
        assert decode(line) == ("key", RECORD)

    def test_plain_json(self):
        plain = json.loads(encode(RECORD, "key"))
        assert plain["tasks"]["a"]["steps"] == [[1, -2.0, 9], [4, -1.5, 2]]
        assert plain["tasks"]["a"]["moves"] == [[2, 5, "other", 40, None]]
        assert (plain["arm"], plain["seed"], plain["key"]) == ("an arm", 7, "key")

    @pytest.mark.parametrize("line", ["", "{}", "[1]", '{"key": "a", "tasks": {"b": {}}}', '{"key":"a","tasks":[]}'])
    def test_no_run(self, line):
        with pytest.raises(DataError, match="no run but"):
            decode(line)

    def test_a_run_without_tasks_is_refused(self):
        plain = json.loads(encode(RECORD, "key"))
        with pytest.raises(DataError, match="at least one task"):
            decode(json.dumps({**plain, "tasks": {}}))

    def test_an_unknown_field_is_refused(self):
        plain = json.loads(encode(RECORD, "key"))
        with pytest.raises(DataError, match="colour"):
            decode(json.dumps({**plain, "colour": "red"}))


class TestLog:
    def test_kept_by_key(self, tmp_path):
        log = SweepLog(tmp_path / "new" / "directory")
        log.append("k1", RECORD)
        log.append("k2", replace(RECORD, seed=8))
        log.append("k1", replace(RECORD, wall_s=9.0))
        log.close()
        found = read_records(tmp_path / "new" / "directory" / RUNS_FILE)
        assert found == {"k1": replace(RECORD, wall_s=9.0), "k2": replace(RECORD, seed=8)}

    def test_a_record_is_synced_before_it_counts(self, tmp_path, monkeypatch):
        log = SweepLog(tmp_path)
        sizes = []
        monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append((os.fstat(descriptor).st_size, *log.records)))
        log.append("k1", RECORD)
        log.close()
        assert sizes == [((tmp_path / RUNS_FILE).stat().st_size,)]

    def test_a_line_that_was_cut_off_is_written_over(self, tmp_path):
        log = SweepLog(tmp_path)
        log.append("k1", RECORD)
        log.close()
        path = tmp_path / RUNS_FILE
        whole = path.read_bytes()
        path.write_bytes(whole + encode(RECORD, "k2").encode()[:50])
        assert list(read_records(path)) == ["k1"]
        log = SweepLog(tmp_path)
        assert list(log.records) == ["k1"]
        log.append("k3", RECORD)
        log.close()
        assert list(read_records(path)) == ["k1", "k3"]
        assert path.read_bytes().startswith(whole)

    def test_opening_alone_changes_nothing(self, tmp_path):
        path = tmp_path / RUNS_FILE
        path.write_bytes(encode(RECORD, "k1").encode() + b"\nhalf")
        before = path.read_bytes()
        SweepLog(tmp_path).close()
        assert path.read_bytes() == before

    def test_damage_is_named(self, tmp_path):
        (tmp_path / RUNS_FILE).write_text(encode(RECORD, "k1") + "\nnonsense\n")
        with pytest.raises(DataError, match=r"runs.jsonl, line 2: no run but 'nonsense'"):
            SweepLog(tmp_path)
        SweepLog(tmp_path / "other").close()  # the damaged file is not held open or locked

    def test_one_writer_at_a_time(self, tmp_path):
        log = SweepLog(tmp_path)
        with pytest.raises(ConfigurationError, match="another process is writing"):
            SweepLog(tmp_path)
        log.close()
        SweepLog(tmp_path).close()

    def test_a_place_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigurationError, match="cannot write"):
            SweepLog(tmp_path / "file")


class TestFromARun:
    def result(self, search, budget=25):
        tasks = {"threes": lambda code: code.count(3), "twos": lambda code: code.count(2)}
        benchmark = FunctionBenchmark(NASBench201(), tasks)
        problem = Problem(benchmark.space, benchmark.tasks)
        return benchmark, run(problem, search, benchmark.evaluate, budget=Budget(budget), seed=1)

    def test_steps_are_the_improvements(self):
        benchmark, result = self.result(RegularizedEvolution())
        for name, trajectory in told(benchmark, result).items():
            fitness = [trial.fitness for trial in result.history.evaluated(name)]
            assert trajectory.evaluations == len(fitness) == 25
            expected = [(i + 1, f) for i, f in enumerate(fitness) if all(f > earlier for earlier in fitness[:i])]
            assert [(step.evaluation, step.fitness) for step in trajectory.steps] == expected
            assert trajectory.moves == ()
            assert trajectory.best_listed is None

    @pytest.mark.slow
    def test_moves_are_the_migrants_with_their_labels(self):
        benchmark, result = self.result(ktnas_paper(), budget=60)
        found = told(benchmark, result)
        for name, trajectory in found.items():
            counts = result.tasks[name].transfers
            assert len(trajectory.moves) == counts.proposed > 0
            assert sum(move.positive is True for move in trajectory.moves) == counts.positive
            assert sum(move.positive is False for move in trajectory.moves) == counts.negative
            trials = result.history.evaluated(name)
            assert all(trials[move.evaluation - 1].proposal.source_task == move.source for move in trajectory.moves)

    def test_failures_are_counted_and_improve_nothing(self):
        benchmark = FunctionBenchmark(NASBench201(), {"a": lambda code: code[0] or 1 / 0})
        problem = Problem(benchmark.space, benchmark.tasks)
        result = run(problem, RegularizedEvolution(), benchmark.evaluate, budget=Budget(30), seed=0)
        trajectory = told(benchmark, result)["a"]
        assert trajectory.failed == result.tasks["a"].failed > 0
        assert all(step.fitness > 0 for step in trajectory.steps)

    def test_true_ranks_of_a_table(self, nasbench_graph):
        benchmark = nasbench_graph.restricted(("cora",))
        problem = Problem(benchmark.space, benchmark.tasks)
        result = run(problem, RegularizedEvolution(), benchmark.evaluate, budget=Budget(20), seed=0)
        steps = told(benchmark, result)["cora"].steps
        ranks = [step.rank for step in steps]
        assert ranks == sorted(ranks, reverse=True)
        fitness = benchmark.record("cora").ascending
        assert ranks == [1 + int((fitness > step.fitness).sum()) for step in steps]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((["a"], [], 5), "bench: a, 5 evaluations"),
        ((["a", "b"], ["b"], 5), "bench: b to a, 5 evaluations"),
        ((["a", "b", "c", "d"], ["d"], 50), "bench: d to a, b, c, 50 evaluations"),
        ((["a", "b", "c", "d"], [], 50), "bench: 4 tasks, 50 evaluations"),
    ],
)
def test_case_title(arguments, expected):
    assert case_title("bench", *arguments) == expected
    assert case_title("bench", *arguments, until_best=True) == f"{expected}, until the best"
