"""The documentation is whole: every public name has its place, every quoted message is one of the program's."""

import ast
import importlib
import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WORDS = 29_000
"""More than that in the pages but the results is more than anybody reads."""


@cache
def hooks():
    pytest.importorskip("mkdocs", reason="the dependency group docs is not installed")
    return runpy.run_path(str(DOCS / "site_hooks.py"))


def test_the_api_describes_every_public_name_once():
    pages = {name: text for name, text in hooks()["generated"]().items() if name.startswith("api/")}
    described = [path for text in pages.values() for path in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]
    assert len(described) == len(set(described))
    found = set()
    for package in hooks()["packages"]():
        module = importlib.import_module(package)
        names = {one.name for one in hooks()["public"](package)}
        assert names == set(module.__all__), f"{package}: its page has other names than its index"
        for one in hooks()["public"](package):
            home, _, name = one.path.rpartition(".")
            assert getattr(importlib.import_module(home), name) is getattr(module, one.name)
            assert f"[`{one.name}`](" in pages[f"api/{package}.md"]
            found.add(one.path)
    assert found == set(described)


@pytest.mark.parametrize("package", ["ktnas", "ktnas.transfer", "ktnas.datasets.objectives"])
def test_a_package_that_users_know_has_a_page(package):
    assert f"api/{package}.md" in hooks()["generated"]()


def test_examples_and_the_project_have_pages():
    made = hooks()["generated"]()
    assert {"contributing.md", "changelog.md", "examples/01_ten_lines.md", "examples/10_tour.md"} <= made.keys()
    assert "ktnas.search" in made["examples/01_ten_lines.md"]
    assert "```python\n" in made["examples/10_tour.md"]


def test_doctests_become_blocks():
    as_markdown = runpy.run_path(str(DOCS / "site_docstrings.py"))["as_markdown"]
    text = "A ``word``.\n\n>>> one(\n...     2)\n[3, 4]\n\nMore.\n"
    assert as_markdown(text) == "A `word`.\n\n```pycon\n>>> one(\n...     2)\n[3, 4]\n```\n\nMore.\n"


@cache
def texts():
    """All text literals of the program, what is filled in as three points."""
    found = []
    for path in (ROOT / "ktnas").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(v.value if isinstance(v, ast.Constant) else "..." for v in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


QUOTED = [
    message
    for line in re.findall(r"^\| `.*$", (DOCS / "faq.md").read_text(encoding="utf-8"), re.MULTILINE)
    for message in re.findall(r"`([^`]+)`", line.split(" | ")[0])
]


def test_messages_are_quoted():
    assert len(QUOTED) > 25


@pytest.mark.parametrize("message", QUOTED)
def test_a_quoted_message_is_one_of_the_program(message):
    pattern = re.compile(".*?".join(re.escape(piece) for piece in message.split("...")), re.DOTALL)
    assert any(pattern.search(text) for text in texts()), f"no message of the program holds: {message}"


def test_the_pages_are_short():
    pages = {path.name: len(path.read_text(encoding="utf-8").split()) for path in DOCS.glob("*.md")}
    assert sum(pages.values()) < WORDS, f"cut something: {pages}"


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    pytest.importorskip("mkdocs", reason="the dependency group docs is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "results" / "transnas.html").read_text(encoding="utf-8")
    assert "drawings/transnas-mean-ranks.png" in page
    assert (tmp_path / "site" / "results" / "drawings" / "transnas-mean-ranks.png").is_file()
    for name in ("index.html", "results/index.html", "api/ktnas.html", "examples/09_story.html"):
        text = (tmp_path / "site" / name).read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//[^"]*"', text)


def test_the_citation_is_of_this_version_and_names_the_papers_of_the_page():
    yaml = pytest.importorskip("yaml")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == importlib.import_module("ktnas").__version__
    page = (DOCS / "method.md").read_text(encoding="utf-8")
    titles = [paper["title"] for paper in cited["references"]]
    assert titles == re.findall(r"^  title   = \{(.+)\},$", page, re.MULTILINE)


def test_the_templates_of_issues_are_forms():
    yaml = pytest.importorskip("yaml")
    forms = [path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"]
    assert len(forms) == 3
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert form.keys() >= {"name", "description", "body"}
        assert len({field["id"] for field in form["body"]}) == len(form["body"])


BLOCKS = [
    pytest.param(block, id=f"{path.stem}-{number}")
    for path in sorted(DOCS.glob("*.md"))
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.M | re.S))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_code_of_a_page_imports_is_there(block):
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "ktnas":
            module = importlib.import_module(node.module)
            missing = [alias.name for alias in node.names if not hasattr(module, alias.name)]
            assert not missing, f"{node.module} has no {', '.join(missing)}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ktnas":
            assert node.attr in importlib.import_module("ktnas").__all__, f"ktnas has no {node.attr}"


def test_pages_that_the_source_names_are_there():
    named = {
        (path.relative_to(ROOT).as_posix(), page)
        for folder in ("ktnas", "experiments", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*.py")
        for page in re.findall(r"docs/([\w/]+\.md)", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert [one for one in sorted(named) if not (DOCS / one[1]).is_file()] == []
