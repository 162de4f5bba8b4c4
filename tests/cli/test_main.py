"""The command line, in this process: exit codes, one-line errors, and what goes to which stream."""

import gzip
import json
import re

import pytest
from PIL import Image

from ktnas.cli import main as cli
from ktnas.cli.main import main
from ktnas.records.trials import read_trials

CODES = [f"{a}{b}{c}" for a in range(4) for b in range(4) for c in range(4)]
SEARCH = ["--method", "regularized-evolution", "--population", "4", "--budget", "12", "--repeats", "1", "--no-alone"]


DIGITS = "--fitness train --tasks digits --space nasbench201 --channels 2 --epochs 1 --share 0.1 --device cpu"
TRAINING = ["run", *DIGITS.split(), "--method", "random-search", "--budget", "2"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "1")


@pytest.fixture
def table(tmp_path):
    rows = [f"{code},{sum(map(int, code))},{code.count('2')}" for code in CODES]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["arch,sum,twos", *rows]) + "\n")
    return ["--table", str(path), "--space", "categorical"]


def run(*arguments):
    return main(["run", *SEARCH, *arguments])


def failed(capsys, *arguments):
    """The error of a command that must fail: one line, and nothing on standard output."""
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    out, error = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert error.count("\n") == 1
    return error


def test_a_run_prints_tables_and_progress_apart(capsys, table, tmp_path):
    assert run(*table, "--source", "sum", "--target", "twos", "--out", "here") == 0
    out, error = capsys.readouterr()
    assert "twos  222" in out
    assert "recorded in here" in out
    assert error.splitlines()[0] == "table.csv: sum to twos (regularized-evolution)"
    assert error.splitlines()[-1].startswith("100%")
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [
        "config.json",
        "report.html",
        "study.json",
        "summary.json",
        "trials.jsonl",
    ]


def test_json_alone_stands_on_standard_output(capsys, table, tmp_path):
    assert run(*table, "--tasks", "sum,twos", "--out", "here", "--json") == 0
    out, error = capsys.readouterr()
    assert json.loads(out) == json.loads((tmp_path / "here" / "summary.json").read_text())
    assert error == ""


def test_repeats_give_a_list(capsys, table, tmp_path):
    repeats = ("--tasks", "sum", "--seed", "3", "--repeats", "2", "--jobs", "1")
    assert run(*table, *repeats, "--json", "--out", "here") == 0
    assert [summary["seed"] for summary in json.loads(capsys.readouterr().out)] == [3, 4]
    assert (tmp_path / "here" / "report.html").exists()
    assert (tmp_path / "here" / "seed-4" / "trials.jsonl").exists()
    assert run(*table, *repeats, "--quiet") == 0
    out, error = capsys.readouterr()
    assert "median" in out
    assert error == ""


def test_without_a_directory_every_run_gets_a_new_one(capsys, table, tmp_path):
    for _ in range(2):
        assert run(*table, "--tasks", "sum", "--quiet") == 0
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert names == [f"table.csv-sum-regularized-evolution-seed0{suffix}" for suffix in ("", "-2")]


@pytest.mark.slow
def test_sources_and_tasks_may_be_repeated_or_listed(capsys, tmp_path):
    for sources in (["--source", "cora,photo"], ["--source", "cora", "--source", "photo"]):
        assert run(*sources, "--target", "pubmed", "--json") == 0
        tasks = json.loads(capsys.readouterr().out)["tasks"]
        assert {name: task["role"] for name, task in tasks.items()} == {
            "cora": "source",
            "photo": "source",
            "pubmed": "target",
        }


def test_the_same_configuration_goes_on_and_another_is_refused(capsys, table, tmp_path):
    arguments = [*table, "--tasks", "sum", "--out", "here"]
    assert run(*arguments, "--json") == 0
    whole = (tmp_path / "here" / "trials.jsonl").read_bytes()
    first = capsys.readouterr().out
    (tmp_path / "here" / "trials.jsonl").write_bytes(whole[:-40])
    assert run(*arguments, "--quiet") == 0
    assert (tmp_path / "here" / "trials.jsonl").read_bytes() == whole
    capsys.readouterr()
    error = failed(capsys, "run", *SEARCH, *arguments, "--seed", "1")
    assert "holds a run with another configuration (seed: 0 there, 1 now)" in error
    assert run(*arguments, "--json") == 0
    assert json.loads(capsys.readouterr().out)["tasks"] == json.loads(first)["tasks"]


