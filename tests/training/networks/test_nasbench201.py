from functools import cache

import numpy as np
import pytest
import torch

from ktnas.spaces.base import genotypes
from ktnas.spaces.nasbench201 import EDGES, NASBench201
from ktnas.training.networks import Network, nasbench201
from ktnas.training.networks.costs import Cost, count
from ktnas.training.networks.edge_cell import EdgeCell
from ktnas.training.networks.heads import LinearHead
from ktnas.training.networks.network import Size

CLASSES = {"cifar10": (10, 32), "cifar100": (100, 32), "imagenet16": (120, 16)}
FULL = Size(16, 5)
SMALL = Size(4, 1)
SPACE = NASBench201()


@cache
def cost(genotype, task, *, prune=False):
    classes, side = CLASSES[task]
    made = nasbench201.encoder(genotype, 3, FULL, prune=prune)
    return count(Network(made.module, LinearHead(made.channels, classes)), (side, side, 3))


def published(benchmark, task, genotype):
    metrics = benchmark.report(task, genotype).metrics
    return Cost(round(metrics["params_M"] * 1e6), round(metrics["flops_M"] * 1e6))


@pytest.mark.table("nasbench201")
@pytest.mark.parametrize("task", CLASSES)
def test_unpruned_costs_are_the_tables_for_a_sample(nasbench201, task):
    for i in np.random.default_rng(0).choice(len(nasbench201.genotypes), size=3, replace=False):
        genotype = nasbench201.genotypes[i]
        assert cost(genotype, task) == published(nasbench201, task, genotype)


@pytest.mark.table("nasbench201")
@pytest.mark.parametrize("task", CLASSES)
def test_unpruned_costs_are_the_tables_for_all_cells(nasbench201, task):
    """Costs add up over edges, alike on each, so those of cells with one operation tell those of all 15,625."""
    empty = cost((0,) * 6, task)
    single = [cost(tuple(value if i == value else 0 for i in range(6)), task) for value in range(5)]
    for genotype in nasbench201.genotypes:
        parts = [single[value] for value in genotype]
        expected = Cost(
            empty.parameters + sum(part.parameters - empty.parameters for part in parts),
            empty.flops + sum(part.flops - empty.flops for part in parts),
        )
        assert expected == published(nasbench201, task, genotype)


def test_parameters_are_those_of_the_published_formula():
    base = cost((0,) * 6, "cifar10")
    assert base == Cost(73_306, 7_783_050)
    assert cost((3, 2, 0, 1, 4, 3), "cifar10").parameters == base.parameters + 2 * 243_040 + 28_000


def test_what_leads_nowhere_costs_nothing():
    dead_end = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|")
    assert cost(dead_end, "cifar10", prune=True) == cost((0, 0, 0, 2, 0, 0), "cifar10")
    from_nothing = SPACE.parse("|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|")
    assert cost(from_nothing, "cifar10", prune=True) == cost((0,) * 6, "cifar10")


def test_a_cell_in_which_everything_counts_is_not_pruned():
    everything = (3, 2, 4, 1, 3, 2)
    assert cost(everything, "cifar10", prune=True) == cost(everything, "cifar10")


def copy_weights(full, pruned):
    for mine, theirs in zip(pruned, full, strict=True):
        if not isinstance(theirs, EdgeCell):
            mine.load_state_dict(theirs.state_dict())
        elif isinstance(mine, EdgeCell):
            for edge, operation in zip(mine.edges, mine.operations, strict=True):
                operation.load_state_dict(theirs.operations[theirs.edges.index(edge)].state_dict())


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("code", ["300200", "033103", "000000", "313042", "230001", "100000", "343424"])
def test_the_pruned_network_computes_what_the_full_one_does(code, training):
    genotype = tuple(map(int, code))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        full, pruned = (
            nasbench201.encoder(genotype, 3, SMALL, prune=prune).module.train(training) for prune in (False, True)
        )
        images = torch.randn(3, 3, 8, 8)
    copy_weights(full, pruned)
    assert torch.allclose(full(images), pruned(images), atol=1e-6)
    assert len(list(pruned.parameters())) <= len(list(full.parameters()))


def test_stages_double_channels_and_halve_the_resolution():
    made = nasbench201.encoder((1, 1, 1, 1, 1, 1), 1, SMALL)
    assert (made.channels, made.halvings) == (16, 2)
    assert made.module(torch.randn(2, 1, 28, 30)).shape == (2, 16, 7, 8)
    assert made.module(torch.randn(2, 1, 9, 9)).shape == (2, 16, 3, 3)


def test_cells_per_stage():
    made = nasbench201.encoder((3,) * 6, 3, Size(4, 2))
    cells = [module for module in made.module if isinstance(module, EdgeCell)]
    assert len(cells) == 6
    assert all(cell.edges == EDGES for cell in cells)


def test_cells_of_all_kinds_build_and_run():
    images = torch.randn(1, 3, 8, 8)
    for genotype in genotypes(SPACE)[::131]:
        assert nasbench201.encoder(genotype, 3, SMALL).module.eval()(images).shape == (1, 16, 2, 2)
