"""The tables that experiments search, and their tasks."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.machinery.harness import Options

NASBENCH201 = "nasbench201"
MICRO, MACRO = "transnas101-micro", "transnas101-macro"
NASBENCH_GRAPH = "nasbench-graph"

TASKS: Mapping[str, tuple[str, ...]] = {
    NASBENCH201: ("cifar10", "cifar100", "imagenet16"),
    **dict.fromkeys(
        (MICRO, MACRO),
        ("class_object", "class_scene", "jigsaw", "room_layout", "segmentsemantic", "normal", "autoencoder"),
    ),
    NASBENCH_GRAPH: ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv"),
}
"""The tasks of each table that list all its architectures."""


def tasks(opts: Options, table: str) -> tuple[str, ...]:
    """The tasks that are searched: in a smoke run, two."""
    return opts.pick(TASKS[table], TASKS[table][:2])
