import numpy as np
import pytest

from ktnas.benchmarks.packed import PackedGenotypes
from ktnas.errors import DataError

CARDINALITIES = (2, 3, 4)
CODES = [(1, 2, 3), (0, 0, 0), (1, 0, 2)]


def packed(codes=CODES):
    return PackedGenotypes(CARDINALITIES, np.array([12 * a + 4 * b + c for a, b, c in codes]))


def test_genotypes_are_plain_tuples_in_order():
    found = packed()
    assert list(found) == CODES
    assert [found[i] for i in range(3)] == CODES
    assert list(found[1:]) == CODES[1:]
    assert found[-1] == CODES[-1]
    assert all(type(value) is int for genotype in found for value in genotype)
    assert np.array(found, dtype=np.int64).tolist() == [list(code) for code in CODES]
    with pytest.raises(IndexError):
        found[3]


def test_rows_are_found_and_nothing_else():
    rows = packed().rows
    assert {code: rows[code] for code in CODES} == {CODES[0]: 0, CODES[1]: 1, CODES[2]: 2}
    for other in ((0, 0, 1), (1, 2), (1, 2, 4), (0, 0, -1), (0, 0, 0, 0)):
        assert rows.get(other) is None
        assert other not in rows
    assert len(rows) == 3
    assert set(rows) == set(CODES)


def test_repeats_count_once_and_mean_the_last():
    rows = packed([*CODES, CODES[0]]).rows
    assert len(rows) == 3
    assert rows[CODES[0]] == 3


def test_numbers_out_of_range_are_refused():
    with pytest.raises(DataError, match="numbers from 0 to 23"):
        PackedGenotypes(CARDINALITIES, np.array([24]))
    assert list(PackedGenotypes(CARDINALITIES, np.array([], dtype=np.int64))) == []
