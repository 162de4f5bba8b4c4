"""The page of a comparison: of what a sweep has run, or several directories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ktnas.formatting import duration
from ktnas.records.sweep_log import RunRecord
from ktnas.report.charts.arms import arms_chart, means_chart
from ktnas.report.charts.chart import Chart
from ktnas.report.charts.transfers import Moved, transfer_chart, transfer_rows
from ktnas.report.comparison import CaseComparison, Measure, by_case, compare, measure_of, ranks_over_tasks
from ktnas.report.comparison_figures import arms_of, trajectory_panel
from ktnas.report.markdown import caption_of
from ktnas.report.pages.page import Cell, Code, Facts, Note, Page, PageColumn, Section, Table
from ktnas.report.pages.trials_section import CHARACTERS
from ktnas.version import __version__

_CHARTS = 24
"""Charts of one section, at most."""

_DRAWN_CASES = 12
"""Cases with charts of their own, at most."""


def comparison_page(
    records: Sequence[RunRecord], command: str, *, comparisons: Sequence[CaseComparison] | None = None
) -> Page:
    """The page of finished runs, side by side.

    Args:
        records: The runs.
        command: How they are run, or compared, again.
        comparisons: What they came to, if that is known already.
    """
    if not records:
        note = Note("nothing", "No run has finished yet: this page shows more once one has.")
        empty = Section("found", "What was found", (), (note,))
        return Page("Comparison", f"no finished runs. ktnas {__version__}", (empty, _again(records, command)))
    found = compare(records) if comparisons is None else comparisons
    arms = arms_of(records)
    cases = [comparison.case for comparison in found]
    sections = [
        _found(found),
        *(_convergence(records, case, arms, i, len(cases)) for i, case in enumerate(cases[:_DRAWN_CASES], 1)),
        _ranks(found),
        _transfers(records),
        _runs(records),
        _again(records, command),
    ]
    title = cases[0] if len(cases) == 1 else f"{len(arms)} methods on {len(cases)} cases"
    subtitle = f"{len(records):,} finished runs of {len(arms)} methods ({', '.join(arms[:8])}). ktnas {__version__}"
    return Page(title, subtitle, tuple(one for one in sections if one is not None))


def _found(comparisons: Sequence[CaseComparison]) -> Section:
    tables: list[Table] = []
    charts: list[Chart] = []
    arms = list(dict.fromkeys(arm for comparison in comparisons for arm in comparison.arms))
    for comparison in comparisons:
        tables.append(_cells(comparison))
        if comparison.differences:
            tables.append(_differences(comparison))
        charts += [one for task in comparison.tasks if (one := means_chart(comparison, task, arms)) is not None]
    measures = dict.fromkeys(comparison.measure for comparison in comparisons)
    words = [f"{caption_of(measure).capitalize()}." for measure in measures]
    words.append("Verdicts are of Wilcoxon's signed-rank test, paired by seed, adjusted by Holm's procedure, at 5 %.")
    return Section("found", "What was found", tuple(words), (*charts[:_CHARTS], *tables))


def _cells(comparison: CaseComparison) -> Table:
    shares = comparison.measure is Measure.EVALUATIONS
    rows: list[list[Cell]] = []
    for arm in comparison.arms:
        for task in comparison.tasks:
            cell = comparison.cell(arm, task)
            if cell is not None:
                interval = "" if cell.interval is None else f"{cell.interval.low:.4g} to {cell.interval.high:.4g}"
                found = [] if not shares else [None if cell.found is None else round(100 * cell.found)]
                rows.append([arm, task, cell.mean, interval, cell.median, *found, cell.runs])
    columns = (
        PageColumn("method"),
        PageColumn("task"),
        PageColumn("mean", "number"),
        PageColumn("95 % interval", "number"),
        PageColumn("median", "number"),
        *((PageColumn("found the best, %", "number"),) if shares else ()),
        PageColumn("runs", "number"),
    )
    caption = f"{comparison.case}: {comparison.measure.value}, after {comparison.at:,} evaluations"
    return Table(f"cells {comparison.case}", caption, columns, rows, filter=len(rows) > 12)


def _differences(comparison: CaseComparison) -> Table:
    rows: list[list[Cell]] = [
        [
            one.arm,
            one.task,
            one.test.difference,
            "" if one.test.known_interval is None else f"{one.test.interval.low:.4g} to {one.test.interval.high:.4g}",
            round(one.effect, 3),
            round(one.p, 4),
            one.verdict,
            one.test.pairs,
        ]
        for one in comparison.differences
    ]
    columns = (
        PageColumn("method"),
        PageColumn("task"),
        PageColumn("difference", "number"),
        PageColumn("95 % interval", "number"),
        PageColumn("effect", "number"),
        PageColumn("p", "number"),
        PageColumn("verdict"),
        PageColumn("pairs", "number"),
    )
    caption = f"{comparison.case}: difference from {comparison.baseline}; a positive effect is better"
    return Table(f"differences {comparison.case}", caption, columns, rows, filter=len(rows) > 12)


def _convergence(records: Sequence[RunRecord], case: str, arms: Sequence[str], number: int, of: int) -> Section:
    runs = by_case(records)[case]
    every = [run for of_arm in runs.values() for run in of_arm.values()]
    tasks = list(dict.fromkeys(task for run in every for task in run.tasks))
    steps = [step for run in every for trajectory in run.tasks.values() for step in trajectory.steps]
    by_rank = measure_of(runs) is not Measure.FITNESS and all(step.rank is not None for step in steps)
    most = max(len(of_arm) for of_arm in runs.values())
    charts = tuple(
        arms_chart(case, trajectory_panel(runs, task, by_rank=by_rank), arms, runs=most) for task in tasks[:_CHARTS]
    )
    words = [f"{case}. " + ("Medians; bands hold half of the runs." if most > 1 else "One run each.")]
    heading = "Convergence" if of == 1 else f"Convergence {number}"
    return Section(f"convergence-{number}", heading, tuple(words), charts)


def _ranks(comparisons: Sequence[CaseComparison]) -> Section | None:
    ranks = ranks_over_tasks(comparisons, pairs=False)
    if ranks is None:
        return None
    words = (
        f"Over {ranks.blocks} tasks, 1 is best. Friedman's test that all are equal: p = {ranks.p:.3g}. Which methods "
        "differ, `ktnas compare` tells."
    )
    rows: list[list[Cell]] = [[name, round(rank, 3)] for name, rank in zip(ranks.names, ranks.ranks, strict=True)]
    table = Table("ranks", "Mean ranks of the methods", (PageColumn("method"), PageColumn("mean rank", "number")), rows)
    return Section("ranks", "Mean ranks", (words,), (table,))


def _transfers(records: Sequence[RunRecord]) -> Section | None:
    """Who helped whom, of every method that transfers; runs of `ktnas run` tell it in their own pages."""
    items: list[Table | Chart] = []
    for arm in arms_of(records):
        moved = _moved([record for record in records if record.arm == arm])
        if moved:
            rows = [[row[0], row[1], *row[4:]] for row in transfer_rows(moved, ())]
            columns = (
                PageColumn("from"),
                PageColumn("to"),
                *(PageColumn(name, "number") for name in ("accepted", "positive", "negative", "not judged")),
            )
            items.append(Table(f"transfers {arm}", f"{arm}: architectures transferred", columns, rows))
            if len(items) == 1:
                targets = dict.fromkeys(one.target for one in moved)
                items += [transfer_chart(target, moved, ()) for target in list(targets)[:_CHARTS]]
    if not items:
        return None
    words = "All runs of a method are counted together; charts are of the first method that transfers anything."
    return Section("transfers", "Who helped whom", (words,), tuple(items))


def _moved(records: Sequence[RunRecord]) -> list[Moved]:
    counts: dict[tuple[str, str, int], Counter[str]] = {}
    for record in records:
        for task, trajectory in record.tasks.items():
            for move in trajectory.moves:
                kind = "unjudged" if move.positive is None else "positive" if move.positive else "negative"
                counts.setdefault((move.source, task, move.generation), Counter())[kind] += 1
    return [Moved(*key, c["positive"], c["negative"], c["unjudged"]) for key, c in sorted(counts.items())]


def _runs(records: Sequence[RunRecord]) -> Section:
    rows: list[list[Cell]] = []
    room = CHARACTERS // 2
    total = sum(len(record.tasks) for record in records)
    for record in records:
        for task, trajectory in record.tasks.items():
            last = trajectory.steps[-1] if trajectory.steps else None
            value = None if last is None else -last.fitness if trajectory.minimize else last.fitness
            row: list[Cell] = [record.case, record.arm, record.seed, task, value, None if last is None else last.rank]
            row += [None if last is None else last.evaluation, trajectory.evaluations, trajectory.failed]
            room -= 60 + sum(len(cell) for cell in row if isinstance(cell, str))
            if room > 0:
                rows.append(row)
    columns = (
        PageColumn("case"),
        PageColumn("method"),
        PageColumn("seed", "number"),
        PageColumn("task"),
        PageColumn("best value", "number"),
        PageColumn("rank", "number"),
        PageColumn("found after", "number"),
        PageColumn("evaluations", "number"),
        PageColumn("failed", "number"),
    )
    words = [] if len(rows) == total else [f"The first {len(rows):,} of {total:,} rows are shown."]
    seconds = sum(record.wall_s for record in records)
    facts = Facts("cost", (("runs", f"{len(records):,}"), ("wall-clock time of all runs", duration(seconds))))
    table = Table("runs", "Every run, task by task", columns, rows, filter=True)
    return Section("runs", "Runs", tuple(words), (table, facts))


def _again(records: Sequence[RunRecord], command: str) -> Section:
    seeds = sorted({record.seed for record in records})
    told = f"{len(seeds)} ({seeds[0]} to {seeds[-1]})" if seeds else "none"
    facts = Facts("settings", (("seeds", told), ("version", f"ktnas {__version__}")))
    return Section("settings", "Settings, and how to run it again", (), (Code("run it again", command), facts))
