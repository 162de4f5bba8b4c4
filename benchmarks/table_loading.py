"""Time to read NAS-Bench-201 and to look one architecture up, beside other ways to read the same file.

    python benchmarks/table_loading.py [--data DIR] [--repeats N]

Prints the median of N runs in this process, and each peer's time as a multiple of ours. Peers read the file
only; ours also parses 15,625 architectures and builds the benchmark.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from ktnas.benchmarks import nasbench201, nasbench_graph
from ktnas.files.search_path import require

LOOKUPS = 100_000


def seconds(action: Callable[[], object], repeats: int) -> float:
    """Median seconds of one call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return median(times)


def read_dict_rows(path: Path) -> list[dict[str, str]]:
    """The standard library's usual way: one dictionary per row."""
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    path = require(nasbench201.FILENAME, nasbench201.HINT, arguments.data)

    ours = seconds(lambda: nasbench201.load(arguments.data), arguments.repeats)
    print(f"{'nasbench201.load':34} {ours:8.3f} s")
    peers = {"csv.DictReader, text only": lambda: read_dict_rows(path)}
    try:
        import pandas as pd
    except ImportError:
        print("pandas is not installed: left out")
    else:
        peers["pandas.read_csv"] = lambda: pd.read_csv(path, dtype={"code": str})
    for name, read in peers.items():
        peer = seconds(read, arguments.repeats)
        print(f"{name:34} {peer:8.3f} s   {peer / ours:5.2f} x ours")
    graph = seconds(lambda: nasbench_graph.load(nasbench_graph.TASKS[:2]), arguments.repeats)
    print(f"{'nasbench_graph.load, two tasks':34} {graph:8.3f} s")

    benchmark = nasbench201.load(arguments.data)
    chosen = np.random.default_rng(0).integers(len(benchmark.genotypes), size=LOOKUPS).tolist()
    genotypes = [benchmark.genotypes[i] for i in chosen]
    lookup = seconds(lambda: [benchmark.evaluate("cifar10", genotype) for genotype in genotypes], arguments.repeats)
    print(f"{'evaluate, one lookup':34} {lookup / LOOKUPS * 1e6:8.2f} us")
    report = seconds(
        lambda: [benchmark.report("cifar10", genotype) for genotype in genotypes[:10_000]], arguments.repeats
    )
    print(f"{'report, one lookup':34} {report / 10_000 * 1e6:8.2f} us")


if __name__ == "__main__":
    main()
