"""Which embedding and which surrogate predict fitness best from few architectures.

    python -m experiments.parts.embedding_quality            # 10 draws, about 15 minutes on one core
    python -m experiments.parts.embedding_quality --smoke    # seconds, on data that the installation brings

On every task of several benchmarks, 30, 100 and 300 architectures drawn at random train a surrogate on rank-normalised
validation fitness; its order of 1,000 others is compared with the true one by Kendall's tau. All embeddings and
surrogates see the same draws.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import process_time

import numpy as np
from scipy.stats import kendalltau

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options
from ktnas.benchmarks.table import TableBenchmark
from ktnas.embedding.base import Embedder
from ktnas.embedding.cached import cached
from ktnas.embedding.combined import Combined, combined
from ktnas.embedding.node2vec.pooling import Concatenation, Maximum, Mean
from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.words import Neighbourhood, Operation, OperationAndPosition
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.report.markdown import Value, markdown_table
from ktnas.report.statistics import RESAMPLES
from ktnas.rng import Streams
from ktnas.surrogate.base import Surrogate
from ktnas.surrogate.gaussian_process import GaussianProcess
from ktnas.surrogate.nearest_neighbours import NearestNeighbours
from ktnas.surrogate.normal_scores import normal_scores
from ktnas.surrogate.random_forest import RandomForest
from ktnas.surrogate.ridge import Ridge
from ktnas.typing import FloatArray, IntArray

SIZES = (30, 100, 300)
TESTED = 1000
FEWER_DRAWS = 5
"""Of the comparison of surrogates."""

EXPLANATION = """\
A figure is a mean over a benchmark's tasks and over draws, which all rows share; the mean is over the benchmarks, each
weighing the same. Its 95 % interval, and that of the difference from the first row on the same draws, are bootstrapped
over draws; differences in parentheses are not significant: their interval, not corrected for the number of rows, holds
0. The intervals say nothing of other benchmarks than these.
"""

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
        taus: Kendall's tau on the others, draw by draw; 0 where all predictions are equal.
    """

    embedding: str
    surrogate: str
    benchmark: str
    task: str
    trained: int
    taus: tuple[float, ...]

    @property
    def row(self) -> dict[str, Value]:
        """Row of the CSV file: mean and standard deviation over the draws."""
        plain: dict[str, Value] = {key: value for key, value in asdict(self).items() if key != "taus"}
        spread = float(np.std(self.taus, ddof=1)) if len(self.taus) > 1 else None
        return {**plain, "tau": float(np.mean(self.taus)), "std": spread, "draws": len(self.taus)}


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
                scores.append(Score(name, surrogate.name, benchmark.name, record.task.name, size, tuple(taus)))
    return scores


def by_draw(scores: Sequence[Score]) -> list[FloatArray]:
    """Kendall's tau by benchmark ``(draws, sizes)``, each a mean over the benchmark's tasks."""
    sizes = sorted({s.trained for s in scores})
    return [
        np.array([np.mean([s.taus for s in scores if (s.benchmark, s.trained) == (name, n)], axis=0) for n in sizes]).T
        for name in dict.fromkeys(s.benchmark for s in scores)
    ]


