"""How long an import takes and how much memory it needs, on a made file of the size asked for.

    python benchmarks/importing.py [--megabytes 400] [--form torch|bz2|records]
    python benchmarks/importing.py --directory NATS-tss-v1_0-3ffb9-simple     # milliseconds per file of a real one

The file holds made-up numbers in the official form of NAS-Bench-201 (``torch``: one pickle of torch's older form, with
the training histories of three seeds of each cell; ``bz2``: the same, packed, as NATS-Bench packs it) or of
NAS-Bench-101 (``records``). It is written to a temporary directory and removed.
"""

from __future__ import annotations

import argparse
import base64
import bz2
import json
import pickle
import resource
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import BinaryIO

from ktnas.benchmarks.importers import archives
from ktnas.files.packed_source import machine_of, unpacked
from ktnas.files.records import masked_crc32c
from ktnas.spaces.base import genotypes
from ktnas.spaces.nasbench201 import NASBench201

PARTS = {
    "cifar10-valid": ("x-valid", "ori-test"),
    "cifar10": ("ori-test",),
    "cifar100": ("ori-test", "x-valid", "x-test"),
    "ImageNet16-120": ("ori-test", "x-valid", "x-test"),
}
MAGIC = 0x1950A86A20F9469CFC6C


def trial(index: int, dataset: str, epochs: int) -> dict[str, object]:
    """A training with its whole history, as upstream keeps it."""
    every = {f"{part}@{epoch}": 10.0 + index % 70 + epoch / 300 for part in PARTS[dataset] for epoch in range(epochs)}
    history = {epoch: 50.0 + index % 40 + epoch / 7 for epoch in range(epochs)}
    return {
        "name": dataset,
        "train_acc1es": dict(history),
        "train_acc5es": dict(history),
        "train_losses": dict(history),
        "train_times": dict(history),
        "params": 0.25 + index,
        "flop": 12.5 + index,
        "epochs": epochs,
        "latency": [0.0125],
        "eval_names": list(PARTS[dataset]),
        "eval_acc1es": every,
        "eval_times": dict(every),
        "eval_losses": dict(every),
        "net_state_dict": None,
    }


def cell(index: int, text: str, schedules: dict[str, int]) -> bytes:
    """A cell's results as a pickle, without its head and its end."""
    found = {
        key: {
            "arch_index": index,
            "arch_str": text,
            "all_results": {(d, seed): trial(index, d, epochs) for d in PARTS for seed in (777, 888, 999)},
        }
        for key, epochs in schedules.items()
    }
    return pickle.dumps(found, 2)[2:-1]


def text_of(text: str) -> bytes:
    """A text as pickles hold it."""
    return b"X" + len(text).to_bytes(4, "little") + text.encode()


def write_archive(file: BinaryIO, megabytes: int, schedules: dict[str, int]) -> int:
    """Cells in batches of a thousand, as Python writes them, until there are so many megabytes; how many cells."""
    texts = [NASBench201().format(genotype) for genotype in genotypes(NASBench201())]
    file.write(b"\x80\x02}(" + text_of("meta_archs") + pickle.dumps(texts, 2)[2:-1] + text_of("arch2infos") + b"}")
    written = count = 0
    while written < megabytes << 20 and count < len(texts):
        if count % 1000 == 0:
            file.write(b"u(" if count else b"(")
        content = b"M" + count.to_bytes(2, "little") + cell(count, texts[count], schedules)
        file.write(content)
        written += len(content)
        count += 1
    file.write(b"uu.")
    return count


def write_records(file: BinaryIO, megabytes: int) -> int:
    """Three trainings at four lengths of small cells, of which most hashes differ; how many records."""

    def double(number: int, value: float) -> bytes:
        return bytes([number << 3 | 1]) + struct.pack("<d", value)

    written = count = 0
    while written < megabytes << 20:
        inner = double(1, 108.0) + double(2, 1_000.0 + count % 7) + double(3, 0.9) + double(4, 0.8) + double(5, 0.7)
        message = 3 * (b"\x0a" + bytes([len(inner)]) + inner) + b"\x10\xe8\x07" + double(3, 1.0)
        name = f"{count // 12 + 1:032x}"
        row = [name, (4, 12, 36, 108)[count % 4], "0100", "input,output", base64.b64encode(message).decode()]
        content = json.dumps(row).encode()
        head = struct.pack("<Q", len(content))
        file.write(head + struct.pack("<I", masked_crc32c(head)) + content + bytes(4))
        written += len(content) + 16
        count += 1
    return count


def make(path: Path, form: str, megabytes: int) -> int:
    """Write the file; how many architectures or records it holds."""
    if form == "records":
        with path.open("wb") as file:
            return write_records(file, megabytes)
    if form == "bz2":
        with bz2.open(path, "wb", compresslevel=1) as packed:
            return write_archive(packed, megabytes, {"12": 12, "200": 200})  # type: ignore[arg-type]
    with path.open("wb") as file:
        file.write(b"".join(pickle.dumps(value, 2) for value in (MAGIC, 1001, {"little_endian": True})))
        return write_archive(file, megabytes, {"less": 12, "full": 200})


CHILD = """
import resource, sys
from pathlib import Path
from ktnas.benchmarks.importers.base import ImportJob
from ktnas.benchmarks.importers.probe import look
from ktnas.benchmarks.importers.registry import importer_of
from ktnas.files.journal import WorkJournal
from ktnas.files.packed_source import sha256_of
source, work = map(Path, sys.argv[1:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sha256_of(source)
chosen = importer_of(look(source), None)
journal = WorkJournal(work, {})
chosen.read(ImportJob(source, journal, lambda *_: None))
chosen.make(journal)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(before // 1024, after // 1024)
"""
"""All of an import but that the table is not written: the made cells of ``records`` are all alike."""


def per_file(directory: Path, repeats: int = 10) -> str:
    """How long a file of one architecture takes, unpacked and read: the median of some rounds over those there are."""
    files = [path for path in archives.files_of(directory) if path.name != archives.META]
    rounds = []
    for _ in range(repeats):
        began = process_time()
        for path in files:
            with unpacked(path) as source:
                machine_of(source).load()
        rounds.append((process_time() - began) / len(files))
    return f"{directory.name}: {len(files)} files, {1000 * median(rounds):.0f} ms of CPU time each ({repeats} rounds)"


def main() -> None:
    """Make the file, read it in a process of its own, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--form", choices=("torch", "bz2", "records"), default="torch")
    parser.add_argument("--directory", type=Path)
    options = parser.parse_args()
    if options.directory is not None:
        print(per_file(options.directory))
        return
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "made"
        count = make(source, options.form, options.megabytes)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(source), str(Path(directory) / "work")],
            check=True,
            capture_output=True,
            text=True,
        )
        elapsed, used = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        start, peak = map(int, done.stdout.split())
        size = source.stat().st_size >> 20
        print(
            f"{options.form}: {size:,} MiB ({options.megabytes:,} MiB unpacked), {count:,} entries: "
            f"{seconds:.1f} s of CPU time ({elapsed:.1f} s), peak {peak:,} MiB of memory ({start:,} MiB before)"
        )


if __name__ == "__main__":
    main()
