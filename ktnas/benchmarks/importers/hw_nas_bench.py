"""HW-NAS-Bench: latency and energy of the NAS-Bench-201 cells on six devices, by dataset.

They are known without training: numbers for a table of one's own (``--table FILE --space nasbench201 --minimize
edgegpu_latency_ms``), and no fitness of any benchmark. FBNet's space, which the file holds too, is left out: it lists
costs of blocks, not of networks.

Li et al., "HW-NAS-Bench: Hardware-Aware Neural Architecture Search Benchmark", ICLR 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ktnas.benchmarks.importers.base import Importer, ImportJob, Made, csv_content, in_order
from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError
from ktnas.files.journal import WorkJournal
from ktnas.files.packed_source import machine_of, unpacked
from ktnas.spaces.nasbench201 import NASBench201

DATASETS: Mapping[str, str] = {"cifar10": "cifar10", "cifar100": "cifar100", "ImageNet16-120": "imagenet16"}
"""By the file's name: ours."""

METRICS: Mapping[str, str] = {
    "edgegpu_latency": "edgegpu_latency_ms",
    "edgegpu_energy": "edgegpu_energy_mj",
    "raspi4_latency": "raspi4_latency_ms",
    "edgetpu_latency": "edgetpu_latency_ms",
    "pixel3_latency": "pixel3_latency_ms",
    "eyeriss_latency": "eyeriss_latency_ms",
    "eyeriss_energy": "eyeriss_energy_mj",
    "eyeriss_arithmetic_intensity": "eyeriss_arithmetic_intensity",
    "fpga_latency": "fpga_latency_ms",
    "fpga_energy": "fpga_energy_mj",
}
"""By the file's name: the column; milliseconds and millijoules."""


def table_of(dataset: str) -> str:
    """What the table of a dataset is called."""
    return f"nasbench201_hardware_{dataset}.csv.gz"


def _recognises(probe: Probe) -> bool:
    return probe.is_pickle and any(name in probe.head[:64] for name in (b"nasbench201", b"fbnet"))


def _read(job: ImportJob) -> None:
    if job.journal.state is not None:
        return
    where = str(job.source)
    with unpacked(job.source) as source:
        job.advance("reading", 0, source.size)
        content = machine_of(source).load()
    cells = content.get("nasbench201") if isinstance(content, Mapping) else None
    if not isinstance(cells, Mapping):
        raise DataError(f"{where} holds nothing of nasbench201")
    for name, dataset in DATASETS.items():
        measured = cells.get(name)
        if isinstance(measured, Mapping):
            for row in _rows(measured, f"{where}: {name}"):
                job.journal.append_json({"of": dataset, **row})
    job.journal.checkpoint({"done": True})


def _rows(measured: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    configurations = measured.get("config")
    if isinstance(configurations, Mapping):
        configurations = [configurations[key] for key in sorted(configurations)]
    if not isinstance(configurations, list):
        raise DataError(f"{where} lists no architectures")
    columns = {column: _column(measured, name, len(configurations), where) for name, column in METRICS.items()}
    rows = []
    for index, one in enumerate(configurations):
        text = one.get("arch_str") if isinstance(one, Mapping) else None
        if type(text) is not str:
            raise DataError(f"{where}: architecture {index} has no arch_str")
        NASBench201().parse(text)
        values = {name: column[index] for name, column in columns.items() if column[index] is not None}
        rows.append({"index": index, "arch_str": text, **values})
    return rows


def _column(measured: Mapping[str, Any], name: str, count: int, where: str) -> Sequence[float | None]:
    """The values of a metric; None where it could not be measured (written as 0 or less, or no number)."""
    values = measured.get(name)
    if values is None:
        return [None] * count
    if not isinstance(values, list) or len(values) != count:
        raise DataError(f"{where}: {name} is no list of {count:,} numbers")
    return [_positive(value) for value in values]


def _positive(value: object) -> float | None:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return found if 0 < found < float("inf") else None


def _make(journal: WorkJournal) -> Sequence[Made]:
    every, made = list(journal.lines()), []
    for dataset in DATASETS.values():
        rows = [row for row in every if row["of"] == dataset]
        if rows:
            table = table_of(dataset)
            ordered = in_order(rows, table)
            use = (
                f"ktnas run --table {table} --space nasbench201 --tasks edgegpu_latency_ms,fpga_energy_mj "
                "--minimize edgegpu_latency_ms,fpga_energy_mj"
            )
            content = csv_content(("index", "arch_str", *METRICS.values()), ordered)
            made.append(Made(table, content, len(ordered), use))
    if not made:
        raise DataError(f"the file holds none of the datasets {', '.join(DATASETS)}")
    return made


HW_NAS_BENCH = Importer(
    "hw-nas-bench",
    "HW-NAS-Bench (HW-NAS-Bench-v1_0.pickle)",
    "https://github.com/GATECH-EIC/HW-NAS-Bench",
    "MIT",
    tuple(map(table_of, DATASETS.values())),
    recognises=_recognises,
    read=_read,
    make=_make,
    notes=("Measured latencies and energies, known before any training: they are no fitness, and no test metric.",),
)
