import numpy as np
import pytest

from ktnas.benchmarks.complexity_proxy import tabulated
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.config.experiment import compose
from ktnas.config.method import MethodChoice
from ktnas.config.run_options import RunOptions
from ktnas.problem.proxy import Parameters
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro


@pytest.mark.table("nasbench201")
def test_nasbench201_counts_the_parameters_of_its_cells(nasbench201):
    counted = Parameters().scores(nasbench201.space, "cifar10", nasbench201.genotypes)
    for record in nasbench201.records:
        rest = record.complexity["params_M"] - counted
        assert np.ptp(rest) < 2e-6  # what all networks of a task share


def test_a_part_of_a_space_counts_as_the_whole():
    cells = ((3, 3, 3, 3, 3, 3), (0, 0, 0, 2, 0, 0))
    part = ListedSpace(NASBench201(), cells)
    assert Parameters().scores(part, "any", cells).tolist() == [1.45824, 0.028]


def test_operations_are_counted_where_parameters_are_not():
    space = TransNASMacro()
    networks = [space.parse("64-2311-basic"), space.parse("64-231111-basic")]
    short, long = Parameters().scores(space, "any", networks).tolist()
    assert short < long


@pytest.mark.table("transnas101-micro")
def test_a_tables_measure_is_what_it_lists(transnas_micro):
    proxy = tabulated(transnas_micro, "flops_M")
    assert proxy.name == "flops_M"
    rows = [5, 1, 4000]
    asked = [transnas_micro.genotypes[row] for row in rows]
    for record in transnas_micro.records:
        scores = proxy.scores(transnas_micro.space, record.task.name, asked)
        assert scores.tolist() == record.complexity["flops_M"][rows].tolist()


@pytest.mark.table("transnas101-micro")
def test_a_tables_measure_knows_no_fitness_and_nothing_unlisted(transnas_micro):
    part = transnas_micro.restricted(("jigsaw",))
    proxy = tabulated(part)
    assert set(proxy.values) == {"jigsaw"}
    assert proxy.scores(part.space, "jigsaw", [(9,) * 6]).tolist() == [-np.inf]


def test_benchmarks_without_the_measure_have_no_such_proxy(nasbench_graph):
    assert tabulated(FunctionBenchmark(Categorical((2, 2)), {"sum": sum})) is None
    assert tabulated(nasbench_graph, "flops_M") is None
    assert tabulated(nasbench_graph) is not None


@pytest.mark.parametrize("method", ["enumeration", "mtnas"])
def test_the_command_line_takes_parameters_from_the_table(method, nasbench_graph):
    composed = compose(RunOptions(tasks=("cora", "pubmed"), method=MethodChoice(method))).search
    assert composed.proxy.name == "params_M"
    assert set(composed.proxy.values) == {"cora", "pubmed"}
