"""A sweep from a TOML file: names and values as at the command line, lists for grids.

    budget = 50
    seeds = 10                          # 0 to 9; or a list

    [[arms]]
    method = "ktnas"
    transfer = ["transfer-rank", "none"]    # one arm for each

    [[arms]]
    method = "ktnas-paper"
    fields = { migrants = [1, 4], "transfer.window" = 9 }

    [[cases]]
    tasks = ["normal", "autoencoder"]

docs/sweep.md describes every key. Nothing in a file is executed.
"""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from ktnas.algorithms.base import Search
from ktnas.algorithms.knowledge import Knowledge
from ktnas.config.experiment import compose, with_columns
from ktnas.config.method import MethodChoice
from ktnas.config.options import from_table
from ktnas.config.registry import SPACES, made
from ktnas.config.run_options import RunOptions
from ktnas.config.sources import read_sources
from ktnas.errors import SHOWN, ConfigurationError, DataError, KtnasError, shortened, unknown_name
from ktnas.files.plain_json import read_regular
from ktnas.runner.design import (
    MOST_ARMS,
    MOST_SEEDS,
    Arm,
    AtFidelity,
    BenchmarkSource,
    Case,
    Named,
    OwnTable,
    Sweep,
    require_few,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_SIZE_LIMIT = 1 << 22
"""Larger files are refused, bytes."""

_KEY_PARTS = 64
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*+{_PART}(?:\.[ \t]*+{_PART}){{{_KEY_PARTS}}}")
"""A key of so many parts takes the parser a time that grows with their square."""

Axis: TypeAlias = tuple[str, bool]
"""What an entry's lists vary: the key, and whether it is a field of the composed method."""


def read_sweep(path: Path) -> Sweep:
    """The sweep that a file describes, checked.

    Raises:
        DataError: If the file cannot be read, or is no TOML.
        KtnasError: If something in it is unknown or contradicts itself; the message names the place.
    """
    plain = _table(path)
    others = ("seeds", "arms", "cases")
    bare = RunOptions(method=MethodChoice("random-search"))  # suits any case; arms are checked on them later
    every = from_table(bare, plain, str(path), only=("budget", "until_best"), others=others)
    arms = [arm for i, entry in enumerate(_tables(plain, "arms", path), 1) for arm in _arms(entry, f"arm {i}")]
    cases = [_case(entry, f"case {i}", every) for i, entry in enumerate(_tables(plain, "cases", path), 1)]
    return Sweep(tuple(arms), tuple(cases), _seeds(plain.get("seeds", 10)))


def _table(path: Path) -> dict[str, object]:
    try:
        text = read_regular(path, _SIZE_LIMIT).decode()
        deep = _DEEP_KEY.search(text) is not None
        plain = {} if deep else tomllib.loads(text)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except RecursionError:
        raise DataError(f"{path} is nested too deeply") from None
    except ValueError as error:  # of TOML, of UTF-8, and of numbers of thousands of digits
        raise DataError(f"{path} is no TOML file: {error}") from None
    if deep:
        raise DataError(f"{path} has a key of more than {_KEY_PARTS} parts")
    return plain


def _tables(plain: Mapping[str, object], key: str, path: Path) -> list[dict[str, object]]:
    entries = plain.get(key)
    if isinstance(entries, list):
        require_few(key, len(entries), MOST_ARMS)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(f"{path} needs at least one [[{key}]]")
    return entries


def _seeds(value: object) -> tuple[int, ...]:
    if type(value) is int:
        require_few("seeds", value, MOST_SEEDS)
    seeds = list(range(value)) if type(value) is int else value
    if not isinstance(seeds, list) or not seeds or not all(type(seed) is int for seed in seeds):
        raise ConfigurationError(
            "seeds must be their number, at least 1, or a list of whole numbers; got " + shortened(repr(value), SHOWN)
        )
    require_few("seeds", len(seeds), MOST_SEEDS)
    if len(set(seeds)) != len(seeds):
        raise ConfigurationError(f"a seed is listed twice in {shortened(str(seeds), SHOWN)}")
    return tuple(seeds)


def _arms(entry: Mapping[str, object], where: str) -> list[Arm]:
    """The arms of an entry: one for every combination of its lists."""
    replaced = entry.get("fields", {})
    if not isinstance(replaced, dict):
        raise ConfigurationError(f"fields of {where} must be a table such as {{ migrants = 4 }}; got {replaced!r}")
    if "method" not in entry:
        raise ConfigurationError(f"{where} needs a method")
    said = {key: value for key, value in entry.items() if key not in ("name", "fields")}
    axes = {**_axes(said, field=False), **_axes(replaced, field=True)}
    arms = []
    require_few(f"arms of {where}", math.prod(map(len, axes.values())), MOST_ARMS)
    for values in product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        search = _search(chosen, where)
        told = [key for key in chosen if len(axes[key]) > 1 and (key[0] != "method" or "name" in entry)]
        varied = [f"{key} {chosen[key, field]}" for key, field in told]
        stem = str(entry.get("name", search.name))
        arms.append(Arm(", ".join([stem, *varied]) if varied else stem, search))
    return arms


def _axes(entry: Mapping[str, object], *, field: bool) -> dict[Axis, list[object]]:
    return {(key, field): value if isinstance(value, list) else [value] for key, value in entry.items()}


def _search(chosen: Mapping[Axis, object], where: str) -> Search[object]:
    said = {key: value for (key, field), value in chosen.items() if not field}
    search = from_table(MethodChoice(), said, where, others=("name", "fields")).build()
    for (key, field), value in chosen.items():
        search = replaced_field(search, key, value) if field else search
    return search


def replaced_field(search: Search[object], path: str, value: object) -> Search[object]:
    """A copy of a composed search with another number, text or truth value in one of its fields.

    Args:
        search: The search.
        path: Name of the field; of a part's, after the part's name and a dot, such as ``"transfer.window"``.
        value: What it shall be; of the type of what it is.

    Raises:
        UnknownNameError: If there is no such field.
        ConfigurationError: If it does not take the value.
    """
    return cast("Search[object]", _replaced(search, path.split("."), value, path))


def _replaced(part: object, names: Sequence[str], value: object, path: str) -> object:
    known = [f.name for f in dataclasses.fields(part) if f.compare] if dataclasses.is_dataclass(part) else []
    if names[0] not in known:
        raise unknown_name("field", names[0], known, f"{type(part).__name__} (in {path!r})")
    old = getattr(part, names[0])
    if len(names) > 1:
        value = _replaced(old, names[1:], value, path)
    elif isinstance(old, float) and type(value) is int:
        value = float(value)
    elif type(value) is not type(old):
        raise ConfigurationError(f"field {path!r} is {old!r} and takes a value of its kind; got {value!r}")
    return dataclasses.replace(cast("DataclassInstance", part), **{names[0]: value})


def _case(entry: Mapping[str, object], where: str, every: RunOptions) -> Case:
    """A case, checked as the command line checks it."""
    chosen = from_table(every, entry, where, others=("name",))
    name = entry.get("name", "")
    if not isinstance(name, str):
        raise ConfigurationError(f"name of {where} must be text; got {name!r}")
    try:
        experiment = compose(dataclasses.replace(chosen, earlier=()))  # its method is none that learns; the arms' may
        sources = read_sources(chosen.earlier, experiment.benchmark, chosen.data, chosen.minimize)
    except KtnasError as error:
        raise type(error)(f"{where}: {error}") from None
    names = experiment.problem.names
    source: BenchmarkSource = Named(experiment.benchmark.name, names, chosen.data)
    if chosen.table is not None and chosen.space is not None:
        space = made("search space", chosen.space, SPACES)
        minimize = with_columns(chosen).minimize
        source = OwnTable(chosen.table, space, names, chosen.arch_column, minimize, chosen.repeated)
    if chosen.fidelity is not None:
        source = AtFidelity(source, chosen.fidelity)
    donors = tuple(task for task in names if task in experiment.problem.sources)
    knowledge = Knowledge(sources) if sources else None
    case = Case(source, donors, chosen.budget_evals, chosen.until_best, name, knowledge)
    if name or chosen.fidelity is None:
        return case
    title = case.title(experiment.problem, experiment.benchmark.name)
    return dataclasses.replace(case, name=f"{title} of {chosen.fidelity} epochs")
