"""Images and targets to train on, free of torch: datasets, objectives, readers, rendered scenes.

* `PassedOver`: a file, folder or array that was not read.
* `Account`: what is to be told of a dataset beside its images.
* `Split`: one part of a dataset.
* `Dataset`: what a network is trained on, and judged by.
* `from_torch`: a dataset from map-style datasets of torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.datasets.account import Account as Account
    from ktnas.datasets.account import PassedOver as PassedOver
    from ktnas.datasets.dataset import Dataset as Dataset
    from ktnas.datasets.dataset import Split as Split
    from ktnas.datasets.map_style import from_torch as from_torch

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "account": ["PassedOver", "Account"],
        "dataset": ["Split", "Dataset"],
        "map_style": ["from_torch"],
    },
)
