"""Names to objects: methods, training, experiments, sweep files.

* `compose`: the objects that options name, checked against one another.
* `prepare`: what is to be trained, checked.
* `MethodChoice`: a method by name, and what of it is exchanged; None leaves what the method has.
* `Group`: options that stand together in the help.
* `Option`: one option, as its field declares it.
* `parts`: the fields of a dataclass that are dataclasses themselves.
* `named_proxy`: a proxy; scores of untrained networks are kept in the user's cache directory.
* `RunOptions`: everything that decides a run but its seed, by name.
* `read_sweep`: the sweep that a file describes, checked.
* `named_path`: a task's name and the path or name of its dataset.
* `TrainingChoice`: live training by name; None leaves what suits space and data.
* `require_torch`: refuse live training where its packages are not installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.config.experiment import compose as compose
    from ktnas.config.final_training import prepare as prepare
    from ktnas.config.method import MethodChoice as MethodChoice
    from ktnas.config.options import Group as Group
    from ktnas.config.options import Option as Option
    from ktnas.config.options import parts as parts
    from ktnas.config.proxy import named_proxy as named_proxy
    from ktnas.config.run_options import RunOptions as RunOptions
    from ktnas.config.sweep_file import read_sweep as read_sweep
    from ktnas.config.training import TrainingChoice as TrainingChoice
    from ktnas.config.training import named_path as named_path
    from ktnas.config.training import require_torch as require_torch

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "experiment": ["compose"],
        "final_training": ["prepare"],
        "method": ["MethodChoice"],
        "options": ["Group", "Option", "parts"],
        "proxy": ["named_proxy"],
        "run_options": ["RunOptions"],
        "sweep_file": ["read_sweep"],
        "training": ["named_path", "TrainingChoice", "require_torch"],
    },
)
