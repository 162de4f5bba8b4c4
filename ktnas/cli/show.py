"""`ktnas show`: how far a study has come."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.cli.directories import add_directory, line

if TYPE_CHECKING:
    from ktnas.study.state import StudyState


def execute(options: argparse.Namespace) -> int:
    """Print it; the exit code."""
    from ktnas.files.json_lines import to_json
    from ktnas.study.state import read_state

    state = read_state(options.directory)
    if options.json:
        sys.stdout.write(to_json(state.plain()))
    elif options.trials:
        _print_trials(state)
    else:
        _print(state)
    if options.report is not None:
        from ktnas.report.pages.whole import write_page
        from ktnas.study.looking import page_of

        write_page(options.report, page_of(options.directory))
        print(f"report written to {options.report}", file=sys.stderr)
    return 0


def _print(state: StudyState) -> None:
    from ktnas.problem.task import value_text

    recorded, progress = state.recorded, state.progress
    method = recorded.config.get("method")
    name = (method.get("label") or method.get("type")) if isinstance(method, dict) else method
    print(f"{recorded.config.get('benchmark')}, space {recorded.config.get('space')}, {name}, seed {recorded.seed}")
    print(state.ending)
    for task in recorded.tasks:
        done = progress[task.name]
        best = "none" if done.best is None else state.label(done.best.genotype)
        failed = f", {done.failed:,} failed" if done.failed else ""
        print(
            f"  {task.name}: {done.evaluations:,} of {recorded.budget.evaluations:,} evaluations{failed}; best "
            f"{value_text(task, done.fitness)} {best if done.best else ''}".rstrip()
        )
    if state.pending:
        print(f"{len(state.pending):,} handed out and not told:")
    for number in state.pending:
        task_name, genotype = state.journal.questions[number]
        since = datetime.fromtimestamp(state.journal.given[number], UTC).isoformat(" ", "seconds")
        print(f"  {number}: {task_name} {state.label(genotype)}, since {since}")


def _print_trials(state: StudyState) -> None:
    print(line("task", "generation", "value", "architecture", "error"))
    tasks = {task.name: task for task in state.recorded.tasks}
    for trial in state.trials:
        if not trial.repeat:
            value = "" if trial.fitness is None else repr(tasks[trial.task].to_fitness(trial.fitness))
            print(line(trial.task, trial.generation, value, state.label(trial.genotype), trial.evaluation.error or ""))


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas show`."""
    parser.description = (
        "Print how far a study, or a run, has come: evaluations, failures and the best per task, and what is handed "
        "out and not told. It may be asked at any time, also while the study is run."
    )
    add_directory(parser)
    parser.add_argument("--trials", action="store_true", help="every evaluation, a line each, separated by tabs")
    parser.add_argument("--json", action="store_true", help="as JSON on standard output, and nothing else")
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the page of `ktnas report` as well")
