"""Names of types that do not depend on where a type lies: plain ones in records, unchanging ones in keys.

A record names a type of this package by its class (``KTNAS``), and any other by its module and class. Records were
once written with the modules of that time (``ktnas.search.ktnas.KTNAS``), and keys of sweeps and of what is cached
were made of them. So that those still hold, the first path of each such type is written down here: keys go on to be
made of it, and where a record is read it stands for the plain name. A class that is renamed keeps its path here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ktnas.typing import JSON

T = TypeVar("T")

_PACKAGE = __name__.partition(".")[0]

FIRST_PATHS: Mapping[str, str] = {
    "CorrelatedTasks": "ktnas.benchmarks.correlated.CorrelatedTasks",
    "FunctionBenchmark": "ktnas.benchmarks.functions.FunctionBenchmark",
    "TableBenchmark": "ktnas.benchmarks.table.TableBenchmark",
    "TaskRecord": "ktnas.benchmarks.table.TaskRecord",
    "Tabulated": "ktnas.benchmarks.tabulated.Tabulated",
    "Budget": "ktnas.budget.Budget",
    "Combined": "ktnas.embedding.combined.Combined",
    "Emphasized": "ktnas.embedding.emphasized.Emphasized",
    "Node2Vec": "ktnas.embedding.node2vec.Node2Vec",
    "OneHot": "ktnas.embedding.one_hot.OneHot",
    "PathEncoding": "ktnas.embedding.path_encoding.PathEncoding",
    "PathOperations": "ktnas.embedding.path_operations.PathOperations",
    "Concatenation": "ktnas.embedding.pooling.Concatenation",
    "Maximum": "ktnas.embedding.pooling.Maximum",
    "Mean": "ktnas.embedding.pooling.Mean",
    "Sum": "ktnas.embedding.pooling.Sum",
    "ProxyFeatures": "ktnas.embedding.proxy_features.ProxyFeatures",
    "Quantities": "ktnas.embedding.quantities.Quantities",
    "Separate": "ktnas.embedding.separate.Separate",
    "SkipGram": "ktnas.embedding.skip_gram.SkipGram",
    "SecondOrderWalk": "ktnas.embedding.walks.SecondOrderWalk",
    "WeisfeilerLehman": "ktnas.embedding.weisfeiler_lehman.WeisfeilerLehman",
    "Neighbourhood": "ktnas.embedding.words.Neighbourhood",
    "Operation": "ktnas.embedding.words.Operation",
    "OperationAndPosition": "ktnas.embedding.words.OperationAndPosition",
    "OperationGraph": "ktnas.graph.OperationGraph",
    "Parameters": "ktnas.proxy.Parameters",
    "Streams": "ktnas.rng.Streams",
    "BestFirst": "ktnas.search.best_first.BestFirst",
    "Shuffled": "ktnas.search.emt_nas.Shuffled",
    "Enumeration": "ktnas.search.enumeration.Enumeration",
    "JointScreening": "ktnas.search.joint_screening.JointScreening",
    "KTNAS": "ktnas.search.ktnas.KTNAS",
    "BestImprovement": "ktnas.search.local_search.BestImprovement",
    "FirstImprovement": "ktnas.search.local_search.FirstImprovement",
    "LocalSearch": "ktnas.search.local_search.LocalSearch",
    "Alone": "ktnas.search.mfea.Alone",
    "FixedMating": "ktnas.search.mfea.FixedMating",
    "Imitation": "ktnas.search.mfea.Imitation",
    "MFEA": "ktnas.search.mfea.MFEA",
    "AtHome": "ktnas.search.mfea2.AtHome",
    "LearnedMating": "ktnas.search.mfea2.LearnedMating",
    "MTNAS": "ktnas.search.mtnas.MTNAS",
    "BredAndRandom": "ktnas.search.pool.BredAndRandom",
    "Breeding": "ktnas.search.pool.Breeding",
    "Offspring": "ktnas.search.pool.Offspring",
    "WholeSpace": "ktnas.search.pool.WholeSpace",
    "ProxyScreening": "ktnas.search.proxy_screening.ProxyScreening",
    "RandomSearch": "ktnas.search.random_search.RandomSearch",
    "RegularizedEvolution": "ktnas.search.regularized_evolution.RegularizedEvolution",
    "NoScreening": "ktnas.search.screening.NoScreening",
    "Separately": "ktnas.search.screening.Separately",
    "SurrogateScreening": "ktnas.search.screening.SurrogateScreening",
    "Sequential": "ktnas.search.sequential.Sequential",
    "Variation": "ktnas.search.variation.Variation",
    "ZeroCostEvolution": "ktnas.search.zero_cost_evolution.ZeroCostEvolution",
    "ListedSpace": "ktnas.space.ListedSpace",
    "Categorical": "ktnas.spaces.categorical.Categorical",
    "DARTS": "ktnas.spaces.darts.DARTS",
    "NASBench201": "ktnas.spaces.nasbench201.NASBench201",
    "NASBenchGraph": "ktnas.spaces.nasbench_graph.NASBenchGraph",
    "TransNASMacro": "ktnas.spaces.transnas_macro.TransNASMacro",
    "TransNASMicro": "ktnas.spaces.transnas_micro.TransNASMicro",
    "GaussianProcess": "ktnas.surrogate.gaussian_process.GaussianProcess",
    "MultiTaskGaussianProcess": "ktnas.surrogate.multi_task.MultiTaskGaussianProcess",
    "NearestNeighbours": "ktnas.surrogate.nearest_neighbours.NearestNeighbours",
    "RandomForest": "ktnas.surrogate.random_forest.RandomForest",
    "Ridge": "ktnas.surrogate.ridge.Ridge",
    "TrainingBenchmark": "ktnas.training.benchmark.TrainingBenchmark",
    "Dataset": "ktnas.training.dataset.Dataset",
    "Split": "ktnas.training.dataset.Split",
    "Halving": "ktnas.training.halving.Halving",
    "build": "ktnas.training.networks.build",
    "Size": "ktnas.training.networks.network.Size",
    "Autoencoding": "ktnas.training.objectives.Autoencoding",
    "Classification": "ktnas.training.objectives.Classification",
    "Jigsaw": "ktnas.training.objectives.Jigsaw",
    "MultiLabel": "ktnas.training.objectives.MultiLabel",
    "Normals": "ktnas.training.objectives.Normals",
    "Regression": "ktnas.training.objectives.Regression",
    "Segmentation": "ktnas.training.objectives.Segmentation",
    "Flops": "ktnas.training.proxies.flops.Flops",
    "Grasp": "ktnas.training.proxies.grasp.Grasp",
    "Noise": "ktnas.training.proxies.inputs.Noise",
    "Sampled": "ktnas.training.proxies.inputs.Sampled",
    "JacobCov": "ktnas.training.proxies.jacob_cov.JacobCov",
    "Naswot": "ktnas.training.proxies.naswot.Naswot",
    "ParameterCount": "ktnas.training.proxies.parameters.ParameterCount",
    "Snip": "ktnas.training.proxies.snip.Snip",
    "Synflow": "ktnas.training.proxies.synflow.Synflow",
    "Recipe": "ktnas.training.recipe.Recipe",
    "SupernetBenchmark": "ktnas.training.supernet_benchmark.SupernetBenchmark",
    "ZeroCost": "ktnas.training.zero_cost.ZeroCost",
    "NearestPositive": "ktnas.transfer.nearest_positive.NearestPositive",
    "NoTransfer": "ktnas.transfer.no_transfer.NoTransfer",
    "RandomTransfer": "ktnas.transfer.random_transfer.RandomTransfer",
    "NeighbourTies": "ktnas.transfer.transfer_rank.NeighbourTies",
    "RandomTies": "ktnas.transfer.transfer_rank.RandomTies",
    "TransferRank": "ktnas.transfer.transfer_rank.TransferRank",
    "Evaluation": "ktnas.trial.Evaluation",
    "Problem": "ktnas.trial.Problem",
    "Proposal": "ktnas.trial.Proposal",
    "Task": "ktnas.trial.Task",
    "Trial": "ktnas.trial.Trial",
}
"""Where each type, or function that builds networks, lay when records first named it, by its name of today.

