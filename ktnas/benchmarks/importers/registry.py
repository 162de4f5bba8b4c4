"""The distributions that can be imported: a line each. An importer's own file is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from ktnas.errors import DataError, unknown_name

if TYPE_CHECKING:
    from ktnas.benchmarks.importers.base import Importer
    from ktnas.benchmarks.importers.probe import Probe

IMPORTERS: Mapping[str, tuple[str, str]] = {
    "nasbench201": ("nasbench201", "NASBENCH201_IMPORTER"),
    "nats-tss": ("nats_tss", "NATS_TSS"),
    "nats-sss": ("nats_sss", "NATS_SSS"),
    "transnas101": ("transnas101", "TRANSNAS101"),
    "nasbench101": ("nasbench101", "NASBENCH101_IMPORTER"),
    "hw-nas-bench": ("hw_nas_bench", "HW_NAS_BENCH"),
    "suite-zero": ("suite_zero", "SUITE_ZERO"),
    "mdesign": ("mdesign", "MDESIGN"),
}
"""Every distribution: the module here, and the `Importer` in it."""


def importer(name: str) -> Importer:
    """The importer of that name.

    Raises:
        UnknownNameError: If there is none.
    """
    if name not in IMPORTERS:
        raise unknown_name("distribution", name, IMPORTERS)
    module, attribute = IMPORTERS[name]
    return cast("Importer", getattr(import_module(f"ktnas.benchmarks.importers.{module}"), attribute))


def importers() -> tuple[Importer, ...]:
    """Every importer."""
    return tuple(map(importer, IMPORTERS))


def importer_of(probe: Probe, name: str | None) -> Importer:
    """The importer of what was looked at.

    Args:
        probe: What was seen.
        name: What the user says it is; None if nothing.

    Raises:
        DataError: If it is no distribution that is known, or another than the user says.
        UnknownNameError: If the user says what is not known.
    """
    wanted = None if name is None else importer(name)
    if wanted is not None and wanted.recognises(probe):
        return wanted
    found = next((one for one in importers() if one.recognises(probe)), None)
    if found is None:
        raise DataError(_unknown(probe, wanted))
    if wanted is not None:
        raise DataError(f"{probe.path} is not {wanted.name}: it is {found.name} ({found.title})")
    return found


def _unknown(probe: Probe, wanted: Importer | None) -> str:
    """What to say of something that is no distribution."""
    if probe.head[257:262] == b"ustar":
        return f"{probe.path} is a tar archive: unpack it (tar xf FILE), then import the directory that was in it"
    if wanted is not None:
        return f"{probe.path} is not {wanted.name}: {wanted.title}"
    return (
        f"{probe.path} is none of the official distributions that are known: {', '.join(IMPORTERS)} (`ktnas docs data` "
        "lists their files). A table of your own needs no import: ktnas run --table FILE"
    )
