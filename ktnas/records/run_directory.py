"""Run directories: which run one belongs to, the files that are written whole, and how directories are named.

The files that grow are those of `ktnas.records.trials`, which is the state of the search, and of
`ktnas.records.evaluations`. docs/output.md describes every file, field by field.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import cast

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.durable import make_directory, remove_leftovers, write_atomically
from ktnas.files.json_lines import locked_directory, to_json
from ktnas.files.plain_json import SIZE_LIMIT, read_json_file, read_regular
from ktnas.recorded_names import plain_names
from ktnas.records.summary import Summary
from ktnas.records.summary_check import CHECK, check_of, is_as_written
from ktnas.typing import JSON

CONFIG = "config.json"
"""What decides a run: whose directory it is."""

SUMMARY = "summary.json"
"""What a run came to; with repeats, a list of what each came to."""

DATA = "data"
"""The part of ``config.json`` that tells a table from others of the same name; records of before have none."""

STUDY = "study.json"
"""How a run is made again from its directory alone."""

_RECORDED = frozenset({"trials.jsonl", "answers.jsonl", "proposals.jsonl"})
"""Files that only runs have: a directory that holds one is no other."""

ENVIRONMENT = "environment"
"""The part of ``config.json`` that describes the machine rather than the run: it may differ when a run goes on."""


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """A directory that holds one run, or one run per seed.

    Attributes:
        path: The directory.
    """

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """The directory, made if need be, that no other process can claim until the block ends.

        Raises:
            ConfigurationError: If another process holds it, it cannot be made, or a directory within it is a link.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(locked_directory(self.path))
                links = sorted(entry for entry in self.path.iterdir() if entry.is_symlink() and entry.is_dir())
            except OSError as error:
                raise self._unwritable(error) from None
            if links:
                raise ConfigurationError(
                    f"{links[0]} is a link to a directory: nothing of a run is written through links; put the "
                    "directory itself there, or choose another --out (which may be a link)"
                )
            yield
            remove_leftovers(self.path)  # it has proved to be ours

    def claim(self, config: Mapping[str, JSON]) -> bool:
        """Make the directory this configuration's: create it, or find that it holds the same one already.

        Two processes that claim a new directory at once may both succeed, unless it is `held`.

        Returns:
            Whether it has lost its ``config.json``, which a power cut may have left empty, but holds a record: one
            that proves to be of this configuration is the time to `write` it anew.

        Raises:
            ConfigurationError: If it holds something else, or cannot be written; nothing is changed then.
        """
        lost = False
        try:
            make_directory(self.path)
            held = [entry.name for entry in self.path.iterdir() if not entry.name.startswith(".")]
            recorded = any(name in _RECORDED or name.startswith("seed-") for name in held)
            if CONFIG in held and not self._is_blank():
                self._require_same(config)
            elif recorded:
                lost = True
            elif held and held != [CONFIG]:
                raise ConfigurationError(
                    f"{self.path} exists and is no run directory (it has no {CONFIG}); choose another --out"
                )
            else:
                write_atomically(self.path / CONFIG, _with_check(config))
            if not os.access(self.path, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "Permission denied")
        except OSError as error:
            raise self._unwritable(error) from None
        return lost

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"cannot write to {self.path}: {error.strerror}; choose another --out")

    def _is_blank(self) -> bool:
        """Whether ``config.json`` is what a power cut may leave of a file that was not synced: nothing, or zeros."""
        return not read_regular(self.path / CONFIG, SIZE_LIMIT).strip(b"\0 \r\n")

    def _require_same(self, config: Mapping[str, JSON]) -> None:
        try:
            held = read_config(self.path)
        except ValueError:
            held = None
        if held is None:
            raise ConfigurationError(
                f"{self.path / CONFIG} is damaged; choose another --out, or "
                "remove that file: it is written anew if the record beside it is of this run"
            )
        held = {key: plain_names(cast("JSON", value)) for key, value in held.items()}
        here: dict[str, object] = json.loads(to_json(config))
        if DATA not in held:
            here.pop(DATA, None)
        elif here.get(DATA) != held[DATA] and _asks_the_same(here, held):
            raise ConfigurationError(
                f"the table is not the one that the run in {self.path} was begun with: what its columns hold has "
                f"changed ({DATA}: {held[DATA]} there, {here.get(DATA)} now); give it back, or choose another --out"
            )
        differing = next((k for k in {**here, **held} if k != ENVIRONMENT and here.get(k) != held.get(k)), None)
        changed = changed_sources(held, here) if differing == "method" else None
        if changed is not None:
            raise ConfigurationError(
                f"the run in {self.path} learned from other sources ({changed}); give it those back, or choose another "
                "--out"
            )
        if differing is not None:
            was, now = (json.dumps(c.get(differing))[:120] for c in (held, here))
            raise ConfigurationError(
                f"{self.path} holds a run with another configuration ({differing}: {was} there, {now} now); "
                "choose another --out, or remove the directory"
            )

    def config(self) -> dict[str, JSON] | None:
        """What ``config.json`` holds, with types by their plain names; None where there is none that can be read."""
        try:
            held = read_config(self.path)
        except (OSError, ValueError):
            return None
        return {key: plain_names(cast("JSON", value)) for key, value in held.items()}

    def write_config(self, config: Mapping[str, JSON]) -> None:
        """Write ``config.json``, with a check over all that it holds; as `write`."""
        self.write(CONFIG, _with_check(config))

    def finished_summary(self) -> Summary | None:
        """What ``summary.json`` holds of a single run that came to its end, as it was written; None otherwise."""
        found = self._summary_of_an_end()
        return cast("Summary", found) if found is not None and is_as_written(found) else None

    def holds_altered_summary(self) -> bool:
        """Whether ``summary.json`` says that a single run came to its end, and was changed since it was written."""
        found = self._summary_of_an_end()
        return found is not None and not is_as_written(found)

    def _summary_of_an_end(self) -> dict[str, object] | None:
        try:
            found = read_json_file(self.path / SUMMARY)
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and found.get("finished") is True else None

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the run, whole or not at all; on disk when this returns.

        Raises:
            ConfigurationError: If it cannot be written.
        """
        try:
            write_atomically(self.path / name, content)
        except OSError as error:
            raise ConfigurationError(
                f"cannot write {self.path / name}: {error.strerror}; what was recorded before is kept: "
                "give the same command again once that is mended"
            ) from None


def read_config(place: Path) -> dict[str, object]:
    """What the ``config.json`` of a directory holds, without its check.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no configuration, or was changed since it was written. Older ones have no check.
    """
    held = read_json_file(place / CONFIG)
    if not isinstance(held, dict):
        raise DataError(f"{place / CONFIG} is damaged: it is no JSON object")
    if not is_as_written(held):
        raise DataError(f"{place / CONFIG} is damaged: it was changed since it was written (its check does not fit)")
    return {key: value for key, value in held.items() if key != CHECK}


def _with_check(config: Mapping[str, JSON]) -> str:
    plain: dict[str, JSON] = {key: value for key, value in json.loads(to_json(config)).items() if key != CHECK}
    return to_json({**plain, CHECK: check_of(plain)})


def changed_sources(held: Mapping[str, object], here: Mapping[str, object]) -> str | None:
    """How the sources of two configurations differ that are the same otherwise; None if they differ otherwise too."""
    methods = [dict(method) if isinstance(method := one.get("method"), dict) else {} for one in (held, here)]
    was, now = ({str(one["name"]): one for one in _sources_in(method.pop("knowledge", None))} for method in methods)
    if methods[0] != methods[1] or was == now:
        return None
    gone, new = ([name for name in one if name not in other] for one, other in ((was, now), (now, was)))
    for name in was.keys() & now.keys():
        if was[name] != now[name]:
            seen = [str(one[name].get("evaluations")) for one in (was, now)]
            return f"{name} has changed: {' evaluations there, '.join(seen)} now, digest {now[name].get('digest')}"
    told = [f"{what} {', '.join(names)}" for what, names in (("no longer", gone), ("now also", new)) if names]
    return ", ".join(told) or "in another order, or used otherwise"


def _sources_in(knowledge: object) -> list[dict[str, object]]:
    sources = knowledge.get("sources") if isinstance(knowledge, dict) else None
    return [one for one in sources or () if isinstance(one, dict) and "name" in one]


def _asks_the_same(here: Mapping[str, object], held: Mapping[str, object]) -> bool:
    """Whether two configurations differ at most in what a table holds."""
    return all(_without_values(here, key) == _without_values(held, key) for key in ("space", "tasks"))


def _without_values(config: Mapping[str, object], key: str) -> object:
    part = config.get(key)
    if not isinstance(part, dict):
        return part
    return {name: {**task, "best_listed": None} if isinstance(task, dict) else task for name, task in part.items()}


def places_of(path: Path, seeds: Sequence[int]) -> dict[int, Path]:
    """The directory of each seed's run: the given one for a single seed, else one within it for each."""
    return {seed: path / f"seed-{seed}" if len(seeds) > 1 else path for seed in seeds}


def unused_directory(parent: Path, parts: Sequence[str]) -> Path:
    """A new directory named after parts; where the name is taken, with a number behind it.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    stem = "-".join(re.sub(r"[^A-Za-z0-9._+-]+", "-", part) for part in parts)
    for i in count(1):
        path = parent / (stem if i == 1 else f"{stem}-{i}")
        try:
            make_directory(path, exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise ConfigurationError(f"cannot make {path}: {error.strerror}; choose another --out") from None
        else:
            return path
    raise AssertionError  # count() does not end
