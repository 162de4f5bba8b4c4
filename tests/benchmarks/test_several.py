"""Tasks of several benchmarks in one search."""

import pytest

import ktnas
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.several import SeveralBenchmarks, load_joined, load_several
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.task import Problem, Task
from ktnas.records.digest import data_digest
from ktnas.spaces.mdesign import MDesign
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.several import SeveralSpaces
from ktnas.spaces.transnas_micro import TransNASMicro


def threes(code):
    return code.count(3)


def ones(code):
    return code.count(1)


SPACES = {"a": NASBench201(), "b": TransNASMicro()}
FUNCTIONS = {"a": threes, "b": ones}


def functions():
    return SeveralBenchmarks(tuple(FunctionBenchmark(SPACES[name], {name: f}) for name, f in FUNCTIONS.items()))


class TestSeveralBenchmarks:
    def test_each_task_is_answered_by_its_own(self):
        both = functions()
        assert both.evaluate("b", (1, 1, 1, 3, 3, 0, 0)).fitness == 2
        assert "another search space" in both.evaluate("a", (1, 1, 1, 3, 3, 0, 0)).error

    def test_names_that_two_share_must_be_qualified(self):
        parts = tuple(FunctionBenchmark(space, {"t": ones}, name=space.name) for space in SPACES.values())
        with pytest.raises(ConfigurationError, match="qualified=True"):
            SeveralBenchmarks(parts)
        names = [task.name for task in SeveralBenchmarks(parts, qualified=True).tasks]
        assert names == ["nasbench201:t", "transnas101-micro:t"]

    def test_restricted_to_one_it_has_that_one_s_space(self):
        alone = functions().restricted(("b",))
        assert alone.space == TransNASMicro()
        assert alone.evaluate("b", (1, 1, 3, 3, 0, 0)).fitness == 2
        with pytest.raises(UnknownNameError, match="unknown task 'c'"):
            functions().restricted(("c",))

    def test_one_space_where_all_agree(self):
        parts = (FunctionBenchmark(NASBench201(), {"a": ones}), FunctionBenchmark(NASBench201(), {"b": ones}))
        assert SeveralBenchmarks(parts).space == NASBench201()

    def test_its_digest_is_of_all_parts(self):
        assert data_digest(functions()) != data_digest(functions().restricted(("a",)))


class TestNames:
    def test_tables_by_name(self):
        both = load_several(["mdesign-link:cora", "mdesign-graph:tu_dd"])
        assert [task.name for task in both.tasks] == ["mdesign-link:cora", "mdesign-graph:tu_dd"]
        assert both.space == SeveralSpaces((MDesign("link"), MDesign("graph")))
        code = both.space.code(1, (0, 1, 2, 0, 1, 6))
        own = load_benchmark("mdesign-graph", ["tu_dd"])
        assert both.evaluate("mdesign-graph:tu_dd", code) == own.evaluate("tu_dd", code[1:])
        assert both.report("mdesign-graph:tu_dd", code) == own.report("tu_dd", code[1:])
        assert both.best_fitness("mdesign-link:cora") == load_benchmark("mdesign-link", ["cora"]).best_fitness("cora")
        assert both.listed("mdesign-link:cora") == 1680
        assert both.label(code) == f"mdesign-graph:{own.label(code[1:])}"

    def test_a_task_without_benchmark(self):
        with pytest.raises(ConfigurationError, match="'cora' must be BENCHMARK:cora"):
            load_several(["mdesign-graph:tu_dd", "cora"])

    def test_an_unknown_benchmark(self):
        with pytest.raises(UnknownNameError, match=r"unknown benchmark 'mdesign-lunk'.*'mdesign-link'"):
            load_several(["mdesign-lunk:cora"])

    def test_joined(self):
        assert len(load_joined("mdesign-link+mdesign-graph").tasks) == 22
        with pytest.raises(UnknownNameError, match=r"'mdesign-graph:cora' of mdesign-link\+mdesign-graph"):
            load_joined("mdesign-link+mdesign-graph", ["mdesign-graph:cora"])


class TestProblem:
    def test_a_task_must_name_one_of_the_spaces(self):
        space = SeveralSpaces((NASBench201(), TransNASMicro()))
        with pytest.raises(ConfigurationError, match="'a' must name its space, one of nasbench201, transnas101-micro"):
            Problem(space, (Task("a"),))
        with pytest.raises(ConfigurationError, match="'mdesign-link' is none of"):
            Problem(space, (Task("a", space=MDesign("link")),))
        with pytest.raises(ConfigurationError, match=r"Problem\.across"):
            Problem(NASBench201(), (Task("a", space=TransNASMicro()),))
        with pytest.raises(ConfigurationError, match="'b' names none"):
            Problem.across([Task("a", space=NASBench201()), Task("b")])

    def test_one_space_where_all_agree(self):
        tasks = [Task("a", space=NASBench201()), Task("b", space=NASBench201())]
        problem = Problem.across(tasks)
        assert problem.space == problem.space_of("b") == NASBench201()


class TestFrontDoors:
    def test_search(self):
        result = ktnas.search(SPACES, FUNCTIONS, budget=12, method="regularized-evolution")
        assert result.best["a"].genotype[0] == 0
        assert result.best["b"].genotype[0] == 1

    def test_names_of_spaces_and_tasks_must_agree(self):
        with pytest.raises(UnknownNameError, match="unknown task 'c'"):
            ktnas.search(SPACES, {**FUNCTIONS, "c": ones}, budget=6)
        with pytest.raises(UnknownNameError, match="unknown task 'b'"):
            ktnas.search(SPACES, {"a": ones}, budget=6)

    def test_a_study_is_asked_and_told_and_gone_on_with(self, tmp_path):
        def study():
            return ktnas.Study(tmp_path / "s", SPACES, ["a", "b"], method="regularized-evolution", budget=10)

        first = study()
        for suggestion in first.ask(6):
            assert suggestion.architecture.startswith(SPACES[suggestion.task].name)
            first.tell(suggestion, float(FUNCTIONS[suggestion.task](suggestion.genotype[1:])))
        from ktnas.study.opening import open_study

        again = open_study(tmp_path / "s")
        (suggestion,) = again.ask(1)
        again.tell(suggestion, 1.0)
        assert study().best.keys() <= {"a", "b"}


class TestFidelities:
    @pytest.mark.table("nasbench201")
    def test_every_part_is_searched_after_so_many_epochs(self, nasbench201):
        both = SeveralBenchmarks((nasbench201.restricted(("cifar10",)), nasbench201.restricted(("cifar100",))))
        cheap = both.at_fidelity(12)
        assert [task.metric for task in cheap.tasks] == ["validation accuracy after 12 epochs"] * 2
        code = nasbench201.genotypes[0]
        assert cheap.evaluate("cifar10", code).fitness == nasbench201.record("cifar10").fidelities[12].fitness[0]
        assert cheap.report("cifar100", code).rank == both.report("cifar100", code).rank

    def test_what_computes_its_answers_has_none(self):
        with pytest.raises(ConfigurationError, match="has no trainings of several lengths"):
            functions().at_fidelity(12)
