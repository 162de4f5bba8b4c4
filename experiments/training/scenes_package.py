"""Make the table that ships with the package, of the trainings of `scenes_table`.

    python -m experiments.training.scenes_package            # seconds: the files in ktnas/benchmarks/tables
    python -m experiments.training.scenes_package --check    # writes nothing; fails where they are not up to date

A network is listed once all its tasks are measured. A metric of the table is the mean of `REPLICAS` trainings, of the
seeds 0, 1, ...; networks with further trainings have further columns ``__seed1``, ``__seed2`` of the same kind, from
which the noise is told. Networks of which a training failed have no fitness on that task.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.machinery import harness
from experiments.machinery.harness import RESULTS
from experiments.machinery.scenes_lines import COLUMNS
from experiments.machinery.scenes_networks import SPACE, Network, in_order
from experiments.machinery.scenes_rows import MARK
from experiments.machinery.scenes_training import digest
from experiments.training.scenes_settings import BY_LOSS, RECIPE, REPLICAS, VERSION
from ktnas.benchmarks.scenes import SHEET, TABLE, TASKS, metric_name
from ktnas.errors import DataError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import complete_lines

DIGITS = 7
LICENCE = "CC BY 4.0"
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Trainings:
    """The lines of the file of `scenes_table`.

    Attributes:
        lines: By network, task and seed; values by column.
        machines: Where they were measured, and how many lines on each.
    """

    lines: Mapping[tuple[str, str, int], Mapping[str, str]]
    machines: Mapping[str, int]


def read(path: Path) -> Trainings:
    """The trainings in a file, as far as it has come.

    Raises:
        DataError: If it is another kind of file, or of another recipe than `scenes_settings.RECIPE`.
    """
    complete, _ = complete_lines(path.read_bytes())
    told = [json.loads(line[len(MARK) :]) for line in complete if line.startswith(MARK)]
    if not told or told[0].get("recipe") != digest(RECIPE):
        raise DataError(f"{path}: not of the recipe {digest(RECIPE)}; `scenes_table --renew` brings it up to that")
    values = [line.decode().split(",") for line in complete if not line.startswith(MARK)][1:]
    named = [dict(zip(COLUMNS, row, strict=True)) for row in values]
    machines: dict[str, int] = defaultdict(int)
    for line in named:
        machine = told[1 + int(line["machine"])]["machine"]
        machines[f"{machine['on']}, torch {machine['torch']}"] += 1
    return Trainings({(line["network"], line["task"], int(line["seed"])): line for line in named}, machines)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table says of a network on a task: the mean of some trainings.

    Attributes:
        validation: Higher is better; None where a training failed.
        test: The same on the test part.
        seconds: Of all its trainings together, CPU.
    """

    validation: float | None
    test: float | None
    seconds: float


def entries(found: Trainings, network: str, task: str) -> list[Entry]:
    """The entries of a network on a task: the first is the table's, further ones tell the noise."""
    result: list[Entry] = []
    while True:
        first = len(result) * REPLICAS
        lines = [found.lines.get((network, task, seed)) for seed in range(first, first + REPLICAS)]
        if any(line is None for line in lines):
            return result
        result.append(_entry([line for line in lines if line is not None], by_loss=task in BY_LOSS))


def _entry(lines: Sequence[Mapping[str, str]], *, by_loss: bool) -> Entry:
    names, sign = (("loss", "test_loss"), -1.0) if by_loss else (("validation", "test"), 1.0)
    seconds = sum(float(line["seconds"]) for line in lines)
    if any(not line[name] for line in lines for name in names):
        return Entry(None, None, seconds)
    validation, test = (sign * float(np.mean([float(line[name]) for line in lines])) for name in names)
    return Entry(validation, test, seconds)


def complete(found: Trainings) -> list[Network]:
    """The networks of which every task has an entry, in the order in which they are measured."""
    return [network for network in in_order() if all(entries(found, network.code, task) for task in TASKS)]


def table(found: Trainings) -> str:
    """The table as comma-separated values."""
    networks = complete(found)
    every = {(n.code, task): entries(found, n.code, task) for n in networks for task in TASKS}
    most = max(map(len, every.values()))
    header = ["arch_str", "codes"]
    for task in TASKS:
        name = metric_name(task)
        header += [f"{task}__{key}" for key in (f"valid_{name}", f"test_{name}", "seconds", "params_M", "flops_M")]
        header += [f"{task}__valid_{name}__seed{i}" for i in range(1, most)]
    lines = [",".join(header)]
    for network in networks:
        row = [SPACE.format(network.genotype), " ".join(network.codes)]
        for task in TASKS:
            first, *further = every[network.code, task]
            sizes = [_size(found, network.code, task, key) for key in ("parameters", "flops")]
            row += [_number(first.validation), _number(first.test), f"{first.seconds:.1f}", *map(_number, sizes)]
            row += [_number(entry.validation) for entry in further] + [""] * (most - 1 - len(further))
        lines.append(",".join(row))
    return "\n".join(lines) + "\n"


def _size(found: Trainings, network: str, task: str, key: str) -> float | None:
    """In millions; a training that failed does not tell it."""
    told = (int(line[key]) for (code, name, _), line in found.lines.items() if (code, name) == (network, task))
    return next((size / MILLION for size in told if size), None)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}g}"


def packed(text: str) -> bytes:
    """The table as it ships: the same bytes for the same text, whenever it is made."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def sheet(found: Trainings, content: bytes) -> str:
    """The sheet beside the table."""
    networks = complete(found)
    told = {
        "name": "scenes",
        "version": VERSION,
        "recipe": digest(RECIPE),
        "networks": len(networks),
        "codes": sum(len(network.codes) for network in networks),
        "replicas": REPLICAS,
        "trainings": len(found.lines),
        "cpu_hours": round(sum(float(line["seconds"]) for line in found.lines.values()) / 3600, 1),
        "machines": dict(found.machines),
        "licence": LICENCE,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps(told, indent=2, sort_keys=True) + "\n"


def files(source: Path) -> dict[Path, bytes]:
    """What ships, by its place."""
    found = read(source)
    content = packed(table(found))
    return {TABLE: content, SHEET: sheet(found, content).encode()}


def main() -> None:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=RESULTS / "scenes_table.csv", help="(default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    given = parser.parse_args()
    made = files(given.source)
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    if given.check:
        raise SystemExit(f"not up to date: {', '.join(map(str, stale))}" if stale else 0)
    for path, content in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    told = json.loads(made[SHEET])
    sys.stdout.write(
        f"{told['networks']} networks, {told['codes']} codes, {len(made[TABLE]):,} bytes; "
        f"{'written' if stale else 'unchanged'}\n"
    )


if __name__ == "__main__":
    harness.start(main)
