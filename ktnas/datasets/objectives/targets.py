"""Checks of targets that several objectives share."""

from __future__ import annotations

import numpy as np

from ktnas.datasets.objectives.base import Targets
from ktnas.errors import DataError


def require_labels(targets: Targets, classes: int, shape: tuple[int, ...], where: str) -> None:
    """Refuse targets that are not integers ``(n, *shape)`` from 0 to below ``classes``.

    Raises:
        DataError: Saying what was expected.
    """
    if targets.dtype.kind not in "iu" or targets.shape[1:] != shape:
        raise DataError(
            f"{where}: expected integer labels of shape {('n', *shape)}; got {targets.dtype} of shape {targets.shape}"
        )
    if targets.size and not 0 <= int(targets.min()) <= int(targets.max()) < classes:
        raise DataError(
            f"{where}: labels must be 0 to {classes - 1}; found {int(targets.min())} to {int(targets.max())}"
        )


def require_floats(targets: Targets, shape: tuple[int, ...], where: str, bound: float | None = None) -> None:
    """Refuse targets that are not finite floating-point numbers ``(n, *shape)``, at most ``bound`` in size.

    Raises:
        DataError: Saying what was expected.
    """
    if targets.dtype.kind != "f" or targets.shape[1:] != shape:
        raise DataError(
            f"{where}: expected floating-point targets of shape {('n', *shape)}; "
            f"got {targets.dtype} of shape {targets.shape}"
        )
    if not bool(np.isfinite(targets).all()):
        raise DataError(f"{where}: targets must be finite; found NaN or infinity")
    if bound is not None and targets.size and float(np.abs(targets).max()) > bound:
        raise DataError(f"{where}: targets must lie between -{bound:g} and {bound:g}")
