import numpy as np
import pytest

from ktnas.benchmarks import nasbench101 as module
from ktnas.benchmarks.complexity_proxy import tabulated
from ktnas.benchmarks.registry import find_benchmark, load_benchmark
from ktnas.errors import DataError
from ktnas.files.npz_table import read_npz_columns
from ktnas.files.search_path import require
from ktnas.spaces.base import ListedSpace, is_enumerable
from ktnas.spaces.nasbench101 import NASBench101

SPACE = NASBench101()
SMALL = {  # input and output; one vertex, past which an edge leads; a diamond
    "vertices": np.array([2, 3, 4], dtype=np.uint8),
    "edges": np.array([0b1, 0b111, 0b110011], dtype=np.uint32),
    "operations": np.array([0, 1, 0b0010], dtype=np.uint16),
    "test_correct_of_29952": np.array([14976, 0, 29952], dtype=np.uint16),
    "params": np.array([1_000_000, 2_500_000, 7], dtype=np.uint32),
}


def written(tmp_path, **changed):
    np.savez_compressed(tmp_path / module.FILENAME, **{**SMALL, **changed})
    return tmp_path


@pytest.mark.table("nasbench101")
def test_all_cells_of_the_paper_are_there(nasbench101):
    assert nasbench101.space == SPACE
    assert len(nasbench101.rows) == len(nasbench101.genotypes) == 423_624
    assert not is_enumerable(nasbench101.space)
    best = nasbench101.genotypes[int(nasbench101.record("cifar10").fitness.argmax())]
    assert nasbench101.best_fitness("cifar10") == pytest.approx(94.3176, abs=1e-4)
    assert nasbench101.report("cifar10", best).rank == 1
    assert nasbench101.report("cifar10", best).metrics == {"params_M": pytest.approx(32.426634)}


@pytest.mark.table("nasbench101")
def test_rows_ascend_by_upstreams_hash(nasbench101):
    """The table is in the order of the official hashes, so hashes that ascend are the official ones."""
    hashes = [SPACE.module_hash(genotype) for genotype in nasbench101.genotypes[::500]]
    assert hashes == sorted(hashes)
    assert len(set(hashes)) == len(hashes) == 848
    assert hashes[0] == "00005c142e6f48ac74fdcf73e3439874"


@pytest.mark.table("nasbench101")
def test_codes_are_those_that_the_space_makes_one_by_one(nasbench101):
    columns = read_npz_columns(require(module.FILENAME, ""), ("vertices", "edges", "operations"))
    for row in range(0, 423_624, 4_999):
        size, bits, labels = (int(columns[name][row]) for name in ("vertices", "edges", "operations"))
        raw = [0] * 26
        for y in range(1, size):
            place = y if y < size - 1 else 6
            for x in range(y):
                raw[x + place * (place - 1) // 2] = bits >> x + y * (y - 1) // 2 & 1
        raw[21 : 21 + size - 2] = [labels >> 2 * i & 3 for i in range(size - 2)]
        assert SPACE.normalize(tuple(raw)) == nasbench101.genotypes[row]


@pytest.mark.table("nasbench101")
def test_its_task_is_found_by_the_benchmarks_name_alone(nasbench101):
    assert nasbench101.tasks[0].name == "cifar10"
    assert nasbench101.tasks[0].metric == "test accuracy"
    assert find_benchmark(("cifar10",)).name == "nasbench201"


def test_a_small_table_by_hand(tmp_path):
    benchmark = load_benchmark("nasbench101", directory=written(tmp_path))
    assert isinstance(benchmark.space, ListedSpace)
    labels = [benchmark.label(genotype) for genotype in benchmark.genotypes]
    assert labels == [
        "input,output|0100",
        "input,conv1x1-bn-relu,output|011001000",
        "input,conv3x3-bn-relu,maxpool3x3,output|0110000100010000",
    ]
    assert [benchmark.evaluate("cifar10", genotype).fitness for genotype in benchmark.genotypes] == [50.0, 0.0, 100.0]
    assert benchmark.report("cifar10", benchmark.genotypes[0]).metrics == {"params_M": 1.0}
    assert "test accuracy alone" in benchmark.notes[0]
    proxy = tabulated(benchmark)
    assert proxy.scores(benchmark.space, "cifar10", list(benchmark.genotypes)).tolist() == [1.0, 2.5, 7e-6]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vertices": np.array([2, 3, 8])}, "cells have 2 to 7 vertices; got 2 to 8"),
        ({"edges": np.array([1, 7, 1 << 21])}, "edges have 21 bits"),
        ({"operations": np.array([0, 1, 1 << 10])}, "operations 10 at most"),
        ({"operations": np.array([0, 3, 0])}, "operations are 0 to 2, of vertices that there are"),
        ({"operations": np.array([1, 0, 0])}, "of vertices that there are"),
        ({"edges": np.array([0, 7, 51])}, "no cell whose vertices all lie on paths"),
        ({"edges": np.array([1, 0b010, 51])}, "no cell whose vertices all lie on paths"),
        ({"edges": np.array([0b11, 7, 51])}, "no cell whose vertices all lie on paths"),
        ({"test_correct_of_29952": np.array([0, 1, 29953])}, "expected 0 to 29,952 correct answers"),
        ({"params": np.array([0, 1, 2])}, "and parameters"),
        (
            {"vertices": np.array([2, 4, 4]), "edges": np.array([1, 51, 51]), "operations": np.array([0, 8, 2])},
            "lists an architecture twice: .* in row 2, .* in row 3",
        ),
    ],
)
def test_damaged_tables_are_refused(tmp_path, changed, message):
    with pytest.raises(DataError, match=message):
        module.load(written(tmp_path, **changed))


def test_a_missing_table_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("ktnas.files.search_path.search_path", lambda directory=None: (tmp_path,))
    with pytest.raises(DataError, match=r"nasbench101_test\.npz was not found in any of: .*--data or KTNAS_DATA"):
        module.load()
    assert not module.NASBENCH101.entry().found
