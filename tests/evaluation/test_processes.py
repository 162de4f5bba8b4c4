"""Workers: the same answers whatever their number, and what becomes of one that dies, hangs or cannot start."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ktnas.errors import KtnasError
from ktnas.evaluation import processes as module
from ktnas.evaluation.assignment import Assignment
from ktnas.evaluation.processes import Workers
from ktnas.evaluation.worker import Worker
from ktnas.problem.callback import Callback, Callbacks, StopSearch
from ktnas.problem.trial import History

ANSWERER = '''
"""What workers of the tests do: the genotype says."""

import ctypes
import os
import signal
import time

from ktnas.evaluation.worker import WorkerLostError
from ktnas.problem.trial import Evaluation


class GPULostError(WorkerLostError):
    """One that the parent need not know."""


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
        raise GPULostError("illegal memory access")
    if what == 4:
        time.sleep(60)
    if what == 9:
        raise KeyboardInterrupt("no signal")
    if what == 5:
        time.sleep(number)
    return Evaluation(float(number), metrics={"pid": os.getpid(), "context": assignment.context or 0})


class Unstartable:
    def __reduce__(self):
        return (os._exit, (9,))


class Unreadable:
    def __reduce__(self):
        return (int, ("nine",))


class Signalled:
    """Its process gets a signal while it starts: each of them, or the first one to make a file."""

    def __init__(self, signal, file=None):
        self.signal, self.file = signal, file

    def __reduce__(self):
        return (started, (self.signal, self.file))


def started(signal, file):
    try:
        if file is not None:
            open(file, "x").close()
    except FileExistsError:
        return answer
    os.kill(os.getpid(), signal)
'''


@pytest.fixture
def answerer(tmp_path, monkeypatch):
    (tmp_path / "workers_answerer.py").write_text(ANSWERER)
    monkeypatch.syspath_prepend(tmp_path)
    import workers_answerer

    return workers_answerer


def plain(questions, history):
    return [Assignment(question, len(history) or None) for question in questions]


class Told(Callback):
    def __init__(self):
        self.running, self.most, self.arrived = set(), 0, []

    def evaluation_finished(self, finished):
        self.running.remove(finished.question)
        self.arrived.append((finished.question, finished.evaluation))

    def evaluation_begun(self, begun):
        self.running.add(begun.question)
        self.most = max(self.most, len(self.running))


def questions(*codes):
    return [("a", code) for code in codes]


def test_answers_come_in_the_order_asked_and_are_told_as_they_arrive(answerer):
    told = Told()
    asked = questions((8, 30), (0, 20), (7, 30), (0, 40))  # the first waits for the third
    with Workers([answerer.answer] * 2, plain, Callbacks(told)) as evaluate:
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
    with Workers([answerer.answer] * 2, plain, Callbacks(told)) as evaluate:
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
    with Workers([answerer.answer], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(asked, History())
        first, lost, last = (evaluate(*question) for question in asked)
    assert (lost.error, last.fitness) == ("illegal memory access", 10)
    assert first.metrics["pid"] != last.metrics["pid"]


@pytest.mark.slow
def test_one_that_hangs_is_ended(answerer, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE_S", 0.0)
    with Workers([answerer.answer], plain, Callbacks(Told()), limit_s=2.0) as evaluate:
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
    with Workers([answerer.answer], plain, Callbacks(told)) as evaluate:
        evaluate.expect(questions((0, 1), (5, 1), (0, 2), (0, 3)), History())
        assert evaluate("a", (0, 1)).metrics["context"] == 0
        evaluate.expect(questions((0, 4)), OfThree())
        assert evaluate("a", (0, 4)).metrics["context"] == 3
    assert {question[1] for question, _ in told.arrived} == {(0, 1), (5, 1), (0, 4)}


def test_a_worker_that_cannot_start_is_an_error(answerer):
    with Workers([answerer.Unstartable()], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        with pytest.raises(KtnasError, match=r"ended with exit code 9 before it could begin.*__main__"):
            evaluate("a", (0, 1))


def test_what_cannot_be_read_by_a_worker_is_an_error(answerer):
    with Workers([answerer.Unreadable()] * 2, plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        with pytest.raises(KtnasError, match=r"could not begin: ValueError: invalid literal .*'nine'; .*__main__"):
            evaluate("a", (0, 1))


def test_one_that_is_killed_while_it_starts_is_replaced(answerer, tmp_path):
    with Workers([answerer.Signalled(signal.SIGKILL, tmp_path / "killed")], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        assert evaluate("a", (0, 1)).fitness == 1
    assert (tmp_path / "killed").exists()


def test_but_not_again_and_again(answerer):
    with Workers([answerer.Signalled(signal.SIGKILL)], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        with pytest.raises(KtnasError, match=r"was ended by SIGKILL.* before it could begin"):
            evaluate("a", (0, 1))


@pytest.mark.slow
def test_while_one_stalls_at_its_start_another_answers(answerer, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SLOW_START_S", 0.5)
    with Workers([answerer.Signalled(signal.SIGSTOP, tmp_path / "stopped")] * 2, plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        assert evaluate("a", (0, 1)).fitness == 1
    assert (tmp_path / "stopped").exists()


@pytest.mark.slow
def test_one_that_stalls_for_too_long_is_an_error_in_the_end(answerer, monkeypatch):
    monkeypatch.setattr(module, "_START_LIMIT_S", 0.1)
    with Workers([answerer.Signalled(signal.SIGSTOP)], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((0, 1)), History())
        with pytest.raises(KtnasError, match=r"a worker process had not begun after \d+ s and was ended.*__main__"):
            evaluate("a", (0, 1))


def test_no_more_are_started_than_there_are_questions(answerer):
    def started():
        return sum(worker.connection is not None for worker in evaluate._workers)

    with Workers([answerer.answer] * 3, plain, Callbacks(Told())) as evaluate:
        evaluate.expect([], History())
        assert started() == 0
        evaluate.expect(questions((0, 1)), History())
        evaluate("a", (0, 1))
        assert started() == 1
        evaluate.expect(questions((0, 2), (0, 3)), History())
        assert started() == 2


def test_a_callback_that_ends_the_search_loses_no_answer(answerer):
    class Stop(Callback):
        def evaluation_finished(self, finished):
            return True

    told = Told()
    with Workers([answerer.answer] * 2, plain, Callbacks(Stop(), told)) as evaluate:
        evaluate.expect(questions((0, 1), (0, 2), (0, 3)), History())
        with pytest.raises(StopSearch):
            evaluate("a", (0, 3))
    assert 1 <= len(told.arrived) <= 2


@pytest.mark.slow
def test_what_has_arrived_is_told_before_anything_else_is_begun(answerer, monkeypatch):
    asked, ask = [], Worker.ask

    def ask_or_be_interrupted(worker, assignment):
        if asked:
            raise KeyboardInterrupt
        asked.append(assignment)
        return ask(worker, assignment)

    told = Told()
    monkeypatch.setattr(Worker, "ask", ask_or_be_interrupted)
    with Workers([answerer.answer], plain, Callbacks(told)) as evaluate:
        evaluate.expect(questions((0, 1), (0, 2)), History())
        with pytest.raises(KeyboardInterrupt):
            evaluate("a", (0, 1))
        assert [question for question, _ in told.arrived] == questions((0, 1))


@pytest.mark.slow
def test_what_has_been_answered_when_ctrl_c_comes_is_told(answerer):
    class Interrupted(Callback):
        def evaluation_finished(self, finished):
            if len(told.arrived) == 1:
                (other,) = (worker for worker in evaluate._workers if worker.assignment is not None)
                assert other.connection.poll(60)
                raise KeyboardInterrupt

    told = Told()
    evaluate = Workers([answerer.answer] * 2, plain, Callbacks(told, Interrupted()))

    def interrupted():
        with evaluate:
            evaluate.expect(questions((8, 1), (7, 1)), History())  # the first waits for the second
            evaluate("a", (8, 1))

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sorted(question for question, _ in told.arrived) == questions((7, 1), (8, 1))


@pytest.mark.slow
def test_whatever_an_answerer_raises_is_a_failed_evaluation(answerer, capfd):
    with Workers([answerer.answer], plain, Callbacks(Told())) as evaluate:
        evaluate.expect(questions((9, 0), (0, 1)), History())
        assert evaluate("a", (9, 0)).error == "KeyboardInterrupt: no signal"
        assert evaluate("a", (0, 1)).fitness == 1
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from functools import partial\n"
        "from ktnas.evaluation.assignment import without_context\n"
        "from ktnas.evaluation.processes import Workers\n"
        "from ktnas.problem.callback import Callbacks\n"
        "from ktnas.problem.trial import History\n"
        "with Workers([partial(print, bytes(2**20))] * 2, without_context, Callbacks()) as evaluate:\n"
        "    evaluate.expect([('a', (0, 1))], History())\n"
        "    evaluate('a', (0, 1))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ktnas.evaluation.worker.WorkerStartError: ")
    assert "before it could begin; a script that evaluates with workers must do so under 'if __name__ ==" in last


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_workers_end_when_their_parent_is_killed(answerer, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, os, signal\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "from workers_answerer import answer\n"
        "from ktnas.evaluation.assignment import Assignment\n"
        "from ktnas.evaluation.processes import Workers\n"
        "from ktnas.problem.trial import History\n"
        "from ktnas.problem.callback import Callback, Callbacks\n"
        "class Killed(Callback):\n"
        "    def evaluation_finished(self, finished):\n"
        "        print(int(finished.evaluation.metrics['pid']), flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    with Workers([answer], lambda q, h: [Assignment(x) for x in q], Callbacks(Killed())) as evaluate:\n"
        "        evaluate.expect([('a', (0, 1)), ('a', (4, 0))], History())\n"
        "        evaluate('a', (0, 1))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert ended(int(done.stdout))
