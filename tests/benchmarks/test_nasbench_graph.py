import pickle
import sys

import pytest

from ktnas.benchmarks import nasbench_graph as module
from ktnas.benchmarks.registry import load_benchmark
from ktnas.errors import DataError, UnknownNameError
from ktnas.runner.design import Named
from ktnas.spaces.base import ListedSpace, genotypes
from ktnas.spaces.fingerprint import fingerprint
from ktnas.spaces.nasbench_graph import NASBenchGraph, genotype_of

pytestmark = pytest.mark.table("nasbench-graph")


@pytest.mark.slow
def test_it_lists_every_network_of_the_space(nasbench_graph):
    most = nasbench_graph.restricted(module.TASKS[:-1])
    assert len(most.genotypes) == 26_206
    assert set(most.genotypes) == set(genotypes(NASBenchGraph()))
    assert most.notes == ()


def test_all_tasks_are_searched_where_all_have_answers(nasbench_graph):
    """A space of 26,206 would fail 92 of 100 evaluations of proteins."""
    assert len(nasbench_graph.genotypes) == 2_021
    assert nasbench_graph.notes[0].startswith("2,021 of 26,206 architectures are listed for all of cora, citeseer,")
    assert all(nasbench_graph.evaluate("proteins", genotype).error is None for genotype in nasbench_graph.genotypes)


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [module.TASKS, ("pubmed", "cora"), ("proteins",), ("photo", "proteins")])
def test_spaces_agree_however_the_tasks_were_chosen(nasbench_graph, tasks):
    named = load_benchmark("nasbench-graph", tasks)
    for other in (module.load(tasks), nasbench_graph.restricted(tasks), Named("nasbench-graph", tasks).load()):
        assert other.genotypes == named.genotypes
        assert fingerprint(other.space) == fingerprint(named.space)
        assert len(other.notes) == len(named.notes)
        assert [task.name for task in other.tasks] == list(tasks)


def test_nine_tasks_as_upstream_measures_them(nasbench_graph):
    assert tuple(task.name for task in nasbench_graph.tasks) == module.TASKS
    assert {task.metric for task in nasbench_graph.tasks[:-1]} == {"validation accuracy"}
    assert nasbench_graph.tasks[-1].metric == "validation ROC-AUC"
    assert {task.unit for task in nasbench_graph.tasks} == {""}


def test_one_entry_by_hand(nasbench_graph):
    """Key 0 of cora and of arxiv, as unrestricted unpickling shows them."""
    genotype = genotype_of(0)
    both = nasbench_graph.restricted(("cora", "arxiv"))
    assert both.evaluate("cora", genotype).fitness == 0.7733333333333334
    assert both.report("cora", genotype).metrics == {
        "test_accuracy": 0.797,
        "latency_s": 0.005922238032023112,
        "params_M": 1.736711,
    }
    assert both.evaluate("arxiv", genotype).fitness == 0.6790000000000002
    assert both.label(genotype) == "0000-gat-gat-gat-gat"


def test_proteins_lists_fewer_and_restriction_follows(nasbench_graph):
    assert (
        nasbench_graph.whole.evaluate("proteins", genotype_of(0)).error == "the table does not list it for 'proteins'"
    )
    both = nasbench_graph.restricted(("proteins", "cora"))
    assert len(both.genotypes) == 2_021
    assert isinstance(both.space, ListedSpace)
    assert len(both.space.genotypes) == 2_021
    assert both.notes[0].startswith("2,021 of 26,206 architectures are listed for all of proteins, cora")
    assert "test_roc_auc" in both.report("proteins", both.genotypes[0]).metrics
    assert all(both.evaluate(task, g).error is None for task in ("cora", "proteins") for g in both.genotypes)


def test_proteins_alone_says_so_too():
    alone = module.load(("proteins",))
    assert len(alone.genotypes) == 2_021
    assert alone.notes[0].startswith("2,021 of 26,206")


def test_only_the_files_asked_for_are_read(monkeypatch):
    read = []
    inner = module.read_restricted_pickle
    monkeypatch.setattr(module, "read_restricted_pickle", lambda path: read.append(path.name) or inner(path))
    assert [task.name for task in module.load(("pubmed", "cora")).tasks] == ["pubmed", "cora"]
    assert read == ["pubmed.bench", "cora.bench"]


def test_the_package_is_never_imported():
    assert "nas_bench_graph" not in sys.modules


def test_unknown_tasks_are_named():
    with pytest.raises(UnknownNameError, match=r"unknown task 'core' of nasbench-graph; did you mean 'cora'\?"):
        module.load(("core",))


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(module, "DISTRIBUTION", "no-such-distribution-of-tests")
    assert module.folder() is None
    with pytest.raises(DataError, match="pip install 'nas-bench-graph"):
        module.load(("cora",))


ENTRY = {"valid_perf": 0.5, "perf": 0.5, "latency": 0.1, "para": 1.0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "expected a dictionary of architectures; got list"),
        ({}, "expected a dictionary of architectures"),
        ({"a": ENTRY}, "expected integer keys"),
        ({0: {"perf": 0.5}}, "expected integer keys, each with the numbers valid_perf"),
        ({0: [0.5] * 4}, "expected integer keys"),
        ({0: ENTRY | {"perf": "high"}}, "expected integer keys"),
        ({0: ENTRY | {"perf": float("nan")}}, "not every number is finite"),
        ({0: ENTRY | {"perf": None}}, "expected integer keys|not every number is finite"),
        ({99_999: ENTRY}, "keys that are no architectures"),
        ({100_000: ENTRY}, "keys that are no architectures"),
        ({-1: ENTRY}, "keys that are no architectures"),
        ({8_888: ENTRY}, "keys that are no architectures"),
        ({2**70: ENTRY}, "expected integer keys"),
    ],
)
def test_damaged_files_have_clear_errors(tmp_path, monkeypatch, content, message):
    (tmp_path / "cora.bench").write_bytes(pickle.dumps(content))
    monkeypatch.setattr(module, "folder", lambda: tmp_path)
    with pytest.raises(DataError, match=message):
        module.load(("cora",))
