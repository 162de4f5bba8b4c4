"""The front door: functions or a benchmark in, the best architectures out."""

import subprocess
import sys
from pathlib import Path

import pytest

import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.callback import Callback, StopSearch
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201

SPACE = Categorical((4, 4, 4))
TASKS = {"sum": sum, "zeros": lambda code: code.count(0)}


def test_functions_are_searched():
    result = ktnas.search(SPACE, TASKS, budget=64, method=RandomSearch())
    assert result.best["sum"].genotype == (3, 3, 3)
    assert result.best["sum"].architecture == SPACE.format((3, 3, 3))
    assert result.best["zeros"].fitness == 3.0
    assert 1 <= result.best["zeros"].evaluations <= 64
    assert len(result.history) == 128


def test_the_default_method_finds_a_simple_optimum():
    result = ktnas.search(SPACE, TASKS, budget=30)
    assert result.best["sum"].fitness == 9.0
    assert ktnas.search(SPACE, TASKS, budget=30).best == result.best


def test_failures_are_counted_and_a_task_without_success_has_no_best():
    def broken(code):
        raise RuntimeError("out of memory")

    def sometimes(code):
        return float("nan") if code[0] else 1.0

    result = ktnas.search(
        SPACE, {"broken": broken, "sometimes": sometimes}, budget=20, method=RandomSearch(), catch=True
    )
    assert "broken" not in result.best
    assert result.tasks["broken"].failed == 20
    assert result.best["sometimes"].fitness == 1.0
    assert {t.evaluation.error for t in result.history if t.task == "broken"} == {"RuntimeError: out of memory"}


def test_minimized_functions():
    result = ktnas.search(SPACE, {"loss": sum}, budget=64, method=RandomSearch(), minimize=["loss"])
    assert (result.best["loss"].genotype, result.best["loss"].fitness) == ((0, 0, 0), 0.0)


def test_sources_donate_and_do_not_receive():
    seen = []
    ktnas.search(SPACE, TASKS, budget=30, sources=["sum"], callback=seen.append)
    moved = {t.task for progress in seen for t in progress.trials if t.proposal.source_task is not None}
    assert moved <= {"zeros"}
    assert sum(len(progress.trials) for progress in seen) >= 60


def test_a_benchmark_is_searched_by_its_tasks(nasbench_graph):
    result = ktnas.search(nasbench_graph, ["cora", "photo"], budget=10, method=RegularizedEvolution())
    assert set(result.best) == {"cora", "photo"}
    assert result.best["cora"].architecture == nasbench_graph.label(result.best["cora"].genotype)


@pytest.mark.slow
def test_names_are_taken_as_at_the_command_line():
    by_name = ktnas.search("nasbench-graph", ["cora", "photo"], budget=10, method="regularized-evolution")
    by_object = ktnas.search(
        ktnas.load_benchmark("nasbench-graph"), ["cora", "photo"], budget=10, method=RegularizedEvolution()
    )
    assert by_name.best == by_object.best
    assert set(by_name.best) == {"cora", "photo"}


@pytest.mark.slow
def test_the_name_of_a_space_is_the_space_where_tasks_are_functions():
    by_name = ktnas.search("nasbench201", {"convolutions": lambda cell: cell.count(3)}, budget=15)
    by_object = ktnas.search(NASBench201(), {"convolutions": lambda cell: cell.count(3)}, budget=15)
    assert by_name.best == by_object.best


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((SPACE, ["a"]), {}, "tasks must map names to functions"),
        ((SPACE, {}), {}, "needs at least one task"),
        ((SPACE, TASKS), {"sources": ["zeroes"]}, "unknown source 'zeroes' of functions, nor .*; did you mean 'zeros'"),
        ((SPACE, TASKS), {"sources": list(TASKS)}, "some, not all"),
        ((SPACE, TASKS), {"budget": 0}, "at least 1 evaluation"),
        ((SPACE, TASKS), {"budget": 65}, "exceeds the 64 architectures"),
        ((SPACE, TASKS), {"budget": 9, "method": RegularizedEvolution()}, "smaller than the population of 10"),
        ((SPACE, TASKS), {"seed": -1}, "seed must not be negative"),
        ((Categorical, TASKS), {}, r"where is the class Categorical; it must be an object of it: Categorical\("),
        ((SPACE, TASKS), {"method": RandomSearch}, r"method is the class RandomSearch; .* object of it"),
        ((SPACE, TASKS), {"method": "random-serch"}, "unknown method 'random-serch'; did you mean 'random-search'"),
        (("nasbench-grap", ["cora"]), {}, "unknown benchmark 'nasbench-grap'; did you mean 'nasbench-graph'"),
        (("nasbench-graph", ["coral"]), {}, "did you mean 'cora'"),
        (("nasbench-graph", "cora"), {}, r"not the text 'cora'; give \['cora'\]"),
        (("categorical", TASKS), {}, "unknown search space 'categorical'"),
    ],
)
def test_mistakes_are_named(arguments, options, message):
    with pytest.raises(ktnas.KtnasError, match=message):
        ktnas.search(*arguments, **options)


