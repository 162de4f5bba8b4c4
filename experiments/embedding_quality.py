"""Which embedding and which surrogate predict fitness best from few architectures.

    python experiments/embedding_quality.py            # about 8 minutes on one core
    python experiments/embedding_quality.py --smoke    # seconds, on data that the installation brings

On every task of several benchmarks, 30, 100 and 300 architectures drawn at random train a surrogate on rank-normalised
validation fitness; its order of 1,000 others is compared with the true one by Kendall's tau. All embeddings and
surrogates see the same draws. Prints two tables in Markdown, each figure a mean over benchmarks, a benchmark weighing
the same however many tasks it has; writes them to ``embedding_quality.md``, and to ``embedding_quality.csv`` the
mean over draws for each task.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

from ktnas.benchmarks.lookup import load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.embedding import Embedder
from ktnas.embedding.combined import Combined, combined
from ktnas.embedding.node2vec import Node2Vec
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.pooling import Concatenation, Maximum, Mean
from ktnas.embedding.separate import Separate
from ktnas.embedding.store import cached
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.embedding.words import Neighbourhood, Operation, OperationAndPosition
from ktnas.rng import Streams
from ktnas.surrogate import Surrogate
from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.surrogate.nearest_neighbours import NearestNeighbours
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.surrogate.random_forest import RandomForest
from ktnas.surrogate.ridge import Ridge
from ktnas.typing import IntArray

RESULTS = Path(__file__).parent / "results"
SIZES = (30, 100, 300)
TESTED = 1000

BENCHMARKS: Mapping[str, tuple[str, ...]] = {
    "nasbench201": ("cifar10", "cifar100", "imagenet16"),
    "transnas101-micro": (),
    "transnas101-macro": (),
    "nasbench-graph": ("cora", "citeseer", "arxiv"),
}
"""Benchmarks and their tasks; none named means all."""

EMBEDDERS: Mapping[str, Embedder] = {
    "combined": combined(),
    "node2vec, operation, mean": Node2Vec(Operation(), Mean()),
    "node2vec, operation": Node2Vec(Operation()),
    "node2vec, operation and position, mean": Node2Vec(OperationAndPosition(), Mean()),
    "node2vec, operation and position": Node2Vec(OperationAndPosition()),
    "node2vec, neighbourhood 1, mean": Node2Vec(Neighbourhood(1), Mean()),
    "node2vec, neighbourhood 1, mean and maximum": Node2Vec(Neighbourhood(1), Concatenation((Mean(), Maximum()))),
    "node2vec, neighbourhood 1": Node2Vec(Neighbourhood(1)),
    "node2vec, neighbourhood 2": Node2Vec(Neighbourhood(2)),
    "the three node2vec of combined": Combined(combined().parts[:-1]),
    "Weisfeiler-Lehman 1": WeisfeilerLehman(1),
    "Weisfeiler-Lehman 2": WeisfeilerLehman(2),
    "Weisfeiler-Lehman 1 + one-hot": Combined((WeisfeilerLehman(1), OneHot())),
    "paths": PathEncoding(),
    "one-hot": OneHot(),
}
"""Pooled by the sum over nodes unless another pooling is named."""

SEPARATE = "node2vec, separate models"
COMPARED = ("combined", "node2vec, neighbourhood 1", "Weisfeiler-Lehman 1", "one-hot")
"""Embeddings on which all surrogates are compared."""

DEFAULT = GaussianProcess()
SURROGATES: tuple[Surrogate, ...] = (DEFAULT, RandomForest(), Ridge(), NearestNeighbours())


@dataclass(frozen=True, slots=True)
class Score:
    """How well one embedding and surrogate predict one task.

    Attributes:
        embedding: The embedding.
        surrogate: The surrogate.
        benchmark: The benchmark.
        task: The task.
        trained: Number of training architectures.
        tau: Kendall's tau on the others, mean over draws; 0 where all predictions are equal.
        draws: Number of draws.
    """

    embedding: str
    surrogate: str
    benchmark: str
    task: str
    trained: int
    tau: float
    draws: int


def draw(benchmark: TableBenchmark, seed: int, sizes: Sequence[int]) -> tuple[IntArray, IntArray]:
    """Rows to test on, and rows to train on; smaller training sets are the first of the larger ones."""
    order = Streams(seed).rng("quality", benchmark.name).permutation(len(benchmark.genotypes))
    return order[:TESTED], order[TESTED : TESTED + max(sizes)]


def score(
    benchmark: TableBenchmark,
    name: str,
    embedder: Embedder,
    *,
    surrogates: Iterable[Surrogate],
    seeds: Sequence[int],
    sizes: Sequence[int],
) -> list[Score]:
    """One embedding on all tasks of a benchmark."""
    fitted = cached(embedder, benchmark.space)
    draws = [draw(benchmark, seed, sizes) for seed in seeds]
    rows = np.unique(np.concatenate([row for pair in draws for row in pair]))
    vectors = np.zeros((len(benchmark.genotypes), fitted.embed([benchmark.genotypes[0]]).shape[1]))
    vectors[rows] = fitted.embed([benchmark.genotypes[row] for row in rows.tolist()])
    scores = []
    for record in benchmark.records:
        for surrogate in surrogates:
            for size in sizes:
                taus = []
                for seed, (test, train) in zip(seeds, draws, strict=True):
                    known = train[:size][np.isfinite(record.fitness[train[:size]])]
                    asked = test[np.isfinite(record.fitness[test])]
                    rng = Streams(seed).rng("surrogate")
                    predictor = surrogate.fit(vectors[known], normal_scores(record.fitness[known]), rng)
                    predicted, _ = predictor.predict(vectors[asked])
                    taus.append(float(np.nan_to_num(kendalltau(predicted, record.fitness[asked]).statistic)))
                mean = round(float(np.mean(taus)), 4)
                scores.append(Score(name, surrogate.name, benchmark.name, record.task.name, size, mean, len(taus)))
    return scores


def markdown(scores: Sequence[Score]) -> str:
    """A table of Kendall's tau: a row per embedding and surrogate, columns by benchmark and by size."""
    benchmarks = list(dict.fromkeys(s.benchmark for s in scores))
    sizes = sorted({s.trained for s in scores})
    grouped: dict[tuple[str, str, str, int], list[float]] = {}
    for s in scores:
        grouped.setdefault((s.embedding, s.surrogate, s.benchmark, s.trained), []).append(s.tau)
    names = dict.fromkeys((s.embedding, s.surrogate) for s in scores)
    each = " / ".join(map(str, sizes))
    lines = [
        "| embedding | surrogate | " + " | ".join([*benchmarks, "mean"]) + " |",
        "|---|---|" + "---|" * (len(benchmarks) + 1),
    ]
    for embedding, surrogate in names:
        means = np.array([[np.mean(grouped[embedding, surrogate, b, n]) for n in sizes] for b in benchmarks])
        cells = [" / ".join(f"{value:.3f}"[1:] if value >= 0 else f"{value:.3f}" for value in row) for row in means]
        total = " / ".join(f"{value:.3f}"[1:] for value in means.mean(axis=0))
        lines.append(f"| {embedding} | {surrogate} | " + " | ".join(cells) + f" | **{total}** |")
    return f"Kendall's tau after {each} training architectures.\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="draws per task (default 5)")
    parser.add_argument("--smoke", action="store_true", help="one draw, one small task, four embeddings")
    parser.add_argument("--out", type=Path, default=RESULTS, help="directory of the results")
    arguments = parser.parse_args()
    seeds = list(range(1 if arguments.smoke else arguments.seeds))
    smoke = {"nasbench-graph": ("proteins",)}  # 2,021 architectures
    sizes = SIZES[:1] if arguments.smoke else SIZES
    first: list[Score] = []
    second: list[Score] = []
    for name, tasks in (smoke if arguments.smoke else BENCHMARKS).items():
        benchmark = load_benchmark(name, tasks)
        for label in COMPARED if arguments.smoke else EMBEDDERS:
            first += score(benchmark, label, EMBEDDERS[label], surrogates=[DEFAULT], seeds=seeds, sizes=sizes)
        for label in COMPARED:
            second += score(benchmark, label, EMBEDDERS[label], surrogates=SURROGATES, seeds=seeds[:2], sizes=sizes)
        if not arguments.smoke:
            first += score(benchmark, SEPARATE, Separate(), surrogates=[DEFAULT], seeds=seeds[:1], sizes=sizes)
        print(f"{name} done", flush=True)
    report(first, second, arguments.out)


def report(embeddings: Sequence[Score], surrogates: Sequence[Score], directory: Path) -> None:
    """Print and write what was measured."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "embedding_quality.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Score)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(s) for s in (*embeddings, *surrogates))
    text = f"## Embeddings\n\n{markdown(embeddings)}\n## Surrogates\n\n{markdown(surrogates)}"
    (directory / "embedding_quality.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
