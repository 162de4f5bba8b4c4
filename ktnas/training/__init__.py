"""Live training: fitness from real networks (docs/training.md).

Modules whose names stand in `TORCH_FREE` of ``tests/test_layering.py`` (recipes) never import torch; all others do, at
their top, and are imported only once training is asked for. torch is the extra ``ktnas[train]``.

* `TrainingBenchmark`: networks of a search space, trained on datasets.
* `CandidateTrainer`: trains candidates on one device, with one thread, and keeps the data there.
* `Pace`: how fast a task's candidate of middling size is trained.
* `paces`: how fast candidates of each dataset's task are trained, by its name.
* `Halving`: rungs after 1, eta, eta^2, ...
* `Recipe`: SGD with Nesterov momentum and a cosine schedule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.training.benchmark import TrainingBenchmark as TrainingBenchmark
    from ktnas.training.candidate import CandidateTrainer as CandidateTrainer
    from ktnas.training.estimate import Pace as Pace
    from ktnas.training.estimate import paces as paces
    from ktnas.training.halving import Halving as Halving
    from ktnas.training.recipe import Recipe as Recipe

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "benchmark": ["TrainingBenchmark"],
        "candidate": ["CandidateTrainer"],
        "estimate": ["Pace", "paces"],
        "halving": ["Halving"],
        "recipe": ["Recipe"],
    },
)
