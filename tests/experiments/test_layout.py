"""Experiments stand by themselves: each starts alike, imports no other, and is listed where a reader looks."""

import ast
import runpy
import sys

import pytest

from experiments import report

FILES = sorted(path for path in report.EXPERIMENTS.glob("*/*.py") if path.stem != "__init__")
SCRIPTS = [path for path in FILES if "__main__" in path.read_text()]
GROUPS = {"paper", "parts", "training"}


def named(path):
    return path.relative_to(report.EXPERIMENTS).with_suffix("").as_posix().replace("/", ".")


def imported(path):
    """Modules of the experiments that a file imports, as ``group.name``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("experiments."):
            module = node.module.removeprefix("experiments.")
            found |= {module} if "." in module else {f"{module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_every_experiment_starts_so(path):
    assert path.parent.name in GROUPS
    assert path.read_text().endswith("    harness.start(main)\n")
    assert f"    python -m experiments.{named(path)}" in ast.get_docstring(ast.parse(path.read_text()), clean=False)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_experiment_imports_another(path):
    scripts, group = {named(script) for script in SCRIPTS}, path.parent.name
    for module in imported(path):
        assert module not in scripts
        assert module.partition(".")[0] in ({"machinery"} if group == "machinery" else {"machinery", group})


def test_every_experiment_has_a_section_and_a_line_in_the_documentation():
    scripts = {path.stem for path in SCRIPTS}
    sections = {name.partition("-")[0] for name in report.SECTIONS}
    assert sections | report.WITHOUT_SECTION == scripts
    assert not sections & report.WITHOUT_SECTION
    listed = (report.ROOT / "docs" / "experiments.md").read_text()
    for path in SCRIPTS:
        assert f"| `{path.stem}` |" in listed


@pytest.mark.parametrize("path", sorted({path.parent for path in FILES}), ids=lambda path: path.name)
def test_a_group_says_what_is_in_it(path):
    text = (path / "__init__.py").read_text()
    for file in FILES:
        assert file.parent != path or f"`{file.stem}`" in text


@pytest.mark.table("transnas101-micro")
def test_an_experiment_runs_as_a_program(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["table_noise.py", "--smoke", "--out", str(tmp_path)])
    monkeypatch.delitem(sys.modules, "experiments.paper.table_noise", raising=False)
    runpy.run_module("experiments.paper.table_noise", run_name="__main__", alter_sys=True)
    assert (tmp_path / "table_noise.md").read_text() in capsys.readouterr().out
