"""A study at the command line: made, asked, told, run, extended, shown, by any number of processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from ktnas.cli.main import main
from ktnas.config.experiment import compose
from ktnas.records.trials import TRIALS

OUTSIDE = ["--space", "categorical", "--choices", "4,4,4,4", "--tasks", "a,b", "--method", "regularized-evolution"]
SYNCHRONOUS = [*OUTSIDE, "--synchronous"]
COMMAND = [sys.executable, "-m", "ktnas"]


def ktnas(*arguments, **more):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **more)


def value(task, genotype):
    return sum(genotype) if task == "a" else genotype.count(3) - genotype[0] / 10


@pytest.fixture
def made(tmp_path, capsys):
    path = tmp_path / "study"
    assert main(["new", str(path), *SYNCHRONOUS, "--budget", "16"]) == 0
    capsys.readouterr()
    return path


def asked(path, capsys, *more):
    code = main(["ask", str(path), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    """The line on standard error of what is refused."""
    assert main([str(one) for one in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def answer_all(path, capsys):
    while True:
        code, found = asked(path, capsys, "-n", "5")
        if code == 3:
            raise AssertionError("everything was told")
        if not found:
            return
        for one in found:
            main(["tell", str(path), str(one["id"]), repr(value(one["task"], one["genotype"])), "--quiet"])


def test_asked_and_told_it_comes_to_what_python_runs(made, tmp_path, capsys):
    import ktnas as package
    from ktnas.spaces.categorical import Categorical

    answer_all(made, capsys)
    functions = {"a": sum, "b": lambda code: code.count(3) - code[0] / 10}
    method = package.Study(
        None, "nasbench-graph", ["cora"], method="regularized-evolution", budget=10
    ).experiment.search
    package.search(Categorical((4,) * 4), functions, budget=16, method=method, out=tmp_path / "run")
    assert (made / TRIALS).read_bytes() == (tmp_path / "run" / TRIALS).read_bytes()
    assert main(["best", str(made), "--json"]) == 0
    best = json.loads(capsys.readouterr().out)
    lines = [json.loads(line) for line in (made / TRIALS).read_text().splitlines()]
    assert best["a"]["value"] == max(line["fitness"] for line in lines if line["task"] == "a")
    main(["show", str(made)])
    assert "finished" in capsys.readouterr().out
    assert asked(made, capsys) == (0, [])


def test_made_again_it_is_left_as_it_is_and_another_is_refused(made, capsys):
    assert main(["new", str(made), *SYNCHRONOUS, "--budget", "16"]) == 0
    assert capsys.readouterr().out.startswith("is there already: Study(")
    assert "seed: 0 there, 1 now" in refused(capsys, "new", made, *SYNCHRONOUS, "--budget", "16", "--seed", "1")
    other = [one if one != "4,4,4,4" else "4,4,4,5" for one in SYNCHRONOUS]
    assert "another search space" in refused(capsys, "new", made, *other, "--budget", "16")
    assert "can be raised, not lowered" in refused(capsys, "new", made, *SYNCHRONOUS, "--budget", "15")
    assert main(["new", str(made), *SYNCHRONOUS, "--budget", "18"]) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--space", "nasbench201"], "needs names of tasks: --tasks a,b"),
        (["--space", "categorical", "--tasks", "a"], "a categorical space needs --choices 4,4,3"),
        (["--space", "categorical", "--tasks", "a", "--choices", "4,0"], "--choices must be at least 1 each"),
        (["--space", "nasbench201", "--tasks", "a", "--choices", "4,4"], "--choices is of a categorical space"),
        (["--space", "nasbench210", "--tasks", "a"], "did you mean 'nasbench201'?"),
        (["--space", "nasbench201", "--tasks", "a", "--minimize", "b"], "unknown task to minimize 'b'"),
        (["--space", "nasbench201", "--source", "a"], "--tasks, or --source and --target"),
        (["--space", "nasbench201", "--tasks", "a", "--until-best"], "--until-best needs a table"),
        (["--tasks", "cora", "--choices", "4"], "--choices is of a study that is evaluated outside"),
    ],
)
def test_what_makes_no_study_is_refused(tmp_path, capsys, options, message):
    assert message in refused(capsys, "new", tmp_path / "study", *options)
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0", "nan"], "the value of task 'a' must be a finite number; got 'nan'"),
        (["0", "inf"], "must be a finite number"),
        (["0", "high"], "must be a finite number; got 'high'"),
        (["0"], "give either the value that was measured, or --failed WHY"),
        (["0", "1", "--failed", "x"], "give either the value"),
        (["0", "1", "--cost", "-3"], "cost in seconds must not be negative"),
        (["0", "1", "--metric", "loss=nan"], "metric 'loss' must be a finite number"),
        (["17", "1"], "no proposal 17 was handed out: ids go up to 1"),
        (["-1", "1"], "no proposal -1 was handed out"),
        (["a", "1"], "'a' is no id of a proposal"),
        (["1", "1"], "proposal 1 has been told already"),
    ],
)
def test_every_wrong_answer_is_refused_before_it_is_recorded(made, capsys, arguments, message):
    asked(made, capsys, "-n", "2")
    main(["tell", str(made), "1", "0.5", "--quiet"])
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    assert message in refused(capsys, "tell", made, *arguments)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_a_failure_is_an_answer_with_its_reason(made, capsys):
    asked(made, capsys)
    assert main(["tell", str(made), "0", "--failed", "out of\tmemory", "--cost", "3"]) == 0
    main(["show", str(made), "--trials"])
    assert "out of memory" in capsys.readouterr().out
    main(["show", str(made), "--json"])
    assert json.loads(capsys.readouterr().out)["tasks"]["a"] == {
        "evaluations": 1, "failed": 1, "cost_s": 3.0, "best": None
    }  # fmt: skip


def test_what_a_lost_job_had_is_handed_out_again_and_its_late_answer_is_refused(made, capsys):
    _, lost = asked(made, capsys, "-n", "20")
    code, nothing = asked(made, capsys)
    assert (code, nothing) == (3, [])
    assert asked(made, capsys, "--again", "3600") == (3, [])
    assert asked(made, capsys, "--again", "0", "-n", "2")[1] == lost[:2]
    main(["tell", str(made), "0", "1", "--quiet"])
    assert "first answer stands" in refused(capsys, "tell", made, 0, 2)
    main(["show", str(made)])
    assert "19 handed out and not told" in capsys.readouterr().out


def test_times_of_a_clock_that_jumps_change_who_is_asked_again_and_nothing_else(made, capsys, monkeypatch):
    now = [1e9]
    monkeypatch.setattr("ktnas.study.desk.time.time", lambda: now[0])
    asked(made, capsys, "-n", "20")
    now[0] -= 1e8  # back by years
    assert asked(made, capsys, "--again", "60") == (3, [])
    now[0] += 1e9
    assert len(asked(made, capsys, "--again", "60", "-n", "99")[1]) == 20
    for number in range(20):
        assert main(["tell", str(made), str(number), "1", "--quiet"]) == 0
    assert asked(made, capsys)[0] == 0


def test_unless_it_is_synchronous_everybody_who_asks_is_given_something(tmp_path, capsys):
    path = tmp_path / "study"
    main(["new", str(path), *OUTSIDE, "--budget", "11"])
    capsys.readouterr()
    code, first = asked(path, capsys, "-n", "22")
    assert (code, len(first)) == (0, 22)
    for one in reversed(first):
        main(["tell", str(path), str(one["id"]), repr(value(one["task"], one["genotype"])), "--quiet"])
    answer_all(path, capsys)
    main(["show", str(path)])
    assert capsys.readouterr().out.count("11 of 11 evaluations") == 2
    assert "study that is evaluated outside" in refused(
        capsys, "new", tmp_path / "x", "--tasks", "cora", "--synchronous"
    )


def test_a_study_that_is_evaluated_outside_cannot_be_resumed(made, capsys):
    assert "are evaluated outside: `ktnas ask" in refused(capsys, "resume", made)


@pytest.mark.parametrize("command", ["ask", "best", "show", "resume"])
def test_a_directory_without_a_study_is_refused(tmp_path, capsys, command):
    assert "is no directory: `ktnas new" in refused(capsys, command, tmp_path / "nowhere")
    assert "holds no study" in refused(capsys, command, tmp_path)
    (tmp_path / "config.json").write_text("{}")
    assert "config.json is damaged" in refused(capsys, command, tmp_path)


def test_a_directory_that_cannot_be_written_is_refused_in_one_line(made, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    made.chmod(0o500)
    try:
        for arguments in (["ask", made], ["tell", made, "0", "1"]):
            done = ktnas(*arguments)
            assert done.returncode == 2
            assert len(done.stderr.splitlines()) == 1
    finally:
        made.chmod(0o700)


def test_a_full_disk_is_refused_in_one_line_and_nothing_is_lost(made, capsys, monkeypatch):
    import errno

    from ktnas.files import json_lines

    asked(made, capsys, "-n", "2")
    before = (made / "proposals.jsonl").read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(json_lines, "sync", full)
        for arguments in (["ask", made], ["tell", made, "0", "1"]):
            assert "No space left on device" in refused(capsys, *arguments)
    assert (made / "proposals.jsonl").read_bytes().startswith(before)
    assert main(["tell", str(made), "0", "1", "--quiet"]) == 0


@pytest.mark.slow
def test_any_number_of_processes_ask_and_tell_at_once_and_some_are_killed(made, capsys):
    """Jobs ask, wait, and tell; one is killed in between, and another takes what it had."""
    job = textwrap.dedent("""
        import io, json, os, sys
        from contextlib import redirect_stdout
        from ktnas.cli.main import main
        path, killed = sys.argv[1], sys.argv[2] == "1"
        while True:
            out = io.StringIO()
            with redirect_stdout(out):
                code = main(["ask", path, "--json", "--wait", "60", "--again", "2"])
            found = json.loads(out.getvalue())
            if not found:
                sys.exit(code)
            if killed:
                os.kill(os.getpid(), 9)
            (one,) = found
            code = one["genotype"]
            value = sum(code) if one["task"] == "a" else code.count(3) - code[0] / 10
            main(["tell", path, str(one["id"]), repr(value), "--quiet"])
    """)
    jobs = [subprocess.Popen([sys.executable, "-c", job, str(made), str(int(number == 2))]) for number in range(3)]
    assert [one.wait(timeout=300) for one in jobs] == [0, 0, -9]
    lines = [json.loads(line) for line in (made / TRIALS).read_text().splitlines()]
    assert sum(not line["repeat"] for line in lines) == 32
    assert {line["fitness"] == value(line["task"], tuple(line["genotype"])) for line in lines} == {True}
    again = made.with_name("again")
    main(["new", str(again), *SYNCHRONOUS, "--budget", "16"])
    capsys.readouterr()
    answer_all(again, capsys)
    assert (again / TRIALS).read_bytes() == (made / TRIALS).read_bytes()


RUN = ["--tasks", "cora,pubmed", "--method", "regularized-evolution", "--quiet"]


class TestResume:
    def test_goes_on_from_the_directory_alone_with_a_larger_budget(self, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert main(["run", *RUN, "--budget", "30", "--out", "whole"]) == 0
        assert main(["run", *RUN, "--budget", "20", "--out", "part", "--timeout", "0.000001"]) == 0
        assert "stopped: the timeout of 0.0 s was reached; `ktnas resume part` goes on" in capsys.readouterr().err
        assert json.loads((tmp_path / "part" / "summary.json").read_text())["stopped"].startswith("the timeout")
        assert main(["resume", "part", "--quiet"]) == 0
        assert main(["resume", "part", "--quiet", "--budget", "30", "--json"]) == 0
        capsys.readouterr()
        assert (tmp_path / "part" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()
        assert "can be raised, not lowered to 29" in refused(capsys, "resume", "part", "--budget", "29", "--quiet")

    def test_a_table_of_ones_own_is_found_from_another_directory(self, tmp_path, capsys, monkeypatch):
        rows = [f"{a}{b}{c},{a + b * c}" for a in range(4) for b in range(4) for c in range(4)]
        (tmp_path / "mine.csv").write_text("\n".join(["code,score", *rows]))
        monkeypatch.chdir(tmp_path)
        table = ["--table", "mine.csv", "--space", "categorical", "--tasks", "score", "--method", "random-search"]
        assert main(["run", *table, "--budget", "9", "--out", "run", "--quiet", "--patience", "2"]) == 0
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert main(["resume", "../run", "--quiet"]) == 0
        assert main(["best", "../run"]) == 0
        (tmp_path / "mine.csv").write_text("\n".join(["code,score", *reversed(rows)]))
        compose.cache_clear()  # as in another process
        capsys.readouterr()
        assert "the table is not the one" in refused(capsys, "resume", "../run", "--quiet")

    def test_repeats_go_on_too(self, tmp_path, capsys):
        out = ["--out", str(tmp_path / "runs"), "--jobs", "1"]
        assert main(["run", *RUN, "--budget", "20", "--repeats", "2", *out, "--patience", "3"]) == 0
        assert "no task got better for 3 evaluations" in capsys.readouterr().err
        assert main(["resume", str(tmp_path / "runs"), "--budget", "22", "--jobs", "1", "--quiet"]) == 0
        assert (
            main(["run", *RUN, "--budget", "22", "--repeats", "2", "--out", str(tmp_path / "whole"), "--jobs", "1"])
            == 0
        )
        for seed in ("seed-0", "seed-1"):
            one, whole = (tmp_path / name / seed / TRIALS for name in ("runs", "whole"))
            assert one.read_bytes() == whole.read_bytes()
        capsys.readouterr()
        assert "holds several runs; name one of them" in refused(capsys, "best", tmp_path / "runs")
        assert main(["best", str(tmp_path / "runs" / "seed-1")]) == 0

    def test_of_a_run_of_an_older_version_says_what_to_do(self, tmp_path, capsys):
        assert main(["run", *RUN, "--budget", "10", "--out", str(tmp_path)]) == 0
        (tmp_path / "study.json").unlink()
        capsys.readouterr()
        assert "give its `ktnas run` command again, with --out" in refused(capsys, "resume", tmp_path)
        assert main(["show", str(tmp_path)]) == 0

    def test_answers_of_another_run_are_taken_once(self, tmp_path, capsys):
        assert main(["run", *RUN, "--budget", "20", "--out", str(tmp_path / "one")]) == 0
        capsys.readouterr()
        more = ["--reuse", str(tmp_path / "one"), "--json", "--out", str(tmp_path / "two")]
        assert main(["run", *RUN, "--budget", "24", *more]) == 0
        summary = json.loads(capsys.readouterr().out)
        assert "40 evaluations were answered from other runs" in " ".join(summary["notes"])
        assert summary["tasks"]["cora"]["evaluations"] == 24
        more = ["--reuse", str(tmp_path / "one"), "--out", str(tmp_path / "three")]
        assert "its table was read for other tasks" in refused(
            capsys, "run", "--tasks", "cora", "--method", "random-search", "--quiet", *more
        )
        shutil.rmtree(tmp_path / "one")
        assert main(["resume", str(tmp_path / "two"), "--quiet"]) == 0

    @pytest.mark.slow
    @pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGINT"])
    def test_a_signal_ends_it_as_cleanly_as_ctrl_c(self, tmp_path, number):
        whole, cut = tmp_path / "whole", tmp_path / "cut"
        assert ktnas("run", *RUN, "--budget", "300", "--out", whole).returncode == 0
        running = subprocess.Popen(
            [*COMMAND, "run", *RUN, "--budget", "300", "--out", str(cut)],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - ignored in the background
        )
        while not (cut / TRIALS).exists() or not (cut / TRIALS).stat().st_size:
            time.sleep(0.01)
        running.send_signal(getattr(signal, number))
        _, error = running.communicate(timeout=120)
        assert running.returncode == 128 + getattr(signal, number)
        assert f"interrupted; `ktnas resume {cut}` goes on from here" in error
        assert ktnas("resume", cut, "--quiet").returncode == 0
        assert (cut / TRIALS).read_bytes() == (whole / TRIALS).read_bytes()


def test_a_report_in_one_file(made, tmp_path, capsys):
    asked(made, capsys)
    main(["tell", str(made), "0", "4.5", "--quiet"])
    assert main(["show", str(made), "--report", str(tmp_path / "report.html")]) == 0
    assert '"id":"found"' in (tmp_path / "report.html").read_text()
