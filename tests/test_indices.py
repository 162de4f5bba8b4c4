"""Every package's docstring is its index: a line per public name, importable from the package, not loaded before."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ktnas

PACKAGES = [module.name for module in pkgutil.walk_packages(ktnas.__path__, "ktnas.") if module.ispkg]
WITHOUT = {"ktnas.cli"}
"""Nothing in them is for the library's users."""


def declared(package):
    """Names that the package imports for type checkers: what lazy loading hides from them."""
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    guarded = [node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    imported = [node for block in guarded for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imported for alias in node.names}


@pytest.mark.parametrize("name", [name for name in PACKAGES if name not in WITHOUT])
def test_the_docstring_is_the_index(name):
    package = importlib.import_module(name)
    told = [
        n
        for line in re.findall(r"^\* ((?:`\w+`(?:, )?)+):", package.__doc__, re.MULTILINE)
        for n in re.findall(r"`(\w+)`", line)
    ]
    assert sorted(told) == sorted(package.__all__)
    assert set(told) <= set(dir(package))
    for public in told:
        value = getattr(package, public)
        assert value is not None
        assert not isinstance(value, type(sys)), f"{name}.{public} is a module, not what the index promises"


@pytest.mark.parametrize("name", ["ktnas", *PACKAGES])
def test_type_checkers_see_what_is_loaded_lazily(name):
    package = importlib.import_module(name)
    if hasattr(package, "__getattr__"):
        assert declared(package) == set(package.__all__)


def test_packages_load_nothing_before_a_name_is_used():
    heavy = "{'numpy', 'scipy', 'matplotlib', 'torch', 'rich'}"
    names = ", ".join(
        name for name in PACKAGES if name not in {"ktnas.testing", "ktnas.datasets.scenes", "ktnas.datasets.objectives"}
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {names}; print({heavy} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "set()", done.stderr