def test_until_best_stops_at_the_best_entry(capsys, table):
    arguments = [
        "run",
        *table,
        "--tasks",
        "sum",
        "--until-best",
        "--budget",
        "64",
        "--method",
        "random-search",
        "--json",
    ]
    assert main(arguments) == 0
    task = json.loads(capsys.readouterr().out)["tasks"]["sum"]
    assert task["best"]["rank"] == 1
    assert task["evaluations"] == task["optimum_reached_at"] == task["best"]["evaluations_to_best"]


def test_an_interruption_says_how_to_go_on(capsys, table, tmp_path, monkeypatch):
    from ktnas.benchmarks.table import TableBenchmark

    evaluate, calls = TableBenchmark.evaluate, []

    def interrupt(self, task, genotype):
        calls.append(genotype)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return evaluate(self, task, genotype)

    monkeypatch.setattr(TableBenchmark, "evaluate", interrupt)
    assert run(*table, "--tasks", "sum", "--out", "here") == 130
    out, error = capsys.readouterr()
    assert "interrupted; `ktnas resume here` goes on from here" in error
    assert "recorded in here" in out
    assert json.loads((tmp_path / "here" / "summary.json").read_text())["finished"] is False
    assert 4 <= sum(not trial.repeat for trial in read_trials(tmp_path / "here")) <= 8
    assert run(*table, "--tasks", "sum", "--out", "here", "--json") == 0
    assert json.loads(capsys.readouterr().out)["tasks"]["sum"]["evaluations"] == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--source coar --target pubmed", "unknown task 'coar'; did you mean 'cora'? Known: "),
        ("--benchmark nasbench-grph", "unknown benchmark 'nasbench-grph'; did you mean 'nasbench-graph'?"),
        ("--method ktnass", "unknown method 'ktnass'; did you mean 'ktnas'?"),
        ("--embedder wl", "unknown embedder 'wl'"),
        ("--transfer rank", "unknown transfer 'rank'"),
        ("--surrogate gp", "unknown surrogate 'gp'"),
        ("--method random-search --transfer none", "method 'random-search' has no transfer; leave --transfer out"),
        ("--budget 0", "at least 1 evaluation per task; got 0"),
        ("--method regularized-evolution --budget 1", "smaller than the population of 10"),
        ("--source cora --target pubmed --method random-search --budget 99999", "exceeds the 26,206 architectures"),
        ("--source cora --target cora", "both source and target"),
        ("--source cora", "--source cora needs --target"),
        ("--seed -1", "the seed must not be negative; got -1"),
        ("--repeats 0", "--repeats and --jobs must be at least 1"),
        ("--jobs 0", "--repeats and --jobs must be at least 1"),
        ("--data absent", "data directory 'absent' does not exist"),
        ("--table t.csv --tasks a", "--table needs --space"),
        ("--space darts", "name it with --table"),
        ("--minimize a", "name it with --table"),
        ("--table absent.csv --space darts --tasks a", "absent.csv"),
        ("--budget many", "argument --budget: expected a whole number; got 'many'"),
        ("--source a,,b", "'a,,b' has an empty name in it"),
        ("--frobnicate", "unrecognized arguments: --frobnicate (see ktnas run --help)"),
        ("--seeds=5", "unrecognized arguments: --seeds=5; did you mean --seed?"),
        ("--epochs 3", "--epochs is for live training: add --fitness train"),
        ("--fitness trian", "argument --fitness: invalid choice: 'trian'"),
        (
            "--fitness train --source norml --target normal",
            "unknown task 'norml' of rendered scenes; did you mean 'normal'?",
        ),
        ("--fitness train --source normal --target normal", "both source and target"),
        ("--fitness train --benchmark nasbench201", "--benchmark is a source of fitness of its own"),
        ("--fitness train --until-best --images 8 --resolution 24", "--until-best needs a table"),
        ("--fitness train --device cuda:77", "device 'cuda:77' cannot be had"),
        ("--fitness train --tasks mine --dataset mine=absent.npz", "absent.npz"),
        ("--fitness train --budget 3", "the budget of 3 evaluations per task is smaller than the population of 5"),
        (f"{DIGITS} --max-hours 0", "--max-hours must be above 0"),
        (f"{DIGITS} --max-hours 1e-9", "is estimated to take about"),
    ],
)
def test_mistakes_are_one_line_with_exit_code_2(capsys, arguments, message):
    assert message in failed(capsys, "run", *arguments.split())


def test_a_directory_that_was_removed_is_a_mistake(capsys, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["data"]) == 2
    assert re.fullmatch(r"ktnas: error: the current directory cannot be used \(.*\n", capsys.readouterr().err)


def test_a_missing_or_unknown_command_is_a_mistake(capsys):
    assert "required: COMMAND" in failed(capsys)
    message = failed(capsys, "rnu")
    assert "invalid choice: 'rnu'" in message
    assert "did you mean 'run'?" in message


