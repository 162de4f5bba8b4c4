"""Images and targets to train on, free of torch: datasets, objectives, readers, rendered scenes.

* `Split`: one part of a dataset.
* `Dataset`: what a network is trained on, and judged by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.datasets.dataset import Dataset as Dataset
    from ktnas.datasets.dataset import Split as Split

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "dataset": ["Split", "Dataset"],
    },
)
