"""Names to objects, for the command line: the one place where a name decides anything.

Inside the library parts are composed as objects; nothing there looks a name up. Parts are imported when they
are made, so that `--help` knows every name and loads none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from ktnas.errors import unknown_name

if TYPE_CHECKING:
    from ktnas.algorithms.base import Search
    from ktnas.algorithms.candidates.screening import Screening
    from ktnas.embedding.base import Embedder
    from ktnas.spaces.base import SearchSpace
    from ktnas.training.zero_cost.base import Score
    from ktnas.transfer.base import Transfer


T = TypeVar("T")


SCENE_TASKS = ("class_scene", "class_object", "room_layout", "jigsaw", "segmentsemantic", "normal", "autoencoder")
"""Tasks of `ktnas.datasets.scenes`, which need no data."""


TRAINING_SPACES: Mapping[str, tuple[int, int | None]] = {
    "transnas101-micro": (16, None),
    "transnas101-macro": (16, None),
    "nasbench201": (16, 1),
    "darts": (8, 3),
    "emt-nas": (8, 3),
}
"""Search spaces whose architectures can be trained: channels, and cells; None where the space fixes them."""


def _method(module: str, name: str) -> Callable[[], Search[object]]:
    """What makes the method that a module of `ktnas.algorithms` calls ``name``."""

    def make() -> Search[object]:
        return cast("Search[object]", getattr(import_module(f"ktnas.algorithms.{module}"), name)())

    return make


METHODS: Mapping[str, Callable[[], Search[object]]] = {
    "ktnas": _method("presets", "ktnas"),
    "ktnas-early": _method("presets", "ktnas_early"),
    "ktnas-paper": _method("presets", "ktnas_paper"),
    "random-search": _method("random_search", "RandomSearch"),
    "regularized-evolution": _method("regularized_evolution", "RegularizedEvolution"),
    "local-search": _method("local_search", "LocalSearch"),
    "local-search-best": _method("local_search", "best_improvement"),
    "best-first": _method("best_first", "BestFirst"),
    "enumeration": _method("enumeration", "Enumeration"),
    "zero-cost-evolution": _method("zero_cost_evolution", "ZeroCostEvolution"),
    "bananas": _method("bananas", "bananas"),
    "pnas": _method("pnas", "ProgressiveSearch"),
    "weaknas": _method("weaknas", "weaknas"),
    "gp-search": _method("presets", "gp_search"),
    "gp-search-early": _method("presets", "gp_search_early"),
    "rgpe": _method("rgpe", "rgpe"),
    "retrieval": _method("retrieval", "Retrieval"),
    "bohb": _method("successive_halving", "SuccessiveHalving"),
    "emt-nas": _method("emt_nas", "emt_nas"),
    "mfea": _method("mfea", "MFEA"),
    "mfea2": _method("mfea2", "mfea2"),
    "mtnas": _method("mtnas", "MTNAS"),
    "sequential": _method("sequential", "chained"),
}
"""Algorithms; `docs/baselines.md` says where each comes from."""


def _node2vec() -> Embedder:
    from ktnas.embedding.node2vec.shared_axes import Node2Vec

    return Node2Vec()


def _node2vec_separate() -> Embedder:
    from ktnas.embedding.node2vec.separate import Separate

    return Separate()


def _combined() -> Embedder:
    from ktnas.algorithms.presets import ktnas

    return ktnas().embedder


def _one_hot() -> Embedder:
    from ktnas.embedding.one_hot import OneHot

    return OneHot()


def _path_encoding() -> Embedder:
    from ktnas.embedding.path_encoding import PathEncoding

    return PathEncoding()


def _path_operations() -> Embedder:
    from ktnas.embedding.path_operations import PathOperations

    return PathOperations()


def _weisfeiler_lehman() -> Embedder:
    from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman

    return WeisfeilerLehman()


EMBEDDERS: Mapping[str, Callable[[], Embedder]] = {
    "combined": _combined,
    "node2vec": _node2vec,
    "node2vec-separate": _node2vec_separate,
    "one-hot": _one_hot,
    "path-encoding": _path_encoding,
    "path-operations": _path_operations,
    "weisfeiler-lehman": _weisfeiler_lehman,
}


def _joint() -> Screening:
    from ktnas.algorithms.candidates.joint_screening import JointScreening

    return JointScreening()


def _gaussian_process() -> Screening:
    from ktnas.algorithms.candidates.screening import SurrogateScreening
    from ktnas.surrogate.gaussian_process import GaussianProcess

    return SurrogateScreening(GaussianProcess())


def _random_forest() -> Screening:
    from ktnas.algorithms.candidates.screening import SurrogateScreening
    from ktnas.surrogate.random_forest import RandomForest

    return SurrogateScreening(RandomForest())


def _ridge() -> Screening:
    from ktnas.algorithms.candidates.screening import SurrogateScreening
    from ktnas.surrogate.ridge import Ridge

    return SurrogateScreening(Ridge())


def _nearest_neighbours() -> Screening:
    from ktnas.algorithms.candidates.screening import SurrogateScreening
    from ktnas.surrogate.nearest_neighbours import NearestNeighbours

    return SurrogateScreening(NearestNeighbours())


def _no_screening() -> Screening:
    from ktnas.algorithms.candidates.screening import NoScreening

    return NoScreening()


SURROGATES: Mapping[str, Callable[[], Screening]] = {
    "joint": _joint,
    "gaussian-process": _gaussian_process,
    "random-forest": _random_forest,
    "ridge": _ridge,
    "nearest-neighbours": _nearest_neighbours,
    "none": _no_screening,
}
"""One model over all tasks, one per task, or none: then offspring are evaluated as they are bred."""


def _score(module: str, name: str) -> Callable[[], Score]:
    """What makes the score that a module of `ktnas.training.zero_cost` calls ``name``."""

    def make() -> Score:
        return cast("Score", getattr(import_module(f"ktnas.training.zero_cost.{module}"), name)())

    return make


SCORES: Mapping[str, Callable[[], Score]] = {
    "flops": _score("flops", "Flops"),
    "synflow": _score("synflow", "Synflow"),
    "naswot": _score("naswot", "Naswot"),
    "jacob_cov": _score("jacob_cov", "JacobCov"),
    "snip": _score("snip", "Snip"),
    "grasp": _score("grasp", "Grasp"),
}
"""Scores of untrained networks, for `ktnas.training.zero_cost.proxy.ZeroCost`; ``parameters`` needs no network."""


def _transfer_rank() -> Transfer:
    from ktnas.transfer.transfer_rank import TransferRank

    return TransferRank()


def _transfer_rank_knn() -> Transfer:
    from ktnas.transfer.transfer_rank import NeighbourTies, TransferRank

    return TransferRank(ties=NeighbourTies())


def _nearest_positive() -> Transfer:
    from ktnas.transfer.nearest_positive import NearestPositive

    return NearestPositive()


def _edit_effects() -> Transfer:
    from ktnas.transfer.edit_effects import EditEffects

    return EditEffects()


def _prediction_votes() -> Transfer:
    from ktnas.transfer.prediction_votes import PredictionVotes

    return PredictionVotes()


def _random_transfer() -> Transfer:
    from ktnas.transfer.random_transfer import RandomTransfer

    return RandomTransfer()


def _no_transfer() -> Transfer:
    from ktnas.transfer.no_transfer import NoTransfer

    return NoTransfer()


TRANSFERS: Mapping[str, Callable[[], Transfer]] = {
    "transfer-rank": _transfer_rank,
    "transfer-rank-knn": _transfer_rank_knn,
    "nearest-positive": _nearest_positive,
    "prediction-votes": _prediction_votes,
    "edit-effects": _edit_effects,
    "random": _random_transfer,
    "none": _no_transfer,
}


def _nasbench201() -> SearchSpace:
    from ktnas.spaces.nasbench201 import NASBench201

    return NASBench201()


def _transnas_micro() -> SearchSpace:
    from ktnas.spaces.transnas_micro import TransNASMicro

    return TransNASMicro()


def _transnas_macro() -> SearchSpace:
    from ktnas.spaces.transnas_macro import TransNASMacro

    return TransNASMacro()


def _nasbench_graph() -> SearchSpace:
    from ktnas.spaces.nasbench_graph import NASBenchGraph

    return NASBenchGraph()


def _mdesign_link() -> SearchSpace:
    from ktnas.spaces.mdesign import MDesign

    return MDesign("link")


def _mdesign_graph() -> SearchSpace:
    from ktnas.spaces.mdesign import MDesign

    return MDesign("graph")


def _nasbench101() -> SearchSpace:
    from ktnas.spaces.nasbench101 import NASBench101

    return NASBench101()


def _nats_size() -> SearchSpace:
    from ktnas.spaces.nats_size import NATSSize

    return NATSSize()


def _darts() -> SearchSpace:
    from ktnas.spaces.darts import DARTS

    return DARTS()


def _emt_nas() -> SearchSpace:
    from ktnas.spaces.darts import EMT_NAS

    return EMT_NAS


SPACES: Mapping[str, Callable[[], SearchSpace | None]] = {
    "nasbench201": _nasbench201,
    "transnas101-micro": _transnas_micro,
    "transnas101-macro": _transnas_macro,
    "nasbench-graph": _nasbench_graph,
    "mdesign-link": _mdesign_link,
    "mdesign-graph": _mdesign_graph,
    "nasbench101": _nasbench101,
    "nats-size": _nats_size,
    "darts": _darts,
    "emt-nas": _emt_nas,
    "categorical": lambda: None,
}
"""Search spaces for a user's table; None stands for one that is inferred from the codes in it."""


def made(kind: str, name: str, choices: Mapping[str, Callable[[], T]]) -> T:
    """The part of that name.

    Raises:
        UnknownNameError: If there is none, with the names there are and the nearest spelling.
    """
    if name not in choices:
        raise unknown_name(kind, name, choices)
    return choices[name]()


def listing(names: Iterable[str]) -> str:
    """Names to read."""
    return ", ".join(names)
