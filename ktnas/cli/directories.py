"""What the commands of studies share: the directory they are given, and lines that other programs read."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_directory(parser: argparse.ArgumentParser) -> None:
    """The study that a command is about."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="directory of the study, or of a run")


def line(*cells: object) -> str:
    """Cells separated by tabs; a tab or a line end within one is a space."""
    return "\t".join(" ".join(str(cell).split()) for cell in cells)