def written(path, content):
    path.write_bytes(content)
    return ["run", *SEARCH, "--table", str(path), "--space", "nasbench201", "--tasks", "a"]


ARCHITECTURE = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"arch,a\n", "."),
        (f"arch,a\n{ARCHITECTURE},1\n{ARCHITECTURE},2\n".encode(), "twice"),
        (f"arch,a\n{ARCHITECTURE},1\n|what|,2\n".encode(), "holds architectures of nasbench201 in every row"),
        (f"arch,a\n{ARCHITECTURE},nan\n".encode(), "no finite"),
        (f"arch,b\n{ARCHITECTURE},1\n".encode(), "'a'"),
    ],
)
def test_damaged_tables_are_mistakes(capsys, tmp_path, content, message):
    assert message in failed(capsys, *written(tmp_path / "t.csv", content))


def test_a_truncated_gzip_is_a_mistake(capsys, tmp_path):
    content = gzip.compress(f"arch,a\n{ARCHITECTURE},1\n".encode() * 500)
    assert "t.csv.gz" in failed(capsys, *written(tmp_path / "t.csv.gz", content[:-20]))


def test_an_output_that_is_a_file_is_a_mistake(capsys, table, tmp_path):
    (tmp_path / "here").write_text("precious")
    assert "cannot write to here" in failed(capsys, "run", *SEARCH, *table, "--tasks", "sum", "--out", "here")
    assert (tmp_path / "here").read_text() == "precious"


def test_a_defect_of_ours_keeps_its_traceback(monkeypatch):
    def broken(options):
        raise ZeroDivisionError

    monkeypatch.setattr(cli.COMMANDS["data"], "execute", broken)
    with pytest.raises(ZeroDivisionError):
        main(["data"])