def test_a_benchmark_has_its_own_tasks(nasbench_graph):
    with pytest.raises(ConfigurationError, match="has its own tasks"):
        ktnas.search(nasbench_graph, {"cora": sum})
    with pytest.raises(UnknownNameError, match="did you mean 'cora'"):
        ktnas.search(nasbench_graph, ["coral"])


def test_every_exported_name_is_there():
    for name in ktnas.__all__:
        assert getattr(ktnas, name) is not None
    assert set(ktnas.__all__) <= set(dir(ktnas))
    with pytest.raises(AttributeError, match="no attribute 'serch'"):
        ktnas.serch  # noqa: B018


def fresh(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_search_is_simply_the_function():
    done = fresh("import ktnas; from ktnas.api import search; assert ktnas.search is search")
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_lets_python_suggest_another():
    with pytest.raises(AttributeError, match="has no attribute 'serach'") as raised:
        ktnas.serach  # noqa: B018
    assert (raised.value.name, raised.value.obj) == ("serach", ktnas)


def test_importing_loads_nothing_heavy():
    heavy = "{'numpy', 'scipy', 'sklearn', 'gensim', 'networkx', 'matplotlib', 'rich', 'torch', 'pandas'}"
    done = fresh(f"import sys, ktnas, ktnas.cli.main; print({heavy} & set(sys.modules))")
    assert done.stdout.strip() == "set()", done.stderr


def test_starting_a_run_loads_only_what_every_run_needs():
    """gensim and networkx are node2vec's alone, scipy.stats takes as long to import as all that is needed."""
    rare = "{'gensim', 'networkx', 'scipy.stats', 'sklearn', 'torch', 'pandas'}"
    done = fresh(f"import sys, ktnas.cli.searches, ktnas.config.experiment; print({rare} & set(sys.modules))")
    assert done.stdout.strip() == "set()", done.stderr


def test_ask_and_tell_by_hand(capsys):
    """The example of the quick start, run as it stands there."""
    text = (Path(__file__).parents[1] / "docs" / "quickstart.md").read_text()
    blocks = [block.split("```", 1)[0] for block in text.split("```python\n")[1:]]
    assert len(blocks) >= 2
    for block in blocks:
        exec(compile(block, "docs/quickstart.md", "exec"), {})
    assert capsys.readouterr().out


class TestStop:
    def test_a_function_that_returns_true_ends_the_search(self):
        whole = ktnas.search(SPACE, TASKS, budget=30, method=RegularizedEvolution())
        result = ktnas.search(
            SPACE, TASKS, budget=30, method=RegularizedEvolution(), callback=lambda progress: progress.generation == 3
        )
        assert result.stopped == "a callback ended the search"
        assert whole.stopped is None
        assert list(result.history) == list(whole.history)[: len(result.history)]
        assert 0 < result.tasks["sum"].evaluations < 30

    def test_a_callback_is_told_of_evaluations_and_may_raise(self):
        class Stop(Callback):
            def evaluation_finished(self, finished):
                if sum(finished.question[1]) > 4:
                    raise StopSearch(f"{finished.question[1]} is good enough")

        result = ktnas.search(SPACE, {"sum": sum}, budget=60, method=RandomSearch(), callback=Stop())
        assert result.stopped == f"{result.best['sum'].genotype} is good enough"
        assert len(result.history) == result.best["sum"].evaluations
