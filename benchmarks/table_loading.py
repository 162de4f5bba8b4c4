"""Time to read NAS-Bench-201 and to look one architecture up, beside other ways to read the same file; NAS-Bench-101.

    python benchmarks/table_loading.py [--data DIR] [--repeats N]

Prints the median of N runs in this process, and each peer's time as a multiple of ours. Peers read the file
only; ours also parses 15,625 architectures and builds the benchmark.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from ktnas.benchmarks import nasbench101, nasbench201, nasbench_graph
from ktnas.files.search_path import find, require

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
    large_table(arguments.data, arguments.repeats)


def large_table(data: Path | None, repeats: int) -> None:
    """NAS-Bench-101, where it is: reading, CPU seconds of it, memory that it takes, and one lookup."""
    if find(nasbench101.FILENAME, data) is None:
        print(f"{nasbench101.FILENAME} is not on the data search path: left out")
        return
    before, began = peak_mb(), time.process_time()
    benchmark = nasbench101.load(data)
    spent, grown = time.process_time() - began, peak_mb() - before
    print(f"{'nasbench101.load, 423,624 cells':34} {seconds(lambda: nasbench101.load(data), repeats):8.3f} s")
    print(f"{'the first time, CPU':34} {spent:8.3f} s, {grown:.0f} MB more than before at the peak")
    genotypes = list(benchmark.genotypes[:: len(benchmark.genotypes) // 10_000])
    lookup = seconds(lambda: [benchmark.evaluate("cifar10", genotype) for genotype in genotypes], repeats)
    print(f"{'evaluate, one lookup in it':34} {lookup / len(genotypes) * 1e6:8.2f} us")


def peak_mb() -> float:
    """Most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
