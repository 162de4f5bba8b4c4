"""`ktnas printed`: what evaluations of a run printed in their workers."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ktnas.errors import DataError


def execute(options: argparse.Namespace) -> int:
    """Show it, the latest last; the exit code."""
    from ktnas.records.printed import PRINTED, read_printed

    if not options.directory.is_dir():
        raise DataError(f"{options.directory} is no run directory")
    found = [
        ((task, genotype), text)
        for (task, genotype), text in read_printed(options.directory)
        if options.task is None or task == options.task
    ]
    if options.last is not None:
        found = found[-options.last :] if options.last > 0 else []
    if options.json:
        for (task, genotype), text in found:
            sys.stdout.write(json.dumps({"task": task, "genotype": genotype, "text": text}) + "\n")
        return 0
    for (task, genotype), text in found:
        print(f"--- {task}, {','.join(map(str, genotype))}")
        print(text.rstrip("\n"))
    if not found:
        print(f"nothing was printed in workers that is kept in {options.directory / PRINTED}", file=sys.stderr)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas printed`."""
    parser.description = (
        "Show what Python functions printed while they were evaluated in workers, an evaluation after the other, in "
        "the order in which they ended (ktnas docs parallel)."
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="a run directory")
    parser.add_argument("--task", metavar="TASK", help="of this task alone")
    parser.add_argument("--last", metavar="N", type=int, help="the last so many alone")
    parser.add_argument("--json", action="store_true", help="one JSON object per line on standard output")
