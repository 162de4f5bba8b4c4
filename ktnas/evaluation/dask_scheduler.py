"""The scheduler of a Dask cluster: where it is, and whether it is one that answers."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ktnas.errors import ConfigurationError, reason, shortened
from ktnas.files.plain_json import read_json_file

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 5.0
"""Seconds in which a scheduler must answer."""

_LISTENS_S = 3.0
"""Seconds in which something must listen at its address."""


def connected(place: str) -> Client:
    """A client of a scheduler.

    Args:
        place: Its address, such as ``tcp://node7:8786``, or the file that it has written (``--scheduler-file``).

    Raises:
        ConfigurationError: If Dask is not installed, or the scheduler cannot be reached in a few seconds.
    """
    address = reached(place)
    try:
        from distributed import Client
    except ImportError:
        raise ConfigurationError('to evaluate on a Dask cluster, install Dask: pip install "ktnas[dask]"') from None
    for name in ("distributed.client", "distributed.core", "distributed.comm", "distributed.batched"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told in our own words
    try:
        asyncio.run(_identified(address))
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except Exception as error:  # whatever answers there, it is no scheduler
        raise _unreachable(place, reason(error)) from None


async def _identified(address: str) -> None:
    """Ask what listens there who it is: a client that does not come about leaves threads behind."""
    from distributed import rpc

    async with rpc(address, timeout=CONNECT_S) as there:
        found = await asyncio.wait_for(there.identity(), CONNECT_S)
    if found.get("type") != "Scheduler":
        raise ValueError(f"what listens there is a {found.get('type')}, no Scheduler")


def reached(place: str) -> str:
    """The address of a scheduler, where something listens.

    Raises:
        ConfigurationError: If nothing does, or the file does not name it.
    """
    if not place.strip():
        raise ConfigurationError("the address of the Dask scheduler is empty; give tcp://HOST:PORT or its file")
    address = place if "://" in place else _address_in(Path(place)) if _is_file(place) else f"tcp://{place}"
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise ConfigurationError(
            f"{place!r} is no address of a Dask scheduler: give tcp://HOST:PORT, or the file that it writes with "
            "--scheduler-file"
        )
    if parts.scheme in {"tcp", "tls"}:
        try:
            socket.create_connection((host, port), timeout=_LISTENS_S).close()
        except OSError as error:
            raise _unreachable(place, reason(error)) from None
    return address


def _is_file(place: str) -> bool:
    return Path(place).exists() or Path(place).suffix == ".json" or "/" in place


def _address_in(path: Path) -> str:
    try:
        found = read_json_file(path)
    except (OSError, ValueError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else reason(error)
        raise ConfigurationError(
            f"cannot read the address of a Dask scheduler from {path}: {why}; the scheduler writes it with "
            "--scheduler-file"
        ) from None
    address = found.get("address") if isinstance(found, dict) else None
    if not isinstance(address, str) or "://" not in address:
        raise ConfigurationError(f"{path} names no Dask scheduler: it was not written by `dask scheduler`")
    return address


def _unreachable(place: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"no Dask scheduler answers at {place}: {shortened(why)}; start one with `dask scheduler`, see `ktnas docs "
        "parallel`"
    )
