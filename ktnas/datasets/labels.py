"""What labels are about, where nobody says: one class per image, labels that hold together, and what is odd of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ktnas.datasets.account import counts, listed
from ktnas.datasets.objectives import Classification, MultiLabel, Objective, Regression, Targets
from ktnas.errors import DataError


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels that are understood.

    Attributes:
        objective: What is to be learnt.
        parts: Labels by part, as the objective takes them.
        remarks: What was noticed, a sentence each.
    """

    objective: Objective
    parts: Mapping[str, Targets]
    remarks: tuple[str, ...] = ()


def understood(parts: Mapping[str, Targets], objective: Objective | None, where: str) -> Labelled:
    """Labels as classes, one number or a one-hot row per image, or as rows of 0 and 1 for labels that hold together.

    Args:
        parts: Labels ``(n,)``, ``(n, 1)`` or ``(n, labels)`` by part, ``train`` among them; rows of 0 and 1 may be
            floating-point numbers. Not modified.
        objective: What is to be learnt; decided by the labels if None: rows with exactly one 1, in all parts, are
            classes.
        where: What they belong to, for errors.

    Raises:
        DataError: If they are no whole numbers, or the number of classes cannot be told.
    """
    plain = {key: _whole(labels, f"{where}, {key}") for key, labels in parts.items()}
    remarks: tuple[str, ...] = ()
    if objective is None and all(_is_one_hot(labels) for labels in plain.values()):
        columns = plain["train"].shape[1]
        objective, plain = Classification(columns), {key: labels.argmax(1) for key, labels in plain.items()}
        remarks = (f"Labels are one-hot rows: {columns} classes.",)
        _require_classes(plain["train"], where)
    objective = objective or _inferred(plain["train"], where)
    return Labelled(objective, plain, (*remarks, *oddities(plain, objective)))


def of_any_kind(parts: Mapping[str, Targets], objective: Objective | None, where: str) -> Labelled:
    """Targets as `understood`, and numbers to be predicted: floating-point ones that are not all 0 and 1.

    Args:
        parts: Targets ``(n, ...)`` by part, ``train`` among them. Not modified.
        objective: What is to be learnt; decided by the targets if None.
        where: What they belong to, for errors.

    Raises:
        DataError: If they do not say of themselves what they are.
    """
    plain = {key: labels[:, 0] if labels.shape[1:] == (1,) else labels for key, labels in parts.items()}
    if objective is not None:
        fitted = {key: _as_asked(labels, objective) for key, labels in plain.items()}
        return Labelled(objective, fitted, oddities(fitted, objective))
    train = plain["train"]
    if train.ndim > 2:
        raise DataError(
            f"{where}: targets of shape {train.shape[1:]} do not say of themselves what they are; say it, such as "
            "objective=Segmentation(classes)"
        )
    if all(labels.dtype.kind in "bui" for labels in plain.values()):
        return understood(plain, None, where)
    if not all(bool(((labels == 0) | (labels == 1)).all()) for labels in plain.values()):
        return _numbers(plain)
    whole = understood({key: labels.astype(np.int64) for key, labels in plain.items()}, None, where)
    if train.ndim == 2:
        return whole
    remark = "Targets are 0.0 and 1.0, read as two classes; objective=Regression(1) predicts the number."
    return Labelled(whole.objective, whole.parts, (remark, *whole.remarks))


def _numbers(parts: Mapping[str, Targets]) -> Labelled:
    """Numbers to be predicted."""
    numbers = {key: labels.reshape(len(labels), -1).astype(np.float64) for key, labels in parts.items()}
    remarks: tuple[str, ...] = ()
    if all(bool((labels == np.rint(labels)).all()) for labels in numbers.values()):
        remarks = ("Targets are whole floating-point numbers, which are predicted; classes are given as integers.",)
    return Labelled(Regression(numbers["train"].shape[1]), numbers, remarks)


def _as_asked(labels: Targets, objective: Objective) -> Targets:
    """Targets in the type and shape that an objective takes, where that changes no number."""
    if isinstance(objective, Regression):
        return labels.reshape(len(labels), -1).astype(np.float64)
    if isinstance(objective, Classification) and labels.ndim == 2 and _is_one_hot(labels):
        classes: Targets = labels.argmax(1)
        return classes
    if isinstance(objective, MultiLabel) and labels.ndim == 1:
        return _as_asked(labels[:, None], objective)
    if isinstance(objective, Classification | MultiLabel) and bool(np.isfinite(labels.astype(np.float64)).all()):
        whole = labels.astype(np.int64)
        return whole if bool(np.equal(whole, labels).all()) else labels
    return labels


def oddities(parts: Mapping[str, Targets], objective: Objective) -> tuple[str, ...]:
    """Classes without a training image, and labels that are the same for all of them.

    Args:
        parts: Targets by part, ``train`` among them.
        objective: What is to be learnt; only that of classes and labels is looked at.
    """
    train = parts["train"]
    if isinstance(objective, MultiLabel) and train.ndim == 2 and len(train):
        same = np.flatnonzero((train == train[:1]).all(axis=0)).tolist()
        return (f"Of labels, the same for all training images: {listed(same)} (counted from 0).",) if same else ()
    if not isinstance(objective, Classification) or not all(
        len(labels) and labels.ndim == 1 and 0 <= labels.min() <= labels.max() < objective.classes
        for labels in parts.values()
    ):
        return ()
    per_class = counts(parts, objective.classes)
    missing = [i for i, count in enumerate(per_class["train"]) if not count]
    if not missing:
        return ()
    held_out = sum(per_class[key][i] for key in per_class if key != "train" for i in missing)
    also = f", though {held_out:,} other image{'s are' if held_out > 1 else ' is'}" if held_out else ""
    hint = " (counted from 1?)" if missing == [0] else ""
    return (f"No training image is of class {listed(missing)}{also}{hint}; classes count from 0 without gaps.",)


def _whole(labels: Targets, where: str) -> npt.NDArray[np.int64]:
    """Labels as whole numbers, a single column without its axis."""
    single = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if single.dtype.kind == "f" and single.ndim == 2 and bool(((single == 0) | (single == 1)).all()):
        return single.astype(np.int64)
    if single.dtype.kind not in "bui" or single.ndim not in {1, 2}:
        raise DataError(
            f"{where}: labels must be whole numbers (n,) from 0, or rows (n, labels) of 0 and 1; got {labels.dtype} of "
            f"shape {labels.shape}. Names are numbered by numpy.unique(names, return_inverse=True)[1], classes as "
            "floating-point numbers become whole by labels.astype(int); for numbers to be predicted, make a Dataset "
            "with the objective Regression (docs/datasets.md)"
        )
    return single.astype(np.int64)


def _is_one_hot(labels: Targets) -> bool:
    if labels.ndim != 2 or labels.shape[1] < 2 or not len(labels):
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _require_classes(labels: Targets, where: str) -> None:
    if len(np.unique(labels)) < 2:
        raise DataError(
            f"{where}: all training images are of class {int(labels[0])}; there must be at least two classes"
        )


def _inferred(labels: npt.NDArray[np.int64], where: str) -> Objective:
    if labels.ndim == 2:
        return MultiLabel(labels.shape[1])
    classes = int(labels.max()) + 1 if labels.size else 0
    if not 2 <= classes <= max(2, len(labels)):
        raise DataError(
            f"{where}: the largest label of {len(labels)} training images is {classes - 1}; "
            "classes are numbered from 0, and there must be at least two"
        )
    _require_classes(labels, where)
    return Classification(classes)
