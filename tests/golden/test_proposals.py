"""What the searches propose, to the integer: a change of any random draw or tie shows as a difference of a file.

Only searches whose choices are free of floating-point rounding are here, on integer fitness. After a change that is
meant, ``python -m pytest tests/golden --bless`` writes the file anew.
"""

import json
from pathlib import Path

import pytest

from ktnas.algorithms.candidates.pool import Offspring
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.candidates.variation import Variation
from ktnas.algorithms.multi_population.search import KTNAS
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.embedding.one_hot import OneHot
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation
from ktnas.runner.loop import run
from ktnas.spaces.categorical import Categorical
from ktnas.transfer.transfer_rank import TransferRank

PATH = Path(__file__).parent / "proposals.json"

PROBLEMS = {
    "every way": Problem(Categorical((4,) * 6), tuple(map(Task, ("first", "second", "third")))),
    "one way": Problem(Categorical((4,) * 6), tuple(map(Task, ("first", "third"))), frozenset({"first"})),
}

# written out, since the settings of a preset may move on; what these do must not
PAPER = KTNAS(
    "ktnas-paper",
    OneHot(),
    TransferRank(window=5, exploration=0.1),
    NoScreening(),
    Offspring(Variation(tournament_size=5)),
    population=8,
    offspring=8,
    migrants=3,
    ratio=0.2,
)

SEARCHES = {
    "random-search": RandomSearch(batch=10),
    "regularized-evolution": RegularizedEvolution(population=8, tournament_size=3),
    "ktnas-paper": PAPER,
}


def evaluate(task, genotype):
    """Integers, often equal, so that ties are among what is recorded."""
    weights = {"first": (5, 4, 3, 2, 1, 1), "second": (5, 4, 3, 1, 2, -1), "third": (-5, 1, 3, 4, 2, 1)}[task]
    total = sum(w * g for w, g in zip(weights, genotype, strict=True))
    return Evaluation.failed("too many threes") if genotype.count(3) > 3 else Evaluation(float(total // 2))


def proposals(search, problem, seed):
    """``[generation, task, source task or -1, genotype ..., parents ...]`` of every trial."""
    result = run(problem, search, evaluate, budget=Budget(40), seed=seed)
    number = {name: i for i, name in enumerate(problem.names)}
    return [
        [
            t.generation,
            number[t.task],
            -1 if t.proposal.source_task is None else number[t.proposal.source_task],
            *t.genotype,
            *(gene for parent in t.proposal.parents for gene in parent),
        ]
        for t in result.history
    ]


def current():
    return {
        f"{search}, {problem}, seed {seed}": proposals(SEARCHES[search], PROBLEMS[problem], seed)
        for search in SEARCHES
        for problem in PROBLEMS
        for seed in (0, 1)
    }


def as_text(found):
    """One trial per line, so that a difference can be read."""
    runs = (
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"
        for name, rows in found.items()
    )
    return "{\n" + ",\n".join(runs) + "\n}\n"


@pytest.fixture(scope="module")
def found():
    return current()


def test_proposals_are_those_of_the_golden_file(found, bless):
    if bless:
        PATH.write_text(as_text(found))
    golden = json.loads(PATH.read_text())
    assert set(golden) == set(found)
    for name, rows in found.items():
        first = next((i for i, (a, b) in enumerate(zip(golden[name], rows, strict=False)) if a != b), None)
        assert first is None, f"{name}: trial {first} was {golden[name][first]}, is {rows[first]}"
        assert len(golden[name]) == len(rows), name


def test_the_golden_file_holds_what_matters(found):
    paper = found["ktnas-paper, every way, seed 0"]
    assert any(row[2] >= 0 for row in paper)  # migrants
    assert any(len(row) == 9 + 6 for row in paper)  # mutants
    assert {row[1] for row in found["ktnas-paper, one way, seed 0"] if row[2] >= 0} == {1}
