"""Tasks of different spaces: what a source in another space gains a target, and on which axes.

    python -m experiments.paper.spaces                # 40 seeds; 8 of the embeddings that are but compared
    python -m experiments.paper.spaces --every-pair   # all 42 pairs of NAS-Bench-201 and TransNAS micro
    python -m experiments.paper.spaces --smoke        # seconds

Two tasks are searched together, 50 evaluations each: a source in one search space, a target in another. Against the
same search of the target alone, paired by pair of tasks and seed: true rank of the best found. Between NAS-Bench-201
and TransNAS micro, and between M-DESIGN's two spaces, each way; every task is the target once, the other table's tasks
are sources in turn. Embeddings are exchanged one for another; *own axes* is the default's on axes of each space's own,
so that nothing is told between spaces. For ``emt-nas`` and ``darts`` there is no table, and none is searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np

from experiments.machinery import harness, publishing, tables
from experiments.machinery.harness import Options, as_search, ranks_at, signed_rank
from ktnas.algorithms.presets import ktnas
from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.several import SeveralBenchmarks
from ktnas.embedding.base import Embedder
from ktnas.embedding.combined import Combined
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.own_axes import OwnAxes
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.records.sweep_log import RunRecord
from ktnas.report.markdown import Value, markdown_table
from ktnas.runner.design import Arm, Case, Named
from ktnas.typing import FloatArray

EVALUATIONS = (10, 20, 50)

SETTINGS = (
    (tables.LINK, tables.GRAPH),
    (tables.GRAPH, tables.LINK),
    (tables.NASBENCH201, tables.MICRO),
    (tables.MICRO, tables.NASBENCH201),
)
"""Tables of sources, and of targets."""

DEFAULT, OWN, NODE2VEC = "default", "own axes", "node2vec"

THROUGHOUT = (DEFAULT, OWN, NODE2VEC)
"""Embeddings that are searched with every seed; the others with a fifth of them."""


def embedders() -> dict[str, Embedder]:
    """What is exchanged, by name."""
    default = ktnas().embedder
    parts = default.parts if isinstance(default, Combined) else ()
    return {
        DEFAULT: default,
        OWN: Combined(tuple(map(OwnAxes, parts))),
        NODE2VEC: Node2Vec(),
        "default and node2vec": Combined((*parts, Node2Vec())),
        "path-operations": PathOperations(),
        "weisfeiler-lehman": WeisfeilerLehman(),
        "path-encoding": PathEncoding(),
    }


@dataclass(frozen=True, slots=True)
class Pair:
    """A source in one table, and a target in another."""

    source: tuple[str, str]
    target: tuple[str, str]

    @property
    def names(self) -> tuple[str, str]:
        """The tasks' names in a search of both."""
        return ":".join(self.source), ":".join(self.target)

    def load(self) -> Benchmark:
        """Both, from tables that are read once per process."""
        parts = tuple(tables.opened(table, (task,)) for table, task in (self.source, self.target))
        return SeveralBenchmarks(parts, qualified=True)


def main() -> None:
    """Run and tabulate."""
    parser = harness.with_runs(harness.parser_of(__doc__, seeds=40))
    parser.add_argument("--every-pair", action="store_true", help="every source for every target, where tables are two")
    given = parser.parse_args()
    opts = harness.read(parser, given, __file__)
    if given.every_pair:
        opts.further = ("--every-pair",)
    text, rows = [explanation()], list[dict[str, Value]]()
    for sources, targets in SETTINGS if not opts.smoke else SETTINGS[:1]:
        pairs = pairs_of(opts, sources, targets)
        found = {name: gains(opts, name, embedder, pairs) for name, embedder in chosen(opts).items()}
        own = rows_of(f"{sources} to {targets}", pairs, found)
        rows += own
        text += [f"### {sources} to {targets}: {len(pairs)} pairs, {opts.seeds} seeds\n", table_of(own)]
        publishing.publish(opts, "\n".join(text), rows, {})  # after every setting


def chosen(opts: Options) -> Mapping[str, Embedder]:
    """All embedders; in a smoke run, two."""
    every = embedders()
    return {name: every[name] for name in opts.pick(every, (DEFAULT, OWN))}


def pairs_of(opts: Options, sources: str, targets: str) -> list[Pair]:
    """Every target with a source, the sources in turn; or with every source."""
    first, second = tables.tasks(opts, sources), tables.tasks(opts, targets)
    if opts.further and tables.LINK not in (sources, targets):
        return [Pair((sources, s), (targets, t)) for s in first for t in second]
    return [Pair((sources, s), (targets, t)) for s, t in zip(cycle(first), second, strict=False)]


