"""Every reader of files and texts against damaged and made-up input (benchmarks/fuzz_targets.py).

Each either raises a `KtnasError` with a message of bounded length, or gives what it promises, within `LIMIT_S` and
without much memory.
"""

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PLACE = Path(__file__).parents[2] / "benchmarks"

MEMORY_KB = 1 << 20
"""What a reader may add to the peak of this process: 1 GiB."""

_spec = importlib.util.spec_from_file_location("fuzz_targets", PLACE / "fuzz_targets.py")
fuzz_targets = importlib.util.module_from_spec(_spec)
sys.modules["fuzz_targets"] = fuzz_targets
_spec.loader.exec_module(fuzz_targets)

TARGETS = fuzz_targets.targets()
EACH = pytest.mark.parametrize("name", TARGETS)

# the time of an example is bounded by `attempt`, and that of a test by the number of examples
FUZZED = settings(
    max_examples=int(os.environ.get("KTNAS_FUZZ_EXAMPLES", "60")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    deadline=None,
)

PIECES = st.one_of(st.sampled_from(fuzz_targets.TOKENS), st.binary(max_size=12))


@st.composite
def inputs(draw, seeds):
    """A whole input with a few changes; now and then anything at all."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=200))
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.sampled_from((0, 0, 1, 2, 8, 40, 10_000_000)))
        content[at : at + length] = draw(st.one_of(PIECES, st.just(bytes(content[at : at + length % 64]) * 2)))
    return bytes(content)


def attempt(name, content):
    with tempfile.TemporaryDirectory() as folder:
        return fuzz_targets.attempt(TARGETS[name], content, Path(folder))


@EACH
def test_whole_inputs_are_taken(name):
    for content in TARGETS[name].seeds():
        assert attempt(name, content) == "taken"


@pytest.mark.slow
@EACH
def test_damaged_inputs_are_refused_or_read(name):
    seeds = TARGETS[name].seeds()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @FUZZED
    @given(content=inputs(seeds))
    def check(content):
        attempt(name, content)

    check()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_KB


class TestTheCommand:
    def fuzz(self, *arguments, cwd):
        command = [sys.executable, str(PLACE / "fuzz.py"), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)

    @pytest.mark.slow
    def test_readers_are_tried_for_so_long(self, tmp_path):
        done = self.fuzz("--seconds", "0.2", "answers", "codes", cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == "2 readers, 0 findings"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.slow
    def test_mistakes_are_told_in_a_line(self, tmp_path):
        done = self.fuzz("tables", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("fuzz.py: error: unknown target 'tables'; known: text of nasbench201, ")


def test_what_breaks_its_promise_is_a_finding(tmp_path):
    def long(content, directory):
        raise fuzz_targets.KtnasError("x" * 100_000)

    with pytest.raises(AssertionError, match="a message of 100,000 characters"):
        fuzz_targets.attempt(fuzz_targets.Target(list, long), b"", tmp_path)


def test_what_hangs_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_targets, "LIMIT_S", 0.05)

    def endless(content, directory):
        while True:
            pass

    with pytest.raises(TimeoutError, match="it hangs"):
        fuzz_targets.attempt(fuzz_targets.Target(list, endless), b"", tmp_path)
