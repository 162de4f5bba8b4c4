"""Whether a run goes in generations or is asynchronous: its directory holds it to that."""

from __future__ import annotations

from collections.abc import Mapping

from ktnas.algorithms.steady.forms import steady_settings
from ktnas.errors import ConfigurationError
from ktnas.records.configuration import ASYNCHRONOUS
from ktnas.records.proposals import PROPOSALS
from ktnas.records.run_directory import RunDirectory
from ktnas.records.trials import TRIALS
from ktnas.typing import JSON


def is_asynchronous(directory: RunDirectory) -> bool:
    """Whether a directory holds an asynchronous run."""
    held = directory.config()
    return held is not None and ASYNCHRONOUS in held


def with_mode_of(directory: RunDirectory, config: Mapping[str, JSON], search: object) -> dict[str, JSON]:
    """A configuration, asynchronous if that of a directory is."""
    if not is_asynchronous(directory):
        return dict(config)
    return {**config, ASYNCHRONOUS: steady_settings(search)}


def settle_mode(directory: RunDirectory, config: Mapping[str, JSON]) -> None:
    """Hold a run to its way, in generations or without; one of which nothing has been asked yet may still choose.

    Raises:
        ConfigurationError: If it was begun the other way.
    """
    held = directory.config()
    if held is None or (ASYNCHRONOUS in held) == (ASYNCHRONOUS in config):
        return
    if ASYNCHRONOUS in held:
        raise ConfigurationError(
            f"the run in {directory.path} is asynchronous: add --asynchronous (asynchronous=True) to go on with it, or "
            "choose another --out"
        )
    if any((directory.path / name).exists() and (directory.path / name).stat().st_size for name in (TRIALS, PROPOSALS)):
        raise ConfigurationError(
            f"the run in {directory.path} was begun in generations: leave --asynchronous out to go on with it, or "
            "choose another --out"
        )
    directory.write_config({**held, ASYNCHRONOUS: config[ASYNCHRONOUS]})