def test_the_inventory_lists_benchmarks(capsys):
    assert main(["data"]) == 0
    out = capsys.readouterr().out
    names = ("nasbench201", "transnas101-micro", "transnas101-macro", "nasbench-graph", "mdesign-link")
    for name in (*names, "Looked into"):
        assert name in out
    assert main(["data", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["nasbench-graph"]["found"] is True
    fields = {"kind", "name", "found", "path", "architectures", "tasks", "hint", "problem"}
    assert set(listed["nasbench201"]) == fields
    assert listed["digits"]["kind"] == "data set"
    assert listed["digits"]["shape"] == [8, 8, 1]
    assert set(listed["digits"]) == {"kind", "name", "found", "path", "shape", "note", "hint", "problem"}


@pytest.mark.slow
def test_candidates_are_trained_by_a_worker_and_the_best_is_measured_on_test_images(capsys, tmp_path):
    assert main([*TRAINING, "--workers", "1", "--out", "here", "--keep-weights"]) == 0
    out, error = capsys.readouterr()
    lines = error.splitlines()
    assert lines[0].startswith("estimated: about ")
    assert lines[1] == "training: digits (random-search)"
    assert lines[-2].startswith("100%  digits 2/2 best ")
    assert lines[-1] == "the best of each task is measured on test images"
    for text in ("validation accuracy", "test accuracy", "it ranks candidates", "of training", "recorded in here"):
        assert text in out
    here = tmp_path / "here"
    assert len(list((here / "weights").glob("*.safetensors"))) == 2
    assert (here / "answers.jsonl").read_text().count("\n") == 2
    config = json.loads((here / "config.json").read_text())
    assert config["training"]["size"]["channels"] == 2
    again = [*TRAINING, "--workers", "2", "--out", "here", "--keep-weights", "--json", "--max-hours", "1e-9"]
    assert main(again) == 0  # a finished run: nothing is left to be trained
    summary = json.loads(capsys.readouterr().out)
    assert summary["tasks"]["digits"]["best"]["report"]["test accuracy"] >= 0
    assert main([*TRAINING, "--seed", "1", "--out", "here", "--json"]) == 2
    assert "another configuration" in capsys.readouterr().err


def test_one_architecture_is_trained_from_scratch(capsys, tmp_path):
    cell = "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|skip_connect~2|"
    arguments = ["train", cell, "--dataset", "digits", "--space", "nasbench201", "--channels", "2", "--epochs", "1"]
    assert main([*arguments, "--device", "cpu", "--out", "here", "--json"]) == 0
    out, error = capsys.readouterr()
    assert json.loads(out) == json.loads((tmp_path / "here" / "training.json").read_text())
    assert error == ""
    assert main([*arguments, "--device", "cpu"]) == 0
    out, error = capsys.readouterr()
    assert error.startswith("epoch 1/1: training loss ")
    assert out.splitlines()[1].startswith("test: accuracy ")
    assert "weights and record in runs/train-digits-skip-connect" in out
    assert "no architecture of 'nasbench201'" in failed(capsys, "train", "cell", *arguments[2:])


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["data", "--help"], ["train", "--help"]])
def test_help_explains(capsys, arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 0
    out = capsys.readouterr().out
    assert "usage: ktnas" in out
    assert "%(" not in out


def test_every_option_with_a_value_shows_its_default(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for option in (
        "--method",
        "--budget",
        "--seed",
        "--population",
        "--repeats",
        "--jobs",
        "--out",
        "--benchmark",
        "--epochs",
        "--images",
        "--device",
        "--workers",
    ):
        section = re.split(rf"{option} [A-Z]+ ", text, maxsplit=1)[1].split(" --", 1)[0]
        assert "(default: " in section, option


def test_the_version_is_shown(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert re.fullmatch(r"ktnas \d+\.\d+\.\d+\n", capsys.readouterr().out)


FAILING = "arch,good,bad\n" + "".join(f"{code},{i},{'nan' if i < 60 else 1}\n" for i, code in enumerate(CODES))


def test_a_task_that_fails_from_the_first_on_ends_the_run(capsys, tmp_path):
    (tmp_path / "t.csv").write_text(FAILING)
    command = ["--table", "t.csv", "--space", "categorical", "--tasks", "good,bad", "--out", "here"]
    assert run(*command) == 2
    error = capsys.readouterr().err.splitlines()
    assert error[-2].startswith("task bad: an evaluation failed: ")
    assert re.match(r"ktnas: error: the first \d+ evaluations of task 'bad' failed, beginning with: ", error[-1])
    assert "--catch" in error[-1]
    assert run(*command, "--catch", "--quiet") == 0
    assert "failed)" in capsys.readouterr().out


@pytest.mark.slow
def test_repeats_in_processes_show_failures_too(capsys, tmp_path):
    (tmp_path / "t.csv").write_text(FAILING.replace(",1\n", ",nan\n", 1))
    command = ["--table", "t.csv", "--space", "categorical", "--tasks", "bad", "--repeats", "2", "--jobs", "2"]
    assert run(*command, "--catch", "--out", "here") == 0
    assert capsys.readouterr().err.count("task bad: an evaluation failed: ") == 1


@pytest.fixture
def birds(tmp_path):
    """A folder of images per class, with what systems and people leave beside them."""
    for name in ("wren", "tit"):
        (tmp_path / "birds" / name).mkdir(parents=True)
        for i in range(6):
            Image.new("L", (12, 12), 40 * i).save(tmp_path / "birds" / name / f"{i}.png")
    (tmp_path / "birds" / "__MACOSX").mkdir()
    (tmp_path / "birds" / "notes.txt").write_text("x")
    return str(tmp_path / "birds")


def test_what_is_read_of_a_dataset_is_told_in_full(capsys, birds):
    assert main(["data", birds]) == 0
    out = capsys.readouterr().out
    assert "birds: images of 12 x 12 x 1, uint8; Classification(classes=2)" in out
    assert re.search(r"^wren +4 +1 +1 +6 *$", out, re.MULTILINE)
    assert re.search(r"^all +8 +2 +2 +12 *$", out, re.MULTILINE)
    assert "not read: __MACOSX (hidden, or of the system)" in out
    assert "not read: notes.txt (no image)" in out


def test_and_as_json(capsys, birds):
    assert main(["data", birds, "digits", "--json"]) == 0
    (own, digits) = json.loads(capsys.readouterr().out)
    assert own["classes"] == {name: {"train": 4, "validation": 1, "test": 1} for name in ("tit", "wren")}
    assert own["not_read"][1] == {"path": "notes.txt", "reason": "no image"}
    assert (digits["parts"]["train"], digits["shape"], digits["not_read"]) == (1259, [8, 8, 1], [])


def test_a_dataset_that_cannot_be_read(capsys):
    assert "there is no such file or directory" in failed(capsys, "data", "./nowhere")


@pytest.mark.slow
def test_a_run_tells_what_was_read_before_anything_is_trained(capsys, birds):
    options = ["--dataset", f"birds={birds}", "--batch-size", "4", "--workers", "1", "--out", "here"]
    arguments = [*DIGITS.replace("digits", "birds").replace("0.1", "birds=0.5").split(), *options]
    assert main(["run", *arguments, "--method", "random-search", "--budget", "2"]) == 0
    out, error = capsys.readouterr()
    assert error.splitlines()[1] == (
        "birds: 12 images read: 8 train, 2 validation, 2 test; tit 6, wren 6. "
        "Not read: __MACOSX, notes.txt. 4 of 8 images are trained on."
    )
    assert "birds: Not read: __MACOSX, notes.txt. 4 of 8 images are trained on." in out
