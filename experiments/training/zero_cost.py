"""What zero-cost proxies know of NAS-Bench-201 and of TransNAS-Bench-101's micro space.

    python -m experiments.training.zero_cost            # an hour on one core with nothing in the cache
    python -m experiments.training.zero_cost --smoke    # seconds, on tiny networks

Rank correlations of each proxy with the tables. synflow, parameters and FLOPs score every cell of NAS-Bench-201 and a
sample of TransNAS cells; the proxies that read images score a random sample of cells, another one with each seed, on
images of CIFAR-10 and on noise. Scores are kept in the user's cache directory, so a second run takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import process_time

import numpy as np
from scipy.stats import kendalltau, spearmanr

from experiments.machinery import harness, publishing
from experiments.machinery.harness import Options
from experiments.machinery.tables import MICRO, NASBENCH201, opened
from ktnas.benchmarks.table import TableBenchmark
from ktnas.datasets.images.registry import find
from ktnas.files.array_cache import DiskStore
from ktnas.files.search_path import cache_directory
from ktnas.problem.proxy import Parameters, Proxy
from ktnas.report.markdown import Value, markdown_table
from ktnas.rng import Streams
from ktnas.training.networks import Size
from ktnas.training.zero_cost.base import Score
from ktnas.training.zero_cost.flops import Flops
from ktnas.training.zero_cost.grasp import Grasp
from ktnas.training.zero_cost.inputs import Inputs, Noise, Sampled
from ktnas.training.zero_cost.jacob_cov import JacobCov
from ktnas.training.zero_cost.naswot import Naswot
from ktnas.training.zero_cost.proxy import ZeroCost
from ktnas.training.zero_cost.snip import Snip
from ktnas.training.zero_cost.synflow import Synflow
from ktnas.typing import FloatArray, Genotype

IMAGES = "cifar10_lossless5k"
TEST = "test_accuracy"
"""What the table of NAS-Bench-201 calls accuracy on the test images."""

STRUCTURAL: tuple[Score, ...] = (Synflow(), Flops())
READING: tuple[Score, ...] = (Naswot(), JacobCov(), Snip(), Grasp())

PUBLISHED: Mapping[str, tuple[float, float, float]] = {
    "synflow": (0.737, 0.763, 0.751),
    "jacob_cov": (0.731, 0.704, 0.701),
    "snip": (0.596, 0.637, 0.578),
    "grasp": (0.514, 0.547, 0.549),
}
"""Magnitude of Spearman's rho over all cells in the notebook behind table 1 of Abdelfattah et al., ICLR 2021.

With test accuracy after 200 epochs; on CIFAR-10 of networks trained on half of the training images, as those are whose
validation accuracy the table has.
"""

EXPLANATION = """\
Spearman's rho / Kendall's tau with the validation fitness of the table (NAS-Bench-201: accuracy after 200 epochs),
means over draws of cells [least, greatest rho]; *test*: rho with test accuracy; *best*: rank of the table's best
cell by the proxy; *published*: rho in the notebook of Abdelfattah et al., ICLR 2021, over all cells, not ours.
Networks as in the benchmark (16 channels, 5 cells per stage, 32 x 32 pixels) with weights of one seed; TransNAS: 16
channels, 64 x 64 pixels. The images are for all three tasks of NAS-Bench-201 those of CIFAR-10 (3,500, exact).
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is scored.

    Attributes:
        size: How large networks are.
        pixels: Height and width of images, for NAS-Bench-201; twice as much for TransNAS.
        batch: Images per batch.
        sample: Cells per draw, for proxies that read images.
        micro: Cells of TransNAS, for proxies that read none.
        every: Of the cells of NAS-Bench-201, the first of so many.
    """

    size: Size
    pixels: int
    batch: int
    sample: int
    micro: int
    every: int


FULL = Scale(Size(), pixels=32, batch=64, sample=100, micro=400, every=1)
SMOKE = Scale(Size(channels=2, cells=1), pixels=16, batch=8, sample=8, micro=8, every=1000)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a proxy's order of cells agrees with a table's, on one draw of cells.

    Attributes:
        benchmark: The benchmark.
        task: The task.
        proxy: The proxy.
        shown: What it was shown.
        draw: Number of the draw.
        cells: Number of cells.
        spearman: Spearman's rho with validation fitness.
        kendall: Kendall's tau with it.
        test: Spearman's rho with test accuracy; None where the table has none.
        best_rank: Rank of the table's best cell by the proxy; None where only a sample was scored.
    """

    benchmark: str
    task: str
    proxy: str
    shown: str
    draw: int
    cells: int
    spearman: float
    kendall: float
    test: float | None
    best_rank: int | None

    def row(self) -> dict[str, Value]:
        """As a row of the CSV file."""
        return {name: getattr(self, name) for name in self.__slots__}


