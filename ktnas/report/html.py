"""A study as one HTML file that needs nothing else: what was searched, what was found, figures, every trial."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ktnas.description import describe
from ktnas.errors import ConfigurationError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import to_json
from ktnas.formatting import duration, visible_lines
from ktnas.problem.progress import progress_of
from ktnas.problem.task import value_text
from ktnas.problem.trial import Trial
from ktnas.report.frame import rows
from ktnas.report.picture import convergence_picture
from ktnas.report.run_figures import best_figures
from ktnas.runner.experiment import Experiment
from ktnas.version import __version__

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1f2933; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; }
th, td { padding: .25rem .7rem; text-align: left; border-bottom: 1px solid #dde3ea; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } code { font-size: .9em; word-break: break-all; }
img { max-width: 100%; } .scroll { overflow-x: auto; } .muted { color: #667785; } pre { overflow-x: auto; }
"""

_SHOWN = ("task", "evaluation", "generation", "architecture", "value", "cost_s", "source_task", "error")
"""Columns of the table of trials."""


def escape(text: str) -> str:
    """Text in which nothing is markup, and nothing changes the order of what is read."""
    return html.escape(visible_lines(text))


def write_report(path: Path, experiment: Experiment, seed: int, trials: Sequence[Trial], pending: int) -> None:
    """Write the file, whole or not at all.

    Args:
        path: Where to.
        experiment: What was searched.
        seed: Seed of the study.
        trials: Every answer so far.
        pending: Proposals that were handed out and are not told.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    body = [overview(experiment, seed, trials, pending), *_figures(experiment, seed, trials), _method(experiment)]
    body.append(_all_trials(experiment, trials))
    title = escape(experiment.title)
    content = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n" + "\n".join(body) + "\n</body></html>\n"
    )
    try:
        write_atomically(path, content)
    except OSError as error:
        raise ConfigurationError(f"cannot write {path}: {error.strerror}") from None


def overview(experiment: Experiment, seed: int, trials: Sequence[Trial], pending: int) -> str:
    """What was found, a row per task."""
    progress = progress_of(trials, experiment.problem.names)
    lines = []
    for task in experiment.problem.tasks:
        done = progress[task.name]
        best = "none" if done.best is None else experiment.benchmark.label(done.best.genotype)
        lines.append(
            [
                task.name,
                value_text(task, done.fitness),
                best,
                f"{done.evaluations_to_best:,}" if done.best else "",
                f"{done.evaluations:,} of {experiment.budget.evaluations:,}",
                f"{done.failed:,}",
                duration(done.cost_s) if done.cost_s else "",
            ]
        )
    head = ["task", "best value", "best architecture", "found after", "evaluations", "failed", "cost"]
    waiting = f"; {pending:,} handed out and not told" if pending else ""
    told = (
        f"{escape(experiment.benchmark.name)}, space {escape(experiment.problem.space.name)}, method "
        f"{escape(experiment.search.name)}, seed {seed}{waiting}. Values are of the "
        f"validation part; ktnas {__version__}."
    )
    return f'{_table(head, lines)}\n<p class="muted">{told}</p>'


def _figures(experiment: Experiment, seed: int, trials: Sequence[Trial]) -> list[str]:
    """Figures as part of the file; where one cannot be drawn, a sentence."""
    if not trials:
        return []
    progress = progress_of(trials, experiment.problem.names)
    drawn: dict[str, Callable[[], bytes]] = {
        "convergence": lambda: convergence_picture(experiment, seed, progress).png,
        **best_figures(experiment, [trials]),
    }
    return ["<h2>Figures</h2>", *(_figure(name, draw) for name, draw in drawn.items())]


def _figure(name: str, draw: Callable[[], bytes]) -> str:
    try:
        data = base64.b64encode(draw()).decode()
    except Exception as error:  # a drawing library on whatever values a search may find
        return f'<p class="muted">{escape(name)} could not be drawn ({escape(type(error).__name__)}).</p>'
    return f'<p><img alt="{escape(name)}" src="data:image/png;base64,{data}"></p>'


def _method(experiment: Experiment) -> str:
    return (
        f"<h2>Method</h2>\n<details><summary>{escape(experiment.search.name)}: all of its settings</summary><pre>"
        + (f"{escape(to_json(describe(experiment.search)))}</pre></details>")
    )


def _all_trials(experiment: Experiment, trials: Sequence[Trial]) -> str:
    columns: Mapping[str, Sequence[object]] = rows(experiment, trials)
    lines = [
        ["" if value is None else _text(value) for value in line]
        for line in zip(*(columns[k] for k in _SHOWN), strict=True)
    ]
    return f"<h2>Trials</h2>\n{_table(_SHOWN, lines)}"


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "\n".join(
        "<tr>" + "".join(_cell(name, text) for name, text in zip(head, line, strict=True)) + "</tr>" for line in lines
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody></table></div>'


def _cell(name: str, text: str) -> str:
    if "architecture" in name:
        return f"<td><code>{escape(text)}</code></td>"
    number = name in {
        "evaluation",
        "generation",
        "value",
        "cost_s",
        "best value",
        "found after",
        "evaluations",
        "failed",
    }
    return f'<td class="number">{escape(text)}</td>' if number else f"<td>{escape(text)}</td>"
