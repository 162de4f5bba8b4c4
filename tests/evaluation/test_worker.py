"""One worker process: whatever becomes of it while it starts, nobody waits for it and nothing is left behind."""

import os
import signal
import time

import pytest

from ktnas.errors import KtnasError
from ktnas.evaluation.assignment import Assignment
from ktnas.evaluation.worker import Worker, WorkerStartError
from ktnas.problem.trial import Evaluation


class Large:
    """More than a pipe holds."""

    def __init__(self):
        self.data = bytes(2**22)

    def __call__(self, assignment):
        return Evaluation(float(len(self.data)))


@pytest.fixture
def worker():
    worker = Worker(Large())
    yield worker
    worker.end()


def heard(worker):
    assert worker.connection.poll(60)
    return worker.news()


def test_data_of_any_size_arrive(worker):
    worker.start()
    assert (worker.ready, worker.busy_s) == (False, 0.0)
    assert worker.starting_s >= 0
    assert heard(worker) is None
    assert worker.ready
    assert worker.starting_s is None
    assert worker.ask(Assignment(("a", (0,))))
    assert heard(worker) == Evaluation(2.0**22)


def test_one_that_is_killed_before_it_has_its_data(worker):
    worker.start()
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(WorkerStartError, match=r"was ended by SIGKILL.*before it could begin") as found:
        heard(worker)
    assert not found.value.hopeless
    assert worker.connection is None


def test_one_that_stands_still_before_it_has_its_data_can_be_ended(worker):
    worker.start()
    sender = worker._sender
    os.kill(worker._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert not worker.stalled().hopeless
    assert time.monotonic() - began < 30  # nobody waited until the process read on
    assert not sender.is_alive()


def test_it_can_start_again(worker):
    worker.start()
    worker.end()
    assert worker.end() is None
    worker.start()
    assert heard(worker) is None
    assert worker.ready


def test_what_cannot_be_pickled_is_refused():
    with pytest.raises(KtnasError, match=r"cannot be sent to a process: .*lambda.*; define functions and classes at"):
        Worker(lambda assignment: Evaluation(0.0)).start()


def test_where_no_process_can_be_started(worker, monkeypatch):
    def refuse(process):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with pytest.raises(KtnasError, match=r"cannot be started: .*temporarily unavailable; use fewer workers"):
        worker.start()
