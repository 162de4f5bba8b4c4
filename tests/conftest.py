"""What every test shares: benchmark tables read once, a cache directory of its own, and no network.

`pytest.mark.table(name)` skips a test, with a reason, where the table is not on the data search path, and
`pytest.mark.images(name)` where NAME.npz is not; with KTNAS_REQUIRE_TABLES=1 they fail instead. The fixtures of
benchmarks do the same.
"""

from __future__ import annotations

import gc
import os
import socket
import tempfile

import pytest
from hypothesis import HealthCheck, settings

from ktnas.benchmarks.registry import known_benchmark, load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.files.search_path import find

_REQUIRE = "KTNAS_REQUIRE_TABLES"
_CACHE = pytest.StashKey[tempfile.TemporaryDirectory]()

# no test asserts on time, by chance either
# where CI runs, properties have the same examples every time; elsewhere new ones
settings.register_profile(
    "ktnas",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("ktnas")


def pytest_configure(config):
    gc.set_threshold(50_000, 20, 50)  # with torch and tables loaded, the usual search for cycles is a fifth of all time
    if not hasattr(config, "workerinput"):  # workers of pytest-xdist inherit the variable
        config.stash[_CACHE] = tempfile.TemporaryDirectory(prefix="ktnas-test-cache-")
        os.environ["XDG_CACHE_HOME"] = config.stash[_CACHE].name
        for library in ("OMP", "OPENBLAS", "MKL"):  # tests run in parallel, and so do processes that they start
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_unconfigure(config):
    if _CACHE in config.stash:
        config.stash[_CACHE].cleanup()


def pytest_runtest_setup(item):
    for marker in item.iter_markers("table"):
        for name in marker.args:
            require_table(name)
    for marker in item.iter_markers("images"):
        for name in marker.args:
            require_images(name)


def require_table(name):
    """Skip the test, or fail it where tables are required, unless the benchmark's data are here."""
    source = known_benchmark(name)
    if source.locate(None) is not None:
        return
    _miss(f"benchmark {name} is not on the data search path", source.hint)


def require_images(name):
    """Skip the test, or fail it where tables are required, unless the images of that name are here."""
    if find(f"{name}.npz") is None:
        _miss(f"{name}.npz is not on the data search path", "docs/datasets.md tells how to get it")


def _miss(message, hint):
    if os.environ.get(_REQUIRE) == "1":
        pytest.fail(f"{message}, and {_REQUIRE}=1 requires it", pytrace=False)
    pytest.skip(f"{message}; {hint}")


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    """No width of whoever runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    """Refuse connections to anything but this machine's own sockets."""
    connect = socket.socket.connect

    def refuse(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test wants to connect to {address}")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield


@pytest.fixture(scope="session")
def nasbench201() -> TableBenchmark:
    require_table("nasbench201")
    return load_benchmark("nasbench201")


@pytest.fixture(scope="session")
def transnas_micro() -> TableBenchmark:
    require_table("transnas101-micro")
    return load_benchmark("transnas101-micro")


@pytest.fixture(scope="session")
def transnas_macro() -> TableBenchmark:
    require_table("transnas101-macro")
    return load_benchmark("transnas101-macro")


@pytest.fixture(scope="session")
def nasbench_graph() -> TableBenchmark:
    require_table("nasbench-graph")
    return load_benchmark("nasbench-graph")


@pytest.fixture(scope="session")
def mdesign_link() -> TableBenchmark:
    require_table("mdesign-link")
    return load_benchmark("mdesign-link")


@pytest.fixture(scope="session")
def mdesign_graph() -> TableBenchmark:
    require_table("mdesign-graph")
    return load_benchmark("mdesign-graph")


@pytest.fixture(scope="session")
def nasbench101() -> TableBenchmark:
    require_table("nasbench101")
    return load_benchmark("nasbench101")
