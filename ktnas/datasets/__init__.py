"""Images and targets to train on, free of torch: datasets, objectives, readers, rendered scenes.

``from_torch`` makes a `Dataset` of map-style datasets of torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktnas.datasets.map_style import from_torch

__all__ = ["from_torch"]


def __getattr__(name: str) -> object:
    if name in __all__:  # imported when it is first used: objectives are for all, images are not
        return getattr(import_module("ktnas.datasets.map_style"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
