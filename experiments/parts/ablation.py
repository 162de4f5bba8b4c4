"""What each part contributes, and how much the settings matter: TransNAS micro cells, seven tasks, 50 evaluations.

    python -m experiments.parts.ablation            # 10 to 40 seeds, as each table says
    python -m experiments.parts.ablation --smoke    # seconds

From ``ktnas``: without transfer rank (random transfer, or none), without embedding (the discrete code), without
surrogate (offspring evaluated as they are bred), each alone and together. One setting at a time, of ``ktnas`` and of
``ktnas-paper``: r (share of the best), m (generations that negative transfers are remembered), n (migrants), K
(population). Embedders and surrogates in place of the preset's; groups of the embedding of ``ktnas`` left out or added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from experiments.machinery import harness, joint, publishing
from experiments.machinery.compositions import arm, embedded_parts, parts_left_out
from experiments.machinery.harness import Options
from experiments.machinery.tables import MICRO, tasks
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.config.method import MethodChoice
from ktnas.config.registry import SURROGATES
from ktnas.embedding.base import Embedder
from ktnas.embedding.combined import Combined
from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.words import Neighbourhood, OperationAndPosition
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.quantities import Quantities
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import compare
from ktnas.report.comparison_figures import convergence
from ktnas.report.markdown import Value
from ktnas.runner.design import Arm, Case, Named
from ktnas.transfer.transfer_rank import TransferRank

EVALUATIONS = 50

RATIOS, WINDOWS, MIGRANTS, POPULATIONS = (0.1, 0.2, 0.5, 1.0), (1, 3, 5, 9), (1, 2, 4, 7), (5, 10, 20)


def settings(base: KTNAS) -> list[Arm]:
    """One setting at a time; what the base has anyway is the base itself."""
    arms = [arm(base.name, base)]
    transfer = base.transfer
    if not isinstance(transfer, TransferRank):
        raise TypeError(f"{base.name} does not transfer by rank")
    varied: list[tuple[str, KTNAS]] = [
        *((f"r = {r}", replace(base, ratio=r)) for r in RATIOS),
        *((f"m = {m}", replace(base, transfer=replace(transfer, window=m))) for m in WINDOWS),
        *((f"n = {n}", replace(base, migrants=n)) for n in MIGRANTS),
        *((f"K = {k}", replace(base, population=k)) for k in POPULATIONS),
    ]
    return [*arms, *(arm(f"{base.name}, {name}", search) for name, search in varied if search != base)]


def embedders() -> list[Arm]:
    """Other embedders in both presets; one model per architecture only where few vectors are needed."""
    single: dict[str, Embedder] = {
        "node2vec": Node2Vec(),
        "one-hot": OneHot(),
        "path encoding": PathEncoding(),
        "Weisfeiler-Lehman": WeisfeilerLehman(1),
        "operations on paths": PathOperations(),
    }
    arms = [arm("ktnas", ktnas())]
    arms += [arm(f"ktnas, {name}", replace(ktnas(), embedder=embedder)) for name, embedder in single.items()]
    arms += [arm("ktnas-paper", ktnas_paper())]
    papers = {**single, "the default of ktnas": ktnas().embedder, "node2vec, separate models": Separate()}
    del papers["node2vec"]  # what it has
    return [*arms, *(arm(f"ktnas-paper, {name}", replace(ktnas_paper(), embedder=e)) for name, e in papers.items())]


def groups() -> list[Arm]:
    """The groups of the embedding of ``ktnas`` left out one by one, and what is not among them added.

    Quantities stay out of it: micro has none.
    """
    own = tuple(part for part in embedded_parts(ktnas()) if part != Quantities())
    node2vec = (Node2Vec(words=OperationAndPosition()), Node2Vec(words=Neighbourhood(1)))
    named = zip(own, ("operations on paths", "neighbourhoods", "the code"), strict=True)
    chosen = {f"without {name}": tuple(other for other in own if other != part) for part, name in named}
    chosen |= {"with path encoding": (*own, PathEncoding()), "with node2vec": (*own, *node2vec)}
    return [
        arm("ktnas", ktnas()),
        *(arm(f"ktnas, {name}", replace(ktnas(), embedder=Combined(parts))) for name, parts in chosen.items()),
    ]


def surrogates() -> list[Arm]:
    """Every other surrogate that the command line knows, in place of the preset's."""
    base = arm("ktnas", ktnas())
    others = [Arm(f"ktnas, {name}", MethodChoice("ktnas", surrogate=name).build()) for name in SURROGATES]
    return [base, *(other for other in others if other.search != base.search)]


SECTIONS = (
    ("Parts left out", parts_left_out, 20),
    ("Settings of ktnas", lambda: settings(ktnas()), 10),
    ("Settings of ktnas-paper", lambda: settings(ktnas_paper()), 20),
    ("Embedders", embedders, 20),
    ("Groups of the embedding of ktnas", groups, 40),
    ("Surrogates", surrogates, 10),
)
"""Titles, arms, and seeds: fewer where there are many arms or slow ones."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=40)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    figures: dict[str, bytes] = {}
    for title, composed, seeds in SECTIONS:
        arms = composed()[:2] if opts.smoke else composed()
        runs = harness.sweep(opts, arms, [case(opts)], seeds)
        text += section(title, runs)
        rows += [{"section": title, **row} for row in rows_of(opts, runs)]
        if title == SECTIONS[0][0]:
            figures["parts"] = convergence(runs, runs[0].case)
    publishing.publish(opts, "\n".join(text), rows, figures)


def case(opts: Options) -> Case:
    """The seven tasks together."""
    return Case(Named(MICRO, tasks(opts, MICRO)), budget=opts.budget(EVALUATIONS))


def section(title: str, runs: Sequence[RunRecord]) -> list[str]:
    """What every arm of a section came to, and how it differs from the first."""
    groups = joint.by_arm(runs)
    (comparison,) = compare(runs)
    table = joint.overview(groups, comparison.tasks[1:], (comparison.at,), {"geometric mean": joint.geometric(groups)})
    return [
        f"### {title}\n",
        "Mean over the tasks of the true rank of the best found, and a run's geometric mean: mean [95 % bootstrap "
        f"interval] / median over {joint.seeds(groups)}.\n",
        table,
        joint.differences(comparison),
    ]


def rows_of(opts: Options, runs: Sequence[RunRecord]) -> list[dict[str, Value]]:
    """Rows of the CSV file."""
    return joint.rows(joint.by_arm(runs), MICRO, tasks(opts, MICRO), (opts.budget(EVALUATIONS),))


if __name__ == "__main__":
    harness.start(main)
