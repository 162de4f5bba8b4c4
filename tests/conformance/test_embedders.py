"""Every embedder keeps the promises of the protocol, on every space."""

from dataclasses import dataclass

import numpy as np
import pytest

from ktnas.embedding.combined import Combined
from ktnas.embedding.emphasized import Emphasized
from ktnas.embedding.node2vec.pooling import Concatenation, Maximum, Mean
from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.node2vec.walks import SecondOrderWalk
from ktnas.embedding.node2vec.words import Neighbourhood, Operation, OperationAndPosition
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.path_operations import PathOperations
from ktnas.embedding.persistence import PersistentEmbedder
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.embedding.weisfeiler_lehman import WeisfeilerLehman
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.graph import canonical_form
from ktnas.spaces.mdesign import MDesign
from ktnas.spaces.nasbench101 import NASBench101
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.operators import mutate, sample, sample_distinct
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro


@dataclass(frozen=True)
class Operations:
    """A proxy of the pruned graph's operations, that tells kinds apart; minus infinity where there are none."""

    name = "operations"

    def scores(self, space, task, genotypes):
        graphs = [space.graph(genotype) for genotype in genotypes]
        sums = [sum(sum(map(ord, name)) for name in graph.operations[1:-1]) for graph in graphs]
        return np.array([float(total) if total else -np.inf for total in sums])


SMALL = {"corpus_size": 50, "walks": 300, "skip_gram": SkipGram(8, window=3)}
EMBEDDERS = {
    "one-hot": OneHot(),
    "paths": PathEncoding(corpus_size=100),
    "path operations": PathOperations(corpus_size=100),
    "wl": WeisfeilerLehman(2, corpus_size=100),
    "operation": Node2Vec(Operation(), **SMALL),
    "position": Node2Vec(OperationAndPosition(), Mean(), **SMALL),
    "neighbourhood": Node2Vec(Neighbourhood(2), walk=SecondOrderWalk(2, 0.5), **SMALL),
    "poolings": Node2Vec(pooling=Concatenation((Mean(), Maximum())), **SMALL),
    "separate": Separate(walks_per_node=1, walk_length=5, skip_gram=SMALL["skip_gram"]),
    "combined": Combined((Node2Vec(Neighbourhood(1), **SMALL), WeisfeilerLehman(1, corpus_size=100)), corpus_size=100),
    "pair": Combined((OneHot(), PathEncoding(corpus_size=100)), corpus_size=100),
    "emphasized": Emphasized(WeisfeilerLehman(1, corpus_size=100), corpus_size=100),
    "proxies": ProxyFeatures((Operations(),), corpus_size=100),
    "with proxies": Combined((WeisfeilerLehman(1, corpus_size=100), ProxyFeatures((Operations(),))), corpus_size=100),
}
SPACES = {
    space.name: space
    for space in (
        NASBench201(),
        TransNASMicro(),
        TransNASMacro(),
        NASBenchGraph(),
        MDesign("graph"),
        NASBench101(),
        DARTS(),
        EMT_NAS,
        Categorical((3, 1, 12), separator="_"),
    )
}
LISTED = ListedSpace(NASBench201(), sample_distinct(NASBench201(), 60, np.random.default_rng(5)))
CODE_BASED = {"one-hot", "pair"}


@pytest.fixture(scope="module", params=[*SPACES, "listed"])
def space(request):
    return SPACES.get(request.param, LISTED)


@pytest.fixture(scope="module", params=EMBEDDERS)
def embedder(request):
    return EMBEDDERS[request.param]


@pytest.fixture(scope="module")
def fitted(embedder, space):
    return embedder.fit(space, np.random.default_rng(0))


@pytest.fixture(scope="module")
def drawn(space):
    return sample_distinct(space, 20, np.random.default_rng(99))


def test_shape_and_values(fitted, drawn):
    vectors = fitted.embed(drawn)
    assert vectors.dtype == np.float64
    assert vectors.ndim == 2
    assert vectors.shape[0] == len(drawn)
    assert np.isfinite(vectors).all()
    assert fitted.embed([]).shape == (0, vectors.shape[1])


def test_a_vector_does_not_depend_on_the_batch(fitted, drawn):
    batch = fitted.embed(drawn)
    assert fitted.embed(drawn[::-1])[::-1].tobytes() == batch.tobytes()
    assert fitted.embed([drawn[3], drawn[3]]).tobytes() == batch[[3, 3]].tobytes()


def test_same_generator_same_axes_whatever_was_drawn_before(embedder, space, fitted, drawn):
    embedder.fit(space, np.random.default_rng(1))
    again = embedder.fit(space, np.random.default_rng(0))
    assert again.embed(drawn[:5]).tobytes() == fitted.embed(drawn[:5]).tobytes()


def test_restored_embeds_alike(embedder, space, fitted, drawn):
    if not isinstance(embedder, PersistentEmbedder):
        pytest.skip("nothing to keep")
    restored = embedder.restore(space, fitted.state())
    assert restored.embed(drawn).tobytes() == fitted.embed(drawn).tobytes()


@pytest.mark.parametrize("name", sorted(EMBEDDERS.keys() - CODE_BASED))
def test_isomorphic_architectures_have_equal_vectors(name):
    space, rng = NASBench201(), np.random.default_rng(2)
    classes = {}
    for genotype in sample_distinct(space, 600, rng):
        classes.setdefault(canonical_form(space.graph(genotype)), []).append(genotype)
    pairs = [members[:2] for members in classes.values() if len(members) > 1][:40]
    assert len(pairs) == 40
    first, second = zip(*pairs, strict=True)
    fitted = EMBEDDERS[name].fit(space, rng)
    assert fitted.embed(first).tobytes() == fitted.embed(second).tobytes()


@pytest.mark.parametrize("name", sorted(EMBEDDERS.keys() - {"paths", "wl", "separate", "operation", "proxies"}))
def test_architectures_outside_the_corpus_are_told_apart(name):
    """On a space far larger than any corpus, a mutant's vector is another one, mostly nearer than a stranger's."""
    space, rng = DARTS(), np.random.default_rng(4)
    fitted = EMBEDDERS[name].fit(space, rng)
    near, far = [], []
    for _ in range(40):
        genotype = sample(space, rng)
        own, mutant, stranger = fitted.embed([genotype, mutate(space, genotype, rng), sample(space, rng)])
        near.append(np.linalg.norm(own - mutant))
        far.append(np.linalg.norm(own - stranger))
    assert np.mean(np.array(near) < np.array(far)) > 0.8
    assert np.count_nonzero(near) > 20
