"""NATS-Bench, size space: 32,768 networks of five widths each; a directory of small files, or one large one."""

from __future__ import annotations

from ktnas.benchmarks.importers.arch_results import Schedule
from ktnas.benchmarks.importers.nats import archive_importer
from ktnas.spaces.nats_size import NATSSize

SCHEDULES = (Schedule(("01",), 1), Schedule(("12",), 12), Schedule(("90",), 90))

NATS_SSS = archive_importer(
    "nats-sss",
    "NATS-Bench, size space (NATS-sss-v1_0-50262-simple/, or NATS-sss-v1_0-50262.pickle.pbz2)",
    home="https://github.com/D-X-Y/NATS-Bench",
    table="nats_size.csv.gz",
    benchmark="nats-size",
    space=NATSSize(),
    schedules=SCHEDULES,
)
