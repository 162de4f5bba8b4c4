"""NATS-Bench, topology space: the cells of NAS-Bench-201, trained anew; a directory of small files, or one file."""

from __future__ import annotations

from ktnas.benchmarks.importers.arch_results import Schedule
from ktnas.benchmarks.importers.nats import archive_importer
from ktnas.spaces.nasbench201 import NASBench201

SCHEDULES = (Schedule(("12",), 12), Schedule(("200",), 200))

NATS_TSS = archive_importer(
    "nats-tss",
    "NATS-Bench, topology space (NATS-tss-v1_0-3ffb9-simple/, or NATS-tss-v1_0-3ffb9.pickle.pbz2)",
    home="https://github.com/D-X-Y/NATS-Bench",
    table="nasbench201.csv.gz",
    benchmark="nasbench201",
    space=NASBench201(),
    schedules=SCHEDULES,
    notes=("Its means differ from those of NAS-Bench-201 version 1.1 for some 2,400 cells.",),
)
