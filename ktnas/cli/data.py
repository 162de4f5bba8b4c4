"""`ktnas data`: which benchmarks and images there are, what is read of them, and official files made into tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ktnas.benchmarks.importers.registry import IMPORTERS
from ktnas.cli.importing import add_import_options
from ktnas.errors import ConfigurationError

if TYPE_CHECKING:
    from ktnas.benchmarks.known import BenchmarkEntry
    from ktnas.datasets.images.registry import Entry


def execute(options: argparse.Namespace) -> int:
    """Print what there is; the exit code."""
    if options.names[:1] == ["import"]:
        from ktnas.cli.importing import execute_import

        if options.url or options.sha256:
            raise ConfigurationError("--url and --sha256 are for `ktnas data fetch NAME`")
        return execute_import(options)
    if options.names[:1] == ["fetch"]:
        from ktnas.cli.importing import execute_fetch

        return execute_fetch(options)
    if options.kind or options.out or options.url or options.sha256:
        raise ConfigurationError("--as, --out, --url and --sha256 are for `ktnas data import` and `ktnas data fetch`")
    if options.names:
        return _tell(options)
    return _list(options)


def _list(options: argparse.Namespace) -> int:
    """Print every benchmark and every dataset; the exit code."""
    from ktnas.benchmarks.registry import inventory
    from ktnas.datasets.images.registry import known
    from ktnas.files.search_path import search_path

    entries, datasets = inventory(options.data), known(options.data)
    if options.json:
        from ktnas.files.json_lines import to_json

        sys.stdout.write(to_json([*map(_benchmark, entries), *map(_dataset, datasets)]))
    else:
        from ktnas.report.inventory import print_datasets, print_inventory

        print_inventory(entries, sys.stdout)
        print_datasets(datasets, [str(place) for place in search_path(options.data)], sys.stdout)
    return 0


def _benchmark(entry: BenchmarkEntry) -> dict[str, object]:
    return {
        "kind": "benchmark",
        "name": entry.name,
        "found": entry.found,
        "path": None if entry.path is None else str(entry.path),
        "architectures": entry.architectures,
        "tasks": list(entry.tasks),
        "hint": entry.hint,
        "problem": entry.problem,
    }


def _dataset(entry: Entry) -> dict[str, object]:
    return {
        "kind": "data set",
        "name": entry.name,
        "found": entry.found,
        "path": None if entry.path is None else str(entry.path),
        "shape": entry.shape,
        "note": entry.note,
        "hint": entry.hint,
        "problem": entry.problem,
    }


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


_EXAMPLES = """\
examples:
  %(prog)s
      every benchmark and every dataset of images: whether it is here, where, and how to get it
  %(prog)s mnist photos/of/birds
      read two datasets of images, and tell what is in them
  %(prog)s import NATS-tss-v1_0-3ffb9-simple
      make a table of an official distribution, in the user's cache directory, where searches find it; what the file
      is, its content tells. It can be stopped, and the same command goes on
  %(prog)s import nasbench_full.tfrecord --out tables
      the same in a directory of your own; searches then take --data tables
  %(prog)s fetch nasbench101
      download NAS-Bench-101 (499 MB, Apache-2.0), and make a table of it
  %(prog)s fetch nats-tss --url https://my.server/NATS-tss-v1_0-3ffb9.pickle.pbz2 --sha256 DIGEST
      download a file whose authors publish no digest, from where you trust it
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas data`."""
    parser.usage = "%(prog)s [DATASET ...] | import FILE_OR_DIR [--as NAME] [--out DIR] | fetch NAME [options]"
    parser.description = (
        "List every benchmark and every dataset of images: whether it is here, where, and how to get what is missing. "
        "With DATASET, read it, and tell how many images of each class each part has, and what was not read. With "
        f"import, make tables of the official files of a benchmark ({', '.join(IMPORTERS)}); with fetch, download one "
        "first (nasbench101, nasbench101-full), and hold it against the digest that its authors publish. `ktnas docs "
        "data` says where the others are to be had."
    )
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "names", metavar="DATASET", nargs="*", help="name or path of a dataset of images that is to be read"
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="directory of tables and images to look into first")
    parser.add_argument("--json", action="store_true", help="JSON on standard output instead of a table")
    add_import_options(parser)
