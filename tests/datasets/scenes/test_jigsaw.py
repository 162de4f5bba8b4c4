import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.datasets.scenes.jigsaw import distant_permutations, shuffled


def distances(chosen):
    return (chosen[:, None] != chosen[None]).sum(axis=2)[np.triu_indices(len(chosen), 1)]


def test_permutations_are_permutations_and_differ():
    chosen = distant_permutations(40)
    assert (np.sort(chosen, axis=1) == np.arange(9)).all()
    assert len({tuple(row) for row in chosen}) == 40
    assert chosen[0].tolist() == list(range(9))


def test_the_first_nine_agree_nowhere():
    assert (distances(distant_permutations(9)) == 9).all()


def test_the_mean_distance_is_as_large_as_can_be():
    # 27 tiles in a place: each tile thrice agrees in 9 * 3 pairs of the 351, in each of the nine places
    found = distances(distant_permutations(27))
    assert found.mean() == pytest.approx(9 - 9 * 27 / 351)
    assert found.min() >= 5


def test_a_smaller_set_is_the_beginning_of_a_larger():
    assert (distant_permutations(12) == distant_permutations(40)[:12]).all()


def test_the_set_is_kept_from_changes():
    with pytest.raises(ValueError, match="read-only"):
        distant_permutations(9)[0, 0] = 5


def test_tiles_by_hand():
    image = np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1)
    order = np.array([[8, 0, 1, 2, 3, 4, 5, 6, 7]])
    assert shuffled(image, order)[0, :, :, 0].tolist() == [[8, 0, 1], [2, 3, 4], [5, 6, 7]]


def test_what_is_beyond_a_multiple_of_three_is_cut_off():
    images = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)
    found = shuffled(images, np.tile(np.arange(9), (2, 1)))
    assert (found == images[:, :63, :63]).all()


@given(st.permutations(range(9)), st.permutations(range(9)))
def test_the_inverse_permutation_restores_the_image(one, other):
    images = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (2, 12, 12, 3)).astype(np.uint8)
    order = np.array([one, other])
    moved = shuffled(images, order)
    assert (shuffled(moved, np.argsort(order, axis=1)) == images).all()
    place = one.index(4)  # where the middle tile lies
    row, column = divmod(place, 3)
    assert (moved[0, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] == images[0, 4:8, 4:8]).all()
