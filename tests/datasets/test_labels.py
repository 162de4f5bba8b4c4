"""What labels are about where nobody says, and what is odd of them."""

import numpy as np
import pytest

from ktnas.datasets.labels import oddities, of_any_kind, understood
from ktnas.datasets.objectives import Classification, MultiLabel, Regression, Segmentation
from ktnas.errors import DataError

ONE_HOT = np.eye(3, dtype=int)[[0, 2, 1, 0]]


def parts(train, validation=None):
    return {"train": np.asarray(train), "validation": np.asarray(train if validation is None else validation)}


class TestUnderstood:
    @pytest.mark.parametrize("dtype", [np.uint8, bool, np.float32])
    def test_rows_with_exactly_one_1_are_classes(self, dtype):
        found = understood(parts(ONE_HOT.astype(dtype)), None, "x")
        assert (found.objective, found.parts["train"].tolist()) == (Classification(3), [0, 2, 1, 0])
        assert found.remarks == ("Labels are one-hot rows: 3 classes.",)

    @pytest.mark.parametrize("odd", [[1, 1, 0], [0, 0, 0]])
    def test_one_row_of_one_part_that_is_not_makes_them_labels(self, odd):
        assert understood(parts(ONE_HOT, [*ONE_HOT, odd]), None, "x").objective == MultiLabel(3)
        assert understood(parts([*ONE_HOT, odd], ONE_HOT), None, "x").objective == MultiLabel(3)

    def test_an_objective_that_is_given_stays(self):
        assert understood(parts(ONE_HOT), MultiLabel(3), "x").objective == MultiLabel(3)

    def test_one_class_alone_is_refused(self):
        for labels in (np.ones(4, int), np.eye(3)[[1, 1, 1]]):
            with pytest.raises(DataError, match="x: all training images are of class 1; there must be at"):
                understood(parts(labels), None, "x")

    def test_names_and_fractions_are_refused(self):
        for labels in (np.array(["cat", "dog"]), np.array([0.0, 1.5]), np.eye(2) * 0.5):
            with pytest.raises(DataError, match="x, train: labels must be whole numbers"):
                understood(parts(labels), None, "x")


class TestOddities:
    @pytest.mark.parametrize(
        ("train", "validation", "said"),
        [
            ([1, 2, 3], [1], "class 0 (counted from 1?)"),
            ([0, 1, 9, 4], [0], "class 2, 3, 5 to 8;"),
            ([0, 3], [1, 1, 2], "class 1, 2, though 3 other images are;"),
            ([0, 2], [0, 1], "class 1, though 1 other image is;"),
        ],
    )
    def test_classes_without_a_training_image(self, train, validation, said):
        (remark,) = oddities(parts(train, validation), Classification(max(train) + 1))
        assert said in f"{remark};"

    def test_labels_that_are_the_same_for_all(self):
        (remark,) = oddities(parts([[1, 0, 1, 0], [1, 1, 0, 0]]), MultiLabel(4))
        assert "the same for all training images: 0, 3 " in remark

    def test_nothing_is_odd_of_most(self):
        assert oddities(parts([0, 1, 2]), Classification(3)) == ()
        assert oddities(parts([[0.5]]), Regression(1)) == ()


class TestOfAnyKind:
    def test_floating_point_numbers_are_predicted(self):
        found = of_any_kind(parts(np.array([0.5, 2.0])), None, "x")
        assert (found.objective, found.parts["train"].tolist(), found.remarks) == (Regression(1), [[0.5], [2.0]], ())
        assert of_any_kind(parts(np.array([[0.5, 2.0, 1.0]])), None, "x").objective == Regression(3)

    def test_but_0_and_1_are_classes_or_labels(self):
        binary = of_any_kind(parts(np.array([0.0, 1.0])), None, "x")
        assert binary.objective == Classification(2)
        assert "objective=Regression(1) predicts the number" in binary.remarks[0]
        assert of_any_kind(parts(ONE_HOT * 1.0), None, "x").objective == Classification(3)
        assert of_any_kind(parts(np.array([[1.0, 1.0], [0.0, 1.0]])), None, "x").objective == MultiLabel(2)

    def test_whole_floating_point_numbers_are_predicted_with_a_word(self):
        found = of_any_kind(parts(np.array([3.0, 1.0, 2.0])), None, "x")
        assert found.objective == Regression(1)
        assert "classes are given as integers" in found.remarks[0]

    def test_targets_take_the_form_that_is_asked_for(self):
        def asked(labels, objective):
            return of_any_kind(parts(labels), objective, "x").parts["train"]

        assert asked(np.array([2, 1]), Regression(1)).tolist() == [[2.0], [1.0]]
        assert asked(np.array([2.0, 1.0]), Classification(3)).dtype == np.int64
        assert asked(ONE_HOT * 1.0, Classification(3)).tolist() == [0, 2, 1, 0]
        assert asked(np.array([1, 0]), MultiLabel(1)).tolist() == [[1], [0]]
        assert asked(np.array([0.5, np.nan]), Classification(3)).dtype == np.float64  # for the objective to refuse

    def test_maps_must_say_what_they_are(self):
        maps = np.zeros((2, 4, 4), int)
        with pytest.raises(DataError, match=r"targets of shape \(4, 4\) .*objective=Segmentation\(classes\)"):
            of_any_kind(parts(maps), None, "x")
        assert of_any_kind(parts(maps), Segmentation(2), "x").parts["train"] is not None
