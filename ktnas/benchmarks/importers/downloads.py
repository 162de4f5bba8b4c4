"""Official files that can be downloaded: a stable public address, a licence, and the digest that upstream publishes.

Only files of which all three are known stand here. For the others there is the page where they are to be had by hand;
whoever has an address and a digest gives both.

pooch does the work: into a temporary file, which takes its name once its digest is the right one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ktnas.benchmarks.importers.registry import IMPORTERS, importer
from ktnas.errors import ConfigurationError, DataError, unknown_name
from ktnas.files.durable import make_directory

TIMEOUT_S = 30.0
"""How long a server may say nothing."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        distribution: The importer that reads it.
        url: Its address.
        sha256: Its digest, as upstream publishes it.
        megabytes: Its size, as upstream states it; None if it is not known.
    """

    distribution: str
    url: str
    sha256: str
    megabytes: int | None = None

    @property
    def filename(self) -> str:
        """What it is called."""
        return Path(urlsplit(self.url).path).name


DOWNLOADS: Mapping[str, Download] = {
    "nasbench101": Download(
        "nasbench101",
        "https://storage.googleapis.com/nasbench/nasbench_only108.tfrecord",
        "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1",
        499,
    ),
    "nasbench101-full": Download(
        "nasbench101",
        "https://storage.googleapis.com/nasbench/nasbench_full.tfrecord",
        "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c",
        1_950,
    ),
}
"""Addresses and digests as the README of github.com/google-research/nasbench (Apache-2.0) gives them."""


def chosen(name: str, url: str | None, sha256: str | None) -> Download:
    """The download that is asked for.

    Args:
        name: Its name, or that of a distribution if the other two are given.
        url: An address that the user gives.
        sha256: The digest that the user gives.

    Raises:
        UnknownNameError: If nothing is known of the name.
        ConfigurationError: If only one of address and digest is given, or one is none.
        DataError: If no address with a digest is known, with what to do by hand.
    """
    known = {**dict.fromkeys(DOWNLOADS), **dict.fromkeys(IMPORTERS)}
    if name not in known:
        raise unknown_name("download", name, known)
    if url is not None or sha256 is not None:
        return _given(name, url, sha256)
    if name in DOWNLOADS:
        return DOWNLOADS[name]
    one = importer(name)
    raise DataError(
        f"{name} cannot be downloaded: its authors publish no address of which they also publish a digest. Get "
        f"{one.title} by hand, as {one.home} says, then: ktnas data import FILE_OR_DIR. If you have an address and a "
        f"digest that you trust: ktnas data fetch {name} --url ADDRESS --sha256 DIGEST"
    )


def _given(name: str, url: str | None, sha256: str | None) -> Download:
    if url is None or sha256 is None:
        raise ConfigurationError("--url and --sha256 belong together: what is downloaded is held against the digest")
    if re.fullmatch(r"[0-9a-fA-F]{64}", sha256) is None:
        raise ConfigurationError(f"--sha256 takes 64 hexadecimal digits; got {sha256[:80]!r}")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or not Path(parts.path).name:
        raise ConfigurationError(f"--url takes the http or https address of a file; got {url[:200]!r}")
    distribution = DOWNLOADS[name].distribution if name in DOWNLOADS else name
    return Download(distribution, url, sha256.lower())


def download(
    what: Download, directory: Path, advance: Callable[[str, int, int], None] = lambda _, __, ___: None
) -> Path:
    """Download a file, unless it is there with the right digest; where it lies.

    Args:
        what: The file.
        directory: Where it is put; made if need be.
        advance: Told how far it has come.

    Raises:
        ConfigurationError: If pooch is not installed.
        DataError: If there is no connection, the server has no such file, or what came is another one.
        OSError: If it cannot be written.
    """
    try:
        import pooch
        from requests.exceptions import RequestException
    except ImportError:
        raise ConfigurationError("downloads need pooch: pip install 'ktnas[fetch]'") from None
    pooch.get_logger().setLevel(logging.WARNING)  # it would name the file on this machine; we have said what comes
    make_directory(directory)
    path = directory / what.filename
    by_hand = f"get it by hand from {what.url}, then: ktnas data import {what.filename}"
    try:
        pooch.retrieve(
            what.url,
            f"sha256:{what.sha256}",
            fname=what.filename,
            path=directory,
            downloader=pooch.HTTPDownloader(progressbar=_Bar(advance), timeout=TIMEOUT_S),
        )
    except RequestException as error:
        raise DataError(f"{what.url} cannot be downloaded ({_reason(error)}); {by_hand}") from None
    except ValueError:  # pooch's word for another digest
        raise DataError(
            f"what came from {what.url} is not the file that is expected (another SHA-256 than {what.sha256}); nothing "
            "of it was kept. It may have been cut off, or replaced at its source: try again later"
        ) from None
    return path


def _reason(error: Exception) -> str:
    """What went wrong, in a few words."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {response.reason}"
    kind = type(error).__name__
    return "no connection" if "Connection" in kind else "no answer in time" if "Timeout" in kind else kind


class _Bar:
    """What pooch draws progress on."""

    def __init__(self, advance: Callable[[str, int, int], None]) -> None:
        self.total, self._done, self._advance = 0, 0, advance

    def update(self, size: int) -> None:
        self._done += size
        self._advance("downloading", min(self._done, self.total), self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Nothing is open."""
