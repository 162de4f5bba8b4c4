"""Structural similarity (Wang et al., IEEE TIP 13(4), 2004), as TransNAS-Bench-101 measures pixel-to-pixel tasks.

Equal to scikit-image's ``structural_similarity(..., channel_axis=..., gaussian_weights=True, sigma=1.5,
use_sample_covariance=False, data_range=2)``: it, too, averages only where the window lies within the image.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ktnas.errors import DataError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

WINDOW = 11
"""Pixels on a side of the Gaussian window: 3.5 standard deviations on each side of the centre."""


_SIGMA = 1.5


_RANGE = 2.0


_C1, _C2 = (0.01 * _RANGE) ** 2, (0.03 * _RANGE) ** 2


class Similarity:
    """Mean SSIM over images; fulfils `ktnas.datasets.objectives.base.Meter`."""

    def __init__(self) -> None:
        self._total: Tensor | float = 0.0
        self._images = 0

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        self._total = self._total + ssim(outputs, targets).sum()
        self._images += len(targets)

    def result(self) -> dict[str, float]:
        return {"ssim": float(self._total) / self._images}


def require_window(name: str, size: tuple[int, int]) -> None:
    """Refuse images that are smaller than the window.

    Args:
        name: Name of the dataset.
        size: Height and width.

    Raises:
        DataError: Saying how large they must be.
    """
    if min(size) < WINDOW:
        raise DataError(
            f"dataset {name!r}: SSIM needs images of at least {WINDOW} x {WINDOW} pixels; got {size[0]} x {size[1]}"
        )


def ssim(outputs: Tensor, targets: Tensor) -> Tensor:
    """Similarity ``(n,)`` of images ``(n, c, h, w)`` in [-1, 1], in float64; 1 for equal images, higher is better.

    Args:
        outputs: Images; at least `WINDOW` pixels high and wide.
        targets: Images of the same shape.
    """
    x, y = outputs.double(), targets.double()
    rows, columns = _blur(x.shape[2], x.device), _blur(x.shape[3], x.device).T
    mean_x, mean_y = rows @ x @ columns, rows @ y @ columns
    variance_x = rows @ (x * x) @ columns - mean_x**2
    variance_y = rows @ (y * y) @ columns - mean_y**2
    covariance = rows @ (x * y) @ columns - mean_x * mean_y
    similarity = ((2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)) / (
        (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    )
    return similarity.mean(dim=(1, 2, 3))


@lru_cache(maxsize=8)
def _blur(size: int, device: torch.device) -> Tensor:
    """The Gaussian filter along one axis as a matrix ``(size - WINDOW + 1, size)``: exact on every device."""
    import torch

    offsets = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    weights = torch.exp(-0.5 * (offsets / _SIGMA) ** 2)
    matrix = torch.zeros(size - WINDOW + 1, size, dtype=torch.float64)
    for row in range(len(matrix)):
        matrix[row, row : row + WINDOW] = weights / weights.sum()
    return matrix.to(device)
