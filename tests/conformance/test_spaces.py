"""Every space keeps the promises of the protocol, and the checks notice a space that does not."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from ktnas.errors import ArchitectureError
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph
from ktnas.spaces.mdesign import MDesign
from ktnas.spaces.nasbench101 import NASBench101
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.nats_size import NATSSize
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.several import SeveralSpaces
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.testing import check_graph, check_space

SPACES = (
    NASBench201(),
    TransNASMicro(),
    TransNASMacro(),
    NASBenchGraph(),
    MDesign("link"),
    MDesign("graph"),
    NASBench101(),
    NATSSize(),
    DARTS(),
    EMT_NAS,
    Categorical((3, 1, 12), separator="_"),
    Categorical.from_codes(["a|b|c", "a|x|c", "d|b|y"]),
    SeveralSpaces((TransNASMicro(), MDesign("graph"))),
    SeveralSpaces((EMT_NAS, DARTS())).part(1),
    SeveralSpaces((MDesign("link"), MDesign("graph"))).part(0),
)


@dataclass(frozen=True)
class Depths:
    """A space such as a user would write: two stages of one to three layers each."""

    name: str = "depths"
    cardinalities: tuple[int, ...] = (3, 3)

    def is_valid(self, genotype):
        return True

    def normalize(self, genotype):
        return genotype

    def graph(self, genotype):
        layers = ["shallow"] * (genotype[0] + 1) + ["deep"] * (genotype[1] + 1)
        return OperationGraph((INPUT, *layers, OUTPUT), tuple((i, i + 1) for i in range(len(layers) + 1)))

    def format(self, genotype):
        return f"{genotype[0] + 1}+{genotype[1] + 1}"

    def parse(self, text):
        if len(text) == 3 and text[1] == "+" and set(text) <= set("123+"):
            return int(text[0]) - 1, int(text[2]) - 1
        raise ArchitectureError(f"{text!r} is not like '1+3'")


@pytest.mark.parametrize("space", [*SPACES, Depths()], ids=lambda space: space.name)
@pytest.mark.parametrize("seed", [0, 1])
def test_space_keeps_its_promises(space, seed):
    check_space(space, np.random.default_rng(seed))


@pytest.mark.parametrize("space", [*SPACES, Depths()], ids=lambda space: space.name)
@pytest.mark.parametrize("count", [1, 2, 40])
def test_listed_part_of_a_space_keeps_its_promises(space, count):
    listed = ListedSpace(space, sample_distinct(space, count, np.random.default_rng(5)))
    check_space(listed, np.random.default_rng(0))


@dataclass(frozen=True)
class Broken(Depths):
    """`Depths` with one promise broken."""

    fault: str = field(default="", kw_only=True)

    def normalize(self, genotype):
        return ((genotype[0] + 1) % 3, genotype[1]) if self.fault == "normalize" else genotype

    def graph(self, genotype):
        graph = super().graph(genotype)
        match self.fault:
            case "dead end":
                return OperationGraph((INPUT, "stray", OUTPUT), ((0, 2),))
            case "no output":
                return OperationGraph((INPUT, "stray"), ((0, 1),))
            case "cycle":
                return OperationGraph(graph.operations, (*graph.edges, (1, 1)))
            case "unsorted":
                return OperationGraph(graph.operations, graph.edges[::-1])
        return graph

    def format(self, genotype):
        return "1+1" if self.fault == "format" else super().format(genotype)

    def parse(self, text):
        if self.fault == "parse":
            text = text if len(text) == 3 else "1+1"
        return super().parse(text)

    @property
    def identities(self):
        return frozenset({"skip"} if self.fault == "identities" else ())

    def quantities(self, genotype):
        match self.fault:
            case "count":
                return (1.0,) * (1 + genotype[0])
            case "infinite":
                return (float("inf"),)
            case "changing":
                return (np.random.default_rng().random(),)
        return (float(sum(genotype)),)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("normalize", "not idempotent"),
        ("dead end", "not pruned"),
        ("no output", "does not begin with"),
        ("cycle", "does not lead onwards"),
        ("unsorted", "edges not sorted"),
        ("format", "which parses as"),
        ("parse", "expected an ArchitectureError"),
        ("count", r"\(\d, \d\) has \d quantities, others have \d"),
        ("infinite", r"quantities of \(\d, \d\) are not finite"),
        ("identities", r"no graph has one of the identities \['skip'\]; operations are"),
        ("changing", r"quantities of \(\d, \d\) change from call to call"),
    ],
)
def test_check_space_names_the_broken_promise(fault, message):
    with pytest.raises(AssertionError, match=message):
        check_space(Broken(fault=fault), np.random.default_rng(0))


def test_a_space_with_quantities_keeps_its_promises():
    check_space(Broken(), np.random.default_rng(0))


def test_check_space_names_a_missing_member():
    with pytest.raises(AssertionError, match="object lacks a member"):
        check_space(object(), np.random.default_rng(0))


def test_check_graph_refuses_a_second_input():
    with pytest.raises(AssertionError, match="second input"):
        check_graph(OperationGraph((INPUT, INPUT, OUTPUT), ((0, 1), (1, 2))), np.random.default_rng(0))
