"""The datasets of MedMNIST v2 with images in two dimensions.

Yang et al., "MedMNIST v2: a large-scale lightweight benchmark for 2D and 3D biomedical image classification",
Scientific Data 2023, table 1. Files are ``<flag>.npz`` with 28 x 28 pixels and ``<flag>_64.npz`` with 64 x 64. The
grades of RetinaMNIST, ordinal upstream, are learnt as classes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ktnas.datasets.objectives import Classification, MultiLabel, Objective


@dataclass(frozen=True, slots=True)
class Flag:
    """One dataset of MedMNIST.

    Attributes:
        name: Its name upstream.
        objective: What is to be learnt.
        channels: 1 for gray, 3 for colour.
    """

    name: str
    objective: Objective
    channels: int


FLAGS = (
    Flag("pathmnist", Classification(9), 3),
    Flag("chestmnist", MultiLabel(14), 1),
    Flag("dermamnist", Classification(7), 3),
    Flag("octmnist", Classification(4), 1),
    Flag("pneumoniamnist", Classification(2), 1),
    Flag("retinamnist", Classification(5), 3),
    Flag("breastmnist", Classification(2), 1),
    Flag("bloodmnist", Classification(8), 3),
    Flag("tissuemnist", Classification(8), 1),
    Flag("organamnist", Classification(11), 1),
    Flag("organcmnist", Classification(11), 1),
    Flag("organsmnist", Classification(11), 1),
)
"""Every dataset with images in two dimensions."""


SIZES = (28, 64)
"""Heights and widths that are known by name, the first without a suffix."""
