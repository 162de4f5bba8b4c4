"""`ktnas data`: which benchmarks and images there are, and what is read of a dataset."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def execute(options: argparse.Namespace) -> int:
    """Print what there is; the exit code."""
    if options.names:
        return _tell(options)
    from ktnas.benchmarks.registry import inventory
    from ktnas.datasets.images.registry import known
    from ktnas.files.search_path import search_path

    entries, datasets = inventory(options.data), known(options.data)
    if options.json:
        from ktnas.files.json_lines import to_json

        listed: list[dict[str, object]] = [
            {
                "kind": "benchmark",
                "name": entry.name,
                "found": entry.found,
                "path": None if entry.path is None else str(entry.path),
                "architectures": entry.architectures,
                "tasks": list(entry.tasks),
                "hint": entry.hint,
                "problem": entry.problem,
            }
            for entry in entries
        ]
        listed += [
            {
                "kind": "data set",
                "name": dataset.name,
                "found": dataset.found,
                "path": None if dataset.path is None else str(dataset.path),
                "shape": dataset.shape,
                "note": dataset.note,
                "hint": dataset.hint,
                "problem": dataset.problem,
            }
            for dataset in datasets
        ]
        sys.stdout.write(to_json(listed))
    else:
        from ktnas.report.inventory import print_datasets, print_inventory

        print_inventory(entries, sys.stdout)
        print_datasets(datasets, [str(place) for place in search_path(options.data)], sys.stdout)
    return 0


def _tell(options: argparse.Namespace) -> int:
    """Read datasets, and print what was read; the exit code."""
    from ktnas.datasets.images.registry import find

    datasets = [find(name, options.data) for name in options.names]
    if options.json:
        from ktnas.files.json_lines import to_json
        from ktnas.report.inventory import as_read

        sys.stdout.write(to_json([as_read(dataset) for dataset in datasets]))
        return 0
    from ktnas.report.inventory import print_dataset

    for dataset in datasets:
        print_dataset(dataset, sys.stdout)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas data`."""
    parser.description = (
        "List every benchmark and every dataset of images: whether it is here, where, and how to get what is missing. "
        "With DATASET, read it, and tell how many images of each class each part has, and what was not read."
    )
    parser.add_argument(
        "names", metavar="DATASET", nargs="*", help="name or path of a dataset of images that is to be read"
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="directory of tables and images to look into first")
    parser.add_argument("--json", action="store_true", help="a JSON list on standard output instead of a table")
