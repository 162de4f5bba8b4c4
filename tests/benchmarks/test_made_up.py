import numpy as np
import pytest

from ktnas.benchmarks.made_up import PLATEAU, TWO_REGIONS, Plateau, TwoRegions
from ktnas.benchmarks.registry import load_benchmark
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import network_key

MICRO = "transnas101-micro"
pytestmark = pytest.mark.table(MICRO)


def fitness(source):
    (record,) = source.load().records
    return record.fitness


def classes(table):
    found = {}
    for row, genotype in enumerate(table.genotypes):
        found.setdefault(network_key(table.space, genotype), []).append(row)
    return list(found.values())


@pytest.mark.parametrize("source", [Plateau(50, base=MICRO), TwoRegions(0.02, base=MICRO)])
def test_codes_of_one_network_have_exactly_one_fitness(source):
    values = fitness(source)
    groups = classes(source.load())
    assert all(len(set(values[rows].tolist())) == 1 for rows in groups)
    assert len(groups) < len(values)


@pytest.mark.parametrize("above", [1, 50, 300])
def test_so_many_exceed_the_unconnected(above):
    table = Plateau(above, base=MICRO).load()
    (record,) = table.records
    unconnected = [i for i, g in enumerate(table.genotypes) if not table.space.graph(g).is_connected]
    (level,) = set(record.fitness[unconnected].tolist())
    assert record.task.name == PLATEAU
    # codes of one network stand together, so that the border may lie within a few of them
    assert above - 30 <= (record.fitness > level).sum() <= above
    assert "made up" in table.notes[-1]


def test_a_seed_is_a_landscape():
    first, again, other = (fitness(TwoRegions(0.05, seed, base=MICRO)) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_better_region_is_small_and_best():
    table = TwoRegions(0.03, base=MICRO).load()
    (record,) = table.records
    best = np.argsort(-record.fitness)[: int(0.02 * len(record.fitness))]
    codes = np.array(table.genotypes)
    centre = codes[best[0]]
    near, all_ = (float((rows != centre).sum(axis=1).mean()) for rows in (codes[best], codes))
    assert record.task.name == TWO_REGIONS
    assert near < all_ - 0.2


@pytest.mark.parametrize(
    "source", [Plateau(0, base=MICRO), Plateau(10**6, base=MICRO), Plateau(5, base="nasbench-graph")]
)
def test_refuses_a_plateau_that_cannot_be(source):
    with pytest.raises(ConfigurationError, match="needs unconnected architectures, and more than"):
        source.load()


def test_refuses_a_region_that_is_none():
    with pytest.raises(ConfigurationError, match=r"above 0 and at most 0\.5; got 0\.9"):
        TwoRegions(0.9)


def test_what_is_loaded_lists_what_the_table_lists():
    assert TwoRegions(0.03, base=MICRO).load().genotypes == load_benchmark(MICRO, ()).genotypes
