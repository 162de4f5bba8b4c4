"""Zero-cost scores of untrained networks: one file per score (Abdelfattah, Mehrotra, Dudziak, Lane, ICLR 2021).

A score looks at one freshly built network and one batch, and says how promising the network is.
`ktnas.training.zero_cost.proxy.ZeroCost` makes a `ktnas.problem.proxy.Proxy` of it.

* `Batch`: what a network is shown, once.
* `Score`: a way to score an untrained network.
* `Flops`: multiply-adds of one image, in millions.
* `Grasp`: graSP's sum; minus infinity where it is not finite, 0 where no weight matters.
* `Inputs`: where batches come from.
* `Noise`: images and targets drawn at random, the same for every task: a score of structure alone.
* `Sampled`: images of each task's training part, drawn at random, channels brought to mean 0 and variance 1.
* `JacobCov`: score of the correlations of input Jacobians; minus infinity where one of them is constant.
* `Naswot`: log-determinant of the kernel of binary codes; minus infinity where two images have one code.
* `ParameterCount`: trainable parameters, in millions.
* `Builder`: what makes a network of a genotype; `ktnas.training.networks.build` for the spaces that come with us.
* `ZeroCost`: a zero-cost proxy; fulfils `ktnas.problem.proxy.Proxy`.
* `Snip`: logarithm of SNIP's sum; minus infinity where no weight matters.
* `Synflow`: logarithm of synflow; minus infinity where nothing flows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.training.zero_cost.base import Batch as Batch
    from ktnas.training.zero_cost.base import Score as Score
    from ktnas.training.zero_cost.flops import Flops as Flops
    from ktnas.training.zero_cost.grasp import Grasp as Grasp
    from ktnas.training.zero_cost.inputs import Inputs as Inputs
    from ktnas.training.zero_cost.inputs import Noise as Noise
    from ktnas.training.zero_cost.inputs import Sampled as Sampled
    from ktnas.training.zero_cost.jacob_cov import JacobCov as JacobCov
    from ktnas.training.zero_cost.naswot import Naswot as Naswot
    from ktnas.training.zero_cost.parameters import ParameterCount as ParameterCount
    from ktnas.training.zero_cost.proxy import Builder as Builder
    from ktnas.training.zero_cost.proxy import ZeroCost as ZeroCost
    from ktnas.training.zero_cost.snip import Snip as Snip
    from ktnas.training.zero_cost.synflow import Synflow as Synflow

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Batch", "Score"],
        "flops": ["Flops"],
        "grasp": ["Grasp"],
        "inputs": ["Inputs", "Noise", "Sampled"],
        "jacob_cov": ["JacobCov"],
        "naswot": ["Naswot"],
        "parameters": ["ParameterCount"],
        "proxy": ["Builder", "ZeroCost"],
        "snip": ["Snip"],
        "synflow": ["Synflow"],
    },
)
