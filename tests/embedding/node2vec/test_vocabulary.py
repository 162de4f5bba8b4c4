import numpy as np
import pytest

from ktnas.embedding.node2vec.vocabulary import Vocabulary


def test_counts_leave_unknown_words_out():
    counts = Vocabulary(("a", "b")).counts([["a", "a", "c"], [], ["b"]])
    assert counts.tolist() == [[2, 0], [0, 0], [0, 1]]
    assert Vocabulary(("a", "b")).counts([]).shape == (0, 2)
    assert Vocabulary(()).counts([["a"]]).shape == (1, 0)


def test_most_frequent_counts_bags_and_breaks_ties_by_name():
    bags = [["rare", "rare", "rare"], ["b", "a"], ["a", "b"], ["b"]]
    assert Vocabulary.most_frequent(bags, 3).words == ("b", "a", "rare")


@pytest.mark.parametrize("words", [(), ("a",), ("a", "Ünï", "x<y,z>;")])
def test_to_array_and_back(words):
    assert Vocabulary.from_state({"words": Vocabulary(words).to_array()}).words == words


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"words": np.zeros(3)},
        {"words": np.zeros((2, 2), dtype=np.uint8)},
        {"words": np.frombuffer(b"a\na", dtype=np.uint8)},
        {"words": np.frombuffer(b"\xff\xfe", dtype=np.uint8)},
    ],
    ids=["absent", "floats", "square", "repeats", "not text"],
)
def test_malformed_state(state):
    with pytest.raises(ValueError, match=r"words|repeats|utf-8"):
        Vocabulary.from_state(state)
