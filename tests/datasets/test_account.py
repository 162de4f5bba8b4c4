"""What reading a dataset came to, in a sentence: long lists are cut, and nothing is dropped without being counted."""

from ktnas.datasets.account import HIDDEN, Account, PassedOver, counted, listed


def test_what_was_passed_over_is_named_and_the_rest_counted():
    passed_over = (PassedOver("test", "9 images without classes"), *(PassedOver(f".{i}", HIDDEN) for i in range(4)))
    account = Account(remarks=("A remark.",), passed_over=passed_over)
    assert account.sentences == ("A remark.", "Not read: test (9 images without classes), .0, .1 and 2 more.")
    assert Account(remarks=("A remark.",)).sentences == ("A remark.",)


def test_many_classes_are_told_by_the_smallest_and_the_largest():
    sizes, per_class = {"train": 36}, {"train": [5, 2, 7, 7, 5, 5, 5]}
    names = ["a", "b", "c", "d", "e", "f", "g"]
    assert counted(sizes, per_class, names) == "36 images read: 36 train; 7 classes of 2 (b) to 7 (c) images."
    assert counted({"train": 14}, {"train": [2] * 7}, ()) == "14 images read: 14 train; 7 classes of 2 images each."


def test_without_classes_images_are_counted():
    assert counted({"train": 1200, "test": 3}, {}, ()) == "1,203 images read: 1,200 train, 3 test."


def test_neighbouring_numbers_are_a_range():
    assert listed([1]) == "1"
    assert listed([1, 2, 4]) == "1, 2, 4"
    assert listed([0, 1, 2, 8]) == "0 to 2, 8"
