"""The commands that are injured, what they record, and how two records are compared."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

VOLATILE = frozenset({"cost_s", "seconds", "wall_s", "cpu_s", "check", "checksum"})
"""What differs between any two runs: the time they took, and checksums over it."""


@dataclass(frozen=True, slots=True)
class Victim:
    """A command of ours.

    Attributes:
        name: In the table: "run on a table", ...
        arguments: Without ``--out``.
        ordered: Records whose lines stand in one order.
        unordered: Records whose lines come as processes end.
        arrived: Records of evaluations as they arrive, which `ordered` holds in the end: no result by themselves.
        whole: Results that are written once, as JSON.
        files: What it needs, by name, beside the directories that it writes.
        torch: Whether it trains.
        checkpoint: Pattern of the file that is replaced after each epoch; empty if there is none.
        epochs: How often it is.
    """

    name: str
    arguments: tuple[str, ...]
    ordered: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    arrived: tuple[str, ...] = ()
    whole: tuple[str, ...] = ("summary.json",)
    files: Mapping[str, str] = field(default_factory=dict, hash=False)
    torch: bool = False
    checkpoint: str = ""
    epochs: int = 0

    @property
    def needs(self) -> tuple[str, ...]:
        """As `Fault.needs`."""
        return ("torch",) if self.torch else ()

    def command(self, directory: Path) -> list[str]:
        """Its command line, in a directory beside its files."""
        beside = [str(directory.parent / word) if word in self.files else word for word in self.arguments]
        return [sys.executable, "-m", "ktnas", *beside, "--quiet", "--out", str(directory)]

    def prepare(self, directory: Path) -> None:
        """Put its files beside a directory."""
        for name, content in self.files.items():
            (directory.parent / name).write_text(content)

    def evaluations(self, directory: Path) -> Counter[str]:
        """What is on record, each evaluation without what took time."""
        return Counter(line for name in self._records for line in lines(directory / name, name))

    def results(self, directory: Path) -> dict[str, object]:
        """All that a run comes to, by file, without what took time."""
        found: dict[str, object] = {name: lines(directory / name) for name in self.ordered}
        found |= {name: sorted(lines(directory / name)) for name in self.unordered}
        for name in self.whole:
            try:
                found[name] = _steady(json.loads((directory / name).read_text()))
            except (OSError, ValueError):
                found[name] = None
        return found

    @property
    def _records(self) -> tuple[str, ...]:
        return (*self.ordered, *self.unordered, *self.arrived)

    def recorded(self, directory: Path) -> int:
        """How many lines its records hold."""
        return sum(_count(directory / name) for name in self._records)

    def kept(self, directory: Path) -> object:
        """Something that is another one after each epoch; None before the first."""
        found = [path.stat() for path in directory.glob(self.checkpoint)] if self.checkpoint else []
        return found[0].st_mtime_ns if found else None


def _count(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0


def lines(path: Path, prefix: str = "") -> list[str]:
    """The whole lines of a record, without what took time; those that are damaged as they are."""
    try:
        content = path.read_bytes()
    except OSError:
        return []
    return [prefix + _line(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]


def _line(line: bytes) -> str:
    try:
        return json.dumps(_steady(json.loads(line)), sort_keys=True)
    except ValueError:
        return repr(line)


def _steady(value: object) -> object:
    if isinstance(value, dict):
        return {key: _steady(part) for key, part in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_steady(part) for part in value]
    return value


_EVOLVED = ("--tasks", "cora,pubmed", "--method", "regularized-evolution")

TABLES = Victim("a run on tables", ("run", *_EVOLVED, "--budget", "150"), ("trials.jsonl",))

REPEATS = Victim(
    "repeats",
    ("run", *_EVOLVED, "--budget", "80", "--repeats", "3", "--jobs", "2"),
    tuple(f"seed-{seed}/trials.jsonl" for seed in range(3)),
)

_SWEEP = """\
budget = 60
seeds = 3
[[arms]]
method = "random-search"
[[arms]]
method = "regularized-evolution"
[[cases]]
tasks = ["cora", "pubmed"]
"""

SWEEP = Victim(
    "a sweep", ("sweep", "sweep.toml", "--jobs", "2"), unordered=("runs.jsonl",), whole=(), files={"sweep.toml": _SWEEP}
)

_SMALL = ("--images", "32", "--resolution", "16", "--channels", "4", "--batch-size", "16", "--device", "cpu")

LIVE = Victim(
    "live training",
    (
        *("run", "--fitness", "train", "--tasks", "normal", "--method", "random-search", "--budget", "4"),
        *("--epochs", "1", "--workers", "1", "--keep-weights", *_SMALL),
    ),
    ("trials.jsonl",),
    arrived=("answers.jsonl",),
    torch=True,
)

SUPERNET = Victim(
    "the training of a supernet",
    (
        *("run", "--fitness", "supernet", "--space", "nasbench201", "--tasks", "class_object"),
        *("--method", "random-search", "--budget", "3", "--epochs", "6", *_SMALL),
    ),
    ("trials.jsonl",),
    arrived=("answers.jsonl",),
    torch=True,
    checkpoint="supernets/*.checkpoint",
    epochs=5,
)

TRAIN = Victim(
    "`ktnas train`",
    ("train", "64-41414-1_02_333", "--dataset", "class_object", "--epochs", "6", *_SMALL),
    whole=("training.json",),
    torch=True,
    checkpoint="training.checkpoint",
    epochs=5,
)

_COLUMNS = [
    f"{a}{b}{c},{50 + 7 * a + 3 * b * c + 0.25 * c},{60 - 5 * a + 2 * b - c}"
    for a in range(4)
    for b in range(4)
    for c in range(4)
]

OWN_TABLE = Victim(
    "a table of one's own",
    (
        *("run", "--table", "own.csv", "--space", "categorical", "--arch-column", "code"),
        *("--tasks", "first,second"),
        *("--method", "regularized-evolution", "--budget", "40"),
    ),
    ("trials.jsonl",),
    files={"own.csv": "\n".join(["code,first,second", *_COLUMNS]) + "\n"},
)

VICTIMS = (TABLES, REPEATS, SWEEP, LIVE, SUPERNET, TRAIN)
"""What signals are sent to."""
