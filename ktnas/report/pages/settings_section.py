"""The settings of a run, and how it is run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ktnas.formatting import count_text
from ktnas.records.recordings import Recordings
from ktnas.report.pages.page import Cell, Code, Facts, Section

_SHOWN = 20_000
"""Characters of the configuration that are shown, at most."""


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """How a run came about.

    Attributes:
        command: The command that makes it again; empty where there is none.
        otherwise: What to do where there is none.
    """

    command: str = ""
    otherwise: str = ""


def settings_section(recordings: Recordings, origin: RunOrigin) -> Section:
    """The command, the versions, and all settings."""
    config = recordings.config
    environment = config.get("environment")
    versions: tuple[tuple[str, Cell], ...] = ()
    if isinstance(environment, Mapping):
        versions = tuple((name, _text(value)) for name, value in environment.items() if value is not None)
    text = json.dumps(
        {key: value for key, value in config.items() if key != "environment"}, indent=1, ensure_ascii=False
    )
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}\n… config.json beside this page has all of it"
    items = [
        *((Code("run it again", origin.command),) if origin.command else ()),
        Facts("environment", versions),
        Code("settings", text),
    ]
    words = ["The same command gives the same results, to the bit."] if origin.command else []
    if origin.otherwise:
        words.append(origin.otherwise)
    return Section("settings", "Settings, and how to run it again", tuple(words), tuple(items))


def _text(value: object) -> str:
    return count_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
