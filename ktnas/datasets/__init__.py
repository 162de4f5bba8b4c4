"""Images and targets to train on, free of torch: datasets, objectives, readers, rendered scenes.

* `PassedOver`: a file, folder or array that was not read.
* `Account`: what is to be told of a dataset beside its images.
* `counts`: images of each class, by part.
* `counted`: how many images were read, in a sentence.
* `listed`: ascending numbers, neighbours as ranges.
* `Split`: one part of a dataset.
* `Dataset`: what a network is trained on, and judged by.
* `is_bytes`: whether pixels are bytes: they stay so until a network sees them; all others become float32.
* `Labelled`: labels that are understood.
* `understood`: labels as classes, one number or a one-hot row per image, or as rows of 0 and 1 for labels that hold
  together.
* `of_any_kind`: targets as `understood`, and numbers to be predicted: floating-point ones that are not all 0 and 1.
* `oddities`: classes without a training image, and labels that are the same for all of them.
* `MapStyle`: what is read: `torch.utils.data.Dataset` with a length.
* `from_torch`: a dataset from map-style datasets of torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.datasets.account import Account as Account
    from ktnas.datasets.account import PassedOver as PassedOver
    from ktnas.datasets.account import counted as counted
    from ktnas.datasets.account import counts as counts
    from ktnas.datasets.account import listed as listed
    from ktnas.datasets.dataset import Dataset as Dataset
    from ktnas.datasets.dataset import Split as Split
    from ktnas.datasets.dataset import is_bytes as is_bytes
    from ktnas.datasets.labels import Labelled as Labelled
    from ktnas.datasets.labels import oddities as oddities
    from ktnas.datasets.labels import of_any_kind as of_any_kind
    from ktnas.datasets.labels import understood as understood
    from ktnas.datasets.map_style import MapStyle as MapStyle
    from ktnas.datasets.map_style import from_torch as from_torch

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "account": ["PassedOver", "Account", "counts", "counted", "listed"],
        "dataset": ["Split", "Dataset", "is_bytes"],
        "labels": ["Labelled", "understood", "of_any_kind", "oddities"],
        "map_style": ["MapStyle", "from_torch"],
    },
)
