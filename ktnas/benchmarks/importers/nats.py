"""What the importers of NAS-Bench-201 and of NATS-Bench share: from the journal's rows to one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ktnas.benchmarks.importers.arch_results import Schedule, header
from ktnas.benchmarks.importers.archives import files_of, looks_like, read_archive
from ktnas.benchmarks.importers.base import Importer, Made, csv_content, in_order
from ktnas.benchmarks.importers.probe import Probe
from ktnas.files.journal import WorkJournal
from ktnas.spaces.base import SearchSpace


def archive_importer(
    name: str,
    title: str,
    *,
    home: str,
    table: str,
    benchmark: str,
    space: SearchSpace,
    schedules: Sequence[Schedule],
    notes: tuple[str, ...] = (),
) -> Importer:
    """The importer of such a distribution.

    Args:
        name: What it is called at the command line.
        title: The benchmark, and which of its files.
        home: Where it is to be had.
        table: The table that it makes.
        benchmark: The benchmark that reads it.
        space: The space of its architectures.
        schedules: Its schedules of training.
        notes: What must be known of its numbers.
    """
    return Importer(
        name,
        title,
        home,
        "MIT",
        (table,),
        recognises=_recogniser(space, schedules),
        read=partial(read_archive, space=space, schedules=schedules),
        make=partial(_make, table=table, benchmark=benchmark, schedules=schedules),
        files=files_of,
        notes=notes,
    )


def _recogniser(space: SearchSpace, schedules: Sequence[Schedule]) -> Callable[[Probe], bool]:
    return lambda probe: looks_like(probe, space, schedules)


def _make(journal: WorkJournal, table: str, benchmark: str, schedules: Sequence[Schedule]) -> Sequence[Made]:
    rows = in_order(journal.lines(), table)
    use = f"ktnas run --benchmark {benchmark} --tasks cifar10,cifar100,imagenet16"
    return (Made(table, csv_content(header(schedules), rows), len(rows), use),)
