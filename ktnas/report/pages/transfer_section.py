"""Who helped whom: what moved between tasks, and what became of it."""

from __future__ import annotations

from collections import Counter

from ktnas.records.recordings import Recording, Recordings
from ktnas.report.charts.transfers import Moved, Offer, transfer_chart, transfer_rows
from ktnas.report.pages.page import Note, PageColumn, Section, Table

_CHARTS = 12
"""Targets with a chart of their own, at most."""


def transfer_section(recordings: Recordings) -> Section | None:
    """Transfers from task to task over time; None for a single task."""
    if len(recordings.tasks) < 2 or not any(run.trials for run in recordings.runs):
        return None
    moved, offers = moves(recordings), offers_of(recordings)
    rows = transfer_rows(moved, offers)
    if not rows:
        text = "No architecture was transferred between the tasks, and nothing is recorded of any that was offered."
        return Section("transfers", "Who helped whom", (), (Note("none", text),))
    table = Table(
        "transfers",
        "Architectures transferred from task to task",
        (
            PageColumn("from"),
            PageColumn("to"),
            *(PageColumn(name, "number") for name in _COLUMNS),
        ),
        rows,
    )
    targets = list(dict.fromkeys(str(row[1]) for row in rows))[:_CHARTS]
    charts = tuple(transfer_chart(target, moved, offers) for target in targets)
    return Section("transfers", "Who helped whom", _words(recordings, recorded=bool(offers)), (table, *charts))


_COLUMNS = ("offered", "let pass by the model", "accepted", "positive", "negative", "not judged")


def _words(recordings: Recordings, *, recorded: bool) -> tuple[str, ...]:
    words = [
        "Offered: members of another task's population that the task did not know. Accepted: evaluated on the task. "
        "Positive: a child of it was among the best of the next population."
    ]
    if not recorded:
        words.append(
            "What was offered is not recorded: by an older version of ktnas, or by a method that tells nothing."
        )
    if recordings.outcomes(recordings.runs[0]) is None:
        words.append("How transfers were judged, one by one, is not told by the record of this method.")
    if len(recordings.runs) > 1:
        words.append(f"All {len(recordings.runs)} runs are counted together.")
    return tuple(words)


def moves(recordings: Recordings) -> list[Moved]:
    """What was transferred, of all runs together."""
    counts: dict[tuple[str, str, int], Counter[str]] = {}
    for run in recordings.runs:
        judged = _judged(recordings, run)
        for trial in run.trials:
            source = trial.proposal.source_task
            if source is None or trial.repeat:
                continue
            positive = judged.get((trial.task, trial.generation, trial.genotype))
            kind = "unjudged" if positive is None else "positive" if positive else "negative"
            counts.setdefault((source, trial.task, trial.generation), Counter())[kind] += 1
    return [
        Moved(*key, count["positive"], count["negative"], count["unjudged"])
        for key, count in sorted(counts.items(), key=lambda item: item[0][2])
    ]


def _judged(recordings: Recordings, run: Recording) -> dict[tuple[str, int, tuple[int, ...]], bool]:
    outcomes = recordings.outcomes(run) or {}
    return {(task, one.generation, one.genotype): one.positive for task, own in outcomes.items() for one in own}


def offers_of(recordings: Recordings) -> list[Offer]:
    """What was offered, of all runs together."""
    counts: dict[tuple[str, str, int], list[int]] = {}
    for run in recordings.runs:
        for belief in run.beliefs:
            for one in belief.offered:
                both = counts.setdefault((one.source, one.target, belief.generation), [0, 0])
                both[0] += one.candidates
                both[1] += one.promising
    return [Offer(*key, *both) for key, both in sorted(counts.items(), key=lambda item: item[0][2])]
