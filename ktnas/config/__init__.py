"""Names to objects: methods, training, experiments, sweep files.

* `compose`: the objects that options name, checked against one another.
* `prepare`: what is to be trained, checked.
* `MethodChoice`: a method by name, and what of it is exchanged; None leaves what the method has.
* `named_proxy`: a proxy; scores of untrained networks are kept in the user's cache directory.
* `RunOptions`: everything that decides a run but its seed, by name.
* `Shares`: shares of images to train on, above 0 up to 1.
* `read_sources`: the sources that places hold.
* `with_sources`: a search, told what finished searches know.
* `read_sweep`: the sweep that a file describes, checked.
* `TrainingChoice`: live training by name; None leaves what suits space and data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.config.experiment import compose as compose
    from ktnas.config.final_training import prepare as prepare
    from ktnas.config.method import MethodChoice as MethodChoice
    from ktnas.config.proxy import named_proxy as named_proxy
    from ktnas.config.run_options import RunOptions as RunOptions
    from ktnas.config.shares import Shares as Shares
    from ktnas.config.sources import read_sources as read_sources
    from ktnas.config.sources import with_sources as with_sources
    from ktnas.config.sweep_file import read_sweep as read_sweep
    from ktnas.config.training import TrainingChoice as TrainingChoice

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "sources": ["read_sources", "with_sources"],
        "experiment": ["compose"],
        "final_training": ["prepare"],
        "method": ["MethodChoice"],
        "proxy": ["named_proxy"],
        "run_options": ["RunOptions"],
        "shares": ["Shares"],
        "sweep_file": ["read_sweep"],
        "training": ["TrainingChoice"],
    },
)
