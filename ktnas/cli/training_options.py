"""The options of live training, for `ktnas run` and `ktnas train`: their defaults and their help.

Imports nothing but names: `--help` must appear at once.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from ktnas.config.registry import (
    SCENE_TASKS,
    SUPERNET_EPOCHS,
    TRAINING_BATCH,
    TRAINING_EPOCHS,
    TRAINING_IMAGES,
    TRAINING_RESOLUTION,
    TRAINING_SHARE_IMAGES,
    TRAINING_SPACES,
)
from ktnas.errors import ConfigurationError

if TYPE_CHECKING:
    from ktnas.config.training import TrainingChoice


FITNESS = ("table", "train", "supernet")
"""Where fitness comes from."""


_FIDELITY = ("epochs", "share", "resolution", "channels", "cells", "batch_size", "images", "device", "precision")


_SEARCH = ("dataset", "workers", "time_limit", "max_hours", "halving", "keep_weights")


def add_training(parser: argparse.ArgumentParser) -> None:
    """The group of options that `ktnas run` has for live training."""
    group = parser.add_argument_group(
        "live training",
        "With --fitness train, candidates are built as networks and trained: on rendered scenes "
        f"({', '.join(SCENE_TASKS)}) or on data sets named as tasks (`ktnas data` lists them). With --fitness "
        "supernet, one network per task is trained that holds all candidates (nasbench201, darts, emt-nas), and lends "
        "them its weights.",
    )
    group.add_argument(
        "--fitness",
        choices=FITNESS,
        default="table",
        help="where fitness comes from: a table, training each candidate, or weights shared by all of them "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--dataset",
        metavar="NAME=PATH",
        action="append",
        type=_named_path,
        help="data set of the task NAME: an npz file, a folder of images per class, or a known name; may be repeated",
    )
    _add_fidelity(group, TRAINING_EPOCHS)
    group.add_argument(
        "--workers",
        metavar="N",
        type=int,
        help="candidates trained side by side; results do not depend on it (default: one per core, two per GPU)",
    )
    group.add_argument("--time-limit", metavar="S", type=float, help="seconds per candidate (default: no limit)")
    group.add_argument(
        "--max-hours",
        metavar="H",
        type=float,
        help="refuse to begin if the search is estimated to take longer (default: no limit)",
    )
    group.add_argument(
        "--halving",
        metavar="ETA",
        type=int,
        help="stop candidates that are not among the best 1/ETA after 1, ETA, ETA^2, ... epochs (default: none is)",
    )
    group.add_argument(
        "--keep-weights",
        action="store_true",
        default=None,
        help="keep the weights of every candidate in the run directory (default: no)",
    )


def _add_fidelity(group: argparse._ArgumentGroup, epochs: int) -> None:
    """The options that say what a network is, and on what and for how long it is trained."""
    channels, cells = (_by_space(i) for i in range(2))
    share = f"1, or {TRAINING_SHARE_IMAGES:,} images of a larger data set" if epochs == TRAINING_EPOCHS else "1"
    shared = f"; of a supernet {SUPERNET_EPOCHS}" if epochs == TRAINING_EPOCHS else ""
    options: tuple[tuple[str, str, type, str], ...] = (
        ("--epochs", "N", int, f"passes over the training images (default: {epochs}{shared})"),
        ("--share", "X", float, f"share of the training images that is used (default: {share})"),
        (
            "--resolution",
            "P",
            int,
            f"height and width of images (default: {TRAINING_RESOLUTION} for rendered scenes, else their own)",
        ),
        ("--channels", "C", int, f"of the first cell (default: {channels})"),
        ("--cells", "N", int, f"per stage of nasbench201, in total for darts and emt-nas (default: {cells})"),
        ("--batch-size", "B", int, f"images per step of training (default: {TRAINING_BATCH})"),
        (
            "--images",
            "N",
            int,
            f"rendered scenes to train on, a quarter as many for validation and test (default: {TRAINING_IMAGES:,})",
        ),
        ("--device", "NAME", str, "auto, cpu, cuda or cuda:N (default: auto, a GPU if there is one)"),
        ("--precision", "NAME", str, "float32, or bfloat16 by autocast, for a GPU (default: float32)"),
    )
    for name, metavar, kind, text in options:
        group.add_argument(name, metavar=metavar, type=kind, help=text)


def _by_space(i: int) -> str:
    """A default of `TRAINING_SPACES`, and where it differs from that of the first."""
    defaults = {name: values[i] for name, values in TRAINING_SPACES.items() if values[i] is not None}
    first = next(iter(defaults.values()))
    others = [f"{value} for {name}" for name, value in defaults.items() if value != first]
    return ", ".join([str(first), *others])


def _named_path(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (equals and name and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=PATH")
    return name, path


def training_choice(options: argparse.Namespace) -> TrainingChoice | None:
    """What the options of `ktnas run` say about live training; None if fitness comes from a table.

    Raises:
        ConfigurationError: If an option of live training is given without it.
    """
    if options.fitness == "table":
        given = next((name for name in (*_FIDELITY, *_SEARCH) if getattr(options, name) is not None), None)
        if given is not None:
            raise ConfigurationError(f"--{given.replace('_', '-')} is for live training: add --fitness train")
        return None
    datasets = tuple(options.dataset or ())
    if len(dict(datasets)) != len(datasets):
        raise ConfigurationError("--dataset names a task twice; give each task one data set")
    return replace(
        _choice(options),
        datasets=datasets,
        workers=options.workers,
        limit_s=options.time_limit,
        halving=options.halving,
        keep_weights=bool(options.keep_weights),
        supernet=options.fitness == "supernet",
    )


def _choice(options: argparse.Namespace) -> TrainingChoice:
    """What both commands say."""
    from ktnas.config.training import TrainingChoice

    return TrainingChoice(
        space=options.space,
        epochs=options.epochs,
        share=options.share,
        resolution=options.resolution,
        channels=options.channels,
        cells=options.cells,
        batch_size=options.batch_size,
        images=options.images,
        device=options.device or "auto",
        precision=options.precision or "float32",
    )
