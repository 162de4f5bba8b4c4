"""`--track`: which other tools are told of searches."""

from __future__ import annotations

import argparse

from ktnas.cli.options import names
from ktnas.errors import ConfigurationError


def add_tracking(parser: argparse.ArgumentParser, told: str = "each run", place: str = "into its directory") -> None:
    """Which other tools are told.

    Args:
        parser: Gets the option in a group of its own.
        told: What they are told of.
        place: Where TensorBoard's events go.
    """
    group = parser.add_argument_group("who else is told")
    group.add_argument(
        "--track",
        metavar="TOOL",
        action="extend",
        type=_tools,
        help=f"log {told} to tensorboard ({place}), mlflow or wandb, as their own variables say where; several "
        "separated by commas (ktnas docs trackers)",
    )


def _tools(text: str) -> list[str]:
    try:
        return names(text)
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