def mean_interval(draws: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """95 % bootstrap interval ``(sizes,)`` and ``(sizes,)`` of the mean over benchmarks.

    Resampled are the draws within each benchmark: tasks of one benchmark share their draws, so they are not
    independent, and the benchmarks are those that there are.

    Args:
        draws: By benchmark, ``(draws, sizes)``.
    """
    rng = Streams(0).rng("bootstrap")
    means = np.mean([d[rng.integers(len(d), size=(RESAMPLES, len(d)))].mean(axis=1) for d in draws], axis=0)
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    return low, high


def markdown(scores: Sequence[Score]) -> str:
    """A table of Kendall's tau: a row per embedding and surrogate, columns by benchmark and by size."""
    names = list(dict.fromkeys((s.embedding, s.surrogate) for s in scores))
    own = {name: by_draw([s for s in scores if (s.embedding, s.surrogate) == name]) for name in names}
    first = own[names[0]]
    lines = []
    for name, draws in own.items():
        means = np.array([d.mean(axis=0) for d in draws])
        low, high = mean_interval(draws)
        lines.append(
            [
                *name,
                *(" / ".join(map(short, row)) for row in means),
                f"**{' / '.join(map(short, means.mean(axis=0)))}**",
                " / ".join(f"{short(a)} to {short(b)}" for a, b in zip(low, high, strict=True)),
                "-" if name == names[0] else difference(draws, first),
            ]
        )
    benchmarks = dict.fromkeys(s.benchmark for s in scores)
    header = ["embedding", "surrogate", *benchmarks, "mean", "95 % interval", "minus the first row"]
    counts = sorted({len(s.taus) for s in scores})
    drawn = f"{counts[0]} draws" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} draws"
    return (
        f"Kendall's tau after {' / '.join(map(str, sorted({s.trained for s in scores})))} training architectures, "
        f"mean over {drawn}.\n\n{markdown_table(header, lines)}"
    )


def difference(draws: Sequence[FloatArray], first: Sequence[FloatArray]) -> str:
    """How much better than the first row on the same draws; in parentheses where the 95 % interval holds 0."""
    paired = [a[: len(b)] - b[: len(a)] for a, b in zip(draws, first, strict=True)]
    low, high = mean_interval(paired)
    means = np.mean([d.mean(axis=0) for d in paired], axis=0)
    texts = [f"{mean:+.3f}".replace("0.", ".", 1) for mean in means]
    return " / ".join(
        t if a > 0 or b < 0 else f"({t})" for t, a, b in zip(texts, low.tolist(), high.tolist(), strict=True)
    )


def short(value: float) -> str:
    """Three digits, without the zero before the point."""
    return f"{value:.3f}".replace("0.", ".", 1)


def measured(opts: Options) -> tuple[list[Score], list[Score]]:
    """Scores of the embeddings, and of the surrogates."""
    seeds, sizes = list(range(opts.seeds)), SIZES[:1] if opts.smoke else SIZES
    smoke = {"nasbench-graph": ("proteins",)}  # 2,021 architectures
    first: list[Score] = []
    second: list[Score] = []
    for name, tasks in (smoke if opts.smoke else BENCHMARKS).items():
        benchmark = tables.opened(name, tasks)
        for label in opts.pick(EMBEDDERS, COMPARED[-2:]):
            first += score(benchmark, label, EMBEDDERS[label], surrogates=[DEFAULT], seeds=seeds, sizes=sizes)
        for label in opts.pick(COMPARED, COMPARED[-2:]):
            few = seeds[:FEWER_DRAWS]
            second += score(benchmark, label, EMBEDDERS[label], surrogates=SURROGATES, seeds=few, sizes=sizes)
        if not opts.smoke:
            first += score(benchmark, SEPARATE, Separate(), surrogates=[DEFAULT], seeds=seeds[:2], sizes=sizes)
        sys.stderr.write(f"{name} done\n")
    return first, second


def main() -> None:
    """Measure, print and write."""
    parser = harness.parser_of(__doc__, seeds=10)
    opts = harness.read(parser, parser.parse_args(), __file__)
    began = process_time()
    first, second = measured(opts)
    scores = [*first, *second]
    work = publishing.Work({"fitted surrogates": sum(len(s.taus) for s in scores)}, process_time() - began)
    text = f"{EXPLANATION}\n### Embeddings\n\n{markdown(first)}\n### Surrogates\n\n{markdown(second)}"
    rows = [
        {"section": section, **s.row} for section, of in (("embeddings", first), ("surrogates", second)) for s in of
    ]
    publishing.publish(opts, text, rows, {}, work=work)


if __name__ == "__main__":
    harness.start(main)
