"""Digests of what decides a run: its configuration, its data, this package's code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.benchmarks.packed import PackedGenotypes
from ktnas.benchmarks.several import SeveralBenchmarks
from ktnas.benchmarks.table import TableBenchmark
from ktnas.records.function_digest import function_digest
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.typing import JSON


def configuration_key(config: Mapping[str, JSON]) -> str:
    """A key for a configuration, whatever the order of its fields: 32 hexadecimal digits."""
    return hashlib.sha256(json.dumps(config, sort_keys=True, allow_nan=False).encode()).hexdigest()[:32]


def data_digest(benchmark: Benchmark) -> str | None:
    """What a table holds, or what functions are, so that others of the same name are others; None of trainings."""
    if isinstance(benchmark, SeveralBenchmarks):
        return _of_all([data_digest(part) for part in benchmark.parts])
    if isinstance(benchmark, FunctionBenchmark):
        return function_digest(tuple(benchmark.functions.items()))
    if not isinstance(benchmark, TableBenchmark):
        return None
    genotypes = benchmark.genotypes
    codes = genotypes.numbers if isinstance(genotypes, PackedGenotypes) else np.array(genotypes, dtype=np.int64)
    digest = hashlib.sha256(codes.tobytes())
    for record in benchmark.records:
        digest.update(record.fitness.tobytes())
        if record.judged is not None:
            digest.update(record.judged.tobytes())
    return digest.hexdigest()[:32]


def table_digest(benchmark: Benchmark) -> str | None:
    """A digest of the columns of a table that a run uses, in the order of its rows; None of what is no table.

    It is `data_digest`, after which, for codes whose symbols the table itself tells, a digest of these stands behind a
    hyphen: neither depends on how the file is called, nor on how numbers and codes are written in it.
    """
    if isinstance(benchmark, SeveralBenchmarks):
        return _of_all([table_digest(part) for part in benchmark.parts])
    if not isinstance(benchmark, TableBenchmark):
        return None
    values = data_digest(benchmark)
    space = benchmark.space.base if isinstance(benchmark.space, ListedSpace) else benchmark.space
    if not isinstance(space, Categorical):
        return values
    written = json.dumps([space.cardinalities, space.symbols, space.names])
    return f"{values}-{hashlib.sha256(written.encode()).hexdigest()[:8]}"


def _of_all(digests: Sequence[str | None]) -> str | None:
    """One digest of several; None where one of them is."""
    if None in digests:
        return None
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()[:32]


def same_values(one: str, other: str) -> bool:
    """Whether two digests, of `table_digest` or of `data_digest`, tell of the same values."""
    return one.partition("-")[0] == other.partition("-")[0]


@lru_cache(maxsize=1)
def code_digest() -> str:
    """A digest of this package's source: equal for equal code, whatever version it calls itself."""
    package = Path(str(files("ktnas")))
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(f"{path.relative_to(package).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
