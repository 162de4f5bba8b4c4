"""Every reader of files and texts, whole inputs that it takes, and what it promises of the result."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import pickle
import random
import signal
import struct
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

from ktnas.benchmarks import nasbench_graph
from ktnas.benchmarks.user_table import load_table
from ktnas.config.registry import SPACES
from ktnas.config.sweep_file import read_sweep
from ktnas.datasets.images import cifar
from ktnas.datasets.images.folder import read_folder
from ktnas.datasets.images.idx import FILES, read_idx
from ktnas.datasets.images.npz import read_npz
from ktnas.datasets.images.splits import LAST, without_last
from ktnas.errors import KtnasError
from ktnas.files.array_cache import DiskStore
from ktnas.files.safe_pickle import read_restricted_arrays, read_restricted_pickle
from ktnas.files.table_reader import read_columns
from ktnas.records.evaluations import read_evaluations
from ktnas.records.reader import read_directories
from ktnas.records.sweep_evaluations import EVALUATED, read_sweep_evaluations
from ktnas.records.sweep_log import read_records
from ktnas.records.trials import read_trials
from ktnas.report.comparison import compare
from ktnas.spaces.base import ListedSpace, SearchSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample

LIMIT_S = 20.0
"""Seconds after which a reader hangs: a thousand times what it takes, so that no busy machine is a finding."""

MESSAGE_LIMIT = 20_000
"""Characters of an error beyond which it is no message."""

TOKENS = (
    *(b"|", b"~", b"+", b"_", b"-", b"0", b"9", b"1" * 20, b",", b"\n", b"\r", b'"', b"\0", b"\xff", b"e308", b"nan"),
    *(
        b"inf",
        b"{",
        b"[",
        b"]",
        b"}",
        b":",
        b"null",
        b"true",
        b"1e999",
        b"'",
        b".",
        b"=",
        b"#",
        b"(",
        b")",
        b" ",
        b"\t",
    ),
    *(text.encode() for text in ("\u0661", "\u00b2", "\u2028", "\ud7ff", "\ufeff")),
    *(b"[" * 2_000, b"9" * 5_000, b"\xff" * 8, b"\0" * 8, struct.pack("<q", 1 << 40), struct.pack(">q", 1 << 40)),
)
"""Pieces that readers trip over."""


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        seeds: Whole inputs that it takes.
        read: Gives it an input, in a directory of its own, and asks of the result what it promises.
    """

    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[bytes, Path], object]


