import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

import ktnas
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.cli.main import main
from ktnas.errors import ConfigurationError, DataError
from ktnas.report.notebook import NotebookView
from ktnas.report.pages import Code, Facts, Note, Page, Section, Table, assets, page_html
from ktnas.report.pages import whole as whole_module
from ktnas.report.pages.page import PageColumn, cleaned, script_json
from ktnas.report.pages.whole import SIZE_LIMIT
from ktnas.report.progress import Board
from ktnas.runner.workforce import Workforce
from ktnas.spaces.categorical import Categorical
from ktnas.study.looking import page_of
from ktnas.study.running import run_in_memory
from ktnas.study.showing import KINDS

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A small search of two tasks by the default method, one of which has a hostile name."""
    path = tmp_path_factory.mktemp("page") / "run"
    tasks = {HOSTILE: lambda code: float(code.count(3)), "sum": lambda code: float(sum(code))}
    study = ktnas.Study(path, Categorical((4,) * 5), tasks, budget=12, minimize=["sum"])
    study.run()
    return path


def sections(page):
    return {section["id"]: section for section in page.plain()["sections"]}


def best_rows(page):
    (alike,) = items(sections(page)["best"], "table")
    return alike["rows"]


def items(section, kind):
    return [item for item in section["items"] if item["kind"] == kind]


class TestRun:
    def test_it_holds_everything(self, place):
        found = sections(page_of(place))
        assert list(found) == [
            *("found", "convergence", "best", "transfers", "model", "map", "trials", "cost", "settings")
        ]
        assert len(items(found["convergence"], "chart")) == len(items(found["map"], "chart")) == 2
        assert len(items(found["trials"], "table")[0]["rows"]) == len(ktnas.records.read_trials(place))
        (alike,) = items(found["best"], "table")
        assert alike["rows"][0][3] == 5
        assert next(chart["name"] for chart in items(found["model"], "chart")) == "agreement"
        assert {row[1] for row in items(found["model"], "table")[0]["rows"]} == {7}

    def test_every_chart_is_told_in_words_and_has_finite_numbers(self, place):
        for section in page_of(place).plain()["sections"]:
            for chart in items(section, "chart"):
                assert len(chart["about"]) > 20
                assert chart["title"]
        json.dumps(page_of(place).plain(), allow_nan=False)

    def test_the_same_record_gives_the_same_file_of_bounded_size(self, place):
        text = page_html(page_of(place))
        assert text == page_html(page_of(place))
        assert len(text.encode()) < SIZE_LIMIT

    def test_nothing_that_a_record_holds_is_markup(self, place):
        text = page_html(page_of(place))
        head, _, rest = text.partition('<script type="application/json" id="ktnas-data">')
        data, _, scripts = rest.partition("</script>")
        assert "<img" not in head + data
        assert "\u202e" not in head + data
        assert json.loads(data)["title"].count("onerror") == 1
        assert scripts.count("</script") == 1
        assert "connect-src" not in head
        assert "default-src 'none'" in head

    def test_an_unfinished_an_empty_and_a_foreign_directory(self, place, tmp_path):
        for name in ("config.json", "study.json"):
            (tmp_path / name).write_bytes((place / name).read_bytes())
        empty = sections(page_of(tmp_path))
        assert list(empty) == ["found", "settings"]
        lines = (place / "trials.jsonl").read_bytes().splitlines(keepends=True)
        (tmp_path / "trials.jsonl").write_bytes(b"".join(lines[:4]) + lines[4][:30])
        found = sections(page_of(tmp_path))
        assert len(items(found["trials"], "table")[0]["rows"]) == 4
        assert "older version" in items(found["model"], "note")[0]["text"]
        with pytest.raises(DataError, match=r"no config\.json"):
            page_of(tmp_path / "..")
        with pytest.raises(DataError, match="no directory"):
            page_of(tmp_path / "none")

    def test_architectures_of_several_spaces_are_compared_by_the_genes_of_their_own(self, tmp_path):
        short, long = Categorical((3,) * 4), Categorical((5,) * 6)
        tasks = {"low": lambda code: -sum(code), "high": sum, "far": sum}
        spaces = {"low": short, "high": short, "far": long}
        study = ktnas.Study(tmp_path, spaces, tasks, method="random-search", budget=81)
        study.run()
        assert study.best["low"].genotype == (0, 0, 0, 0, 0, 0, 0)
        assert study.best["high"].genotype == (0, 2, 2, 2, 2, 0, 0)
        rows = {tuple(row[:2]): row[2:] for row in best_rows(page_of(tmp_path))}
        assert rows["low", "high"][:2] == [4, 4]
        assert rows["low", "far"][:2] == rows["high", "far"][:2] == ["different search spaces", None]
        assert all(isinstance(number, int) for row in rows.values() for number in row[2:])
        (tmp_path / "study.json").unlink()  # the spaces are not known by name
        rows = {tuple(row[:2]): row[2:] for row in best_rows(page_of(tmp_path))}
        assert rows == {
            ("low", "high"): [4, None],
            ("low", "far"): ["different search spaces", None],
            ("high", "far"): ["different search spaces", None],
        }

    def test_a_space_that_is_not_known_here_is_said(self, place, tmp_path):
        for path in place.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "study.json").unlink()
        found = sections(page_of(tmp_path))
        assert "not known here" in items(found["best"], "note")[0]["text"]
        assert "not known here" in items(found["map"], "note")[0]["text"]


def test_values_that_cannot_be_drawn_leave_gaps(tmp_path):
    space = Categorical((4,) * 3)
    values = iter([1e308, -1e308, 0.5, 1.0, 2.0, 1e308, 3.0, 4.0] * 9)
    study = ktnas.Study(tmp_path, space, {"t": lambda _: next(values)}, method="regularized-evolution", budget=16)
    study.run()
    json.dumps(page_of(tmp_path).plain(), allow_nan=False)


def test_a_task_on_which_everything_fails(tmp_path):
    def fails(code):
        raise ValueError("no")

    study = ktnas.Study(None, Categorical((4,) * 3), {"a": fails, "b": sum}, method="random-search", budget=8)
    study.run(catch=True)
    study.report(tmp_path / "page.html")
    assert "ValueError: no" in (tmp_path / "page.html").read_text()


def test_asked_from_outside(tmp_path, capsys):
    study = ktnas.Study(tmp_path / "s", Categorical((3,) * 4), ["a", "b"], budget=20)
    for suggestion in study.ask(14):
        study.tell(suggestion, sum(suggestion.genotype))
    study.ask(2)
    found = sections(page_of(tmp_path / "s"))
    assert len(items(found["trials"], "table")[0]["rows"]) == 14
    assert "ktnas tell" in found["settings"]["text"][0]
    assert items(found["model"], "chart")


def test_a_page_is_made_without_heavy_libraries(place, tmp_path):
    heavy = "{'matplotlib', 'bokeh', 'torch', 'pandas', 'sklearn', 'scipy.stats', 'gensim'}"
    program = (
        f"import sys; from ktnas.cli.main import main; code = main(['report', {str(place)!r}, '--out', "
        f"{str(tmp_path / 'x.html')!r}]); sys.exit(code or ', '.join({heavy} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "x.html").stat().st_size < SIZE_LIMIT


class TestPlain:
    def test_texts_are_visible_and_numbers_finite(self):
        table = Table("t", "c", (PageColumn("a"), PageColumn("b", "number")), [["x\x1b[1m", float("inf")]])
        page = Page(
            "t\x00", "", (Section("s", "h", (), (table, Facts("f", (("a", 1),)), Note("n", "x"), Code("c", "y"))),)
        )
        plain = page.plain()
        assert plain["title"] == "t\\x00"
        assert plain["sections"][0]["items"][0]["rows"] == [["x\\x1b[1m", None]]
        assert len(cleaned("x" * 100_000)) == 25_000

    def test_json_within_a_script_ends_none(self):
        text = script_json(["</script>", "<!--", "\u2028", "&"])
        assert not set("<>&\u2028") & set(text)
        assert json.loads(text) == ["</script>", "<!--", "\u2028", "&"]

    def test_without_the_library_it_says_what_to_install(self, monkeypatch):
        assets.__wrapped__()
        monkeypatch.setattr(whole_module, "find_spec", lambda name: None)
        with pytest.raises(ConfigurationError, match="pip install bokeh"):
            assets.__wrapped__()


@pytest.fixture(scope="module")
def study():
    study = ktnas.Study(None, Categorical((4,) * 5), {"threes": lambda c: c.count(3), "sum": sum}, budget=12)
    study.run()
    return study


class TestNotebook:
    def test_it_shows_itself(self, study):
        assert "threes" in study._repr_html_()
        assert "finished" in study._repr_html_()
        assert study.table()._repr_html_().count("<tr>") == len(study) + 1
        result = study.run()
        assert "sum" in result._repr_html_()

    def test_figures_of_every_kind(self, study):
        for kind in KINDS:
            picture = getattr(study, f"plot_{kind}")() if kind != "cost" else study.plot_cost()
            text = picture._repr_html_()
            assert text.startswith("<iframe srcdoc=")
            assert "<script" not in text
            assert len(text) < 800_000

    def test_they_are_saved_as_what_the_name_says(self, study, tmp_path):
        for name, begins in (("c.png", b"\x89PNG"), ("c.pdf", b"%PDF"), ("c.svg", b"<?xml"), ("c.html", b"<!doctype")):
            study.plot_convergence().save(tmp_path / name)
            assert (tmp_path / name).read_bytes().startswith(begins)
        study.plot_map().save(tmp_path / "m.html")
        with pytest.raises(ConfigurationError, match=r"saved as \.html; got 'm\.png'"):
            study.plot_map().save(tmp_path / "m.png")
        with pytest.raises(ConfigurationError, match=r"got 'c\.txt'"):
            study.plot_convergence().save(tmp_path / "c.txt")

    def test_before_anything_there_is_nothing_to_show(self):
        study = ktnas.Study(None, FunctionBenchmark(Categorical((4,) * 5), {"t": sum}))
        with pytest.raises(ConfigurationError, match="nothing to be shown"):
            study.plot_convergence()
        assert "nothing evaluated yet" in study._repr_html_()


class TestCommands:
    def test_report(self, place, tmp_path, capsys):
        assert main(["report", str(place), "--out", str(tmp_path / "a.html")]) == 0
        assert capsys.readouterr().out == f"to look at in a browser: {tmp_path / 'a.html'}\n"
        assert main(["report", str(place), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == page_of(place).plain()
        assert main(["report", str(place), "--out", str(tmp_path / "no" / "b.html")]) == 2
        assert "cannot write" in capsys.readouterr().err

    @pytest.mark.parametrize(("form", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
    def test_plot(self, place, tmp_path, capsys, form, begins):
        options = ["--format", form, "--figure", "convergence", "--out", str(tmp_path / "figures")]
        assert main(["plot", str(place), *options]) == 0
        (path,) = (tmp_path / "figures").iterdir()
        first = path.read_bytes()
        assert first.startswith(begins)
        main(["plot", str(place), *options])
        assert path.read_bytes() == first

    def test_mistakes(self, place, tmp_path, capsys):
        assert main(["plot", str(place), "--figure", "convergense"]) == 2
        assert "convergence" in capsys.readouterr().err
        for command in ("plot", "report"):
            assert main([command, str(tmp_path)]) == 2
            assert capsys.readouterr().err.count("\n") == 1


class TestProgress:
    def test_a_notebook_is_shown_the_last_state_and_the_first_failure_of_a_kind(self):
        def fails(code):
            raise ValueError("<b>no</b>")

        study = ktnas.Study(None, Categorical((4,) * 3), {"a": fails, "b": sum}, method="random-search", budget=8)
        shown = []
        with NotebookView(Board.of(study.experiment), shown.append) as view:
            run_in_memory(study.experiment, 0, {}, [view], catch=True, workforce=Workforce())
        assert "100 %" in shown[-1]
        assert "8 of 8" in shown[-1]
        assert shown[-1].count("ValueError: &lt;b&gt;no") == 1

    def test_elsewhere_it_is_shown_where_asked_for(self, capsys):
        study = ktnas.Study(None, Categorical((4,) * 3), {"b": sum}, method="random-search", budget=8)
        study.run()
        assert capsys.readouterr().err == ""
        study.run(progress=True)
        assert "8/8" in capsys.readouterr().err

    def test_in_a_kernel_it_shows_without_being_asked(self, monkeypatch):
        updates = []
        handle = SimpleNamespace(update=updates.append)
        display = SimpleNamespace(HTML=lambda text: text, display=lambda first, display_id: handle)
        shell = SimpleNamespace(kernel=object())
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
        monkeypatch.setitem(sys.modules, "IPython.display", display)
        study = ktnas.Study(None, Categorical((4,) * 3), {"b": sum}, method="random-search", budget=8)
        study.run(progress=False)
        assert not updates
        study.run()
        assert "100 %" in updates[-1]
