"""`python -m ktnas.run` as a process of its own: determinism, start-up, interruption, recovery."""

import json
import os
import signal
import subprocess
import sys

import pytest

from ktnas.cli.main import main

ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("KTNAS_")}


def command(*arguments, module="ktnas.run"):
    return [sys.executable, "-m", module, *arguments]


def run(*arguments, cwd, hash_seed="0", module="ktnas.run"):
    return subprocess.run(
        command(*arguments, module=module),
        cwd=cwd,
        env={**ENVIRONMENT, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


TASKS = ("--source", "cora", "--target", "pubmed")
METHODS = ("ktnas", "ktnas-paper", "regularized-evolution", "random-search")

SEVERAL = """
import runpy, sys
for method in sys.argv[1:]:
    tasks = ["--source", "cora", "--target", "pubmed"]
    sys.argv[1:] = [*tasks, "--method", method, "--budget", "11", "--out", method, "--quiet"]
    try:
        runpy.run_module("ktnas.run", run_name="__main__")
    except SystemExit as end:
        assert not end.code, end.code
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty directory to run the command in, within this process."""
    monkeypatch.chdir(tmp_path)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "1")  # the command sets them, and they are to be put back
    return tmp_path


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Where a process of another hash seed has run every method."""
    directory = tmp_path_factory.mktemp("elsewhere")
    subprocess.run(
        [sys.executable, "-c", SEVERAL, *METHODS],
        cwd=directory,
        env={**ENVIRONMENT, "PYTHONHASHSEED": "1234"},
        check=True,
    )
    return directory


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_processes_with_different_hash_seeds_leave_the_same_bytes(here, elsewhere, capsys, method):
    assert main(["run", *TASKS, "--method", method, "--budget", "11", "--out", "run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == method
    first, second = ((directory / "trials.jsonl").read_bytes() for directory in (here / "run", elsewhere / method))
    assert first == second
    assert first.count(b"\n") >= 22


@pytest.mark.slow
def test_the_default_method_goes_on_to_the_same_bytes(here):
    arguments = ("run", *TASKS, "--budget", "12", "--quiet", "--out")
    assert main([*arguments, "whole"]) == 0
    content = (here / "whole" / "trials.jsonl").read_bytes()
    for cut in (0, len(content) // 3, len(content) - 5):
        directory = here / f"cut{cut}"
        directory.mkdir()
        (directory / "config.json").write_bytes((here / "whole" / "config.json").read_bytes())
        (directory / "trials.jsonl").write_bytes(content[:cut])
        assert main([*arguments, directory.name]) == 0
        assert (directory / "trials.jsonl").read_bytes() == content


@pytest.mark.slow
def test_a_table_run_loads_nothing_it_does_not_need(tmp_path):
    code = (
        "import sys; from ktnas.cli.main import main; "
        "code = main(['run', '--method', 'regularized-evolution', '--budget', '10', '--json']); "
        "loaded = {'torch', 'pandas', 'gensim', 'sklearn', 'networkx', 'matplotlib.pyplot'} & set(sys.modules); "
        "sys.exit(code or ', '.join(sorted(loaded)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\nfrom ktnas.cli.main import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(', '.join({'numpy', 'rich', 'scipy', 'matplotlib'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ktnas run")


@pytest.mark.parametrize(("module", "arguments"), [("ktnas.run", ["--help"]), ("ktnas", ["run", "--help"])])
def test_help_names_what_was_called(tmp_path, module, arguments):
    done = run(*arguments, cwd=tmp_path, module=module)
    assert done.stdout.startswith(f"usage: python -m {' '.join([module, *arguments[:-1]])} ")


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path):
    done = run("--source", "cora", "--target", "cora", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "python -m ktnas.run: error: task 'cora' is both source and target; choose two different tasks\n"
    )


WAITING = """
import runpy, signal, time
from ktnas.benchmarks.table import TableBenchmark

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a script inherits it ignored
left, evaluate = iter(range(100)), TableBenchmark.evaluate

def evaluate_or_wait(self, task, genotype):
    if next(left, None) is None:
        print("waiting", flush=True)
        time.sleep(600)
    return evaluate(self, task, genotype)

TableBenchmark.evaluate = evaluate_or_wait
runpy.run_module("ktnas.run", run_name="__main__")
"""
"""The command, which says so at its 101st evaluation, and waits there to be ended."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_run_that_is_ended_from_outside_goes_on(here, sent, code):
    arguments = [*TASKS, "--method", "regularized-evolution", "--budget", "80", "--quiet", "--out"]
    log = here / "cut" / "trials.jsonl"
    waiting = [sys.executable, "-c", WAITING, *arguments, "cut"]
    with subprocess.Popen(waiting, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"waiting\n"
        process.send_signal(sent)
        process.communicate(timeout=600)
    assert process.returncode == code
    if sent != signal.SIGKILL:
        assert json.loads((here / "cut" / "summary.json").read_text())["finished"] is False
    recorded = log.read_bytes()
    assert main(["run", *arguments, "cut"]) == 0
    assert main(["run", *arguments, "whole"]) == 0
    assert log.read_bytes() == (here / "whole" / "trials.jsonl").read_bytes()
    assert log.read_bytes().startswith(recorded[: recorded.rindex(b"\n") + 1])
    assert 80 < recorded.count(b"\n") < log.read_bytes().count(b"\n")


@pytest.mark.slow
@pytest.mark.table("transnas101-micro")
def test_the_command_of_the_issue(tmp_path):
    from ktnas.benchmarks.transnas101 import MICRO_FILENAME
    from ktnas.files.search_path import find

    data = str(find(MICRO_FILENAME).parent.resolve())
    done = run("--source", "segmentsemantic", "--target", "normal", "--json", "--data", data, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["benchmark"] == "transnas101-micro"
    assert summary["tasks"]["normal"]["role"] == "target"
    assert summary["tasks"]["normal"]["evaluations"] == 50
    assert summary["tasks"]["normal"]["best"]["rank"] <= 200
    assert any("alidation only" in note for note in summary["notes"])