def attempt(target: Target, content: bytes, directory: Path) -> str:
    """What came of one input: ``"taken"`` or ``"refused"``.

    Raises:
        AssertionError: If a message is none, or a result does not hold what it promises.
        TimeoutError: If it hangs.
        BaseException: What else the reader lets out.
    """
    with _limited(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target.read(content, directory)
        except KtnasError as error:
            if len(str(error)) > MESSAGE_LIMIT:
                raise AssertionError(f"a message of {len(str(error)):,} characters") from error
            return "refused"
    return "taken"


@contextmanager
def _limited() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError(f"it hangs: no end after {LIMIT_S:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """Reads an input from a file of that name."""

    def reads(content: bytes, directory: Path) -> object:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return read(path)

    return reads


def _in(name: str, read: Callable[[Path], object], others: Mapping[str, bytes] | None = None) -> Callable[..., object]:
    """Reads a directory that holds an input as the file of that name, beside whole ones."""

    def reads(content: bytes, directory: Path) -> object:
        for other, whole in (others or {}).items():
            path = directory / other
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(whole)
        return _file(name, lambda _: read(directory))(content, directory)

    return reads


_CELL = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
_OTHER = f"|nor_conv_3x3~0{_CELL[7:]}"


def _tables() -> list[bytes]:
    plain = f"arch,a,b\n{_CELL},1,2\n{_OTHER},3,4\n".encode()
    rows = [{"arch": _CELL, "a": 1, "b": 2.5}, {"arch": _OTHER, "a": 3, "b": None}]
    tabbed = f'"arch"\t"a"\t"b"\r\n"{_CELL}"\t1\t2\r\n{_OTHER}\t3\t4\r\n'.encode()
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    columns = json.dumps({key: [row[key] for row in rows] for key in rows[0]}).encode()
    return [plain, tabbed, gzip.compress(plain), json.dumps(rows).encode(), lines, columns, *_parquet(rows)]


def _parquet(rows: Sequence[Mapping[str, object]]) -> list[bytes]:
    if importlib.util.find_spec("pyarrow") is None:
        return []
    import pyarrow as pa
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows)), buffer)
    return [buffer.getvalue()]


def _read_table(path: Path) -> None:
    load_table(path, NASBench201(), ("a", "b"))


def _read_codes(path: Path) -> None:
    benchmark = load_table(path, None, ("a",))
    for genotype in tuple(benchmark.space.genotypes)[:20] if isinstance(benchmark.space, ListedSpace) else ():
        if benchmark.space.parse(benchmark.space.format(genotype)) != genotype:
            raise AssertionError(f"{genotype} does not come back")


def _read_cells(path: Path) -> None:
    columns = read_columns(path)
    for name in columns.header:
        columns.text(name)


_TRIAL = {
    "task": "a",
    "evaluation": 1,
    "generation": 0,
    "architecture": "|none~0|",
    "genotype": [3, 0],
    "fitness": 84.5,
    "error": None,
    "cost_s": 1893.95,
    "metrics": {"a": 1.5},
    "repeat": False,
    "parents": [[1, 2]],
    "source_task": None,
}
_ANSWER = {"task": "a", "genotype": [1, 2], "fitness": 1.5, "error": None, "cost_s": 1.0, "metrics": {"epochs": 1}}
_EVALUATED = {
    "benchmark": "b",
    "data": "d",
    "space": "s",
    "task": "a",
    "coded": False,
    "seen": [[[1, 2], 0.5], [[0, 1], 1.5]],
}
_SWEEP = b"""\
budget = 50
seeds = 10
[[arms]]
method = "ktnas"
transfer = ["transfer-rank", "none"]
[[arms]]
method = "ktnas-paper"
fields = { migrants = [1, 4], "transfer.window" = 9 }
[[cases]]
tasks = ["cora", "pubmed"]
budget = 20
"""


def _lines(*records: object) -> list[bytes]:
    return ["".join(json.dumps(record) + "\n" for record in records).encode()]


def recorded() -> Path:
    """The run and the sweep of an earlier version, as tests keep them."""
    return Path(__file__).parents[1] / "tests" / "fixtures" / "before_the_move"


def _compare(directory: Path) -> None:
    compare(read_directories([directory]))


def _npz() -> list[bytes]:
    def packed(**arrays: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # a stub that knows no mapping
        return buffer.getvalue()

    def images(*shape: int) -> np.ndarray:
        return np.random.default_rng(0).integers(256, size=shape, dtype=np.uint8)

    labels = np.arange(6) % 2
    first = packed(train_images=images(6, 4, 4), train_labels=labels, val_images=images(6, 4, 4), val_labels=labels)
    hot = np.eye(6, 3, dtype=np.uint8)
    parts = {f"{part}_images": images(6, 4, 4, 3) for part in ("train", "val", "test")}
    return [first, packed(**parts, **{f"{part}_labels": hot for part in ("train", "val", "test")})]


def _idx() -> Mapping[str, bytes]:
    """More than are held out for validation, of one pixel each."""
    count = LAST + 12
    images = struct.pack(">4I", 0x803, count, 1, 1) + bytes(i % 251 for i in range(count))
    labels = struct.pack(">2I", 0x801, count) + bytes(i % 2 for i in range(count))
    return {name: images if "idx3" in name else labels for name in FILES}


def _cifar() -> bytes:
    rows = np.random.default_rng(0).integers(256, size=(4, 3072), dtype=np.uint8)
    return pickle.dumps({b"data": rows, b"labels": [0, 1, 2, 3]}, protocol=3)


def _read_cifar(directory: Path) -> None:
    """Few images are held out for validation: as many as are by rights would take 15 MB."""
    with mock.patch.object(cifar, "without_last", partial(without_last, count=2)):
        cifar.read_cifar10(directory)


_CIFAR_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


def _graph_records() -> list[bytes]:
    records = {i: {"valid_perf": 0.5, "perf": np.float64(0.25), "latency": 0.1, "para": 2} for i in range(3)}
    return [pickle.dumps(records, protocol=protocol) for protocol in (3, 4)]


def _arrays() -> list[bytes]:
    return [pickle.dumps({b"data": np.arange(12, dtype=np.uint8).reshape(3, 4)}, protocol=p) for p in (3, 4)]


def _pictures() -> list[bytes]:
    if importlib.util.find_spec("PIL") is None:
        return [b"\x89PNG\r\n\x1a\n"]
    from PIL import Image

    picture, found = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)), []
    for kind in ("PNG", "JPEG", "BMP", "GIF"):
        buffer = io.BytesIO()
        picture.save(buffer, kind)
        found.append(buffer.getvalue())
    return found


def _folder() -> dict[str, bytes]:
    return {f"{label}/{number}.png": _pictures()[0] for label in "xy" for number in range(3)}


def _cached() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        store = DiskStore(Path(folder))
        store.put("k", {"a": np.arange(12.0).reshape(3, 4), "b": np.zeros(3, np.int32)})
        return [next(Path(folder).glob("*.npz")).read_bytes()]


def _text(space: SearchSpace) -> Target:
    def seeds() -> list[bytes]:
        return [space.format(sample(space, np.random.default_rng(i))).encode() for i in range(8)]

    def read(content: bytes, _: Path) -> None:
        genotype = space.parse(content.decode("utf-8", "surrogateescape"))
        if not space.is_valid(genotype):
            raise AssertionError(f"{genotype} was parsed, and is none of the space")
        if space.normalize(space.parse(space.format(genotype))) != space.normalize(genotype):
            raise AssertionError(f"{genotype} does not come back")
        space.graph(space.normalize(genotype))

    return Target(seeds, read)


def _codes(content: bytes, _: Path) -> None:
    Categorical.from_codes(content.decode("utf-8", "replace").split("\n"))


def _run_file(name: str) -> Target:
    others = {path.name: path.read_bytes() for path in (recorded() / "run").iterdir() if path.suffix != ".png"}
    whole = others.pop(name)
    return Target(lambda: [whole], _in(name, _compare, others))


def targets() -> dict[str, Target]:
    """All readers, by name."""
    texts = {name: _text(space) for name, make in SPACES.items() if (space := make()) is not None}
    graph = _in("cora.bench", nasbench_graph.count)
    images = {name: content for name, content in _idx().items() if name != FILES[0]}
    labels = {name: content for name, content in _idx().items() if name != FILES[1]}
    batches = dict.fromkeys(_CIFAR_FILES[1:], _cifar())
    return {
        **{f"text of {name}": target for name, target in texts.items()},
        "codes": Target(
            lambda: [b"0123\n4321", b"1-2-3\n3-2-1", b"0.1.2\n1.1.1", b"a-b-c\nb-b-b", b"(1,[2,3])\n(2,[1,1])"], _codes
        ),
        "table": Target(_tables, _file("table", _read_table)),
        "table of codes": Target(
            lambda: [b"code,a\n0123,1\n1110,2\n", b"code;a\n1-20-3;1,5\n0-1-2;2\n"], _file("table", _read_codes)
        ),
        "cells": Target(_tables, _file("table", _read_cells)),
        "trials": Target(
            lambda: _lines(_TRIAL, {**_TRIAL, "fitness": None, "error": "no"}), _in("trials.jsonl", read_trials)
        ),
        "answers": Target(lambda: _lines(_ANSWER), _in("answers.jsonl", read_evaluations)),
        "runs of a sweep": Target(
            lambda: [(recorded() / "sweep" / "runs.jsonl").read_bytes()], _file("runs.jsonl", read_records)
        ),
        "sweep compared": Target(
            lambda: [(recorded() / "sweep" / "runs.jsonl").read_bytes()], _in("runs.jsonl", _compare)
        ),
        "evaluations of a sweep": Target(
            lambda: _lines(_EVALUATED, {**_EVALUATED, "data": None}), _in(EVALUATED, read_sweep_evaluations)
        ),
        **{f"`{name}` compared": _run_file(name) for name in ("config.json", "summary.json", "trials.jsonl")},
        "sweep file": Target(lambda: [_SWEEP], _file("sweep.toml", read_sweep)),
        "pickle": Target(_graph_records, _file("p", read_restricted_pickle)),
        "pickle of arrays": Target(_arrays, _file("p", lambda path: read_restricted_arrays(path, 1 << 20))),
        "nas-bench-graph": Target(_graph_records, graph),
        "npz": Target(_npz, _file("images.npz", read_npz)),
        "idx images": Target(lambda: [_idx()[FILES[0]]], _in(FILES[0], lambda folder: read_idx(folder, "d"), images)),
        "idx labels": Target(lambda: [_idx()[FILES[1]]], _in(FILES[1], lambda folder: read_idx(folder, "d"), labels)),
        "cifar": Target(lambda: [_cifar()], _in(_CIFAR_FILES[0], _read_cifar, batches)),
        "folder of images": Target(_pictures, _in("x/1.png", read_folder, _folder())),
        "cache": Target(_cached, _file("k.npz", lambda path: DiskStore(path.parent).get("k"))),
        **_of_torch(),
    }


def _of_torch() -> dict[str, Target]:
    if importlib.util.find_spec("torch") is None:
        return {}
    import torch
    from torch import nn

    from ktnas.training.engine.checkpoint import Changing, Checkpoint, Reached
    from ktnas.training.engine.on_device import Normalization
    from ktnas.training.engine.seeding import seeded
    from ktnas.training.engine.weights import Origin, load, save

    origin = Origin("s", "a", "t", "1", "r", Normalization((1.0,), (2.0,)))

    def network() -> nn.Module:
        return seeded(lambda: nn.Linear(3, 2), 0)

    def whole() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            save(Path(folder, "w"), network(), origin)
            return [Path(folder, "w").read_bytes()]

    def changing() -> Changing:
        return Changing(network(), (), {}, torch.device("cpu"))

    def kept() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            Checkpoint(Path(folder, "c"), "t").save(Reached(1, 2.0), changing())
            return [Path(folder, "c").read_bytes()]

    def restore(path: Path) -> None:
        with redirect_stderr(io.StringIO()):  # it says why it is none
            Checkpoint(path, "t").restore(changing(), 3)

    return {
        "weights": Target(whole, _file("w", lambda path: load(path, network(), origin))),
        "checkpoint": Target(kept, _file("c", restore)),
    }


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The content with a few changes."""
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(found) + 1)
        kind, length = rng.randrange(6), rng.choice((1, 2, 8, 40))
        if kind == 0 and at < len(found):
            found[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            found[at:at] = rng.choice(TOKENS)
        elif kind == 2:
            del found[at : at + length]
        elif kind == 3:
            found[at:at] = found[at : at + length] * rng.choice((1, 2, 50))
        elif kind == 4:
            token = rng.choice(TOKENS)
            found[at : at + len(token)] = token
        else:
            del found[at:]
    return bytes(found)
