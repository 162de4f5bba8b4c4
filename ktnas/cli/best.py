"""`ktnas best`: the best architectures of a study."""

from __future__ import annotations

import argparse
import sys

from ktnas.cli.directories import add_directory, line


def execute(options: argparse.Namespace) -> int:
    """Print them; the exit code."""
    from ktnas.files.json_lines import to_json
    from ktnas.problem.task import value_text
    from ktnas.study.state import read_state

    state = read_state(options.directory)
    if options.json:
        sys.stdout.write(to_json(state.best()))
        return 0
    progress = state.progress
    for task in state.recorded.tasks:
        best = progress[task.name].best
        architecture = "none" if best is None else state.label(best.genotype)
        print(line(task.name, value_text(task, progress[task.name].fitness), architecture))
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas best`."""
    parser.description = (
        "Print the best architecture of each task so far, by validation: task, value and architecture, separated by "
        "tabs. It may be asked at any time, also while the study is run."
    )
    add_directory(parser)
    parser.add_argument(
        "--json", action="store_true", help="as JSON on standard output: genotype, fitness, evaluations until then, too"
    )
