"""Workers: the same answers whatever their number, and what becomes of one that dies, hangs or cannot start."""

import os
import signal
import time

import pytest

from ktnas.errors import ConfigurationError, KtnasError
from ktnas.evaluation import processes as module
from ktnas.evaluation.processes import Assignment, Workers
from ktnas.evaluation.protocol import Change
from ktnas.problem.trial import History
from ktnas.training.engine.device import PER_GPU, default_workers, devices

ANSWERER = '''
"""What workers of the tests do: the genotype says."""

import ctypes
import os
import signal
import time

from ktnas.training.engine.errors import DeviceLostError
from ktnas.problem.trial import Evaluation


def answer(assignment):
    task, (what, number) = assignment.question
    if what == 7:
        open(f"{__file__}.{number}", "x").close()
    if what == 8:
        for _ in range(6000):
            if os.path.exists(f"{__file__}.{number}"):
                break
            time.sleep(0.05)
    if what == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if what == 2:
        ctypes.string_at(0)
    if what == 3:
        os._exit(7)
    if what == 6:
        raise DeviceLostError("illegal memory access")
    if what == 4:
        time.sleep(60)
    if what == 5:
        time.sleep(number)
    return Evaluation(float(number), metrics={"pid": os.getpid(), "earlier": len(assignment.earlier or ())})


class Unstartable:
    def __reduce__(self):
        return (os._exit, (9,))
'''


@pytest.fixture
def answerer(tmp_path, monkeypatch):
    (tmp_path / "workers_answerer.py").write_text(ANSWERER)
    monkeypatch.syspath_prepend(tmp_path)
    import workers_answerer

    return workers_answerer


def plain(questions, history):
    return [Assignment(question, {1: (0.5,) * len(history)} if history else None) for question in questions]


class Told:
    def __init__(self):
        self.running, self.most, self.arrived = set(), 0, []

    def __call__(self, change: Change):
        for question, answer in change.arrived:
            self.running.remove(question)
            self.arrived.append((question, answer))
        self.running |= set(change.begun)
        self.most = max(self.most, len(self.running))


def questions(*codes):
    return [("a", code) for code in codes]


def test_answers_come_in_the_order_asked_and_are_told_as_they_arrive(answerer):
    told = Told()
    asked = questions((8, 30), (0, 20), (7, 30), (0, 40))  # the first waits for the third
    with Workers([answerer.answer] * 2, plain, told) as evaluate:
        evaluate.expect(asked, History())
        answers = [evaluate(*question) for question in asked]
        assert [answer.fitness for answer in answers] == [30, 20, 30, 40]
        assert told.most == 2
        arrived = [question for question, _ in told.arrived]
        assert set(arrived) == set(asked)
        assert arrived.index(asked[1]) < arrived.index(asked[0])
        assert len({answer.metrics["pid"] for answer in answers}) == 2
        assert evaluate("a", (0, 50)).fitness == 50  # not announced: asked all the same
    pids = [int(answer.metrics["pid"]) for answer in answers]
    assert all(ended(pid) for pid in pids)


def ended(pid):
    for _ in range(1200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_worker_that_dies_is_a_failed_evaluation_and_the_others_go_on(answerer):
    asked = questions((1, 0), (0, 10), (2, 0), (3, 0), (0, 20))
    told = Told()
    with Workers([answerer.answer] * 2, plain, told) as evaluate:
        evaluate.expect(asked, History())
        errors = {question[1]: evaluate(*question).error for question in asked}
    assert errors == {
        (1, 0): "the worker process was ended by SIGKILL: perhaps the machine's memory ran out",
        (0, 10): None,
        (2, 0): "the worker process was ended by SIGSEGV",
        (3, 0): "the worker process ended with exit code 7",
        (0, 20): None,
    }
    assert len(told.arrived) == 5
    assert not told.running


@pytest.mark.slow
def test_a_worker_that_has_lost_its_gpu_takes_no_other_candidate_with_it(answerer):
    asked = questions((0, 1), (6, 0), (0, 10))
    with Workers([answerer.answer], plain, Told()) as evaluate:
        evaluate.expect(asked, History())
        first, lost, last = (evaluate(*question) for question in asked)
    assert (lost.error, last.fitness) == ("illegal memory access", 10)
    assert first.metrics["pid"] != last.metrics["pid"]


@pytest.mark.slow
def test_one_that_hangs_is_ended(answerer, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    with Workers([answerer.answer], plain, Told(), limit_s=2.0) as evaluate:
        evaluate.expect(questions((4, 0), (0, 1)), History())
        answer = evaluate("a", (4, 0))
        assert answer.error.startswith("over its limit: it did not end by itself and was ended after")
        assert answer.cost_s >= 3.0
        assert evaluate("a", (0, 1)).fitness == 1


@pytest.mark.slow
def test_what_was_expected_and_not_asked_is_dropped_and_the_history_is_handed_on(answerer):
    class OfThree(History):
        def __len__(self):
            return 3

    told = Told()
    with Workers([answerer.answer], plain, told) as evaluate:
        evaluate.expect(questions((0, 1), (5, 1), (0, 2), (0, 3)), History())
        assert evaluate("a", (0, 1)).metrics["earlier"] == 0
        evaluate.expect(questions((0, 4)), OfThree())
        assert evaluate("a", (0, 4)).metrics["earlier"] == 1
    assert {question[1] for question, _ in told.arrived} == {(0, 1), (5, 1), (0, 4)}


def test_a_worker_that_cannot_start_is_an_error(answerer):
    with Workers([answerer.Unstartable()], plain, Told()) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        with pytest.raises(KtnasError, match=r"ended with exit code 9 before it could begin.*__main__"):
            evaluate("a", (0, 1))


def test_nothing_is_started_for_nothing():
    with Workers([print] * 3, plain, Told()) as evaluate:
        evaluate.expect([], History())
        assert not evaluate._queue


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_workers_end_when_their_parent_is_killed(answerer, tmp_path):
    import subprocess
    import sys

    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, os, signal\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "from workers_answerer import answer\n"
        "from ktnas.evaluation.processes import Assignment, Workers\n"
        "from ktnas.problem.trial import History\n"
        "def killed(change):\n"
        "    for question, answered in change.arrived:\n"
        "        print(int(answered.metrics['pid']), flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    with Workers([answer], lambda q, h: [Assignment(x) for x in q], killed) as evaluate:\n"
        "        evaluate.expect([('a', (0, 1)), ('a', (4, 0))], History())\n"
        "        evaluate('a', (0, 1))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert ended(int(done.stdout))


def test_every_worker_has_its_device(monkeypatch):
    assert [str(device) for device in devices("cpu", 3)] == ["cpu"] * 3
    monkeypatch.setattr(module.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(module.torch.cuda, "device_count", lambda: 2)
    assert [str(device) for device in devices("auto", 5)] == ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"]
    assert [str(device) for device in devices("cuda:1", 2)] == ["cuda:1", "cuda:1"]
    assert [default_workers(name) for name in ("auto", "cuda", "cuda:1")] == [2 * PER_GPU, 2 * PER_GPU, PER_GPU]
    assert default_workers("cpu") >= 1
    with pytest.raises(ConfigurationError, match="cuda:2"):
        devices("cuda:2", 2)
