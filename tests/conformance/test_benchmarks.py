"""What every benchmark must do, whatever it is made of."""

import json
import math
import pickle

import numpy as np
import pytest

from ktnas.benchmarks import nats_size as module
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.benchmarks.user_table import load_table
from ktnas.errors import UnknownNameError
from ktnas.problem.task import Problem
from ktnas.spaces.base import contains
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nats_size import NATSSize
from ktnas.spaces.operators import mutate, sample

FIXTURES = (
    "nasbench201",
    "transnas_micro",
    "transnas_macro",
    "nasbench_graph",
    "mdesign_link",
    "mdesign_graph",
    "nasbench101",
    "restricted",
    "user_table",
    "functions",
    "nats_size",
)


@pytest.fixture
def restricted(nasbench_graph):
    return nasbench_graph.restricted(("proteins", "cora"))


@pytest.fixture
def user_table(tmp_path):
    rows = [
        f"{a}{b}{c},{a - b / 3},{'' if a == b == c else c * b}" for a in range(3) for b in range(3) for c in range(2)
    ]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["code,up,down", *rows[:-1]]))
    return load_table(path, None, ("up", "down"), minimize=("down",))


@pytest.fixture
def functions():
    tasks = {"sum": sum, "ratio": lambda genotype: genotype[0] / genotype[1]}
    return FunctionBenchmark(Categorical((4, 3, 2)), tasks, frozenset({"ratio"}))


@pytest.fixture
def nats_size(tmp_path):
    """Widths that are listed for as many networks as two changes reach, with made-up accuracies."""
    space, rng = NATSSize(), np.random.default_rng(3)
    drawn = dict.fromkeys(mutate(space, mutate(space, (0,) * 5, rng), rng) for _ in range(200))
    kinds = [*(f"{kind}{epochs}" for epochs in (1, 12, 90) for kind in ("val", "test")), "params_M", "flops_M"]
    names = [f"{task}_{kind}" for task in module.TASKS for kind in kinds]
    rows = [f"{space.format(genotype)},{','.join(map(repr, rng.random(len(names)).tolist()))}" for genotype in drawn]
    (tmp_path / module.FILENAME).write_text("\n".join([f"arch_str,{','.join(names)}", *rows]))
    return module.load(tmp_path)


@pytest.fixture(params=FIXTURES)
def benchmark(request):
    return request.getfixturevalue(request.param)


def architectures(benchmark, count=40):
    rng = np.random.default_rng(1)
    found = [sample(benchmark.space, rng) for _ in range(count // 2)]
    return [*found, *(mutate(benchmark.space, genotype, rng) for genotype in found)]


def test_it_makes_a_problem(benchmark):
    assert Problem(benchmark.space, benchmark.tasks).space is benchmark.space
    assert all(isinstance(note, str) and note for note in benchmark.notes)
    assert benchmark.name


def test_every_answer_is_a_finite_fitness_or_a_reason(benchmark):
    for genotype in architectures(benchmark):
        for task in benchmark.tasks:
            evaluation = benchmark.evaluate(task.name, genotype)
            if evaluation.fitness is None:
                assert evaluation.error
            else:
                assert type(evaluation.fitness) is float
                assert math.isfinite(evaluation.fitness)
                assert evaluation.error is None
            assert evaluation.cost_s >= 0
            assert evaluation == benchmark.evaluate(task.name, genotype)


def test_evaluations_and_reports_are_plain_json(benchmark):
    genotype = architectures(benchmark)[0]
    for task in benchmark.tasks:
        evaluation, standing = benchmark.evaluate(task.name, genotype), benchmark.report(task.name, genotype)
        numbers = [evaluation.fitness, evaluation.cost_s, standing.rank, standing.regret, dict(standing.metrics)]
        json.dumps([numbers, dict(evaluation.metrics)], allow_nan=False)


def test_rank_regret_and_best_agree(benchmark):
    for task in benchmark.tasks:
        best = benchmark.best_fitness(task.name)
        for genotype in architectures(benchmark):
            fitness = benchmark.evaluate(task.name, genotype).fitness
            standing = benchmark.report(task.name, genotype)
            if best is None or fitness is None:
                assert (standing.rank, standing.regret) == (None, None)
                continue
            assert standing.regret == best - fitness >= 0
            assert 1 <= standing.rank <= benchmark.listed(task.name)
            assert (standing.rank == 1) == (fitness == best)


def test_labels_lead_back_to_the_architecture(benchmark):
    for genotype in architectures(benchmark):
        assert contains(benchmark.space, genotype)
        assert benchmark.space.parse(benchmark.label(genotype)) == genotype


def test_restriction_gives_tasks_in_the_order_asked_for_and_equal_answers(benchmark):
    names = tuple(task.name for task in benchmark.tasks)[:2][::-1]
    fewer = benchmark.restricted(names)
    assert tuple(task.name for task in fewer.tasks) == names
    assert fewer.restricted(names).space.cardinalities == benchmark.space.cardinalities
    for genotype in (
        one for one in architectures(fewer) if contains(benchmark.space, one)
    ):  # fewer tasks may list more
        for name in names:
            assert fewer.evaluate(name, genotype) == benchmark.evaluate(name, genotype)


def test_unknown_tasks_are_named(benchmark):
    genotype = architectures(benchmark)[0]
    for call in (
        lambda: benchmark.evaluate("no-such-task", genotype),
        lambda: benchmark.report("no-such-task", genotype),
        lambda: benchmark.best_fitness("no-such-task"),
        lambda: benchmark.restricted(("no-such-task",)),
    ):
        with pytest.raises(UnknownNameError, match="no-such-task"):
            call()


@pytest.mark.parametrize("benchmark", [name for name in FIXTURES if name != "functions"], indirect=True)
def test_tables_survive_the_way_to_another_process(benchmark):
    copy = pickle.loads(pickle.dumps(benchmark))
    genotype = benchmark.genotypes[-1]
    for task in benchmark.tasks:
        assert copy.evaluate(task.name, genotype) == benchmark.evaluate(task.name, genotype)
