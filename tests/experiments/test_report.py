"""docs/results/ is made of the files of results, with every command as it is called today."""

import json
import sys

import pytest

from experiments import report

LARGE = {"training_truth": "table", "supernet_correlation": "paper", "live_images": "paper"}


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("python experiments/codes.py --seeds 20", "python -m experiments.parts.codes --seeds 20"),
        ("python experiments/gone.py", "python -m experiments.gone"),
        ("python -m experiments.paper.transnas --smoke", "python -m experiments.paper.transnas --smoke"),
    ],
)
def test_a_command_that_was_recorded_names_the_module_of_today(recorded, shown):
    assert report.as_today(recorded) == shown


def test_every_section_is_an_experiment():
    for name in report.SECTIONS:
        assert len(list(report.EXPERIMENTS.glob(f"*/{name.partition('-')[0]}.py"))) == 1


def test_the_pages_are_what_the_results_say():
    committed = {path.stem: path.read_text() for path in report.TARGET.glob("*.md")}
    made = report.pages(report.RESULTS, report.TARGET)
    assert committed.keys() - report.BESIDE == made.keys(), "run `python -m experiments.report`"
    for name, text in made.items():
        assert committed[name] == text, f"docs/results/{name}.md: run `python -m experiments.report`"


def test_report(tmp_path, capsys, monkeypatch):
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
    folder = tmp_path / "docs" / "results"
    folder.mkdir()
    for name in ("gone", *report.BESIDE):
        (folder / f"{name}.md").write_text("as it was\n")
    monkeypatch.setattr(sys, "argv", ["report.py", "--results", str(results), "--out", str(folder)])
    report.main()
    assert "renewed: spaces.md" in capsys.readouterr().out
    text = {path.stem: path.read_text() for path in folder.glob("*.md")}
    assert text.keys() == {"index", "transnas", "embedding_quality", "table_noise"} | report.BESIDE
    assert (
        "`python -m experiments.paper.transnas --seeds 20`; commit abc; seeds 0 to 19 unless a table says otherwise; "
        "1,234 runs, 56,789 evaluations, 1 min 30 s of CPU time on a processor, 2 cores; Python 3.11, NumPy 2, "
        "gensim 4. Runs that had been kept were not repeated; earlier states of the program (1) had made them."
    ) in text["transnas"]
    assert (
        "commit abc; nothing drawn; 4,096 trainings, 1 min 30 s of CPU time on a processor, 2 cores; torch 2."
        in text["table_noise"]
    )
    assert "`python -m experiments.parts.embedding_quality`; made before records" in text["embedding_quality"]
    shown = "a\n<!-- table_noise -->\nnoise\n<!-- /table_noise -->\n<!-- figures -->\nb\n<!-- /figures -->\n"
    assert elsewhere.read_text() == shown
    assert text["transnas"].startswith("# TransNAS-Bench-101\n")
    assert "![how](../../experiments/results/transnas-matrix.png)" in text["transnas"]
    assert "\n## A table\n" in text["transnas"]
    assert "\n## Embeddings\n" in text["embedding_quality"]
    index = text["index"]
    assert "| [TransNAS-Bench-101](transnas.md) | paper | TransNAS | 20 | 1 min 30 s | abc |" in index
    assert "| [Embeddings and surrogates by themselves](embedding_quality.md) | parts |  |  |  |  |" in index
    assert "## Not run yet" in index
    assert "`python -m experiments.paper.nasbench201_evaluations`" in index
    assert "`python -m experiments.training.live_images --scale paper`" in index
    assert index.index("TransNAS") < index.index("Embeddings and surrogates")


def test_the_report_has_a_page_for_each_that_was_run(tmp_path):
    names = [f"{name}-{scale}" for name, scale in LARGE.items()]
    told = {"command": "c", "commit": "d", "code": ["e"], "seeds": 2, "cpu_s": 7200, "hardware": "one GPU"}
    for done in (names[:1], names):
        for name in done:
            (tmp_path / f"{name}.md").write_text(f"text of {name}\n\n![x]({name}-x.png)\n")
            (tmp_path / f"{name}.json").write_text(json.dumps(told | {"environment": {}}))
        made = report.pages(tmp_path, tmp_path)
        assert made.keys() == {"index", *done}
        missing = made["index"].partition("## Not run yet")[2]
        for name in names:
            script, _, scale = name.partition("-")
            assert (f"`python -m experiments.training.{script} --scale {scale}`" in missing) == (name not in done)
        for name in done:
            assert made[name].startswith(f"# {report.SECTIONS[name]}\n")
            assert f"text of {name}\n" in made[name]
            assert f"/{name}-x.png)" in made[name]
            assert "2 h 0 min of CPU time on one GPU" in made[name]


def test_another_page_shows_it_too(tmp_path):
    (tmp_path / "live_images-paper.md").write_text("new\n")
    old = "<!-- live_images-paper -->\nold\n<!-- /live_images-paper -->\n"
    assert report.renewed(old, tmp_path, tmp_path) == old.replace("old", "new")


def test_the_page_on_spaces_shows_the_results(tmp_path):
    (tmp_path / "table_noise.md").write_text("what came of it\n")
    page = (report.ROOT / "docs" / "spaces.md").read_text()
    shown = report.renewed(page, tmp_path, report.ROOT / "docs")
    assert "<!-- table_noise -->\nwhat came of it\n<!-- /table_noise -->\n" in shown
    assert shown.partition("<!-- ")[0] == page.partition("<!-- ")[0]
    assert shown.rpartition(" -->")[2] == page.rpartition(" -->")[2]


def test_pages_show_the_results_of_today():
    folder = report.ROOT / "docs"
    for page in folder.glob("*.md"):
        assert report.renewed(page.read_text(), report.RESULTS, folder) == page.read_text(), (
            f"{page.name}: run `python -m experiments.report`"
        )
