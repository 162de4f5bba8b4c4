import json
from dataclasses import dataclass

import pytest

from ktnas.errors import DataError
from ktnas.records.sweep_evaluations import EVALUATED, SweepEvaluations, SweptTask, read_sweep_evaluations, seen_by

CORA = SweptTask("table", "abc", "mine", "cora", coded=False)
OTHER = SweptTask("table", None, "mine", "cora", coded=False)


@dataclass
class Trial:
    task: str
    genotype: tuple
    fitness: float | None
    repeat: bool = False


@pytest.fixture
def kept(tmp_path):
    log = SweepEvaluations(tmp_path)
    yield log
    log.close()


def test_success_alone_and_no_repeat_is_taken_from_a_run():
    trials = [Trial("a", (0,), 1.0), Trial("b", (1,), None), Trial("a", (0,), 1.0, repeat=True), Trial("a", (1,), 2.0)]
    assert seen_by(trials) == {"a": (((0,), 1.0), ((1,), 2.0))}


def test_each_is_kept_once_and_what_one_process_kept_the_next_knows(tmp_path, kept):
    kept.add({CORA: [((0, 1), 0.5), ((0, 1), 0.5), ((1, 0), 0.25)]})
    size = (tmp_path / EVALUATED).stat().st_size
    kept.add({CORA: [((1, 0), 0.25)]})
    kept.close()
    again = SweepEvaluations(tmp_path)
    again.add({CORA: [((0, 1), 0.5)]})
    assert (tmp_path / EVALUATED).stat().st_size == size
    again.add({OTHER: [((0, 1), 0.5)]})
    again.close()
    assert read_sweep_evaluations(tmp_path) == {
        CORA: (((0, 1), 0.5), ((1, 0), 0.25)),
        OTHER: (((0, 1), 0.5),),
    }


def test_what_is_read_does_not_depend_on_the_order_of_runs(tmp_path):
    runs = [{CORA: [((1, 0), 0.1), ((0, 1), 0.5)]}, {OTHER: [((0,), 1.0)]}, {CORA: [((1, 0), 0.3), ((1, 0), 0.7)]}]
    read = []
    for name, order in (("one", runs), ("two", runs[::-1])):
        (tmp_path / name).mkdir()
        log = SweepEvaluations(tmp_path / name)
        for seen in order:
            log.add(seen)
        log.close()
        read.append(read_sweep_evaluations(tmp_path / name))
    assert list(read[0].items()) == list(read[1].items())
    assert read[0][CORA] == (((0, 1), 0.5), ((1, 0), pytest.approx(1.1 / 3)))


def test_none_are_kept(tmp_path):
    assert read_sweep_evaluations(tmp_path) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"space": 3},
        {"data": 3},
        {"coded": 1},
        {"seen": [[[0.5], 1.0]]},
        {"seen": [[[0], None]]},
        {"seen": [[[0], 1.0, 2]]},
        {"seen": 3},
        {"more": 1},
    ],
    ids=str,
)
def test_damage_is_told(tmp_path, changed):
    line = {"benchmark": "b", "data": None, "space": "s", "task": "t", "coded": False, "seen": [[[0], 1.0]], **changed}
    (tmp_path / EVALUATED).write_text(json.dumps(line) + "\n")
    with pytest.raises(DataError, match=r"evaluated\.jsonl.*no evaluations but"):
        read_sweep_evaluations(tmp_path)
