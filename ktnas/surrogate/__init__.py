"""Surrogate regressors: from vectors to predicted fitness, with uncertainty; one file per regressor.

Unfitted and fitted are different types, so a prediction before a fit does not type-check.

* `Predictor`: a fitted surrogate.
* `Surrogate`: a regressor.
* `ConstantPredictor`: the same mean and standard deviation everywhere.
* `GaussianProcess`: Gaussian process on standardised targets.
* `KernelSettings`: one choice of the kernel's parameters.
* `Observations`: what has been seen, on all tasks.
* `MultiTaskGaussianProcess`: multi-task Gaussian process.
* `Predictions`: what a fitted process predicts for some vectors.
* `NearestNeighbours`: distance-weighted nearest neighbours.
* `highest_score`: the normal score of the best of so many values that all differ.
* `normal_scores`: fitness replaced by the normal quantiles of its ranks (van der Waerden scores).
* `MultilayerPerceptron`: multilayer perceptron on standardised targets.
* `RandomForest`: random forest.
* `Ridge`: Bayesian ridge regression; nothing to set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.surrogate.base import Predictor as Predictor
    from ktnas.surrogate.base import Surrogate as Surrogate
    from ktnas.surrogate.constant import ConstantPredictor as ConstantPredictor
    from ktnas.surrogate.gaussian_process import GaussianProcess as GaussianProcess
    from ktnas.surrogate.kernel import KernelSettings as KernelSettings
    from ktnas.surrogate.multi_task import MultiTaskGaussianProcess as MultiTaskGaussianProcess
    from ktnas.surrogate.multi_task import Observations as Observations
    from ktnas.surrogate.multi_task import Predictions as Predictions
    from ktnas.surrogate.nearest_neighbours import NearestNeighbours as NearestNeighbours
    from ktnas.surrogate.normal_scores import highest_score as highest_score
    from ktnas.surrogate.normal_scores import normal_scores as normal_scores
    from ktnas.surrogate.perceptron import MultilayerPerceptron as MultilayerPerceptron
    from ktnas.surrogate.random_forest import RandomForest as RandomForest
    from ktnas.surrogate.ridge import Ridge as Ridge

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "base": ["Predictor", "Surrogate"],
        "constant": ["ConstantPredictor"],
        "gaussian_process": ["GaussianProcess"],
        "kernel": ["KernelSettings"],
        "multi_task": ["Observations", "MultiTaskGaussianProcess", "Predictions"],
        "nearest_neighbours": ["NearestNeighbours"],
        "normal_scores": ["highest_score", "normal_scores"],
        "perceptron": ["MultilayerPerceptron"],
        "random_forest": ["RandomForest"],
        "ridge": ["Ridge"],
    },
)
