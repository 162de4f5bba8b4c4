"""NAS-Bench-201, versions 1.0 and 1.1: one file of torch with the results of all cells."""

from __future__ import annotations

from ktnas.benchmarks.importers.arch_results import Schedule
from ktnas.benchmarks.importers.nats import archive_importer
from ktnas.spaces.nasbench201 import NASBench201

SCHEDULES = (Schedule(("less",), 12), Schedule(("full",), 200))

NASBENCH201_IMPORTER = archive_importer(
    "nasbench201",
    "NAS-Bench-201 (NAS-Bench-201-v1_1-096897.pth, or NAS-Bench-201-v1_0-e61699.pth)",
    home="https://github.com/D-X-Y/NAS-Bench-201",
    table="nasbench201.csv.gz",
    benchmark="nasbench201",
    space=NASBench201(),
    schedules=SCHEDULES,
)
