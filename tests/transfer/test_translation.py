"""What stands for an architecture in another space."""

from ktnas.embedding.cached import cached
from ktnas.embedding.combined import Combined
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_operations import PathOperations
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.mdesign import MDesign
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.several import SeveralSpaces
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.transfer.translation import Translation

EMBEDDER = Combined((PathOperations(corpus_size=100), OneHot()), corpus_size=100)


def translation(*spaces):
    several = SeveralSpaces(spaces)
    return several, Translation(several, cached(EMBEDDER, several))


def test_the_same_network_where_there_is_one():
    several, into = translation(NASBench201(), TransNASMicro())
    cell = several.parse("nasbench201:|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|")
    found = into.into(1, cell)
    assert found[0] == 1
    assert sorted(several.graph(found).operations) == sorted(several.graph(cell).operations)
    assert into.into(1, cell) == found
    assert into.into(0, cell) == cell


def test_a_space_s_own_rule_comes_first():
    several, into = translation(MDesign("link"), MDesign("graph"))
    assert into.into(1, several.code(0, (2, 1, 2, 0, 1, 6))) == (1, 0, 1, 2, 0, 1, 6)


def test_a_space_too_large_to_be_listed_is_searched_from_a_sample(monkeypatch):
    monkeypatch.setattr("ktnas.transfer.translation._SAMPLE", 20)
    monkeypatch.setattr("ktnas.transfer.translation._STEPS", 2)
    several, into = translation(EMT_NAS, DARTS())
    start = several.code(0, (0,) * len(EMT_NAS.cardinalities))
    found = into.into(1, start)
    assert several.part(1).is_valid(found)
    assert translation(EMT_NAS, DARTS())[1].into(1, start) == found
