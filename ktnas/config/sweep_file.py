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
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from ktnas.algorithms import Search
from ktnas.benchmarks.user_table import TableChoice
from ktnas.config.experiment import Settings, compose
from ktnas.config.method import MethodChoice
from ktnas.config.registry import DEFAULT_BUDGET, SPACES, made
from ktnas.errors import ConfigurationError, DataError, unknown_name
from ktnas.runner.design import Arm, BenchmarkSource, Case, Named, OwnTable, Sweep

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


T = TypeVar("T")


_TOP = ("budget", "seeds", "until-best", "arms", "cases")


_ARM = ("name", "method", "population", "embedder", "surrogate", "transfer", "proxy", "fields")


_CASE = (
    "name",
    "source",
    "target",
    "tasks",
    "benchmark",
    "data",
    "table",
    "space",
    "arch-column",
    "minimize",
    "budget",
)


def read_sweep(path: Path) -> Sweep:
    """The sweep that a file describes, checked.

    Raises:
        DataError: If the file cannot be read, or is no TOML.
        KtnasError: If something in it is unknown or contradicts itself; the message names the place.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no TOML file: {error}") from None
    _known(plain, _TOP, str(path))
    arms = [arm for i, entry in enumerate(_tables(plain, "arms", path), 1) for arm in _arms(entry, f"arm {i}")]
    budget = _value(plain, "budget", int, DEFAULT_BUDGET)
    until_best = _value(plain, "until-best", bool, default=False)
    cases = [
        _case(entry, f"case {i}", budget, until_best=until_best)
        for i, entry in enumerate(_tables(plain, "cases", path), 1)
    ]
    return Sweep(tuple(arms), tuple(cases), _seeds(plain.get("seeds", 10)))


def _known(plain: Mapping[str, object], keys: Sequence[str], where: str) -> None:
    for key in plain:
        if key not in keys:
            raise unknown_name("key", key, keys, where)


def _tables(plain: Mapping[str, object], key: str, path: Path) -> list[dict[str, object]]:
    entries = plain.get(key)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(f"{path} needs at least one [[{key}]]")
    return entries


def _value(plain: Mapping[str, object], key: str, kind: Callable[..., T], default: T) -> T:
    value = plain.get(key, default)
    if type(value) is not kind and value is not default:
        raise ConfigurationError(
            f"{key} must be {'true or false' if kind is bool else 'a whole number'}; got {value!r}"
        )
    return cast("T", value)


def _seeds(value: object) -> tuple[int, ...]:
    seeds = list(range(value)) if type(value) is int else value
    if not isinstance(seeds, list) or not seeds or not all(type(seed) is int for seed in seeds):
        raise ConfigurationError(f"seeds must be their number, at least 1, or a list of whole numbers; got {value!r}")
    if len(set(seeds)) != len(seeds):
        raise ConfigurationError(f"a seed is listed twice in {seeds}")
    return tuple(seeds)


def _arms(entry: Mapping[str, object], where: str) -> list[Arm]:
    """The arms of an entry: one for every combination of its lists."""
    _known(entry, _ARM, where)
    replaced = entry.get("fields", {})
    if not isinstance(replaced, dict):
        raise ConfigurationError(f"fields of {where} must be a table such as {{ migrants = 4 }}; got {replaced!r}")
    options = {key: entry[key] for key in _ARM[1:-1] if key in entry}
    axes = {**{(key, False): _several(v) for key, v in options.items()}, **_axes(replaced)}
    arms = []
    for values in product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        search = _search({key: v for (key, field), v in chosen.items() if not field}, where)
        for (key, field), value in chosen.items():
            search = replaced_field(search, key, value) if field else search
        told = [key for key in chosen if len(axes[key]) > 1 and (key[0] != "method" or "name" in entry)]
        varied = [f"{key} {chosen[key, field]}" for key, field in told]
        stem = str(entry.get("name", search.name))
        arms.append(Arm(", ".join([stem, *varied]) if varied else stem, search))
    return arms


def _axes(fields: Mapping[str, object]) -> dict[tuple[str, bool], list[object]]:
    return {(key, True): _several(value) for key, value in fields.items()}


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _search(options: Mapping[str, object], where: str) -> Search[object]:
    texts = {key: _text(value, f"{key} of {where}") for key, value in options.items() if key != "population"}
    population = options.get("population")
    if population is not None and type(population) is not int:
        raise ConfigurationError(f"population of {where} must be a whole number; got {population!r}")
    name = texts.pop("method", None)
    if name is None:
        raise ConfigurationError(f"{where} needs a method")
    choice = MethodChoice(
        name,
        population,
        texts.get("embedder"),
        texts.get("surrogate"),
        texts.get("transfer"),
        proxy=texts.get("proxy"),
    )
    return choice.build()


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{what} must be text; got {value!r}")
    return value


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


def _case(entry: Mapping[str, object], where: str, budget: int, *, until_best: bool) -> Case:
    """A case, checked as the command line checks it."""
    _known(entry, _CASE, where)
    texts = {key: _text(entry[key], f"{key} of {where}") for key in _CASE[4:9] if key in entry}
    if (unpaired := {"space", "arch-column", "minimize"} & entry.keys()) and "table" not in texts:
        raise ConfigurationError(f"{sorted(unpaired)[0]} of {where} describes a table of your own; name it with table")
    table = None
    if "table" in texts:
        if "space" not in texts:
            raise ConfigurationError(f"{where} needs the space of its table's architectures")
        minimize = _names(entry, "minimize", where)
        table = TableChoice(Path(texts["table"]), texts["space"], texts.get("arch-column"), minimize)
    settings = Settings(
        sources=_names(entry, "source", where),
        targets=_names(entry, "target", where),
        tasks=_names(entry, "tasks", where),
        benchmark=texts.get("benchmark"),
        table=table,
        data=Path(texts["data"]) if "data" in texts else None,
        method=MethodChoice("random-search"),
        budget=_value(entry, "budget", int, budget),
        until_best=until_best,
    )
    experiment = compose(settings)
    names = experiment.problem.names
    source: BenchmarkSource = Named(experiment.benchmark.name, names, settings.data)
    if table is not None:
        space = made("search space", table.space, SPACES)
        source = OwnTable(table.path, space, names, table.arch_column, table.minimize)
    name = _text(entry.get("name", ""), f"name of {where}")
    sources = tuple(task for task in names if task in experiment.problem.sources)
    return Case(source, sources, settings.budget, until_best, name)


def _names(entry: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    values = _several(entry.get(key, []))
    return tuple(_text(value, f"{key} of {where}") for value in values)
