import numpy as np
import pytest
import torch
from torch import nn

from ktnas.spaces.base import genotypes
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import EDGES, TransNASMicro
from ktnas.training.networks import Network, transnas
from ktnas.training.networks.costs import Cost, count
from ktnas.training.networks.heads import LinearHead
from ktnas.training.networks.network import Size

FULL = Size(64)
OUTPUTS = {"class_scene": 63, "class_object": 100, "room_layout": 9, "jigsaw": 1000}
"""Outputs of upstream's networks: the heads keep the classes of Taskonomy, of which the tasks use 47 and 75."""

UNEXPLAINED = 41_472
"""FLOPs that every record of the micro table has more than the sum of its layers."""


def upstream(made, task):
    """Parameters, and FLOPs as upstream counts them.

    Those are multiply-adds of convolutions and of linear layers without biases, two per value that is normalized, one
    per value that is rectified. A jigsaw's encoder counts for one tile of 64 x 64 pixels.
    """
    parts = 9 if task == "jigsaw" else 1
    side = 64 if task == "jigsaw" else 256
    outputs = OUTPUTS[task]
    more = 0

    def add(module, inputs, output):
        nonlocal more
        more += output.numel() * (2 if isinstance(module, nn.BatchNorm2d) else 1)

    hooks = [m.register_forward_hook(add) for m in made.module.modules() if isinstance(m, nn.BatchNorm2d | nn.ReLU)]
    encoder = count(Network(made.module, nn.Identity()), (side, side, 3))
    for hook in hooks:
        hook.remove()
    with torch.device("meta"):
        head = LinearHead(made.channels, outputs, parts)
    parameters = encoder.parameters + sum(weight.numel() for weight in head.parameters())
    return Cost(parameters, encoder.flops + more + outputs * parts * made.channels)


def micro(genotype, *, prune=False):
    with torch.device("meta"):
        return transnas.micro_encoder(genotype, 3, 256, FULL, prune=prune)


def published(benchmark, task, genotype):
    metrics = benchmark.report(task, genotype).metrics
    return Cost(round(metrics["params_M"] * 1e6), round(metrics["flops_M"] * 1e6))


@pytest.mark.table("transnas101-micro")
@pytest.mark.parametrize("task", OUTPUTS)
def test_unpruned_costs_of_micro_networks_are_the_tables(transnas_micro, task):
    """Costs add up over edges, alike where edges start alike, so those of 7 cells tell those of all 4,096."""
    empty = upstream(micro((0,) * 6), task)
    single = {
        (start, value): upstream(micro(tuple(value if i == at else 0 for i in range(6))), task)
        for start, at in ((0, 0), (1, 2))
        for value in range(4)
    }
    for genotype in transnas_micro.genotypes:
        parts = [single[min(start, 1), value] for (start, _), value in zip(EDGES, genotype, strict=True)]
        expected = Cost(
            empty.parameters + sum(part.parameters - empty.parameters for part in parts),
            empty.flops + sum(part.flops - empty.flops for part in parts) + UNEXPLAINED,
        )
        assert expected == published(transnas_micro, task, genotype)


@pytest.mark.table("transnas101-macro")
@pytest.mark.parametrize("task", OUTPUTS)
def test_parameters_of_macro_networks_are_the_tables_and_flops_nearly(transnas_macro, task):
    for i in np.random.default_rng(0).choice(len(transnas_macro.genotypes), size=3, replace=False):
        genotype = transnas_macro.genotypes[i]
        with torch.device("meta"):
            made = transnas.macro_encoder(genotype, 3, 256, FULL)
        ours, theirs = upstream(made, task), published(transnas_macro, task, genotype)
        assert ours.parameters == theirs.parameters
        assert 0 <= theirs.flops - ours.flops <= (1.3e-3 if task == "jigsaw" else 1.7e-5) * theirs.flops


def test_what_leads_nowhere_costs_nothing():
    dead_end = (3, 0, 0, 2, 0, 0)
    assert upstream(micro(dead_end, prune=True), "room_layout") == upstream(micro((0, 0, 0, 2, 0, 0)), "room_layout")


def test_a_skip_fits_channels_and_resolution_only_where_they_change():
    assert isinstance(transnas.operation("skip_connect", 4, 4), nn.Identity)
    assert not isinstance(transnas.operation("skip_connect", 4, 4, 2), nn.Identity)
    assert transnas.operation("skip_connect", 4, 8)(torch.ones(2, 4, 6, 6)).shape == (2, 8, 6, 6)


@pytest.mark.parametrize(
    ("side", "halvings", "end"),
    [(28, 0, 4), (32, 0, 4), (63, 0, 8), (64, 1, 4), (96, 1, 6), (128, 2, 4), (256, 2, 8)],
)
def test_the_stem_halves_as_often_as_images_allow(side, halvings, end):
    assert transnas.stem_halvings(side) == halvings
    made = transnas.micro_encoder((1,) * 6, 1, side, Size(4))
    assert made.halvings == halvings + 3
    assert made.module.eval()(torch.zeros(1, 1, side, side)).shape == (1, 32, end, end)


@pytest.mark.parametrize(
    ("text", "channels", "halvings"),
    [("64-4111-basic", 8, 1), ("64-2311-basic", 8, 1), ("64-444333-basic", 32, 6), ("64-12323-basic", 16, 2)],
)
def test_modules_of_macro_networks_widen_and_halve(text, channels, halvings):
    genotype = tuple(int(digit) - 1 for digit in text[3:7]) + tuple(
        int(d) for d in text[7:].split("-")[0].ljust(2, "0")
    )
    made = transnas.macro_encoder(genotype, 3, 32, Size(4))
    assert (made.channels, made.halvings) == (channels, halvings)
    side = -(-32 // 2**halvings)
    assert made.module.eval()(torch.zeros(1, 3, 32, 32)).shape == (1, channels, side, side)


def test_the_shortcut_of_a_basic_block_is_an_identity_unless_shapes_change():
    assert isinstance(transnas.BasicBlock(4, 4, 1).shortcut, nn.Identity)
    block = transnas.BasicBlock(4, 6, 1).eval()
    assert block(torch.randn(2, 4, 5, 5)).min() >= 0
    assert sum(weight.numel() for weight in block.parameters()) == 9 * (24 + 36) + 24 + 3 * 12


def test_micro_networks_of_all_kinds_build_and_run():
    images = torch.randn(1, 3, 16, 16)
    for genotype in genotypes(TransNASMicro())[::61]:
        assert transnas.micro_encoder(genotype, 3, 16, Size(2)).module.eval()(images).shape == (1, 16, 2, 2)


def test_macro_networks_of_all_kinds_build_and_run():
    images = torch.randn(1, 3, 16, 16)
    for genotype in genotypes(TransNASMacro())[::53]:
        made = transnas.macro_encoder(genotype, 3, 16, Size(2))
        side = -(-16 // 2**made.halvings)
        assert made.module.eval()(images).shape == (1, made.channels, side, side)
