"""A network that holds all candidates of a search space (`network`): one file per family of spaces, and a benchmark.

* `SupernetBenchmark`: networks of a search space that share their weights, one supernet per task.
* `SharedDARTS`: the networks of all architectures of DARTS, EMT-NAS, or another space of their form.
* `SharedNetwork`: all networks of a space in one ``nn.Module``.
* `SharedFamily`: the supernets of one kind of search space.
* `require_shared`: the supernets of a space, whole or a listed part.
* `SharedNASBench201`: the networks of all cells of NAS-Bench-201.
* `Supernet`: the networks of all architectures of a space, for one objective.
* `train_supernet`: train a supernet in place, an architecture per step.
* `score`: validation metrics of an architecture with inherited weights; the supernet stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.training.supernet.benchmark import SupernetBenchmark as SupernetBenchmark
    from ktnas.training.supernet.darts import SharedDARTS as SharedDARTS
    from ktnas.training.supernet.families import SharedFamily as SharedFamily
    from ktnas.training.supernet.families import SharedNetwork as SharedNetwork
    from ktnas.training.supernet.families import require_shared as require_shared
    from ktnas.training.supernet.nasbench201 import SharedNASBench201 as SharedNASBench201
    from ktnas.training.supernet.network import Supernet as Supernet
    from ktnas.training.supernet.network import score as score
    from ktnas.training.supernet.network import train_supernet as train_supernet

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "benchmark": ["SupernetBenchmark"],
        "darts": ["SharedDARTS"],
        "families": ["SharedNetwork", "SharedFamily", "require_shared"],
        "nasbench201": ["SharedNASBench201"],
        "network": ["Supernet", "train_supernet", "score"],
    },
)
