"""What the search cost."""

from __future__ import annotations

from ktnas.formatting import duration
from ktnas.records.recordings import Recordings
from ktnas.report.charts.cost import cost_chart
from ktnas.report.pages.page import Facts, Section


def cost_section(recordings: Recordings) -> Section | None:
    """Time that was spent, and seconds of training that the evaluations took or stand for."""
    runs = [run for run in recordings.runs if run.trials]
    if not runs:
        return None
    first = {
        task.name: [t.evaluation.cost_s for t in runs[0].trials if t.task == task.name and not t.repeat]
        for task in recordings.tasks
    }
    totals = [run.seconds("total") for run in runs]
    searches = [run.seconds("search") for run in runs]
    every = [t for run in runs for t in run.trials if not t.repeat]
    training = sum(t.evaluation.cost_s for t in every)
    pairs = [
        ("evaluations", f"{len(every):,}"),
        ("that failed", f"{sum(t.fitness is None for t in every):,}"),
        ("repeats, which are free", f"{sum(t.repeat for run in runs for t in run.trials):,}"),
        ("training that they took, or stand for", duration(training) if training else "not known"),
    ]
    if known := [value for value in totals if value is not None]:
        pairs.append(("wall-clock time" + (f", {len(known)} runs" if len(known) > 1 else ""), duration(sum(known))))
    if known := [value for value in searches if value is not None]:
        pairs.append(("of which the search itself", duration(sum(known))))
    charts = (cost_chart(first),) if any(sum(values) for values in first.values()) else ()
    return Section("cost", "Cost", (), (Facts("cost", tuple(pairs)), *charts))
