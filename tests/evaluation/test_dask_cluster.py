"""A Dask cluster on loopback: a scheduler and worker processes, killed and started while a search runs."""

import socket
import threading
import time

import pytest

from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.api import search
from ktnas.errors import ConfigurationError, KtnasError
from ktnas.evaluation.dask_scheduler import connected, reached
from ktnas.problem.callback import Callback
from ktnas.runner.workforce import Workforce
from ktnas.spaces.categorical import Categorical
from tests.evaluation.cluster import Cluster
from tests.evaluation.cluster_tasks import Noted, printing

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,  # whole processes
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # sockets that distributed leaves
]

SPACE = Categorical((4,) * 5)
METHOD = RegularizedEvolution(population=6, tournament_size=3)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("dask"))
    found.start_scheduler()
    for _ in range(3):
        found.start_worker()
    yield found
    found.close()


class After(Callback):
    """Does something once so many evaluations have ended."""

    def __init__(self, count, action):
        self.count, self.action, self.seen = count, action, 0

    def evaluation_finished(self, finished):
        self.seen += 1
        if self.seen == self.count:
            self.action()


def paid(directory):
    lines = (directory / "paid").read_text().splitlines()
    return [line.split() for line in lines]


def wait_for(backend):
    while not backend.completed(0.1):
        pass


def tasks(directory, ballast=b""):
    return {"up": Noted(str(directory), 1, ballast), "down": Noted(str(directory), -1, ballast)}


def found_alone(tmp_path, budget=12):
    place = tmp_path / "alone"
    place.mkdir()
    return search(SPACE, tasks(place), budget=budget, method=METHOD)


def found_there(cluster, tmp_path, callback=None, budget=12, **options):
    place = tmp_path / "there"
    place.mkdir(exist_ok=True)
    return search(
        SPACE, tasks(place), budget=budget, method=METHOD, callback=callback, workers=Workforce(dask=cluster.address),
        **options,
    )  # fmt: skip


def test_it_finds_what_one_process_finds(cluster, tmp_path):
    alone, there = found_alone(tmp_path), found_there(cluster, tmp_path)
    assert list(there.history) == list(alone.history)
    assert len(paid(tmp_path / "there")) == len(paid(tmp_path / "alone")) == 24
    assert not {pid for pid, _ in paid(tmp_path / "there")} & {pid for pid, _ in paid(tmp_path / "alone")}


def test_data_travel_once_to_each_worker(cluster, tmp_path, monkeypatch):
    from ktnas.evaluation import executors

    sent = []
    handed = executors.Parcel.handed

    def counted(self, *, whole):
        found = handed(self, whole=whole)
        sent.append(len(found[1] or b""))
        return found

    monkeypatch.setattr(executors.Parcel, "handed", counted)
    place = tmp_path / "there"
    place.mkdir()
    ballast = bytes(range(256)) * 8000  # 2 MB, in one function
    functions = {"up": Noted(str(place), 1, ballast)}
    search(SPACE, functions, budget=30, method=METHOD, workers=Workforce(dask=str(cluster.file)))
    processes = {pid for pid, _ in paid(place)}
    whole = [size for size in sent if size]
    assert len(processes) <= len(whole) <= 3
    assert all(len(ballast) < size < len(ballast) + 10_000 for size in whole)
    assert sum(whole) < 4 * len(ballast)


def test_what_is_printed_there_comes_back(cluster):
    kept = []

    class Listening(Callback):
        def evaluation_printed(self, printed):
            kept.append((printed.question, printed.text))

    search(
        SPACE, {"up": printing}, budget=8, method=METHOD, callback=Listening(), workers=Workforce(dask=cluster.address)
    )
    assert len(kept) == 8
    assert all(text == f"printed {genotype}\n" for (_, genotype), text in kept)


def test_a_worker_that_is_killed_and_one_that_joins_late_change_nothing(cluster, tmp_path):
    victim = cluster.workers.pop()

    def strike():
        cluster.kill(victim)
        cluster.start_worker()

    alone, there = found_alone(tmp_path), found_there(cluster, tmp_path, After(5, strike))
    assert list(there.history) == list(alone.history)
    again = len(paid(tmp_path / "there")) - 24
    assert 0 <= again <= 2  # at most what the victim was at, and what it had answered and nobody had fetched


