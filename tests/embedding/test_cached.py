import dataclasses
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ktnas.embedding import cached as module
from ktnas.embedding.cached import cache_key, cached
from ktnas.embedding.combined import Combined, combined
from ktnas.embedding.node2vec.pooling import Concatenation, Maximum, Mean
from ktnas.embedding.node2vec.separate import Separate
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.node2vec.walks import SecondOrderWalk
from ktnas.embedding.node2vec.words import Neighbourhood, Operation
from ktnas.embedding.one_hot import OneHot
from ktnas.embedding.path_encoding import PathEncoding
from ktnas.embedding.path_operations import PathOperations
from ktnas.errors import ConfigurationError
from ktnas.spaces.base import ListedSpace, genotypes
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.spaces.transnas_micro import TransNASMicro

SPACE = TransNASMicro()
QUICK = Node2Vec(corpus_size=50, walks=300, skip_gram=SkipGram(8))
ALL = genotypes(SPACE)


class MemoryStore:
    def __init__(self):
        self.kept, self.rejected, self.gets = {}, [], 0

    def get(self, key):
        self.gets += 1
        return self.kept.get(key)

    def put(self, key, arrays):
        self.kept[key] = {name: array.copy() for name, array in arrays.items()}

    def reject(self, key, reason):
        self.rejected.append((key, reason))


@dataclass(frozen=True)
class NeverFits(OneHot):
    """A one-hot code whose fit must not be called: what it needs is in the store."""

    def fit(self, space, rng):
        raise AssertionError("fitted, although the store has it")


@pytest.mark.parametrize("embedder", [PathEncoding(corpus_size=20), PathOperations(corpus_size=20)])
@pytest.mark.parametrize("store", [None, MemoryStore()], ids=["none", "memory"])
def test_an_embedding_without_a_column_is_refused(embedder, store):
    cells = NASBench201()
    dead = ListedSpace(cells, tuple((a, b, 3, 0, 0, 0) for a in (0, 2, 4) for b in (1, 2, 3)))
    for _ in range(2):  # a fit that the store has is refused as well
        with pytest.raises(ConfigurationError, match=f"embedder '{embedder.name}' finds nothing in these .* one-hot"):
            cached(embedder, dead, store)
    assert cached(Combined((embedder, OneHot()), 20), dead, store).embed(dead.genotypes).shape == (9, 30)


@pytest.mark.parametrize("space", [SPACE, DARTS(), ListedSpace(SPACE, ALL[:100])], ids=["micro", "darts", "listed"])
@pytest.mark.parametrize("embedder", [QUICK, Combined((QUICK, OneHot()), 50)], ids=["node2vec", "combined"])
def test_with_a_store_warm_cold_or_without_the_bits_are_the_same(embedder, space):
    store = MemoryStore()
    drawn = sample_distinct(space, 50, np.random.default_rng(0))
    cold = cached(embedder, space, store).embed(drawn)
    warm = cached(embedder, space, store).embed(drawn)
    without = cached(embedder, space).embed(drawn)
    assert len(store.kept) == 1
    assert not store.rejected
    assert cold.dtype == np.float64
    assert cold.tobytes() == warm.tobytes() == without.tobytes()
    assert (cold.astype(np.float32) == cold).all()
    assert cached(embedder, space, store).embed([]).shape == (0, cold.shape[1])


def test_the_second_time_nothing_is_fitted():
    store = MemoryStore()
    cached(OneHot(), SPACE, store)
    (arrays,) = store.kept.values()
    store.kept = {cache_key(NeverFits(), SPACE): arrays}
    assert cached(NeverFits(), SPACE, store).embed(ALL[:1]).sum() == 6
    with pytest.raises(AssertionError, match="fitted"):
        cached(NeverFits(), SPACE)


def test_architectures_outside_the_table_share_its_axes():
    """A listed part of a space: the other architectures are embedded too, as the fit alone would."""
    listed = ListedSpace(SPACE, ALL[1000:1300])
    store = MemoryStore()
    vectors = cached(QUICK, listed, store).embed([ALL[0], ALL[1000], ALL[2000]])
    (arrays,) = store.kept.values()
    assert arrays["table"].shape == (300, 8)
    restored = QUICK.restore(listed, {k.removeprefix("state."): v for k, v in arrays.items() if k != "table"})
    assert vectors == pytest.approx(restored.embed([ALL[0], ALL[1000], ALL[2000]]), abs=1e-6)


def test_an_embedder_that_cannot_be_kept_is_only_fitted():
    store = MemoryStore()
    quick = Separate(walks_per_node=1, walk_length=5, skip_gram=SkipGram(4))
    cached(quick, SPACE, store).embed(ALL[:3])
    assert not store.kept
    assert store.gets == 0


def changed_fields(value):
    """The value once per field, with that field changed, also within fields that are dataclasses or tuples."""
    for field in dataclasses.fields(value):
        current = getattr(value, field.name)
        for other in changed(current):
            yield f"{type(value).__name__}.{field.name}", replace(value, **{field.name: other})


