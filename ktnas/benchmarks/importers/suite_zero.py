"""NAS-Bench-Suite-Zero: zero-cost scores of architectures, one JSON file per search space.

A table of one's own, by dataset: a column ``score_PROXY`` per score. What the file calls ``val_accuracy`` is the
validation metric for TransNAS-Bench-101, and becomes ``valid``. For NAS-Bench-201 it is really a **test** accuracy of
one training (``ori-test`` or ``x-test``): the column is called ``test_single``, so that nobody searches on it unaware.

Krishnakumar et al., "NAS-Bench-Suite-Zero: Accelerating Research on Zero Cost Proxies", NeurIPS 2022, Datasets and
Benchmarks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ktnas.benchmarks.importers.arch_results import number
from ktnas.benchmarks.importers.base import Importer, ImportJob, Made, csv_content, in_order
from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError, quoted
from ktnas.files.journal import WorkJournal
from ktnas.files.packed_source import unpacked
from ktnas.files.plain_json import parse_json
from ktnas.spaces.nasbench201 import EDGES, OPERATIONS, NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

LARGEST = 1 << 28
"""Larger files are refused, bytes: they are read whole."""

_CODE = re.compile(r"\(?[0-9](?:, ?[0-9]){2,5},?\)?")
"""A code as the files write it: a tuple."""

_OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
"""Operations of NAS-Bench-201 in the order of these files."""

_EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
"""Edges of NAS-Bench-201 in the order of these files."""

_NOT_SCORES = frozenset({"idx", "arch", "val_accuracy"})

TASKS = ("class_scene", "class_object", "room_layout", "jigsaw", "segmentsemantic", "normal", "autoencoder")


@dataclass(frozen=True, slots=True)
class _Space:
    """A search space in these files: its name here, its datasets, its codes, and what ``val_accuracy`` is."""

    name: str
    datasets: tuple[str, ...]
    digits: tuple[int, ...]
    text: Callable[[Sequence[int]], str]
    accuracy: str


def _cell201(code: Sequence[int]) -> str:
    by_edge = {edge: OPERATIONS.index(_OPERATIONS[value]) for edge, value in zip(_EDGES, code, strict=True)}
    return NASBench201().format(tuple(by_edge[edge] for edge in EDGES))


def _micro(code: Sequence[int]) -> str:
    text = "".join(map(str, code))
    return TransNASMicro().format(TransNASMicro().parse(f"64-41414-{text[0]}_{text[1:3]}_{text[3:]}"))


def _macro(code: Sequence[int]) -> str:
    text = "".join(map(str, code)).rstrip("0")  # a 0 elsewhere is no module
    return TransNASMacro().format(TransNASMacro().parse(f"64-{text}-basic"))


SPACES = (
    _Space("nasbench201", ("cifar10", "cifar100", "ImageNet16-120"), (6,), _cell201, "test_single"),
    _Space("transnas101-micro", TASKS, (6,), _micro, "valid"),
    _Space("transnas101-macro", TASKS, (4, 5, 6), _macro, "valid"),
)


def table_of(space: str) -> str:
    """What the table of a space is called."""
    return f"scores_{space.replace('-', '_')}.csv.gz"


def _recognises(probe: Probe) -> bool:
    head = probe.head.lstrip()
    return probe.names is None and head[:1] == b"{" and b'"val_accuracy"' in head and b'"score"' in head


def _read(job: ImportJob) -> None:
    if job.journal.state is not None:
        return
    where = str(job.source)
    with unpacked(job.source) as source:
        job.advance("reading", 0, source.size)
        chunks, size = [], 0
        while chunk := source.read(1 << 20):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST:
                raise DataError(f"{where} holds more than {LARGEST >> 20} MiB, the most that is read of it")
    try:
        content = parse_json(b"".join(chunks))
    except ValueError as error:
        raise DataError(f"{where} is truncated or damaged: {error}; get it again") from None
    if not isinstance(content, Mapping):
        raise DataError(f"{where} holds no datasets")
    space = _space_of(content, where)
    rows: dict[str, dict[str, Any]] = {}
    for dataset in space.datasets:
        if dataset in content:
            _collect(rows, space, dataset, content[dataset], where)
    for index, row in enumerate(rows.values()):
        job.journal.append_json({**row, "index": index})
    job.journal.checkpoint({"space": space.name})


def _space_of(content: Mapping[str, Any], where: str) -> _Space:
    """The space whose datasets these are, and of which all codes are."""
    found = []
    for space in SPACES:
        records = next((content[name] for name in space.datasets if isinstance(content.get(name), Mapping)), None)
        if records and _fits(space, list(records)):
            found.append(space)
    if len(found) > 1:
        names = " and ".join(space.name for space in found)
        raise DataError(f"{where} is a part whose codes are of {names} alike: take the whole file")
    if found:
        return found[0]
    raise DataError(
        f"{where} holds scores for none of {', '.join(space.name for space in SPACES)}; its datasets are "
        f"{', '.join(str(name)[:30] for name in list(content)[:10])}"
    )


def _fits(space: _Space, keys: Sequence[str]) -> bool:
    """Whether all of some codes are architectures."""
    try:
        for key in keys:
            space.text(_code(space, key, ""))
    except (DataError, ValueError):
        return False
    return True


def _code(space: _Space, key: str, where: str) -> list[int]:
    digits = [int(digit) for digit in re.findall(r"[0-9]", key)] if _CODE.fullmatch(key) else []
    if len(digits) not in space.digits:
        raise DataError(f"{where}: {quoted(key)} is no code of {space.name}")
    return digits


def _collect(rows: dict[str, dict[str, Any]], space: _Space, dataset: str, records: object, where: str) -> None:
    """Add the scores of a dataset to the rows of the architectures."""
    if not isinstance(records, Mapping):
        raise DataError(f"{where}: {dataset} holds no architectures")
    task = dataset.replace("ImageNet16-120", "imagenet16")
    for key, record in records.items():
        if not isinstance(record, Mapping):
            raise DataError(f"{where}: {dataset} {quoted(key)} holds no scores")
        text = space.text(_code(space, key, where))
        row = rows.setdefault(text, {"arch_str": text})
        values = {f"{task}__{space.accuracy}": number(record.get("val_accuracy"))}
        for name, scored in record.items():
            if name not in _NOT_SCORES and isinstance(scored, Mapping):
                values[f"{task}__score_{name}"] = number(scored.get("score"))
        row.update({name: value for name, value in values.items() if value is not None})


def _make(journal: WorkJournal) -> Sequence[Made]:
    space = str((journal.state or {}).get("space") or _space_of_rows(journal))
    rows = in_order(journal.lines(), "the file")
    table = table_of(space)
    names = sorted({name for row in rows for name in row} - {"index", "arch_str"})
    score = next((name for name in names if name.endswith("synflow")), names[0] if names else "COLUMN")
    use = f"ktnas run --table {table} --space {space} --tasks {score}"
    return (Made(table, csv_content(("index", "arch_str", *names), rows), len(rows), use),)


def _space_of_rows(journal: WorkJournal) -> str:
    """The space, from how the first architecture is written."""
    text = str(next(journal.lines(), {"arch_str": ""})["arch_str"])
    return "nasbench201" if "|" in text else "transnas101-micro" if "_" in text else "transnas101-macro"


SUITE_ZERO = Importer(
    "suite-zero",
    "NAS-Bench-Suite-Zero (zc_nasbench201.json, zc_transbench101_micro.json, zc_transbench101_macro.json)",
    "https://github.com/automl/NASLib/tree/zerocost",
    "Apache-2.0",
    tuple(table_of(space.name) for space in SPACES),
    recognises=_recognises,
    read=_read,
    make=_make,
    notes=(
        "What upstream calls the validation accuracy of NAS-Bench-201 is a test accuracy of one training: it is the "
        "column TASK__test_single here, and not for searching.",
    ),
)
