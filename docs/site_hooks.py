"""What the site has beside the pages of this folder: the API, drawings of the results, examples, the project's files.

mkdocs calls it (`hooks` in mkdocs.yml). Links that lead out of ``docs/`` in the repository lead to these in the site.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
DRAWINGS = ROOT / "experiments" / "results"
EXAMPLES = ROOT / "examples"
PROJECT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "README.md": "index.md"}
"""Files of the repository's root, and the pages that they are."""


class Public(NamedTuple):
    """A public name of a package."""

    name: str
    path: str  # where it is defined, dotted
    says: str  # its line of the package's index


@cache
def packages() -> Mapping[str, Path]:
    """Index files of all packages with public names, by package."""
    named = {".".join(path.parent.relative_to(ROOT).parts): path for path in sorted(ROOT.glob("ktnas/**/__init__.py"))}
    return {package: path for package, path in named.items() if any(_imported(path))}


@cache
def public(package: str) -> tuple[Public, ...]:
    """The public names of a package, in the order of its index; those it lacks a line for come last."""
    says = dict(_index_lines(_docstring(package)))
    homes = {name: f"{module}.{name}" for name, module in _imported(packages()[package])}
    order = [name for name in says if name in homes] + [name for name in homes if name not in says]
    return tuple(Public(name, homes[name], says.get(name, "")) for name in order)


def _docstring(package: str) -> str:
    return ast.get_docstring(ast.parse(packages()[package].read_text(encoding="utf-8"))) or ""


def _index_lines(docstring: str) -> Iterator[tuple[str, str]]:
    for names, says in re.findall(r"^\* ((?:`\w+`(?:, )?)+): (.+(?:\n  .+)*)", docstring, re.MULTILINE):
        yield from ((name, " ".join(says.split())) for name in re.findall(r"`(\w+)`", names))


def _imported(index: Path) -> Iterator[tuple[str, str]]:
    """What a package's index imports from the package, for type checkers or outright, and from where."""
    tree = ast.parse(index.read_text(encoding="utf-8"))
    guarded = [one for node in tree.body if isinstance(node, ast.If) for one in node.body]
    for node in (*tree.body, *guarded):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ktnas."):
            yield from ((alias.name, str(node.module)) for alias in node.names)


def owners() -> Mapping[str, str]:
    """The package whose page describes a name, by where the name is defined: the one nearest to it."""
    owner: dict[str, str] = {}
    for package in sorted(packages(), key=lambda name: name.count(".")):
        owner |= {one.path: package for one in public(package)}
    return owner


def api_page(package: str) -> str:
    """The page of a package: what it is, its names, and each of them described."""
    told = re.sub(r"^\* (?:`\w+`(?:, )?)+: .+(?:\n  .+)*\n?", "", _docstring(package), flags=re.MULTILINE)
    owner = owners()
    rows = [
        f"| [`{one.name}`]({_address(one, owner)}) | {one.says.replace('|', chr(92) + '|')} |"
        for one in public(package)
    ]
    described = [f"::: {one.path}\n" for one in public(package) if owner[one.path] == package]
    head = f"# {package}\n\n{told.strip().replace('``', '`')}\n\n| name | what it is |\n|---|---|\n"
    return head + "\n".join(rows) + "\n\n" + "\n".join(described)


def _address(one: Public, owner: Mapping[str, str]) -> str:
    return f"{owner[one.path]}.md#{one.path}"


def api_index() -> str:
    """The page that lists the packages."""
    rows = [
        f"| [`{name}`]({name}.md) | {_docstring(name).partition(chr(10))[0].replace('``', '`')} |"
        for name in packages()
    ]
    return (
        "# API\n\nEvery public name, by package. A name is imported from its package (`from ktnas.transfer import "
        "TransferRank`), and loaded when it is first used.\n\n| package | what is in it |\n|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def example_page(path: Path) -> str:
    """A script, or the cells of a notebook, as a page."""
    if path.suffix == ".py":
        return f"# {path.name}\n\n```python\n{path.read_text(encoding='utf-8')}```\n"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = [("".join(cell["source"]), cell["cell_type"] == "code") for cell in cells]
    return "\n\n".join(f"```python\n{text}\n```" if code else text for text, code in texts) + "\n"


def examples() -> Mapping[str, Path]:
    """Scripts and notebooks, by the page that shows each."""
    return {
        f"examples/{path.stem}.md": path for path in sorted(EXAMPLES.glob("[0-9]*")) if path.suffix in (".py", ".ipynb")
    }


def generated() -> dict[str, str]:
    """The pages that are in the site alone, by path."""
    made = {"api/index.md": api_index()} | {f"api/{name}.md": api_page(name) for name in packages()}
    made |= {page: example_page(path) for page, path in examples().items()}
    project = {page: ROOT / name for name, page in PROJECT.items() if page != "index.md"}
    return made | {page: path.read_text(encoding="utf-8") for page, path in project.items() if path.is_file()}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lists the results, the packages and the examples in the navigation."""
    index = (Path(config.docs_dir) / "results" / "index.md").read_text(encoding="utf-8")
    results = [
        "results/index.md",
        *(f"results/{name}" for name in re.findall(r"\]\((\w[\w-]*\.md)\)", index)),
        "results/faults.md",
    ]
    within = {
        "results/index.md": results,
        "api/index.md": ["api/index.md", *(f"api/{name}.md" for name in packages())],
        "examples.md": [{"Examples": ["examples.md", *examples()]}],
    }
    for section in config.nav or []:
        for title, pages in list(section.items()) if isinstance(section, dict) else []:
            section[title] = [
                one for page in pages for one in (within.get(page) if isinstance(page, str) else None) or [page]
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made, and the drawings of the results."""
    for path, text in generated().items():
        files.append(File.generated(config, path, content=text))
    for drawing in sorted(DRAWINGS.glob("*.png")):
        files.append(File.generated(config, f"results/drawings/{drawing.name}", abs_src_path=str(drawing)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leads links that leave the folder to what the site has in their place."""
    folder = posixpath.dirname(page.file.src_uri)

    def led(found: re.Match[str]) -> str:
        at_root = page.file.src_uri in PROJECT.values() and page.file.generated_by is not None
        path = posixpath.normpath(posixpath.join("." if at_root else posixpath.join("docs", folder), found[1]))
        place = _place(path)
        return f"]({posixpath.relpath(place, folder or '.')}{found[2]})" if place else found[0]

    return re.sub(r"\]\(([^)#:\s]+)((?:#[^)]*)?)\)", led, markdown)


def _place(path: str) -> str | None:
    """Where in the site lies what stands at a path of the repository; None where the link is right as it is."""
    name = posixpath.basename(path)
    if path in PROJECT:
        return PROJECT[path]
    if path.startswith("experiments/results/"):
        return f"results/drawings/{name}"
    if path.startswith("examples/"):
        return f"examples/{posixpath.splitext(name)[0]}.md"
    return path.removeprefix("docs/") if path.startswith("docs/") else None
