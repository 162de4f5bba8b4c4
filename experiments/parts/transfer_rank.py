"""Whether transfer rank earns its place: against random transfer and none, with surrogates good and poor and without.

    python -m experiments.parts.transfer_rank            # 40 seeds
    python -m experiments.parts.transfer_rank --smoke    # seconds

TransNAS micro and macro, seven tasks together, 50 evaluations each. Four searches that know ever less of architectures:
``ktnas``; ``ktnas`` with the discrete code as embedding; ``ktnas`` without surrogate; ``ktnas-paper``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from experiments.machinery import harness, publishing, transfer_matrix
from experiments.machinery.compositions import TRANSFERS, arm, parts_left_out
from experiments.machinery.harness import Options, cell
from experiments.machinery.tables import MACRO, MICRO, tasks
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.presets import ktnas_paper
from ktnas.records.sweep_log import RunRecord
from ktnas.report.comparison import ALL_TASKS, Measure, scores
from ktnas.report.figures.comparison import Matrix, matrices
from ktnas.report.markdown import Value, markdown_table
from ktnas.report.statistics import LEVEL, PairedTest, holm, verdict
from ktnas.runner.design import Arm, Case, Named

EVALUATIONS = 50
RANK, RANDOM, NONE = "transfer rank", "random transfer", "no transfer"
Values = Mapping[tuple[str, str], Sequence[float]]
BASES = ("ktnas", "discrete code", "no surrogate", "ktnas-paper")


def arms() -> dict[str, dict[str, Arm]]:
    """The arms by what they are made from and by what transfers."""
    known = {one.name: one for one in parts_left_out()}
    found = {base: {RANK: known[base], **_others(known, base)} for base in BASES[:-1]}
    paper = ktnas_paper()
    return {**found, paper.name: {RANK: arm(paper.name, paper), **_exchanged(paper)}}


def _others(known: Mapping[str, Arm], base: str) -> dict[str, Arm]:
    suffix = "" if base == "ktnas" else f", {base}"
    return {kind: known[kind + suffix] for kind in (RANDOM, NONE)}


def _exchanged(base: KTNAS) -> dict[str, Arm]:
    return {kind: arm(f"{base.name}, {kind}", replace(base, transfer=transfer)) for kind, transfer in TRANSFERS.items()}


def main() -> None:
    """Run, tabulate."""
    opts = harness.options(__doc__, __file__, seeds=40)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    pictures: list[Matrix] = []
    for benchmark in opts.pick((MICRO, MACRO), (MICRO,)):
        made = {base: of for base, of in arms().items() if base in opts.pick(BASES, BASES[2:])}
        case = Case(Named(benchmark, tasks(opts, benchmark)), budget=opts.budget(EVALUATIONS))
        runs = harness.sweep(opts, [arm for of in made.values() for arm in of.values()], [case])
        values = found(made, runs)
        tests = gains(values)
        text += section(opts, benchmark, values, tests)
        rows += rows_of(benchmark, values)
        pictures.append(picture(benchmark, tests))
    figure = matrices(pictures, "what transfer rank gains, in log2 rank", row_label="search", column_label="against")
    publishing.publish(opts, "\n".join(text), rows, {"gains": figure})


def found(made: Mapping[str, Mapping[str, Arm]], runs: Sequence[RunRecord]) -> Values:
    """Geometric mean ranks, in the order of the seeds, by search and transfer."""
    return {
        (base, kind): [
            scores(run, Measure.RANK)[ALL_TASKS]
            for run in sorted((run for run in runs if run.arm == arm.name), key=lambda run: run.seed)
        ]
        for base, of in made.items()
        for kind, arm in of.items()
    }


def gains(values: Values) -> dict[tuple[str, str], tuple[PairedTest, float]]:
    """What transfer rank gains, by search and what it is held against, with p-values after Holm's correction."""
    tests = {
        (base, kind): transfer_matrix.paired(np.log2(of), np.log2(values[base, RANK]))
        for (base, kind), of in values.items()
        if kind != RANK
    }
    adjusted = holm([test.p for test in tests.values()])
    return {key: (test, p) for (key, test), p in zip(tests.items(), adjusted, strict=True)}


def section(
    opts: Options, benchmark: str, values: Values, tests: Mapping[tuple[str, str], tuple[PairedTest, float]]
) -> list[str]:
    """The tables of a benchmark."""
    bases = dict.fromkeys(base for base, _ in values)
    reached = [[base, *(cell(values[base, kind]) for kind in (RANK, RANDOM, NONE))] for base in bases]
    compared = []
    for (base, kind), (test, p) in tests.items():
        gain = f"{test.difference:+.2f} [{test.interval.low:+.2f}, {test.interval.high:+.2f}]"
        compared.append([base, kind, gain, f"{p:.2g}", verdict(test.effect, p)])
    return [
        f"### {benchmark}\n",
        f"{len(tasks(opts, benchmark))} tasks together, {opts.budget(EVALUATIONS)} evaluations each, {opts.seeds} "
        "seeds: a run's geometric mean of the ranks of the best found, mean [95 % bootstrap interval] / median.\n",
        markdown_table(["search", RANK, RANDOM, NONE], reached),
        "What transfer rank gains: log2(rank with the other / rank with transfer rank), +1 is half the rank, paired by "
        f"seed; Wilcoxon p after Holm's correction over these {len(tests)} tests.\n",
        markdown_table(["search", "against", "gain", "p", "verdict of transfer rank"], compared),
    ]


def rows_of(benchmark: str, values: Values) -> list[dict[str, Value]]:
    """Rows of the CSV file."""
    return [
        {
            "benchmark": benchmark,
            "search": base,
            "transfer": kind,
            "measure": "geometric mean rank",
            **harness.summary(of),
        }
        for (base, kind), of in values.items()
    ]


def picture(benchmark: str, tests: Mapping[tuple[str, str], tuple[PairedTest, float]]) -> Matrix:
    """The gains as a matrix, significant ones marked."""
    bases = tuple(dict.fromkeys(base for base, _ in tests))
    cells = [[tests[base, kind] for kind in (RANDOM, NONE)] for base in bases]
    gained = np.array([[test.difference for test, _ in line] for line in cells])
    marked = np.array([[float(p < LEVEL) for _, p in line] for line in cells])
    limit = float(np.abs(gained).max()) or 1.0
    return Matrix(gained, bases, (RANDOM, NONE), benchmark, limit, digits=2, marked=marked)


if __name__ == "__main__":
    harness.start(main)
