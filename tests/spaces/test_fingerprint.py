"""What is kept of a space must not be taken for what another one, or a later state of it, would give."""

import subprocess
import sys
from dataclasses import dataclass, replace

import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.runner.design import Arm, Case, Given, Sweep
from ktnas.runner.plan import planned
from ktnas.spaces.base import ListedSpace, genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.fingerprint import fingerprint
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.nasbench201 import NASBench201


@dataclass(frozen=True)
class Changing:
    """One space at several states of its code: its name, type and sizes never tell."""

    operation: str = "conv"
    suffix: str = ""
    width: float = 1.0
    identities: frozenset[str] = frozenset()

    name, cardinalities = "mine", (3, 3)

    def __repr__(self):
        return "Changing()"

    def is_valid(self, genotype):
        return True

    def normalize(self, genotype):
        return genotype

    def graph(self, genotype):
        return OperationGraph((INPUT, f"{self.operation}{genotype}", OUTPUT), ((0, 1), (1, 2)))

    def quantities(self, genotype):
        return (self.width * genotype[0],)

    def format(self, genotype):
        return f"{genotype}{self.suffix}"

    def parse(self, text):
        raise NotImplementedError


CHANGES = [{"operation": "pool"}, {"suffix": "!"}, {"width": 2.0}, {"identities": frozenset({"conv"})}]


def first(genotype):
    return genotype[0]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_spaces_code_shows(change):
    assert fingerprint(Changing()) == fingerprint(Changing())
    assert fingerprint(replace(Changing(), **change)) != fingerprint(Changing())


@pytest.mark.parametrize("change", CHANGES)
def test_runs_in_a_changed_space_are_other_runs(change):
    def keys(space):
        benchmark = FunctionBenchmark(space, {"first": first})
        return {
            *planned(Sweep((Arm("random", RandomSearch()),), (Case(Given(benchmark), budget=5),), (0,))).keys.values()
        }

    assert keys(Changing()) == keys(Changing())
    assert not keys(Changing()) & keys(replace(Changing(), **change))


def test_spaces_are_told_apart():
    cells = NASBench201()
    every = genotypes(cells)
    listed = [ListedSpace(cells, codes) for codes in (every[:10], every[1:11], every[9::-1])]
    spaces = [cells, DARTS(), EMT_NAS, Categorical((2, 3)), Categorical((3, 2)), *listed]
    assert len({fingerprint(space) for space in spaces}) == len(spaces)
    assert fingerprint(ListedSpace(cells, every[:10])) == fingerprint(listed[0])


def test_every_process_finds_the_same():
    code = "import ktnas.spaces.darts as d, ktnas.spaces.fingerprint as f; print(f.fingerprint(d.DARTS()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == fingerprint(DARTS())
