import pytest

from experiments.machinery import harness, kept
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.errors import DataError
from ktnas.runner import sweep as sweeps
from ktnas.runner.design import Arm, Case, Given
from ktnas.spaces.categorical import Categorical

CASE = Case(Given(FunctionBenchmark(Categorical((3, 3)), {"up": sum})), budget=4)
ARMS = [Arm("random", RandomSearch()), Arm("evolution", RegularizedEvolution(population=2, tournament_size=2))]


@pytest.fixture
def home(tmp_path, monkeypatch):
    for function in (kept.keep, kept.restore, kept.kept):
        monkeypatch.setattr(function, "__defaults__", (tmp_path / "kept",))
    return tmp_path / "kept"


@pytest.fixture
def opts(tmp_path):
    def made(place, *, keep=False, smoke=False):
        return harness.Options("mine", "m", 2, 1, smoke, tmp_path, tmp_path / place, keep=keep)

    return made


def searched(monkeypatch):
    """How many runs are searched from now on."""
    counted, run = [], sweeps.run

    def counting(*arguments, **options):
        counted.append(1)
        return run(*arguments, **options)

    monkeypatch.setattr(sweeps, "run", counting)
    return counted


def test_another_clone_goes_on(home, opts, monkeypatch):
    first = harness.sweep(opts("here", keep=True), ARMS[:1], [CASE])
    counted = searched(monkeypatch)
    again = harness.sweep(opts("there", keep=True), ARMS, [CASE])
    assert len(counted) == 2
    assert [run for run in again if run.arm == "random"] == first
    assert len(kept.kept("mine")) == 4
    assert harness.sweep(opts("nowhere"), ARMS, [CASE]) == again
    assert len(counted) == 2


def test_nothing_is_kept_unless_it_is_wanted_and_of_this_experiment_alone(home, opts):
    harness.sweep(opts("here"), ARMS[:1], [CASE])
    assert not home.exists()
    harness.sweep(opts("here", keep=True), ARMS[1:], [CASE])
    assert len(kept.kept("mine")) == 2
    assert kept.kept("other") == {}


def test_a_smoke_run_takes_nothing(home, opts, monkeypatch):
    harness.sweep(opts("here", keep=True), ARMS, [CASE])
    counted = searched(monkeypatch)
    harness.sweep(opts("there", smoke=True), ARMS, [CASE])
    assert len(counted) == 4


def test_damage_is_told(home, opts):
    harness.sweep(opts("here", keep=True), ARMS, [CASE])
    path = home / "mine.jsonl.xz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"mine\.jsonl\.xz is damaged"):
        harness.sweep(opts("there"), ARMS, [CASE])
