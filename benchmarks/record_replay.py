"""What a record saves: a run shown again, and one that goes on, against the search itself.

``python benchmarks/record_replay.py`` runs ``ktnas run`` as a whole process on three tasks of NAS-Bench-201 (of
NAS-Bench-Graph where its table is not found), gives the same command again, takes half of the trials away and gives it
once more. CPU seconds, medians over seeds; all three must leave the same trials to the byte.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from ktnas.files import search_path as data
from ktnas.records.run_directory import SUMMARY
from ktnas.records.trials import TRIALS


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="seeds (default: 3)")
    parser.add_argument("--budget", type=int, default=150, help="evaluations per task (default: 150)")
    given = parser.parse_args()
    tasks = "cifar10,cifar100,imagenet16" if data.find("nasbench201.csv.gz") else "cora,citeseer,pubmed"
    command = [sys.executable, "-m", "ktnas", "run", "--tasks", tasks, "--budget", str(given.budget), "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        seconds(command, Path(folder, "warm"), 0)  # fills the cache of embeddings
        measured = [in_turn(command, Path(folder, str(seed)), seed) for seed in range(given.runs)]
    searched, shown, gone_on = (statistics.median(column) for column in zip(*measured, strict=True))
    print(f"| `ktnas run --tasks {tasks} --budget {given.budget}`, {given.runs} seeds | CPU s | against the search |")
    print("|---|---|---|")
    print(f"| searched | {searched:.2f} | 1 |")
    print(f"| shown from its record | {shown:.2f} | {shown / searched:.2f} |")
    print(f"| gone on with, half of the trials on record | {gone_on:.2f} | {gone_on / searched:.2f} |")


def in_turn(command: list[str], path: Path, seed: int) -> tuple[float, float, float]:
    """CPU seconds of the search, of showing it, and of going on with half of it."""
    searched = seconds(command, path, seed)
    trials = (path / TRIALS).read_bytes()
    shown = seconds(command, path, seed)
    (path / SUMMARY).unlink()
    lines = trials.splitlines(keepends=True)
    (path / TRIALS).write_bytes(b"".join(lines[: len(lines) // 2]))
    gone_on = seconds(command, path, seed)
    if (path / TRIALS).read_bytes() != trials:
        raise SystemExit(f"seed {seed} came to other trials")
    return searched, shown, gone_on


def seconds(command: list[str], path: Path, seed: int) -> float:
    """CPU seconds of a run in a directory."""
    child = subprocess.Popen([*command, "--seed", str(seed), "--out", str(path)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
