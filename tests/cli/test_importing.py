"""`ktnas data import`, and searches on what it makes."""

import bz2
import json
import pickle

import pytest

from ktnas.cli.importing import ImportMeter
from ktnas.cli.main import main


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def results(index, text, epochs):
    every = {}
    parts = {"cifar10-valid": ["x-valid"], "cifar10": ["ori-test"], "cifar100": ["x-valid", "x-test"]}
    for dataset, names in {**parts, "ImageNet16-120": ["x-valid", "x-test"]}.items():
        last = {f"{part}@{epochs - 1}": 50.0 + index + epochs / 100 for part in names}
        times = dict.fromkeys(range(epochs), 0.5)
        more = {"params": 1.5, "flop": 2.5, "latency": [0.125]}
        every[dataset, 777] = {"eval_acc1es": last, "train_times": times, **more}
    return {"arch_str": text, "all_results": every}


@pytest.fixture
def widths(tmp_path):
    """Nine networks of NATS-Bench's size space, in one file."""
    texts = [f"8:8:8:{8 + 8 * (i // 3)}:{8 + 8 * (i % 3)}" for i in range(9)]
    found = {i: {key: results(i, text, n) for key, n in (("12", 12), ("90", 90))} for i, text in enumerate(texts)}
    path = tmp_path / "sizes.pbz2"
    path.write_bytes(bz2.compress(pickle.dumps({"meta_archs": texts, "arch2infos": found})))
    return path


def search(*more):
    method = ("--method", "random-search", "--budget", "4", "--repeats", "1", "--no-alone", "--json")
    return main(["run", "--benchmark", "nats-size", "--tasks", "cifar10,cifar100", "--out", "run", *method, *more])


def test_a_file_becomes_a_table_that_is_searched_at_both_lengths(capsys, widths):
    assert main(["data", "import", str(widths), "--out", "tables"]) == 0
    out, error = capsys.readouterr()
    assert "is NATS-Bench, size space" in out
    assert "tables/nats_size.csv.gz: 9 architectures" in out
    assert "give --data tables" in out
    assert error == ""
    assert search("--data", "tables", "--fidelity", "12") == 0
    best = json.loads(capsys.readouterr().out)["tasks"]["cifar10"]
    assert best["metric"] == "validation accuracy after 12 epochs"
    assert best["cost_s"] == 4 * 12 * 0.5
    found = best["best"]
    assert found["fitness"] == pytest.approx(found["report"]["valid_at_90_epochs"] - 0.78)
    config = json.loads((widths.parent / "run" / "config.json").read_text())
    assert config["tasks"]["cifar10"]["metric"] == "validation accuracy after 12 epochs"
    assert search("--data", "tables") == 2
    assert "run holds a run with another configuration" in capsys.readouterr().err


def test_as_json(capsys, widths):
    assert main(["data", "import", str(widths), "--out", "tables", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["distribution"], told["official"], told["went_on"]) == ("nats-sss", None, False)
    assert [table["architectures"] for table in told["tables"]] == [9]


def test_into_the_cache_it_is_found_without_a_word(capsys, widths, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(widths.parent / "cache"))
    assert main(["data", "import", str(widths)]) == 0
    assert "--data" not in capsys.readouterr().out
    assert search() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", "import"], "takes one file or directory"),
        (["data", "import", "a", "b"], "takes one file or directory"),
        (["data", "import", "none"], "none does not exist"),
        (["data", "import", "sizes.pbz2", "--as", "nats-tss"], "is not nats-tss: it is nats-sss"),
        (["data", "import", "sizes.pbz2", "--as", "nats"], "unknown distribution 'nats'"),
        (["data", "import", "sizes.pbz2", "--out", "sizes.pbz2"], "is no directory"),
        (["data", "--as", "nats-tss"], "are for `ktnas data import"),
    ],
)
def test_mistakes_are_one_line(capsys, widths, arguments, message):
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert message in error


def test_a_length_that_the_table_has_not(capsys, widths):
    main(["data", "import", str(widths), "--out", "tables"])
    capsys.readouterr()
    assert search("--data", "tables", "--fidelity", "200") == 2
    assert "no fitness after 200 epochs: it has 12, 90" in capsys.readouterr().err


@pytest.mark.slow
def test_fidelity_is_for_tables(capsys):
    arguments = ["run", "--fitness", "train", "--tasks", "digits", "--space", "nasbench201", "--fidelity", "12"]
    assert main(arguments) == 2
    assert "--fidelity 12 is for tables" in capsys.readouterr().err


def test_interruption_says_how_to_go_on(capsys, widths, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ImportMeter, "__call__", interrupted)
    assert main(["data", "import", str(widths), "--out", "tables"]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err


def test_progress_is_told_now_and_then(capsys, monkeypatch):
    clock = iter([0.0, 10.0, 31.0, 40.0])
    monkeypatch.setattr("ktnas.cli.importing.monotonic", lambda: next(clock))
    meter = ImportMeter("file\x1b", silent=False)
    for done in (0, 10, 31, 40):
        meter("reading", done, 124)
    meter.end()
    assert capsys.readouterr().err == "file\\x1b: reading, 25%, about 1 min 33 s left\n"