def changed(current):
    if isinstance(current, bool) or not isinstance(current, int | float | str | tuple):
        if dataclasses.is_dataclass(current):
            yield from (other for _, other in changed_fields(current))
    elif isinstance(current, tuple):
        for i, item in enumerate(current):
            yield from ((*current[:i], other, *current[i + 1 :]) for other in changed(item))
    else:
        yield current + ("x" if isinstance(current, str) else 1)


@pytest.mark.parametrize(
    "embedder",
    [QUICK, PathEncoding(), combined(), Node2Vec(pooling=Concatenation((Mean(), Maximum())))],
    ids=["node2vec", "paths", "combined", "poolings"],
)
def test_the_key_covers_every_field(embedder):
    variants = list(changed_fields(embedder))
    names = {name.split(".")[1] for name, _ in variants}
    assert names == {field.name for field in dataclasses.fields(embedder)}
    keys = [cache_key(other, SPACE) for _, other in variants]
    assert len({cache_key(embedder, SPACE), *keys}) == 1 + len(keys)


def test_the_key_tells_types_apart():
    keys = {
        cache_key(embedder, SPACE)
        for embedder in (
            Node2Vec(Operation()),
            Node2Vec(Neighbourhood()),
            Node2Vec(pooling=Mean()),
            Node2Vec(pooling=Maximum()),
            Node2Vec(walk=SecondOrderWalk(2, 1)),
            Node2Vec(walk=SecondOrderWalk(1, 2)),
            OneHot(),
        )
    }
    assert len(keys) == 7


def test_the_key_covers_the_space(monkeypatch):
    before = cache_key(QUICK, SPACE)
    assert cache_key(QUICK, ListedSpace(SPACE, ALL[:10])) != before
    monkeypatch.setattr(module, "fingerprint", lambda space: "another")
    assert cache_key(QUICK, SPACE) != before


@pytest.mark.parametrize("package", ["gensim", "numpy"])
def test_the_key_covers_versions(monkeypatch, package):
    before = cache_key(QUICK, SPACE)
    version = module.metadata.version
    monkeypatch.setattr(module.metadata, "version", lambda name: "0" if name == package else version(name))
    assert cache_key(QUICK, SPACE) != before


def test_the_key_covers_the_format(monkeypatch):
    before = cache_key(QUICK, SPACE)
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    assert cache_key(QUICK, SPACE) != before


def test_the_key_is_a_file_name():
    key = cache_key(replace(combined(), name="../../a b:c"), SPACE)
    assert key.startswith("------a-b-c-transnas101-micro-")
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+")


def test_a_setting_that_cannot_be_told_apart_is_an_error():
    with pytest.raises(ConfigurationError, match="plain value"):
        cache_key(replace(QUICK, words=object()), SPACE)


@pytest.mark.parametrize(
    "damage",
    [
        lambda arrays: arrays.pop("table"),
        lambda arrays: arrays.update(table=arrays["table"][:-1]),
        lambda arrays: arrays.update(table=arrays["table"][:, :-1]),
        lambda arrays: arrays.update(table=arrays["table"].astype(np.float64)),
        lambda arrays: arrays["table"].__setitem__((5, 5), np.nan),
        lambda arrays: arrays.pop("state.words"),
        lambda arrays: arrays.update({"state.words": arrays["state.words"][:20]}),
        lambda arrays: arrays.update({"state.vectors": arrays["state.vectors"][:-1]}),
        lambda arrays: arrays.update({"state.centre": np.zeros(3, dtype=np.float32)}),
        lambda arrays: arrays.clear(),
    ],
)
def test_what_is_no_such_state_is_computed_anew(damage):
    store = MemoryStore()
    good = cached(QUICK, SPACE, store).embed(ALL[:50])
    (key,) = store.kept
    damage(store.kept[key])
    assert cached(QUICK, SPACE, store).embed(ALL[:50]).tobytes() == good.tobytes()
    assert [rejected for rejected, _ in store.rejected] == [key]
    assert cached(QUICK, SPACE, store).embed(ALL[:50]).tobytes() == good.tobytes()
    assert len(store.rejected) == 1


WARM = """
import sys
from pathlib import Path
from ktnas.files.array_cache import DiskStore
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.embedding.cached import cached
from ktnas.spaces.base import genotypes
from ktnas.spaces.transnas_micro import TransNASMicro
space = TransNASMicro()
embedder = Node2Vec(corpus_size=50, walks=300, skip_gram=SkipGram(8))
vectors = cached(embedder, space, DiskStore(Path(sys.argv[1]))).embed(genotypes(space)[:9])
print("gensim" in sys.modules, vectors.tobytes().hex())
"""


@pytest.mark.slow
def test_a_second_process_reads_and_does_not_import_gensim(tmp_path):
    first, second = (
        subprocess.run(
            [sys.executable, "-c", WARM, tmp_path], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )
    assert (first[0], second[0]) == ("True", "False")
    assert first[1] == second[1]


def test_a_key_needs_no_package_that_is_not_installed(monkeypatch):
    """On Python 3.14 gensim is not there, and no embedder but node2vec needs it."""
    version = module.metadata.version

    def without(package):
        if package == "gensim":
            raise module.metadata.PackageNotFoundError(package)
        return version(package)

    there = cache_key(OneHot(), SPACE)
    monkeypatch.setattr(module.metadata, "version", without)
    assert cache_key(OneHot(), SPACE) != there
