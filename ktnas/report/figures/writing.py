"""Figures into a directory, where one that cannot be drawn is a note: results are worth more than a picture of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ktnas.errors import ConfigurationError
from ktnas.records.run_directory import RunDirectory


def write_figures(directory: RunDirectory, figures: Mapping[str, Callable[[], bytes]]) -> dict[str, str]:
    """Draw figures and write them.

    Args:
        directory: Where to; it exists.
        figures: By file name, what draws each as PNG.

    Returns:
        By file name, why a figure is missing, in a sentence for people.
    """
    missing = {}
    for name, draw in figures.items():
        try:
            directory.write(name, draw())
        except ConfigurationError as error:
            missing[name] = str(error)
        except Exception as error:  # a drawing library on whatever values a search may find
            missing[name] = f"{name} could not be drawn ({type(error).__name__}: {error})"
    return missing
