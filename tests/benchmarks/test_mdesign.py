import gzip

import numpy as np
import pytest

from ktnas.benchmarks import mdesign as module
from ktnas.benchmarks.registry import find_benchmark
from ktnas.errors import ArchitectureError, DataError, UnknownNameError
from ktnas.spaces.base import genotypes
from ktnas.spaces.mdesign import MDesign

KNOWN = (module.MDESIGN_LINK, module.MDESIGN_GRAPH)


@pytest.fixture(params=[pytest.param(one.name, marks=pytest.mark.table(one.name)) for one in KNOWN])
def benchmark(request):
    return request.getfixturevalue(request.param.replace("-", "_"))


def test_it_lists_the_whole_space_for_eleven_tasks(benchmark):
    assert benchmark.space == MDesign(benchmark.name.removeprefix("mdesign-"))
    assert benchmark.genotypes == genotypes(benchmark.space)
    assert len(benchmark.tasks) == 11
    assert all(np.isfinite(record.fitness).all() for record in benchmark.records)


def test_both_accuracies_are_shares_and_only_the_report_has_the_test(benchmark):
    assert {(task.metric, task.unit, task.minimize) for task in benchmark.tasks} == {("validation accuracy", "", False)}
    for record in benchmark.records:
        assert list(record.metrics) == ["test_accuracy"]
        for values in (record.fitness, record.metrics["test_accuracy"]):
            assert 0 < values.min() < values.max() < 1
    evaluation = benchmark.evaluate(benchmark.tasks[0].name, benchmark.genotypes[0])
    assert (evaluation.metrics, evaluation.cost_s) == ({}, 0.0)


def test_what_the_table_lacks_is_said(benchmark):
    assert benchmark.notes == ("The table has neither sizes of networks nor times of trainings.",)
    assert not any(record.complexity for record in benchmark.records)


@pytest.mark.table("mdesign-link")
def test_one_row_of_link_prediction_by_hand(mdesign_link):
    genotype = MDesign("link").parse("concat|degree_row|add|add|4|gpr")
    assert mdesign_link.evaluate("cora", genotype).fitness == 0.6561
    assert mdesign_link.report("cora", genotype).metrics == {"test_accuracy": pytest.approx(0.6643)}
    assert mdesign_link.label(genotype) == "concat|degree_row|add|add|4|gpr"
    assert mdesign_link.best_fitness("amazonphoto") == 0.9346


@pytest.mark.table("mdesign-graph")
def test_one_row_of_graph_classification_by_hand(mdesign_graph):
    genotype = MDesign("graph").parse("add|degree_row|add|add|4|gpr")
    assert mdesign_graph.evaluate("tu_imdb-binary", genotype).fitness == 0.7467
    assert mdesign_graph.report("tu_imdb-binary", genotype).metrics == {"test_accuracy": pytest.approx(0.7433)}
    assert mdesign_graph.best_fitness("tu_cox2") == 0.8172


def test_names_shared_with_nasbench_graph_mean_that():
    assert find_benchmark(("cora", "pubmed")).name == "nasbench-graph"


@pytest.mark.table("mdesign-link")
def test_tasks_that_only_one_has_find_it():
    benchmark = find_benchmark(("dblp", "cora"))
    assert (benchmark.name, [task.name for task in benchmark.tasks]) == ("mdesign-link", ["dblp", "cora"])


def written(path, header, row):
    with gzip.open(path, "wt") as file:
        file.write(f"{header}\n{row}\n")
    return path.parent


def test_damaged_and_missing_tables_have_clear_errors(tmp_path, monkeypatch):
    place = written(tmp_path / module.LINK_FILENAME, "a,b", "1,2")
    with pytest.raises(UnknownNameError, match="unknown column 'arch_str'"):
        module.load_link(place)
    written(tmp_path / module.LINK_FILENAME, "arch_str,actor__valid", "add|degree_row|add|add|4|gpr,1")
    with pytest.raises(ArchitectureError, match="decode is 'add'"):
        module.load_link(place)
    monkeypatch.setattr("ktnas.files.search_path.search_path", lambda directory=None: (tmp_path,))
    with pytest.raises(DataError, match=r"mdesign_graph\.csv\.gz was not found in any of: .*--data or KTNAS_DATA"):
        module.load_graph()
