"""Negative transfer: a target unlike every source, and synthetic sources of a chosen likeness.

    python -m experiments.paper.negative_transfer            # 20 seeds
    python -m experiments.paper.negative_transfer --smoke    # seconds

TransNAS micro's autoencoder, whose ranks correlate with those of the other tasks by .06 to .46, from every source,
and from all six at once. Then two tasks of a chosen rank correlation from -1 to 1: the target is a real task, the
source the ranks of that task mixed with a random landscape (`ktnas.benchmarks.synthetic`). Every arm against a search
of the target alone, which is KTNAS without any transfer, with 50 evaluations per task and the same seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.machinery import harness, publishing, transfer_matrix
from experiments.machinery.harness import Options, as_search
from experiments.machinery.tables import MICRO, TASKS
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.benchmarks.synthetic import SYNTHETIC, CorrelatedTasks
from ktnas.records.sweep_log import RunRecord
from ktnas.report.figures.bands import Line, Panel, bands
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.report.statistics import PairedTest, holm, verdict
from ktnas.runner.design import Arm, Case, Named
from ktnas.transfer.random_transfer import RandomTransfer

TARGET = "autoencoder"
SOURCES = tuple(task for task in TASKS[MICRO] if task != TARGET)
SYNTHETIC_TARGET = "class_scene"
CORRELATIONS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
EVALUATIONS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source gave one arm.

    Attributes:
        section: ``"sources"`` or ``"correlations"``.
        arm: The arm.
        source: The source, or its correlation.
        rank_alone: Mean rank of the best found by a search of the target alone.
        rank: The same with the source.
        test: Of log2(rank alone / rank with the source), paired by seed.
        moved: Migrants per run.
    """

    section: str
    arm: str
    source: str
    rank_alone: float
    rank: float
    test: PairedTest
    moved: float


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=20)
    first = from_sources(opts)
    second = of_correlation(opts)
    text = [
        f"### {MICRO}: {TARGET} from every source\n",
        table(first, "source"),
        f"### {SYNTHETIC_TARGET} from a synthetic source of a chosen rank correlation\n",
        table(second, "correlation"),
    ]
    rows = [*csv_rows(first), *csv_rows(second)]
    publishing.publish(opts, "\n".join(text), rows, {"correlations": figure(second)})


def arms(opts: Options) -> list[Arm]:
    """Both presets, and both with transfer that is not gated."""
    bases = (ktnas_paper(),) if opts.smoke else (ktnas_paper(), ktnas())
    return [
        arm
        for base in bases
        for arm in (
            Arm(base.name, as_search(base)),
            Arm(f"{base.name}, random transfer", as_search(replace(base, transfer=RandomTransfer()))),
        )
    ]


def from_sources(opts: Options) -> list[Finding]:
    """Autoencoder from each source, and from all."""
    budget = opts.budget(EVALUATIONS)
    sources = SOURCES[: 2 if opts.smoke else None]
    alone = Case(Named(MICRO, (TARGET,)), budget=budget)
    cases = {s: Case(Named(MICRO, (s, TARGET)), (s,), budget) for s in sources}
    cases[f"all {len(sources)}"] = Case(Named(MICRO, (*sources, TARGET)), sources, budget)
    return compared(opts, "sources", TARGET, alone, cases)


def of_correlation(opts: Options) -> list[Finding]:
    """A real task from a synthetic one of each correlation."""
    budget = opts.budget(EVALUATIONS)
    alone = Case(Named(MICRO, (SYNTHETIC_TARGET,)), budget=budget)
    cases = {
        f"{rho:+.2f}": Case(CorrelatedTasks(MICRO, SYNTHETIC_TARGET, rho), (SYNTHETIC,), budget)
        for rho in CORRELATIONS[:: 4 if opts.smoke else 1]
    }
    return compared(opts, "correlations", SYNTHETIC_TARGET, alone, cases)


def compared(opts: Options, section: str, target: str, alone: Case, cases: dict[str, Case]) -> list[Finding]:
    """Every arm with every source against itself without."""
    named = {
        source: replace(case, name=f"{target} from {source}, {case.budget} evaluations")
        for source, case in cases.items()
    }
    runs = harness.sweep(opts, arms(opts), [alone, *named.values()])
    findings = []
    for arm in dict.fromkeys(run.arm for run in runs):
        own = [run for run in runs if run.arm == arm]
        without = [run for run in own if len(run.tasks) == 1]
        for source, case in named.items():
            having = [run for run in own if run.case == case.name]
            findings.append(finding(section, source, target, without, having))
    return findings


def finding(
    section: str, source: str, target: str, without: Sequence[RunRecord], having: Sequence[RunRecord]
) -> Finding:
    """One source against none."""
    evaluations = having[0].budget
    ranks = [float(np.mean(harness.ranks_at(runs, target, evaluations))) for runs in (without, having)]
    moved = float(np.mean([len(run.tasks[target].moves) for run in having]))
    test = transfer_matrix.paired(*transfer_matrix.logarithms(without, having, target, evaluations))
    return Finding(section, having[0].arm, source, ranks[0], ranks[1], test, moved)


def table(findings: Sequence[Finding], heading: str) -> str:
    """A row per arm and source."""
    adjusted = holm([found.test.p for found in findings])
    lines = []
    for found, p in zip(findings, adjusted, strict=True):
        low, high = found.test.interval.low, found.test.interval.high
        lines.append(
            [
                found.arm,
                found.source,
                number(found.rank_alone),
                number(found.rank),
                f"{found.test.difference:+.2f} [{low:+.2f}, {high:+.2f}]",
                f"{p:.2g}",
                verdict(found.test.effect, p),
                f"{found.moved:.1f}",
            ]
        )
    header = ["arm", heading, "rank alone", "rank with it", "gain in log2 rank", "p", "verdict", "migrants per run"]
    return (
        f"Means over {findings[0].test.pairs} seeds, gains paired by seed with 95 % bootstrap intervals; Wilcoxon "
        f"signed-rank p after Holm's correction over the table.\n\n{markdown_table(header, lines)}"
    )


def csv_rows(findings: Sequence[Finding]) -> list[dict[str, Value]]:
    """A row per arm and source."""
    adjusted = holm([found.test.p for found in findings])
    return [
        {
            "section": found.section,
            "arm": found.arm,
            "source": found.source,
            "runs": found.test.pairs,
            "rank_alone": found.rank_alone,
            "rank": found.rank,
            "gain_log2_rank": found.test.difference,
            "low": found.test.interval.low,
            "high": found.test.interval.high,
            "effect": found.test.effect,
            "p": p,
            "verdict": verdict(found.test.effect, p),
            "migrants": found.moved,
        }
        for found, p in zip(findings, adjusted, strict=True)
    ]


def figure(findings: Sequence[Finding]) -> bytes:
    """Gains over the correlation, one line per arm."""
    lines = []
    for arm in dict.fromkeys(found.arm for found in findings):
        own = [found for found in findings if found.arm == arm]
        columns = [(float(f.source), f.test.difference, f.test.interval.low, f.test.interval.high) for f in own]
        lines.append(Line(arm, *np.array(columns).T))
    panel = Panel(f"target {SYNTHETIC_TARGET}", "gain in log2 rank", tuple(lines))
    return bands(
        [panel], "gain over no transfer: mean and 95 % interval", x_label="rank correlation of the source", steps=False
    )


if __name__ == "__main__":
    harness.start(main)
