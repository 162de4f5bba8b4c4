"""Results that are lost with their worker after they were announced, as a scheduler tells of it, with futures of paper.

On a cluster it takes a worker that dies within the few milliseconds in which its result has not been fetched.
"""

import pytest

from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.evaluation import dask_cluster
from ktnas.evaluation.answering import Evaluating
from ktnas.evaluation.assignment import Reply, without_context
from ktnas.evaluation.executors import Lacking, keep_there
from ktnas.problem import History
from ktnas.problem.callback import Callbacks
from ktnas.problem.trial import Evaluation
from ktnas.spaces.categorical import Categorical

pytest.importorskip("distributed")

ONE, TWO = ("up", (0, 1)), ("up", (1, 0))


class Future:
    """As Dask's: calls back once, when it ends for the first time, and may be lost and finish again after that."""

    def __init__(self, work):
        self.work, self.status, self.found, self.told = work, "pending", None, []

    def add_done_callback(self, call):
        self.told.append(call)

    def finish(self, found, status="finished"):
        self.status, self.found = status, found
        while self.told:
            self.told.pop()(self)

    def result(self, timeout):
        if self.status != "finished":
            raise TimeoutError
        return self.found

    def exception(self, timeout):
        return self.found


class Client:
    status = "running"

    def __init__(self):
        self.futures = []

    def submit(self, function, *arguments, pure, **near):
        self.futures.append(Future(function))
        return self.futures[-1]

    def cancel(self, futures, *, force):
        pass

    def close(self, timeout):
        self.status = "closed"


@pytest.fixture
def clients(monkeypatch):
    """Those that are connected, the last one in the end."""
    made = []

    def connected(place):
        made.append(Client())
        return made[-1]

    monkeypatch.setattr(dask_cluster, "connected", connected)
    return made


@pytest.fixture
def backend(clients):
    answer = Evaluating(FunctionBenchmark(Categorical((2, 2)), {"up": sum}).evaluate)
    made = dask_cluster.DaskCluster("paper", answer, without_context, Callbacks())
    for question in (ONE, TWO):
        made.submit(question, History())
    return made


def fitness(arrived):
    return {question: evaluation.fitness for question, evaluation in arrived}


def answer(fitness):
    return Reply(Evaluation(fitness))


def test_one_that_finishes_again_arrives(backend, clients):
    lost, other = clients[0].futures
    lost.finish(answer(1.0))
    lost.status = "lost"
    other.finish(answer(2.0))
    assert fitness(backend.completed(0.1)) == {TWO: 2.0}
    lost.finish(answer(1.0))  # on another worker; nobody is called back
    assert fitness(backend.completed(0.0)) == {ONE: 1.0}
    assert len(clients) == 1


def test_nobody_connects_anew_while_it_is_computed_again(backend, clients):
    clients[0].futures[0].status = "lost"
    assert backend.completed(0.0) == []
    assert len(clients) == 1


def test_what_answers_may_be_lost_too(backend, clients):
    first, second = clients[0].futures
    first.finish(Lacking("tcp://one"))
    second.finish(Lacking("tcp://one"))
    assert backend.completed(0.1) == []
    (supply,) = clients[0].futures[2:]
    assert supply.work is keep_there
    supply.finish(None)
    supply.status = "lost"
    assert backend.completed(0.0) == []
    supply.finish(None)
    backend.completed(0.0)
    for future, value in zip(clients[0].futures[3:], (1.0, 2.0), strict=True):
        future.finish(answer(value))
    assert fitness(backend.completed(0.0)) == {ONE: 1.0, TWO: 2.0}


@pytest.mark.parametrize("state", ["a supply", "an evaluation", "nothing"])
def test_what_a_scheduler_has_forgotten_is_handed_out_anew(backend, clients, state):
    first, second = clients[0].futures
    if state == "a supply":
        first.finish(Lacking("tcp://one"))
        backend.completed(0.0)
        clients[0].futures[-1].status = "cancelled"
    elif state == "an evaluation":
        first.status = "cancelled"
    else:  # it was not to be reached when this was to be sent again, and came back at once
        clients[0].status = "connecting"
        first.finish(Lacking("tcp://one"))
        second.finish(Lacking("tcp://one"))
        backend.completed(0.0)
    clients[0].status = "running"
    while len(clients) == 1:
        backend.completed(0.0)
    assert len(clients[1].futures) == 2
    for future in clients[1].futures:
        future.finish(answer(3.0))
    assert fitness(backend.completed(0.0)) == {ONE: 3.0, TWO: 3.0}


def test_pieces_of_work_that_are_lost_come_too():
    futures = [Future(None) for _ in range(3)]
    for future, found in zip(futures, "abc", strict=True):
        future.finish(found)
    futures[0].status = "lost"
    futures[2].status = "cancelled"
    ended = dask_cluster.ended_of(futures)
    assert [next(ended), next(ended)] == [(futures[1], "b"), (futures[2], None)]
    futures[0].finish("a")
    assert list(ended) == [(futures[0], "a")]
