"""M-DESIGN: 1,680 graph neural networks on eleven tasks of link prediction, and on eleven of graph classification.

Fitness is validation accuracy, the mean of upstream's trainings; the report holds test accuracy. Both are shares in 0
to 1 here; the table writes the test accuracy in %. Tasks agree little, and some are opposed to others. Three names of
tasks (cora, citeseer, pubmed) are those of NAS-Bench-Graph too, where vertices are classified: a name alone means it.

Wang et al., "Beyond Model Base Retrieval: Weaving Knowledge to Master Fine-grained Neural Network Design" (M-DESIGN),
ICML 2026; BibTeX in `ktnas.spaces.mdesign`.
"""

from __future__ import annotations

from pathlib import Path

from ktnas.benchmarks.imported import imported_notes
from ktnas.benchmarks.known import KnownBenchmark
from ktnas.benchmarks.table import TableBenchmark, TaskRecord, listed_space
from ktnas.files.search_path import require
from ktnas.files.table_reader import Columns, read_columns
from ktnas.problem.task import Task
from ktnas.spaces.mdesign import MDesign

LINK_FILENAME, GRAPH_FILENAME = "mdesign_link.csv.gz", "mdesign_graph.csv.gz"


SIZE = 1_680


LINK_TASKS = (
    "actor",
    "amazoncomputers",
    "amazonphoto",
    "citeseer",
    "coauthorcs",
    "cora",
    "cornell",
    "dblp",
    "pubmed",
    "texas",
    "wisconsin",
)


GRAPH_TASKS = (
    "tu_cox2",
    "tu_dd",
    "tu_imdb-binary",
    "tu_imdb-multi",
    "tu_nci1",
    "tu_nci109",
    "tu_proteins",
    "tu_ptc_fm",
    "tu_ptc_fr",
    "tu_ptc_mm",
    "tu_ptc_mr",
)


HINT = (
    "Put it (columns arch_str, <task>__valid and <task>__test; see `ktnas docs data`) into one of these directories, "
    "or name its directory with --data or KTNAS_DATA."
)


_NOTE = "The table has neither sizes of networks nor times of trainings."


_VALIDATION = "Validation only: the table has no test accuracy for some of its tasks."


_PERCENT = 100


def load_link(directory: Path | None = None) -> TableBenchmark:
    """The table of link prediction; ``directory`` is looked into first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    return _load(MDesign("link"), LINK_TASKS, require(LINK_FILENAME, HINT, directory))


def load_graph(directory: Path | None = None) -> TableBenchmark:
    """The table of graph classification; ``directory`` is looked into first.

    Raises:
        DataError: If the table is not found or damaged.
    """
    return _load(MDesign("graph"), GRAPH_TASKS, require(GRAPH_FILENAME, HINT, directory))


def _load(space: MDesign, tasks: tuple[str, ...], path: Path) -> TableBenchmark:
    columns = read_columns(path)
    genotypes = tuple(map(space.parse, columns.text("arch_str")))
    records = tuple(_record(columns, task) for task in tasks)
    missing = () if all(record.metrics for record in records) else (_VALIDATION,)
    notes = (_NOTE, *missing, *imported_notes(path))
    return TableBenchmark(space.name, listed_space(space, genotypes), genotypes, records, notes=notes)


def _record(columns: Columns, task: str) -> TaskRecord:
    fitness = columns.numbers(f"{task}__valid")
    name = f"{task}__test"
    metrics = {"test_accuracy": columns.numbers(name).values / _PERCENT} if name in columns.header else {}
    return TaskRecord(Task(task, "validation accuracy"), fitness.values, fitness.failures, metrics=metrics)


MDESIGN_LINK = KnownBenchmark.of_table("mdesign-link", LINK_TASKS, SIZE, HINT, LINK_FILENAME, load_link)

MDESIGN_GRAPH = KnownBenchmark.of_table("mdesign-graph", GRAPH_TASKS, SIZE, HINT, GRAPH_FILENAME, load_graph)
