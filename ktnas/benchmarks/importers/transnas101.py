"""TransNAS-Bench-101: one file of torch with the training histories of cells and networks on seven tasks.

Of each metric the value at the final epoch is taken, of the one training that there is: ``TASK__valid_METRIC`` is what
a search may see, ``TASK__test_METRIC`` what a report shows. ``time_elapsed`` is left out: upstream does not say whether
it is of an epoch or since the beginning.

Duan et al., "TransNAS-Bench-101", CVPR 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ktnas.benchmarks.importers.arch_results import number
from ktnas.benchmarks.importers.base import Importer, ImportJob, Made, csv_content, in_order
from ktnas.benchmarks.importers.probe import Probe
from ktnas.errors import DataError
from ktnas.files.journal import WorkJournal
from ktnas.files.packed_source import machine_of, unpacked
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

SPACES: Mapping[str, tuple[str, str, SearchSpace]] = {
    "micro": ("transnas101_micro.csv.gz", "transnas101-micro", TransNASMicro()),
    "macro": ("transnas101_macro.csv.gz", "transnas101-macro", TransNASMacro()),
}
"""By the name in the file: the table, the benchmark, and the space."""

METRICS: Mapping[str, tuple[str, ...]] = {
    "class_object": ("top1",),
    "class_scene": ("top1",),
    "jigsaw": ("top1",),
    "room_layout": ("neg_loss",),
    "segmentsemantic": ("acc", "mIoU"),
    "normal": ("ssim",),
    "autoencoder": ("ssim",),
}
"""By task: the metrics that are taken; higher is better."""

PARTS = ("valid", "test")

_MILLION = 1_000_000

_SIZES = {"params_M": ("model_params", 1_000), "flops_M": ("model_FLOPs", 1_000_000)}
"""By column: what the file calls it, and the least that a network can have: smaller numbers are millions already."""


def _recognises(probe: Probe) -> bool:
    return probe.is_pickle and b"metrics_dict" in probe.head and b"task_list" in probe.head


def _read(job: ImportJob) -> None:
    state = job.journal.state or {}
    if "done" in state:
        return
    counts: dict[str, int] = dict(state.get("counts", {}))
    with unpacked(job.source) as source:
        machine = machine_of(source, set(SPACES), state.get("machine"))
        for entry in machine.entries():
            if entry is None:
                job.journal.checkpoint({"machine": machine.snapshot(), "counts": counts})
            else:
                kind = str(entry.of)
                index = counts[kind] = counts.get(kind, -1) + 1
                job.journal.append_json({"of": kind, **_row(kind, index, entry.key, entry.value, str(job.source))})
            job.advance("reading", source.done, source.size)
    job.journal.checkpoint({"done": True})


def _row(kind: str, index: int, text: object, results: object, where: str) -> dict[str, Any]:
    if type(text) is not str or not isinstance(results, Mapping):
        raise DataError(f"{where}: record {str(text)[:40]!r} holds no results of an architecture")
    SPACES[kind][2].parse(text)
    found: dict[str, Any] = {"index": index, "arch_str": text}
    for task, metrics in METRICS.items():
        trained = results.get(task)
        if trained is None:
            continue
        if not (isinstance(trained, Mapping) and isinstance(trained.get("metrics"), Mapping)):
            raise DataError(f"{where}: {text} has no metrics of {task}")
        for name in (f"{part}_{metric}" for part in PARTS for metric in metrics):
            found[f"{task}__{name}"] = _final(trained, name)
        found.update(_sizes(task, trained.get("model_info")))
    return {name: value for name, value in found.items() if value is not None}


def _final(trained: Mapping[str, Any], name: str) -> float | None:
    """The value at the final epoch; None where the training did not come so far."""
    history, epochs = trained["metrics"].get(name), trained.get("total_epochs")
    if not isinstance(history, list) or not history or (type(epochs) is int and len(history) < epochs):
        return None
    return number(history[-1])


def _sizes(task: str, info: object) -> dict[str, float | None]:
    if not isinstance(info, Mapping):
        return {}
    found: dict[str, float | None] = {f"{task}__inference_time_s": number(info.get("inference_time"))}
    for name, (key, least) in _SIZES.items():
        size = number(info.get(key))
        found[f"{task}__{name}"] = None if size is None else size / _MILLION if size >= least else size
    return found


def _header() -> tuple[str, ...]:
    measured = (f"{task}__{part}_{metric}" for part in PARTS for task, metrics in METRICS.items() for metric in metrics)
    sizes = (f"{task}__{name}" for task in METRICS for name in ("params_M", "flops_M", "inference_time_s"))
    return ("index", "arch_str", *measured, *sizes)


def _make(journal: WorkJournal) -> Sequence[Made]:
    made = []
    every = list(journal.lines())
    for kind, (table, benchmark, _) in SPACES.items():
        rows = [row for row in every if row["of"] == kind]
        if rows:
            ordered = in_order(rows, table)
            use = f"ktnas run --benchmark {benchmark} --source segmentsemantic --target normal"
            made.append(Made(table, csv_content(_header(), ordered), len(ordered), use))
    if not made:
        raise DataError("the file holds neither cells (micro) nor networks (macro)")
    return made


TRANSNAS101 = Importer(
    "transnas101",
    "TransNAS-Bench-101 (transnas-bench_v10141024.pth)",
    "https://github.com/yawen-d/TransNASBench",
    "MIT",
    tuple(table for table, _, _ in SPACES.values()),
    recognises=_recognises,
    read=_read,
    make=_make,
)
