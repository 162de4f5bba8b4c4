"""The tables that experiments search, and their tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from experiments.machinery.harness import Options
from ktnas.benchmarks.mdesign import GRAPH_TASKS, LINK_TASKS
from ktnas.benchmarks.table import TableBenchmark
from ktnas.runner.design import Named

NASBENCH201 = "nasbench201"
MICRO, MACRO = "transnas101-micro", "transnas101-macro"
NASBENCH_GRAPH = "nasbench-graph"
SCENES = "scenes"
LINK, GRAPH = "mdesign-link", "mdesign-graph"

TASKS: Mapping[str, tuple[str, ...]] = {
    NASBENCH201: ("cifar10", "cifar100", "imagenet16"),
    **dict.fromkeys(
        (MICRO, MACRO, SCENES),
        ("class_object", "class_scene", "jigsaw", "room_layout", "segmentsemantic", "normal", "autoencoder"),
    ),
    NASBENCH_GRAPH: ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv"),
    LINK: LINK_TASKS,
    GRAPH: GRAPH_TASKS,
}
"""The tasks of each table that list all its architectures."""


PROTEINS = "proteins"
"""The task of NAS-Bench-Graph that lists 2,021 of its 26,206 architectures only."""


def tasks(opts: Options, table: str) -> tuple[str, ...]:
    """The tasks that are searched; two in a smoke run, of NAS-Bench-Graph such that few architectures are left."""
    return opts.pick(TASKS[table], (TASKS[table][0], PROTEINS) if table == NASBENCH_GRAPH else TASKS[table][:2])


def opened(table: str, tasks: tuple[str, ...] = ()) -> TableBenchmark:
    """A table with some of its tasks, or all; read once per process, for this and for sweeps."""
    return cast("TableBenchmark", Named(table, tasks).load())
