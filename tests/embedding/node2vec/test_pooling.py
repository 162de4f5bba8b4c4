import numpy as np
import pytest

from ktnas.embedding.node2vec.pooling import Concatenation, Maximum, Mean, Sum

VECTORS = np.array([[1.0, -2.0], [3.0, 4.0], [5.0, 6.0]])
STARTS = np.array([0, 2])


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        (Sum(), [[4, 2], [5, 6]]),
        (Mean(), [[2, 1], [5, 6]]),
        (Maximum(), [[3, 4], [5, 6]]),
        (Concatenation((Mean(), Maximum())), [[2, 1, 3, 4], [5, 6, 5, 6]]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_by_hand(pooling, expected):
    assert pooling.pool(VECTORS, STARTS).tolist() == expected
    assert pooling.pool(VECTORS[:0], STARTS[:0]).shape == (0, len(expected[0]))


@pytest.mark.parametrize("pooling", [Sum(), Mean(), Maximum()], ids=lambda pooling: pooling.name)
def test_a_row_does_not_depend_on_the_batch(pooling):
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 20, size=50)
    starts = np.cumsum(sizes) - sizes
    vectors = rng.standard_normal((sizes.sum(), 33))
    batch = pooling.pool(vectors, starts)
    for row, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        alone = pooling.pool(vectors[start : start + size], np.array([0]))
        assert alone.tobytes() == batch[row : row + 1].tobytes()


def test_name_of_a_concatenation():
    assert Concatenation((Mean(), Maximum())).name == "mean+maximum"
