"""`python -m ktnas.run` as a process of its own: determinism, start-up, interruption, recovery."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

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


@pytest.mark.parametrize("method", ["ktnas", "ktnas-paper", "regularized-evolution", "random-search"])
def test_processes_with_different_hash_seeds_leave_the_same_bytes(tmp_path, method):
    for hash_seed in ("0", "1234"):
        arguments = ("--method", method, "--budget", "11", "--out", hash_seed, "--json")
        done = run(*arguments, cwd=tmp_path, hash_seed=hash_seed)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["method"] == method
    first, second = ((tmp_path / name / "trials.jsonl").read_bytes() for name in ("0", "1234"))
    assert first == second
    assert first.count(b"\n") >= 22


def test_the_default_method_goes_on_to_the_same_bytes(tmp_path):
    arguments = ("--budget", "12", "--quiet", "--out")
    assert run(*arguments, "whole", cwd=tmp_path).returncode == 0
    content = (tmp_path / "whole" / "trials.jsonl").read_bytes()
    for cut in (0, len(content) // 3, len(content) - 5):
        directory = tmp_path / f"cut{cut}"
        directory.mkdir()
        (directory / "config.json").write_bytes((tmp_path / "whole" / "config.json").read_bytes())
        (directory / "trials.jsonl").write_bytes(content[:cut])
        done = run(*arguments, directory.name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (directory / "trials.jsonl").read_bytes() == content


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


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_ended_from_outside_goes_on(tmp_path, sent, code):
    arguments = ["--method", "regularized-evolution", "--budget", "2500", "--quiet", "--out"]
    log = tmp_path / "cut" / "trials.jsonl"
    with subprocess.Popen(
        command(*arguments, "cut"), cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (log.exists() and log.stat().st_size > 20_000):
            time.sleep(0.005)
        process.send_signal(sent)
        assert process.wait(60) == code
    if sent == signal.SIGINT:
        assert json.loads((tmp_path / "cut" / "summary.json").read_text())["finished"] is False
    assert run(*arguments, "cut", cwd=tmp_path).returncode == 0
    assert run(*arguments, "whole", cwd=tmp_path).returncode == 0
    assert log.read_bytes() == (tmp_path / "whole" / "trials.jsonl").read_bytes()


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
