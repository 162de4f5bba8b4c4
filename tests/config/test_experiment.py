"""Options to objects: what is composed, and each contradiction by its message."""

from dataclasses import replace
from pathlib import Path

import pytest

from ktnas.algorithms.candidates.pool import Offspring, WholeSpace
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.config.experiment import compose
from ktnas.config.method import MethodChoice
from ktnas.config.run_options import RunOptions
from ktnas.config.training import TrainingChoice
from ktnas.errors import ConfigurationError, DataError, KtnasError, UnknownNameError

CODES = [f"{a}{b}{c}" for a in range(3) for b in range(3) for c in range(3)]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"{code},{sum(map(int, code))},{code.count('2')}" for code in CODES]
    path.write_text("\n".join(["arch,sum,twos", *rows]) + "\n")
    return {"table": path, "space": "categorical"}


def asked(**changes):
    return replace(RunOptions(method=MethodChoice("random-search")), **changes)


def test_without_anything_two_tasks_of_the_embedded_benchmark_are_searched():
    experiment = compose(asked())
    assert experiment.benchmark.name == "scenes"
    assert experiment.problem.names == ("segmentsemantic", "normal")
    assert experiment.problem.role("segmentsemantic") == "source"


def test_a_benchmark_alone_means_all_its_tasks():
    problem = compose(asked(benchmark="nasbench-graph")).problem
    assert len(problem.names) == 9
    assert problem.role("cora") == "task"


def test_sources_give_one_way_and_tasks_give_both(table):
    one_way = compose(asked(sources=("sum",), targets=("twos",), **table)).problem
    assert (one_way.donors("twos"), one_way.donors("sum")) == (("sum",), ())
    both = compose(asked(tasks=("sum", "twos"), **table)).problem
    assert (both.donors("twos"), both.donors("sum")) == (("sum",), ("twos",))


def test_a_table_knows_which_columns_are_minimized(table):
    experiment = compose(asked(tasks=("sum",), **table, minimize=("sum",)))
    assert experiment.benchmark.best_fitness("sum") == 0


def test_until_best_stops_at_the_best_listed_fitness(table):
    assert compose(asked(tasks=("sum",), **table)).budget.stop_at == {}
    assert compose(asked(tasks=("sum",), **table, until_best=True)).budget.stop_at == {"sum": 6.0}


def test_parts_of_a_method_are_exchanged():
    choice = MethodChoice("ktnas", population=7, embedder="one-hot", surrogate="ridge", transfer="none")
    search = choice.build()
    assert (search.population, search.embedder.name, search.transfer.name) == (7, "one-hot", "none")
    assert search.screening.surrogate.name == "ridge"
    assert search.pool == WholeSpace()
    bare = MethodChoice("ktnas", surrogate="none").build()
    assert (bare.screening, bare.pool) == (NoScreening(), Offspring())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sources": ("cora",)}, "--source cora needs --target as well"),
        ({"targets": ("cora",)}, "--target cora needs --source as well"),
        ({"sources": ("cora",), "targets": ("cora",)}, "task 'cora' is both source and target"),
        ({"tasks": ("cora", "cora")}, "task 'cora' is named twice"),
        ({"tasks": ("cora",), "targets": ("pubmed",)}, "either --tasks, or --source and --target"),
        ({"tasks": ("coral",)}, "unknown task 'coral'; did you mean 'cora'"),
        ({"benchmark": "nasbench-grap"}, "unknown benchmark 'nasbench-grap'; did you mean 'nasbench-graph'"),
        ({"benchmark": "nasbench-graph", "tasks": ("normal",)}, "unknown task 'normal' of nasbench-graph"),
        ({"tasks": ("cora", "cifar10")}, "no benchmark has all of the tasks"),
        ({"method": MethodChoice("random")}, "unknown method 'random'; did you mean 'random-search'"),
        (
            {"method": MethodChoice("random-search", population=5)},
            "has no population; leave --population out",
        ),
        ({"method": MethodChoice("random-search", surrogate="ridge")}, "has no surrogate; leave --surrogate out"),
        ({"method": MethodChoice("ktnas", embedder="onehot")}, "unknown embedder 'onehot'; did you mean 'one-hot'"),
        ({"method": MethodChoice("regularized-evolution", population=0)}, "must be at least 1"),
        ({"budget": 0}, "at least 1 evaluation per task; got 0"),
        ({"budget": -3}, "at least 1 evaluation per task; got -3"),
        (
            {"budget": 9, "method": MethodChoice("regularized-evolution")},
            "the budget of 9 evaluations per task is smaller than the population of 10",
        ),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises(KtnasError, match=message):
        compose(asked(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"space": "darts"}, "describe a table of your own; name it with --table"),
        ({"arch_column": "arch"}, "describe a table of your own; name it with --table"),
        ({"minimize": ("sum",)}, "describe a table of your own; name it with --table"),
        ({"table": Path("mine.csv")}, "--table needs --space, the search space of its architectures: nasbench201"),
        ({"training": TrainingChoice(epochs=3)}, "--epochs is for live training: add --fitness train"),
        ({"training": TrainingChoice("darts", "train"), "arch_column": "arch"}, "name it with --table"),
        ({"training": TrainingChoice("darts", "train"), "benchmark": "nasbench201"}, "--benchmark is a source of"),
    ],
)
def test_what_belongs_to_another_source_of_fitness_is_refused(changes, message):
    with pytest.raises(ConfigurationError, match=message):
        compose(asked(**changes))


def test_mistakes_with_tables_are_named(table):
    with pytest.raises(ConfigurationError, match="either --table or --benchmark"):
        compose(asked(**table, benchmark="nasbench201", tasks=("sum",)))
    with pytest.raises(ConfigurationError, match="--table needs the columns to search"):
        compose(asked(**table))
    with pytest.raises(UnknownNameError, match="unknown search space 'nasbench'"):
        compose(asked(**(table | {"space": "nasbench"}), tasks=("sum",)))


def test_a_budget_of_one_suits_a_search_without_a_population():
    assert compose(asked(budget=1)).budget.evaluations == 1


def test_names_of_columns_may_hold_commas(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('code,"acc, %","lat, ms",x\n' + "\n".join(f"{code},{i},{i},{i}" for i, code in enumerate(CODES)))
    given = {"table": path, "space": "categorical"}
    problem = compose(asked(sources=("acc", "%"), targets=("lat", "ms"), minimize=("lat", "ms"), **given)).problem
    assert problem.names == ("acc, %", "lat, ms")
    assert [task.minimize for task in problem.tasks] == [False, True]
    assert problem.role("acc, %") == "source"
    assert compose(asked(tasks=("acc", "%", "x"), **given)).problem.names == ("acc, %", "x")


def test_several_columns_and_repeats_of_a_table(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"{code[0]},{code[1:]},{seed},{int(code) + seed}" for code in CODES for seed in (0, 2)]
    path.write_text("\n".join(["w,k,seed,acc", *rows]))
    given = {"table": path, "space": "categorical", "tasks": ("acc",), "arch_column": "w,k"}
    with pytest.raises(DataError, match="--repeated mean"):
        compose(asked(**given))
    assert compose(asked(**given, repeated="mean")).benchmark.best_fitness("acc") == 223
    assert compose(asked(**given, repeated="first")).benchmark.best_fitness("acc") == 222
