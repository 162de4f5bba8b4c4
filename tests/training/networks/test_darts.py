import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ktnas.datasets.objectives import Classification
from ktnas.errors import ConfigurationError
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.operators import sample
from ktnas.training.networks import darts
from ktnas.training.networks.building import build
from ktnas.training.networks.costs import count
from ktnas.training.networks.network import Size
from ktnas.training.networks.operations import FactorizedReduce, ReLUConvBN

DARTS_V2 = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], "
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
)


def test_darts_v2_has_the_published_number_of_parameters():
    """3.3 M (DARTS, table 1); its authors' code prints 3.349342 M, without the auxiliary head."""
    space = DARTS()
    network = build(space, space.parse(DARTS_V2), Classification(10), (32, 32, 3), Size(36, 20, auxiliary=True))
    assert count(network, (32, 32, 3)).parameters == 3_349_342
    # 4 * 4 * 36 channels come in; 1x1 to 128, 2x2 to 768, both normalized, 10 classes
    assert sum(w.numel() for w in network.auxiliary.parameters()) == 576 * 128 + 256 + 4 * 128 * 768 + 1536 + 7690


@pytest.mark.parametrize("space", [DARTS(), EMT_NAS], ids=["darts", "emt-nas"])
@pytest.mark.parametrize("cells", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("auxiliary", [True, False])
def test_every_weight_takes_part(space, cells, auxiliary):
    rng = np.random.default_rng(cells)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        size = Size(2, cells, auxiliary=auxiliary)
        network = build(space, sample(space, rng), Classification(3), (9, 10, 1), size)
        outputs, more = network.with_auxiliary(torch.randn(3, 1, 9, 10))
    assert (more is not None) is auxiliary
    (outputs.sum() + (more.sum() if more is not None else 0)).backward()
    assert all(weight.grad is not None for weight in network.parameters())


def cell(*blocks):
    return darts.CellPlan(tuple(blocks), (2,))


LAST, BEFORE, BOTH = (
    cell(((first, "skip_connect"), (second, "skip_connect"))) for first, second in ((1, 1), (0, 0), (0, 1))
)


@pytest.mark.parametrize(
    ("sequence", "also", "live"),
    [
        ([BOTH] * 5, None, {0, 1, 2, 3, 4}),
        ([LAST] * 3, None, {0, 1, 2}),
        ([BEFORE] * 5, None, {0, 2, 4}),
        ([BEFORE] * 5, 3, {0, 1, 2, 3, 4}),
        ([LAST, LAST, LAST, BEFORE], None, {0, 1, 3}),
    ],
)
def test_cells_that_nothing_reads_are_found(sequence, also, live):
    assert darts.read_cells(sequence, also) == live


def test_cells_and_inputs_that_nothing_reads_are_not_built():
    genotype = (0, 6, 0, 6) * 2
    space = DARTS(1, EMT_NAS.operations, repeated_inputs=True)
    module = darts.encoder(space, genotype, 3, Size(4, 5)).module
    kinds = [type(cell).__name__ for part in module for cell in part.cells]
    assert kinds == ["Cell", "Unread", "Cell", "Unread", "Cell"]
    assert module[0].cells[0].last is None


def test_the_chain_follows_darts():
    """Stem of three times the channels; reductions at one and two thirds; what follows one fits the cell before it."""
    space = DARTS()
    made = darts.encoder(space, space.parse(DARTS_V2), 3, Size(4, 6))
    cells = [cell for part in made.module for cell in part.cells]
    assert (made.channels, made.halvings, made.middle) == (4 * 4 * 4, 2, (4 * 4 * 4, 2))
    assert made.module[0].stem[0].out_channels == 12
    assert len(made.module[0].cells) == 5
    kinds = [type(cell.before_last) for cell in cells]
    assert kinds == [ReLUConvBN, ReLUConvBN, ReLUConvBN, FactorizedReduce, ReLUConvBN, FactorizedReduce]
    images = torch.zeros(1, 3, 16, 16)
    before_last, last = made.module[0].eval()(images)
    assert (before_last.shape, last.shape) == ((1, 32, 8, 8), (1, 64, 4, 4))
    assert made.module.eval()(images).shape == (1, 64, 4, 4)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_plans_concatenate_what_the_official_string_says(seed):
    genotype = sample(EMT_NAS, np.random.default_rng(seed))
    text = EMT_NAS.format(genotype)
    normal, reduction = darts.plans(EMT_NAS, genotype)
    assert f"normal_concat={list(normal.outputs)}" in text
    assert f"reduce_concat={list(reduction.outputs)}" in text
    assert str([(name, node) for block in normal.blocks for node, name in block]) in text


def test_a_cell_adds_two_operations_per_block_and_concatenates():
    plan = darts.CellPlan(
        (((0, "skip_connect"), (1, "skip_connect")), ((2, "skip_connect"), (0, "skip_connect"))), (2, 3)
    )
    made = darts.Cell(plan, darts.CellShape(2, 2, 2, reduces=False, after_reduction=False)).eval()
    before_last, last = torch.randn(1, 2, 3, 3), torch.randn(1, 2, 3, 3)
    first, second = made.before_last(before_last), made.last(last)
    expected = torch.cat([first + second, first + second + first], dim=1)
    assert torch.allclose(made(before_last, last), expected)


@pytest.mark.parametrize("name", sorted({*DARTS().operations, *EMT_NAS.operations, "none"}))
@pytest.mark.parametrize("stride", [1, 2])
def test_every_operation_has_a_module(name, stride):
    side = 6 // stride
    assert darts.operation(name, 4, stride)(torch.randn(2, 4, 6, 6)).shape == (2, 4, side, side)


def test_an_operation_of_ones_own_is_refused():
    space = DARTS(1, ("attention",), repeated_inputs=True)
    with pytest.raises(
        ConfigurationError, match="no network has the operation 'attention'; those of DARTS and EMT-NAS"
    ):
        darts.encoder(space, (0,) * 8, 3, Size())