def test_an_asynchronous_search_survives_it_too(cluster, tmp_path):
    victim = cluster.workers.pop()

    def strike():
        cluster.kill(victim)
        cluster.start_worker()

    there = found_there(cluster, tmp_path, After(5, strike), asynchronous=True, out=tmp_path / "run")
    assert {task.evaluations for task in there.tasks.values()} == {12}
    assert all(trial.evaluation.error is None for trial in there.history)
    again = found_there(cluster, tmp_path, asynchronous=True, out=tmp_path / "run")
    assert list(again.history) == list(there.history)


def test_the_scheduler_is_lost_and_comes_back(cluster, tmp_path):
    waiting = tmp_path / "there" / "wait"

    def strike():
        """Kill it while evaluations are under way; they end, but their results have nowhere to go."""
        waiting.touch()
        cluster.kill(cluster.scheduler)
        threading.Thread(target=back).start()

    def back():
        time.sleep(0.2)
        for worker in cluster.workers:
            cluster.kill(worker)
        waiting.unlink()
        cluster.start_scheduler()
        cluster.workers[:] = []
        for _ in range(3):
            cluster.start_worker()

    (tmp_path / "there").mkdir()
    alone, there = found_alone(tmp_path), found_there(cluster, tmp_path, After(5, strike), out=tmp_path / "run")
    assert list(there.history) == list(alone.history)
    assert len(paid(tmp_path / "there")) - 24 <= 6  # as above, of three workers; nothing that was told
    answered = (tmp_path / "run" / "answers.jsonl").read_text().splitlines()
    assert len(answered) == len(set(answered)) == 24


def test_a_sweep_is_done_there(cluster, tmp_path):
    from ktnas.config.sweep_file import read_sweep
    from ktnas.runner.sweep import run_sweep

    path = tmp_path / "sweep.toml"
    path.write_text(
        'budget = 4\nseeds = 2\n[[arms]]\nmethod = "random-search"\n[[cases]]\ntasks = ["cora", "pubmed"]\n'
    )
    there = run_sweep(read_sweep(path), tmp_path / "there", dask=cluster.address)
    here = run_sweep(read_sweep(path), tmp_path / "here")
    assert there.finished
    assert [(run.seed, run.tasks) for run in there.records] == [(run.seed, run.tasks) for run in here.records]


class TestRefused:
    def test_nothing_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(ConfigurationError, match=r"no Dask scheduler answers at .*refused"):
            connected(f"tcp://127.0.0.1:{port}")

    def test_something_else_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with pytest.raises(ConfigurationError, match="no Dask scheduler answers"):
                connected(f"tcp://127.0.0.1:{port}")

    @pytest.mark.parametrize("place", ["", "nowhere", "tcp://host", "tcp://host:port"])
    def test_an_address_that_is_none(self, place):
        with pytest.raises(ConfigurationError, match="address"):
            reached(place)

    @pytest.mark.parametrize("content", [None, "{", "[]", '{"address": 3}'])
    def test_a_file_that_names_no_scheduler(self, tmp_path, content):
        path = tmp_path / "scheduler.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(ConfigurationError, match=r"scheduler\.json"):
            reached(str(path))

    def test_what_cannot_travel(self, cluster):
        lock = threading.Lock()

        def locked(code):
            with lock:
                return 1.0

        with pytest.raises(ConfigurationError, match=r"function of task 'up', .*locked, cannot be sent .*lock"):
            search(SPACE, {"up": locked}, budget=8, method=METHOD, workers=Workforce(dask=cluster.address))

    def test_a_scheduler_that_does_not_come_back(self, tmp_path):
        from ktnas.benchmarks.functions import FunctionBenchmark
        from ktnas.evaluation.answering import Evaluating
        from ktnas.evaluation.assignment import without_context
        from ktnas.evaluation.dask_cluster import DaskCluster
        from ktnas.problem import History
        from ktnas.problem.callback import Callbacks

        lonely = Cluster(tmp_path)
        lonely.start_scheduler()
        try:
            answer = Evaluating(FunctionBenchmark(SPACE, {"up": sum}).evaluate)
            backend = DaskCluster(lonely.address, answer, without_context, Callbacks(), return_s=0)
            backend.submit(("up", (0,) * 5), History())
            lonely.kill(lonely.scheduler)
            with pytest.raises(KtnasError, match="lost and is not back"):
                wait_for(backend)
            backend.end()
        finally:
            lonely.close()
