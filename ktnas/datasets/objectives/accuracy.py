"""Top-1 accuracy, the metric of objectives with one class per image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Accuracy:
    """Share of images whose class has the largest output, in %; fulfils `ktnas.datasets.objectives.base.Meter`."""

    def __init__(self) -> None:
        self._right: Tensor | int = 0  # sums stay on the device until they are read: reading makes a GPU wait
        self._images = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._right = self._right + (outputs.argmax(1) == targets).sum()
        self._images += len(targets)

    def result(self) -> dict[str, float]:
        return {"accuracy": 100 * int(self._right) / self._images}
