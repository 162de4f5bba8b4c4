"""Comparisons to read: Markdown for the terminal and for documents, rows for CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ktnas.formatting import cell_text, encodable, visible, visible_lines
from ktnas.report.comparison import CaseComparison, Measure
from ktnas.report.statistics import LEAST_RUNS, LEVEL, Interval, MeanRanks

Value = str | int | float | bool | None


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""A table whose columns are aligned for reading as plain text; ends in a line end.

    >>> print(markdown_table(["arm", "rank"], [["a", "1.5"], ["b | c", "20"]]), end="")
    | arm    | rank |
    |--------|------|
    | a      | 1.5  |
    | b \| c | 20   |
    """
    plain = [[visible(cell.replace("\n", " ")).replace("|", "\\|") for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in plain) for i in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in plain]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def tables_within(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> str:
    r"""A table, or where that is wider than ``width`` several below one another, the first column in each.

    >>> print(tables_within(["arm", "x", "y"], [["a", "10", "20"]], 12), end="")
    | arm | x  |
    |-----|----|
    | a   | 10 |
    <BLANKLINE>
    | arm | y  |
    |-----|----|
    | a   | 20 |
    """
    wide = [max(len(row[i]) for row in (header, *rows)) + 3 for i in range(len(header))]
    groups: list[list[int]] = [[]]
    for i in range(1, len(header)):
        if groups[-1] and width is not None and wide[0] + sum(wide[j] for j in (*groups[-1], i)) + 1 > width:
            groups.append([])
        groups[-1].append(i)
    parts = [[0, *group] for group in groups]
    return "\n".join(markdown_table([header[i] for i in p], [[row[i] for i in p] for row in rows]) for p in parts)


def csv_text(rows: Sequence[Mapping[str, Value]]) -> str:
    """Rows with a header, the columns of the first; numbers with six digits, absent empty; none is a formula."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return buffer.getvalue()


def _cell(value: Value) -> Value:
    if isinstance(value, str):
        return cell_text(value)
    return f"{value:.6g}" if isinstance(value, float) else value


def number(value: float) -> str:
    """A number with the digits that matter.

    >>> number(0.01234), number(3.14159), number(123.456), number(12345.6)
    ('0.01234', '3.142', '123.5', '12,346')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class _Words:
    """How a measure is put into words."""

    caption: str
    note: str = ""


_WORDS = {
    Measure.EVALUATIONS: _Words(
        "evaluations until the best listed architecture was found",
        "Runs that did not find it count with the evaluations they used, so that the figures marked >= are lower "
        "bounds; in percent, the share of runs that found it. All tasks: the sum.",
    ),
    Measure.RANK: _Words(
        "true rank of the best architecture found, 1 is best", "All tasks: the geometric mean of a run's ranks."
    ),
    Measure.FITNESS: _Words("best fitness found, higher is better"),
}


def caption_of(measure: Measure) -> str:
    """A measure in words, with what must be known of it."""
    words = _WORDS[measure]
    return f"{words.caption}. {words.note}".strip(". ")


def markdown(comparison: CaseComparison, width: int | None = None, encoding: str | None = None) -> str:
    """A case in two tables: what every arm came to, and how it differs from the baseline.

    Args:
        comparison: The case.
        width: Characters in a line: tables that are wider are parted, or lose columns. None for no limit.
        encoding: Of what it is written to, as `ktnas.report.columns.encoding_of` tells it.
    """
    words = _WORDS[comparison.measure]
    runs = {cell.runs for cell in comparison.cells}
    seeds = _counted(min(runs)) if len(runs) == 1 else f"{min(runs)} to {max(runs)} runs"
    notes = [words.note] if words.note else []
    if any(cell.interval is None for cell in comparison.cells):
        notes.append(f"Intervals are given from {LEAST_RUNS} runs on.")
    if comparison.equal:
        notes.append(f"All runs of {'; '.join(comparison.equal)} are equal whatever the seed, and count as one.")
    parts = [
        f"### {comparison.case}\n",
        f"After {comparison.at} evaluations per task, {words.caption}: mean [95 % interval] / median of {seeds}. "
        f"{' '.join(notes)}".rstrip()
        + "\n",
        tables_within(
            ["arm", *(encodable(task, encoding) for task in comparison.tasks)],
            [
                [encodable(arm, encoding), *(_cell_text(comparison, arm, task) for task in comparison.tasks)]
                for arm in comparison.arms
            ],
            width,
        ),
    ]
    if comparison.differences:
        parts += [
            f"Difference from {comparison.baseline}, paired by seed; Wilcoxon signed-rank test, p after Holm's "
            "correction; effect: matched-pairs rank-biserial correlation, positive where the arm is better.\n",
            _differences_table(comparison, width, encoding),
        ]
    return visible_lines("\n".join(parts))


def _counted(runs: int) -> str:
    return "1 run" if runs == 1 else f"{runs} runs"


def _cell_text(comparison: CaseComparison, arm: str, task: str) -> str:
    cell = comparison.cell(arm, task)
    if cell is None:
        return "-"
    text = f"{number(cell.mean)}{_bracketed(cell.interval)} / {number(cell.median)}"
    if cell.found is None:
        return text
    return text if cell.found == 1 else f">= {text} ({100 * cell.found:.0f} %)"


def _bracketed(interval: Interval | None) -> str:
    return "" if interval is None else f" [{number(interval.low)}, {number(interval.high)}]"


def _differences_table(comparison: CaseComparison, width: int | None, encoding: str | None) -> str:
    rows = []
    for difference in comparison.differences:
        test = difference.test
        rows.append(
            [
                encodable(difference.arm, encoding),
                encodable(difference.task, encoding),
                f"{test.difference:+.4g}{_bracketed(test.known_interval)}",
                f"{difference.effect:+.2f}",
                f"{difference.p:.2g}",
                difference.verdict,
                str(test.pairs),
            ]
        )
    return _narrowed(["arm", "task", "difference", "effect", "p", "verdict", "pairs"], rows, width)


def _narrowed(header: list[str], rows: list[list[str]], width: int | None) -> str:
    """The table of differences; where there is no room, without what the file has as well."""
    for left_out in ("pairs", "effect", "p", "verdict"):
        table = markdown_table(header, rows)
        if width is None or table.index("\n") <= width:
            return table
        kept = [i for i, heading in enumerate(header) if heading != left_out]
        header, rows = [header[i] for i in kept], [[row[i] for i in kept] for row in rows]
    return markdown_table(header, rows)


def ranks_markdown(ranks: MeanRanks, encoding: str | None = None) -> str:
    """Mean ranks over tasks, best first, and which arms differ significantly."""
    lines = []
    names = [encodable(name, encoding) for name in ranks.names]
    for i, (name, rank) in enumerate(zip(names, ranks.ranks, strict=True)):
        better = [names[j] for j in range(i) if ranks.pairwise[i][j] < LEVEL]
        lines.append([name, f"{rank:.2f}", "; ".join(better) or "-"])
    return (
        f"### Mean ranks over {ranks.blocks} tasks\n\n"
        f"{markdown_table(['arm', 'mean rank', 'significantly worse than'], lines)}\n"
        f"Friedman's test that all are equal: p = {ranks.p:.2g}. Pairs by Nemenyi's test at the level of 5 %; "
        "what is not listed is not significant.\n"
    )


def rows(comparisons: Sequence[CaseComparison]) -> list[dict[str, Value]]:
    """One row per case, arm and task, with its difference from the baseline."""
    found: list[dict[str, Value]] = []
    for comparison in comparisons:
        differences = {(d.arm, d.task): d for d in comparison.differences}
        for cell in comparison.cells:
            difference = differences.get((cell.arm, cell.task))
            test = None if difference is None else difference.test
            interval = None if test is None else test.known_interval
            found.append(
                {
                    "case": comparison.case,
                    "task": cell.task,
                    "arm": cell.arm,
                    "measure": comparison.measure.value,
                    "at": comparison.at,
                    "runs": cell.runs,
                    "mean": cell.mean,
                    "median": cell.median,
                    "low": None if cell.interval is None else cell.interval.low,
                    "high": None if cell.interval is None else cell.interval.high,
                    "found": cell.found,
                    "baseline": None if test is None else comparison.baseline,
                    "difference": None if test is None else test.difference,
                    "difference_low": None if interval is None else interval.low,
                    "difference_high": None if interval is None else interval.high,
                    "effect": None if difference is None else difference.effect,
                    "p": None if difference is None else difference.p,
                    "verdict": None if difference is None else difference.verdict,
                }
            )
    return found
