"""Every experiment with --smoke: it runs, writes what it says, and a second run repeats nothing."""

import csv
import json
import runpy
import sys
from pathlib import Path

import pytest

from ktnas.errors import DataError
from ktnas.records.sweep_log import RUNS_FILE

FOLDER = Path(__file__).parents[2] / "experiments"
TABLES = pytest.mark.table("transnas101-micro")
EXPERIMENTS = [
    pytest.param("nasbench201_evaluations", marks=pytest.mark.table("nasbench201")),
    pytest.param("transnas", marks=TABLES),
    pytest.param("two_tasks", marks=TABLES),
    pytest.param("nasbench_graph"),
    pytest.param("ablation", marks=TABLES),
    pytest.param("figures"),
    pytest.param("negative_transfer", marks=TABLES),
    pytest.param("sample_efficiency", marks=TABLES),
    pytest.param("transfer_rank", marks=TABLES),
    pytest.param("quantities"),
    pytest.param("codes", marks=TABLES),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("smoke")


@pytest.fixture
def script(monkeypatch):
    """Run a script in this process, its neighbours importable, as ``python experiments/<name>.py`` does."""
    monkeypatch.syspath_prepend(FOLDER)

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
        runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")

    return run


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_smoke(name, script, place, capsys):
    out = place / "results"
    options = ("--smoke", "--jobs", 1, "--out", out, "--records", place / name)
    script(name, *options)
    shown = capsys.readouterr()
    text = (out / f"{name}.md").read_text()
    assert shown.out.strip() in text
    with (out / f"{name}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 1
    bounded = [(float(row["low"]), float(row["high"])) for row in rows if row["low"]]
    assert bounded
    assert all(low <= high for low, high in bounded)
    told = json.loads((out / f"{name}.json").read_text())
    assert told["command"] == f"python experiments/{name}.py --smoke"
    assert (told["seeds"], told["runs"] > 1, len(told["code"])) == (2, True, 1)
    pictures = sorted(path.name for path in out.glob(f"{name}-*.png"))
    assert pictures
    assert all(f"]({picture})" in text for picture in pictures)
    recorded = (place / name / RUNS_FILE).read_bytes()
    files = {path.name: path.read_bytes() for path in out.glob(f"{name}*")}
    script(name, *options)
    assert (place / name / RUNS_FILE).read_bytes() == recorded
    assert {path.name: path.read_bytes() for path in out.glob(f"{name}*")} == files


def test_report(script, place, tmp_path, capsys):
    results = tmp_path / "experiments" / "results"
    results.mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (results / "transnas.md").write_text("### A table\n\n| a |\n|---|\n| 1 |\n\n![how](transnas-matrix.png)\n")
    told = {
        "command": "python experiments/transnas.py --seeds 20",
        "commit": "abc",
        "code": ["1", "2"],
        "seeds": 20,
        "runs": 1234,
        "evaluations": 56789,
        "cpu_s": 90,
        "hardware": "a processor, 2 cores",
        "environment": {"python": "3.11", "numpy": "2", "gensim": "4"},
    }
    (results / "transnas.json").write_text(json.dumps(told))
    (results / "embedding_quality.md").write_text("## Embeddings\n\ntext\n")
    (results / "table_noise.md").write_text("noise\n")
    done = {"command": "python experiments/table_noise.py", "seeds": 0, "counts": {"trainings": 4096}, "code": ["1"]}
    other = {key: told[key] for key in ("commit", "cpu_s", "hardware")} | {
        "environment": {"torch": "2", "gensim": None}
    }
    (results / "table_noise.json").write_text(json.dumps(done | other))
    elsewhere = tmp_path / "docs" / "spaces.md"
    elsewhere.write_text(
        "a\n<!-- table_noise -->\nstale\n<!-- /table_noise -->\n<!-- figures -->\nb\n<!-- /figures -->\n"
    )
    page = tmp_path / "docs" / "results.md"
    script("report", "--results", results, "--out", page)
    text = page.read_text()
    assert (
        "`python experiments/transnas.py --seeds 20`; commit abc; seeds 0 to 19 unless a table says otherwise; "
        "1,234 runs, 56,789 evaluations, 1 min 30 s of processor time on a processor, 2 cores; Python 3.11, NumPy 2, "
        "gensim 4. Runs that had been kept were not repeated; earlier states of the program (1) had made them."
    ) in text
    assert (
        "commit abc; nothing drawn; 4,096 trainings, 1 min 30 s of processor time on a processor, 2 cores; torch 2."
        in text
    )
    assert "`python experiments/embedding_quality.py`; made before records" in text
    assert "renewed: spaces.md" in capsys.readouterr().out
    shown = "a\n<!-- table_noise -->\nnoise\n<!-- /table_noise -->\n<!-- figures -->\nb\n<!-- /figures -->\n"
    assert elsewhere.read_text() == shown
    assert "![how](../experiments/results/transnas-matrix.png)" in text
    assert "\n### Embeddings\n" in text
    assert "## Not run yet" in text
    assert "`python experiments/nasbench201_evaluations.py`" in text
    assert "`python experiments/live_images.py --scale paper`" in text
    assert text.index("TransNAS") < text.index("Embeddings and surrogates")


@pytest.mark.parametrize("arguments", [("--seeds", "1"), ("--jobs", "0")])
def test_mistakes_at_the_command_line(arguments, script, capsys):
    with pytest.raises(SystemExit) as exit_:
        script("figures", *arguments)
    assert exit_.value.code == 2
    assert "at least" in capsys.readouterr().err


def test_what_is_missing_is_told_in_a_line(imported, capsys):
    harness = imported("harness")

    def main():
        raise DataError("no table of that name")

    with pytest.raises(SystemExit) as exit_:
        harness.start(main)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.endswith("error: no table of that name\n")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_experiment_starts_so(path):
    text = path.read_text()
    assert "import harness" not in text or "__main__" not in text or text.endswith("    harness.start(main)\n")


class TestCodes:
    """What `codes.py` searches: the same table under other codes."""

    @pytest.fixture
    def codes(self, imported):
        return imported("codes")

    @TABLES
    def test_mixed_codes_are_the_same_table_in_another_order(self, codes):
        plain, mixed = codes.Codes("transnas101-micro").load(), codes.Codes("transnas101-micro", mixed=True).load()
        pairs = dict(zip(plain.genotypes, mixed.genotypes, strict=True))
        assert len(set(pairs.values())) == len(pairs) == 4096
        values = [{(g[i], pairs[g][i]) for g in pairs} for i in range(6)]
        assert [len(found) for found in values] == list(plain.space.cardinalities)
        assert any(old != new for found in values for old, new in found)
        assert (plain.record("jigsaw").fitness == mixed.record("jigsaw").fitness).all()

    def test_apart_no_symbol_recurs(self, codes):
        shared, apart = (kind((3, 3)).graph((1, 1)) for kind in (codes.Categorical, codes.Apart))
        assert shared.edges == apart.edges
        assert (len(set(shared.operations)), len(set(apart.operations))) == (5, 6)