def agreements(
    benchmark: TableBenchmark, proxy: Proxy, rows: Sequence[int], shown: str, draw: int
) -> Iterator[Agreement]:
    """A proxy on every task, for the cells in those rows."""
    drawn: tuple[Genotype, ...] = tuple(benchmark.genotypes[row] for row in rows)
    for record in benchmark.records:
        found = proxy.scores(benchmark.space, record.task.name, drawn)
        scores = np.where(np.isfinite(found), found, found[np.isfinite(found)].min() - 1)  # the last, and equal
        fitness, chosen = record.fitness[list(rows)], list(rows)
        test = record.metrics.get(TEST)
        complete = len(rows) == len(benchmark.genotypes)
        yield Agreement(
            benchmark=benchmark.name,
            task=record.task.name,
            proxy=proxy.name,
            shown=shown,
            draw=draw,
            cells=len(rows),
            spearman=float(spearmanr(scores, fitness).statistic),
            kendall=float(kendalltau(scores, fitness).statistic),
            test=None if test is None else float(spearmanr(scores, test[chosen]).statistic),
            best_rank=_rank(scores, fitness) if complete else None,
        )


def _rank(scores: FloatArray, fitness: FloatArray) -> int:
    """1 + the number of cells that score strictly better than the one of the best fitness."""
    return 1 + int((scores > scores[int(np.nanargmax(fitness))]).sum())


def drawn_rows(benchmark: TableBenchmark, count: int, seed: int) -> list[int]:
    """Rows of a random sample of cells."""
    order = Streams(seed).rng("zero-cost", benchmark.name).permutation(len(benchmark.genotypes))
    return sorted(order[:count].tolist())


def batches(benchmark: TableBenchmark, scale: Scale, *, smoke: bool) -> dict[str, Inputs]:
    """What proxies that read images are shown: noise, and unless in a smoke run images of CIFAR-10 for every task."""
    noise = Noise(shape=(scale.pixels, scale.pixels, 3), images=scale.batch)
    if smoke:
        return {"noise": noise}
    images = find(IMAGES)
    every = tuple(replace(images, name=task.name) for task in benchmark.tasks)
    return {"CIFAR-10": Sampled(every, scale.batch), "noise": noise}


def measured(opts: Options, scale: Scale) -> Iterator[Agreement]:
    """All agreements."""
    store = DiskStore(cache_directory() / "proxies")
    cells, micro = opened(NASBENCH201), opened(MICRO)
    some = range(0, len(cells.genotypes), scale.every)
    yield from agreements(cells, Parameters(), some, "-", 0)
    for score in STRUCTURAL:
        noise = Noise(shape=(scale.pixels, scale.pixels, 3))
        yield from agreements(cells, ZeroCost(score, noise, scale.size, store=store), some, "-", 0)
    for shown, inputs in batches(cells, scale, smoke=opts.smoke).items():
        for score in READING:
            proxy = ZeroCost(score, inputs, scale.size, store=store)
            for seed in range(opts.seeds):
                yield from agreements(cells, proxy, drawn_rows(cells, scale.sample, seed), shown, seed)
    rows = drawn_rows(micro, scale.micro, 0)
    for score in STRUCTURAL:
        noise = Noise(shape=(2 * scale.pixels, 2 * scale.pixels, 3))
        yield from agreements(micro, ZeroCost(score, noise, scale.size, store=store), rows, "-", 0)


def cell(draws: Sequence[Agreement]) -> str:
    """What one cell of the table says."""
    rhos = [one.spearman for one in draws]
    text = f"{np.mean(rhos):.3f} / {np.mean([one.kendall for one in draws]):.3f}"
    if len(draws) > 1:
        text += f" [{min(rhos):.2f}, {max(rhos):.2f}]"
    tests = [one.test for one in draws if one.test is not None]
    text += f"; test {np.mean(tests):.3f}" if tests else ""
    return text + (f"; best {draws[0].best_rank}" if draws[0].best_rank is not None else "")


def table(rows: Sequence[Agreement]) -> str:
    """The agreements of one benchmark, a line per proxy, a column per task."""
    tasks = list(dict.fromkeys(one.task for one in rows))
    known = rows[0].benchmark == NASBENCH201
    lines = []
    for proxy, shown in dict.fromkeys((one.proxy, one.shown) for one in rows):
        own = [one for one in rows if (one.proxy, one.shown) == (proxy, shown)]
        sizes = f"{own[0].cells:,}" + (f" x {len(own) // len(tasks)}" if len(own) > len(tasks) else "")
        cells = [cell([one for one in own if one.task == task]) for task in tasks]
        published = " / ".join(f"{rho:.3f}" for rho in PUBLISHED.get(proxy, ())) or "-"
        lines.append([proxy, shown, sizes, *cells, *([published] if known else [])])
    return markdown_table(["proxy", "images", "cells", *tasks, *(["published"] if known else [])], lines)


def main() -> None:
    """Score, correlate, publish."""
    parser = harness.parser_of(__doc__, seeds=3)
    opts = harness.read(parser, parser.parse_args(), __file__)
    began = process_time()
    found = list(measured(opts, SMOKE if opts.smoke else FULL))
    by_name = {name: [one for one in found if one.benchmark == name] for name in (NASBENCH201, MICRO)}
    text = [EXPLANATION, *(f"### {name}\n\n{table(own)}" for name, own in by_name.items())]
    work = publishing.Work({"rank correlations": len(found)}, process_time() - began)
    publishing.publish(opts, "\n".join(text), [one.row() for one in found], {}, work=work)


if __name__ == "__main__":
    harness.start(main)
