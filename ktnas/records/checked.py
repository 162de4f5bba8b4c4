"""What a field of a record must be: records are taken as others left them, so every field is looked at once.

Each function returns the value as its type and raises `TypeError` or `ValueError` with what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import cast

from ktnas.files.plain_json import parse_json
from ktnas.problem.trial import Evaluation
from ktnas.typing import Genotype


def fields_of(value: object) -> dict[str, object]:
    """An object of JSON, or the one that a text holds."""
    found = parse_json(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError(f"an object was expected, not {type(found).__name__}")
    return cast("dict[str, object]", found)


def require_known(record: dict[str, object], known: Collection[str]) -> None:
    """Refuse fields that a record does not have."""
    unknown = [name for name in record if name not in known]
    if unknown:
        raise TypeError(f"unknown fields: {', '.join(sorted(unknown))[:60]}")


def list_of(value: object) -> list[object]:
    """A list."""
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, not {_shown(value)}")
    return cast("list[object]", value)


def text_of(value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {_shown(value)}")
    return value


def flag_of(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError(f"true or false was expected, not {_shown(value)}")
    return value


def count_of(value: object) -> int:
    """An integer that is not negative."""
    if type(value) is not int or value < 0:
        raise TypeError(f"a count was expected, not {_shown(value)}")
    return value


def number_of(value: object) -> float:
    """A finite number."""
    if type(value) is int:
        try:
            float(value)
        except OverflowError:
            raise ValueError("a number has too many digits") from None
        return value
    if type(value) is not float or not math.isfinite(value):
        raise TypeError(f"a finite number was expected, not {_shown(value)}")
    return value


def genotype_of(value: object) -> Genotype:
    """An architecture."""
    genotype = tuple(list_of(value))
    if not all(type(gene) is int for gene in genotype):
        raise TypeError(f"a genotype holds integers; got {_shown(value)}")
    return cast("Genotype", genotype)


def evaluation_of(record: dict[str, object]) -> Evaluation:
    """The evaluation among the fields of a record; a field that is missing raises `KeyError`."""
    fitness, error = record["fitness"], record["error"]
    metrics = {name: number_of(metric) for name, metric in fields_of(record["metrics"]).items()}
    return Evaluation(
        None if fitness is None else number_of(fitness),
        number_of(record["cost_s"]),
        metrics,
        None if error is None else text_of(error),
    )


def _shown(value: object) -> str:
    return repr(value)[:60]
