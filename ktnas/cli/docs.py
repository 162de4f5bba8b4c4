"""`ktnas docs`: the documentation, as it was installed with the program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ktnas.errors import DataError, unknown_name

_PLACE = "share/ktnas/docs"
"""Where the pages lie below the environment's root once a wheel is installed; pyproject.toml puts them there."""


def execute(options: argparse.Namespace) -> int:
    """Print a page, or what pages there are; the exit code."""
    found = pages()
    if options.page is None:
        width = max(map(len, found))
        for name, path in found.items():
            print(f"{name.ljust(width)}  {_title(path)}")
        return 0
    name = options.page.removeprefix("docs/").removesuffix(".md").removesuffix("/index")
    name = name if name in found else name.replace("-", "_")
    if name not in found:
        raise unknown_name("page", options.page, found, "the documentation")
    sys.stdout.write(found[name].read_text(encoding="utf-8"))
    return 0


def pages() -> dict[str, Path]:
    """The pages by name: of a checkout, or of an installed wheel.

    Raises:
        DataError: If the installation came without them.
    """
    checkout = Path(__file__).resolve().parents[2]
    folders = [checkout / "docs"] if (checkout / "pyproject.toml").is_file() else _installed()
    found = {_name(path, folder): path for folder in folders for path in sorted(folder.rglob("*.md"))}
    if not found:
        raise DataError("this installation came without the documentation; install a wheel, or use a checkout")
    return found


def _name(page: Path, folder: Path) -> str:
    """What a page is called: by its place, a folder's index by that of the folder."""
    place = page.relative_to(folder).with_suffix("")
    return (place.parent if place.name == "index" and place.parent.name else place).as_posix()


def _installed() -> list[Path]:
    from importlib import metadata

    try:
        files = metadata.distribution("ktnas").files or ()
    except metadata.PackageNotFoundError:
        return []
    return sorted({Path(str(file.locate())).resolve().parent for file in files if file.match(f"{_PLACE}/*.md")})


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas docs`."""
    parser.description = "Print a page of the documentation, in Markdown; without a page, what pages there are."
    parser.add_argument("page", metavar="PAGE", nargs="?", help="name of a page, such as quickstart")
