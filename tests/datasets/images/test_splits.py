import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.datasets.dataset import Split
from ktnas.datasets.images.splits import hold_out, three_parts, without_last
from ktnas.errors import DataError

labels_of_classes = st.lists(st.integers(3, 40), min_size=1, max_size=5).flatmap(
    lambda counts: st.permutations([label for label, count in enumerate(counts) for _ in range(count)])
)


def test_the_last_images_are_held_out_without_a_copy():
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1)
    kept, held = without_last(Split(images, np.arange(5)), "x", 2)
    assert kept.targets.tolist() == [0, 1, 2]
    assert held.targets.tolist() == [3, 4]
    assert held.images.ravel().tolist() == [3, 4]
    assert np.shares_memory(kept.images, images)
    assert np.shares_memory(held.images, images)


def test_something_must_stay():
    with pytest.raises(DataError, match="x has 5 images; more than 5 are needed"):
        without_last(Split(np.zeros((5, 1, 1, 1), np.uint8), np.arange(5)), "x", 5)


def test_images_are_held_out_evenly_within_a_class():
    # 10 images of class 0, of which 2 are held out: the middles of the first and the second half, 2.5 and 7.5
    kept, held = hold_out(np.array([0] * 10 + [1] * 2), 0.2)
    assert held.tolist() == [2, 7, 11]
    assert kept.tolist() == [0, 1, 3, 4, 5, 6, 8, 9, 10]


@given(labels_of_classes)
def test_three_parts_are_disjoint_complete_and_hold_every_class(labels):
    labels = np.array(labels)
    parts = three_parts(labels)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    for part in parts:
        assert set(labels[part].tolist()) == set(labels.tolist())
        assert part.tolist() == sorted(part.tolist())


@given(labels_of_classes)
def test_the_share_of_each_class_is_kept(labels):
    labels = np.array(labels)
    _, validation, test = three_parts(labels)
    for label in np.unique(labels):
        expected = 0.15 * int((labels == label).sum())
        for part in (validation, test):
            assert abs(int((labels[part] == label).sum()) - max(1, expected)) <= 0.6