What came later is in no old record or key, and does not belong here.
"""

LATER_FIELDS: Mapping[str, Mapping[str, JSON]] = {
    "JointScreening": {"others": 0, "plateaus": None},
    "KTNAS": {"knowledge": None},
}
"""Fields that a type got after records had named it, and what held before: where they hold that, no record names them.

So a part that is composed as it was then has the record and the key that it had then.
"""

_PLAIN = {path: name for name, path in FIRST_PATHS.items()}


def is_ours(module: str) -> bool:
    """Whether a module is part of this package."""
    return module.partition(".")[0] == _PACKAGE


def lasting_name(kind: object) -> str:
    """What stands for a type, or for a function, in keys: the same wherever it lies within this package.

    Args:
        kind: Anything with a ``__module__`` and a ``__qualname__``.

    >>> from collections import Counter
    >>> lasting_name(Counter)
    'collections.Counter'
    """
    module, name = str(kind.__module__), str(getattr(kind, "__qualname__", type(kind)))
    return FIRST_PATHS.get(name, name) if is_ours(module) else f"{module}.{name}"


def told_fields(kind: type, fields: Mapping[str, T]) -> dict[str, T]:
    """The fields that a record or a key of an object names: all but those of `LATER_FIELDS` that hold what held before.

    Args:
        kind: The object's type.
        fields: Its fields, as they are or as plain values.
    """
    later = LATER_FIELDS.get(kind.__qualname__, {}) if is_ours(kind.__module__) else {}
    return {name: value for name, value in fields.items() if name not in later or value != later[name]}


def plain_names(value: JSON) -> JSON:
    """A description, or a record of one, with plain names in place of first paths; all else as it is.

    >>> plain_names({"type": "ktnas.search.ktnas.KTNAS", "label": "mine"})
    {'type': 'KTNAS', 'label': 'mine'}
    """
    if isinstance(value, str):
        return _PLAIN.get(value, value)
    if isinstance(value, Mapping):
        return {key: plain_names(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [plain_names(entry) for entry in value]
    return value
