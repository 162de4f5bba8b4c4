"""Help that fits, documentation that is there for an installed wheel, and a shell that completes."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from ktnas.cli import docs
from ktnas.cli.main import COMMANDS, command_parser, main
from ktnas.config.registry import METHODS

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_help_fits_a_screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = command_parser("ktnas").format_help().splitlines()
    assert len(lines) <= 34
    assert max(map(len, lines)) <= 80
    for name in (*COMMANDS, "ktnas completion bash"):
        assert any(name in line for line in lines)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_page_that_help_or_an_error_names_is_there(command):
    text = command_parser("ktnas").format_help() + command_parser("ktnas", command).format_help()
    assert not re.findall(r"docs/\w+\.md", text)
    for page in re.findall(r"ktnas docs (\w+)", text):
        assert page in docs.pages()


def test_pages_named_anywhere_in_the_program_are_there():
    named = {
        page
        for path in (CHECKOUT / "ktnas").rglob("*.py")
        for page in re.findall(r"ktnas docs (\w+)", path.read_text(encoding="utf-8"))
    }
    assert {"data", "sweep", "supernet"} <= named <= set(docs.pages())


class TestDocs:
    def test_pages_are_listed_with_their_titles(self, capsys):
        assert main(["docs"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(list((CHECKOUT / "docs").rglob("*.md")))
        assert any(re.fullmatch(r"sweep +Sweeps and comparisons", line) for line in lines)
        assert any(re.fullmatch(r"results +Results", line) for line in lines)
        assert any(re.fullmatch(r"results/transnas +TransNAS-Bench-101", line) for line in lines)

    @pytest.mark.parametrize("name", ["zero_cost", "zero-cost", "zero_cost.md", "docs/zero_cost.md"])
    def test_a_page_is_printed(self, capsys, name):
        assert main(["docs", name]) == 0
        assert capsys.readouterr().out == (CHECKOUT / "docs" / "zero_cost.md").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", ["results", "results/index", "docs/results/index.md"])
    def test_an_index_is_called_as_its_folder(self, capsys, name):
        assert main(["docs", name]) == 0
        assert capsys.readouterr().out == (CHECKOUT / "docs" / "results" / "index.md").read_text(encoding="utf-8")

    def test_a_page_that_is_not_there(self, capsys):
        assert main(["docs", "quikstart"]) == 2
        assert "unknown page 'quikstart' of the documentation; did you mean 'quickstart'?" in capsys.readouterr().err

    def test_a_wheel_brings_all_pages_and_pictures(self):
        plan = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
        files = plan["tool"]["setuptools"]["data-files"]
        assert files[docs._PLACE] == ["docs/*.md"]
        assert files[f"{docs._PLACE}/results"] == ["docs/results/*.md"]
        patterns = [pattern for patterns in files.values() for pattern in patterns]
        brought = {path for pattern in patterns for path in CHECKOUT.glob(pattern)}
        assert {path for path in (CHECKOUT / "docs").rglob("*") if path.suffix in (".md", ".png", ".svg")} <= brought

    def test_installed_pages_are_found_by_the_record_of_the_wheel(self, monkeypatch, tmp_path):
        from importlib import metadata

        place = tmp_path / "share" / "ktnas" / "docs"
        place.mkdir(parents=True)
        (place / "one.md").write_text("text\n# First\n")
        (place / "results").mkdir()
        (place / "results" / "two.md").write_text("# Second\n")
        info = tmp_path / "lib" / "ktnas-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Name: ktnas\nVersion: 1\n")
        (info / "RECORD").write_text("../share/ktnas/docs/one.md,,\nktnas/cli/docs.py,,\n../share/other/two.md,,\n")
        monkeypatch.setattr(metadata, "distribution", lambda name: metadata.PathDistribution(info))
        monkeypatch.setattr(docs, "__file__", str(tmp_path / "lib" / "ktnas" / "cli" / "docs.py"))
        assert docs.pages() == {"one": place / "one.md", "results/two": place / "results" / "two.md"}


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
    def test_every_shell_gets_commands_and_methods(self, capsys, shell):
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        for name in ("sweep", "regularized-evolution", "until-best", "segmentsemantic"):
            assert name in script

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            (["ktnas", "co"], {"compare", "completion"}),
            (["ktnas", "run", "--tran"], {"--transfer"}),
            (["ktnas", "run", "--method", "mf"], {name for name in METHODS if name.startswith("mf")}),
            (["ktnas", "run", "--source", "segm"], {"segmentsemantic"}),
            (["ktnas", "docs", "qu"], {"quickstart"}),
        ],
    )
    def test_bash_completes(self, capsys, tmp_path, typed, expected):
        bash = shutil.which("bash")
        if bash is None:
            pytest.skip("no bash")
        assert main(["completion", "bash"]) == 0
        words = " ".join(f"'{word}'" for word in typed)
        ask = f'\nCOMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _shtab_ktnas; printf "%s\\n" "${{COMPREPLY[@]}}"\n'
        (tmp_path / "script").write_text(capsys.readouterr().out + ask)
        done = subprocess.run([bash, tmp_path / "script"], capture_output=True, text=True, check=True)
        assert set(done.stdout.split()) == expected

    def test_without_the_library_it_says_what_to_install(self, monkeypatch, capsys):
        import sys

        monkeypatch.setitem(sys.modules, "shtab", None)
        assert main(["completion", "bash"]) == 2
        assert "pip install shtab" in capsys.readouterr().err