def gains(opts: Options, name: str, embedder: Embedder, pairs: Sequence[Pair]) -> FloatArray:
    """Gains ``(pairs, seeds, len(EVALUATIONS))`` in log2 of the rank; positive where the source helps.

    The target alone is searched with the default embedding, whichever the pair is searched with.
    """
    budget, seeds = opts.budget(EVALUATIONS[-1]), opts.seeds if name in THROUGHOUT else max(2, opts.seeds // 5)
    targets = {pair.target: Case(Named(pair.target[0], (pair.target[1],)), budget=budget) for pair in pairs}
    cold = harness.sweep(opts, [Arm("ktnas", as_search(ktnas()))], list(targets.values()), seeds)
    arm = Arm("ktnas" if name == DEFAULT else f"ktnas, {name}", as_search(replace(ktnas(), embedder=embedder)))
    warm = harness.sweep(opts, [arm], [Case(pair, (pair.names[0],), budget) for pair in pairs], seeds)
    alone = {target: logarithms([r for r in cold if _is_of(r, case)], target[1]) for target, case in targets.items()}
    return np.array(
        [
            alone[pair.target] - logarithms([r for r in warm if set(r.tasks) == set(pair.names)], pair.names[1])
            for pair in pairs
        ]
    )


def _is_of(record: RunRecord, case: Case) -> bool:
    benchmark = case.benchmark
    return isinstance(benchmark, Named) and tuple(record.tasks) == benchmark.tasks


def logarithms(runs: Sequence[RunRecord], task: str) -> FloatArray:
    """Logarithms to base 2 of true ranks ``(seeds, len(EVALUATIONS))``, in the order of the seeds."""
    ordered = sorted(runs, key=lambda run: run.seed)
    ranks = np.array([ranks_at(ordered, task, n) for n in EVALUATIONS], dtype=np.float64)
    found: FloatArray = np.log2(ranks).T
    return found


def explanation() -> str:
    """What the tables show."""
    return (
        "Gain by a source in another search space: log2 of the rank found alone, less that found together with the "
        "source; +1 is half the rank. Mean ± one standard error over pairs and seeds, and Wilcoxon's signed-rank p, "
        "not corrected; for *than own axes*, of the difference from the default's embedding on axes of each space's "
        "own, which tells nothing between spaces. After 50 evaluations unless said otherwise.\n\n"
        "Between `emt-nas` and `darts` nothing is shown: no table lists either.\n"
    )


def rows_of(setting: str, pairs: Sequence[Pair], found: Mapping[str, FloatArray]) -> list[dict[str, Value]]:
    """Every mean, by embedding and number of evaluations: over all pairs, and pair by pair."""
    rows: list[dict[str, Value]] = []
    for name, values in found.items():
        for column, evaluations in enumerate(EVALUATIONS):
            more = (values - found[OWN][:, : values.shape[1]])[:, :, column]
            for label, own, beyond in (
                ("all pairs", values[:, :, column], more),
                *((" to ".join(p.names), values[i, :, column], more[i]) for i, p in enumerate(pairs)),
            ):
                rows.append(
                    {
                        "setting": setting,
                        "embedding": name,
                        "evaluations": evaluations,
                        "pair": label,
                        "searches": own.size,
                        **_told("gain", own),
                        **_told("than_own_axes", beyond),
                    }
                )
    return rows


def _told(name: str, values: FloatArray) -> dict[str, Value]:
    flat = values.ravel()
    error = float(flat.std(ddof=1)) / len(flat) ** 0.5
    return {name: float(flat.mean()), f"{name}_error": error, f"{name}_p": signed_rank(flat)}


def table_of(rows: Sequence[Mapping[str, Value]]) -> str:
    """The gains over all pairs."""
    lines = []
    for name in dict.fromkeys(str(row["embedding"]) for row in rows):
        own = [row for row in rows if row["embedding"] == name and row["pair"] == "all pairs"]
        cells = [f"{row['gain']:+.2f} ± {row['gain_error']:.2f} ({row['gain_p']:.2g})" for row in own]
        last = own[-1]
        than = f"{last['than_own_axes']:+.2f} ± {last['than_own_axes_error']:.2f} ({last['than_own_axes_p']:.2g})"
        lines.append([name, str(last["searches"]), *cells, "-" if name == OWN else than])
    return markdown_table(["embedding", "searches", *(f"after {n}" for n in EVALUATIONS), "than own axes"], lines)


if __name__ == "__main__":
    harness.start(main)
