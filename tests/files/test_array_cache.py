import os
import zipfile

import numpy as np
import pytest

from ktnas.embedding.cached import cached
from ktnas.embedding.node2vec.shared_axes import Node2Vec
from ktnas.embedding.node2vec.skip_gram import SkipGram
from ktnas.files.array_cache import DiskStore
from ktnas.spaces.base import genotypes
from ktnas.spaces.transnas_macro import TransNASMacro

ARRAYS = {
    "state.words": np.frombuffer(b"abc", dtype=np.uint8),
    "table": np.arange(600, dtype=np.float32).reshape(30, 20),
}


@pytest.fixture
def notes():
    return []


@pytest.fixture
def store(tmp_path, notes):
    return DiskStore(tmp_path / "deep" / "cache", notes.append)


def test_what_was_put_comes_back(store, notes):
    assert store.get("key") is None
    store.put("key", ARRAYS)
    found = store.get("key")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert found[name].tobytes() == array.tobytes()
        assert found[name].shape == array.shape
    assert [path.name for path in store.directory.iterdir()] == ["key.npz"]
    assert notes == []


def test_a_plain_npz_of_numpy(store):
    store.put("key", ARRAYS)
    with np.load(store.directory / "key.npz", allow_pickle=False) as arrays:
        assert set(arrays.files) == set(ARRAYS)


def test_putting_again_replaces(store):
    store.put("key", ARRAYS)
    store.put("key", {"other": np.zeros(2)})
    assert set(store.get("key")) == {"other"}


class TestRoom:
    @pytest.fixture
    def small(self, tmp_path):
        """Room for two entries and a half; made at intervals that any file system tells apart."""
        probe = DiskStore(tmp_path / "probe")
        probe.put("key", ARRAYS)
        size = (probe.directory / "key.npz").stat().st_size
        return DiskStore(tmp_path / "small", pytest.fail, room=size * 5 // 2)

    @staticmethod
    def put(store, *keys):
        for key in keys:
            store.put(key, ARRAYS)
            for path in store.directory.glob("*.npz"):
                status = path.stat()
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10**9))

    def test_what_was_used_longest_ago_goes_first(self, small):
        self.put(small, "a", "b")
        assert small.get("a") is not None
        self.put(small, "c")
        assert sorted(path.stem for path in small.directory.iterdir()) == ["a", "c"]

    def test_what_is_new_stays_however_large(self, small):
        self.put(small, "a", "b")
        large = {"table": np.zeros(10_000)}
        small.put("large", large)
        assert [path.stem for path in small.directory.iterdir()] == ["large"]
        assert small.get("large")["table"].tobytes() == large["table"].tobytes()

    def test_nothing_goes_while_there_is_room(self, small):
        self.put(small, "a", "b", "b", "a")
        assert len(list(small.directory.iterdir())) == 2

    def test_files_of_others_stay(self, small):
        small.directory.mkdir()
        other = small.directory / "mine.txt"
        other.write_bytes(bytes(1_000_000))
        self.put(small, "a", "b", "c")
        assert other.exists()


def test_any_flipped_byte_of_the_data_is_noticed(store, notes):
    store.put("key", ARRAYS)
    path = store.directory / "key.npz"
    good = path.read_bytes()
    for position in range(200, 2000, 97):
        bad = bytearray(good)
        bad[position] ^= 0x10
        path.write_bytes(bad)
        found = store.get("key")
        assert found is None or all(found[name].tobytes() == array.tobytes() for name, array in ARRAYS.items())
    assert len(notes) > 10
    assert all("damaged" in note and "rebuilding" in note and "\n" not in note for note in notes)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 100])
def test_no_such_file(store, notes, content):
    store.put("key", ARRAYS)
    (store.directory / "key.npz").write_bytes(content)
    assert store.get("key") is None
    assert len(notes) == 1


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_truncated(store, notes, kept):
    store.put("key", ARRAYS)
    path = store.directory / "key.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    assert store.get("key") is None
    assert "damaged" in notes[0]


def test_a_pickle_is_refused(store, notes, tmp_path):
    class Payload:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "executed"),))

    store.directory.mkdir(parents=True)
    np.savez(store.directory / "key.npz", words=np.array([Payload()], dtype=object))
    assert store.get("key") is None
    assert not (tmp_path / "executed").exists()
    assert "damaged" in notes[0]


def test_a_compressed_file_is_refused(store, notes):
    store.directory.mkdir(parents=True)
    np.savez_compressed(store.directory / "key.npz", zeros=np.zeros(10**6))
    assert store.get("key") is None
    assert "compressed" in notes[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"(4, 4), }", b"(4, 9), }"),
        (b"(4, 4), }        ", b"(99999999999, 4), }"[:17]),
        (b"(4, 4), }", b"(4, 4), ("),
        (b"'<f4'", b"'|O4'"),
        (b"False", b"True "),
        (b"NUMPY", b"MUMPS"),
    ],
    ids=["too many", "far too many", "no dictionary", "objects", "Fortran", "no array"],
)
def test_a_header_that_does_not_fit_is_refused(store, notes, old, new):
    store.put("key", {"table": np.zeros((4, 4), dtype=np.float32)})
    path = store.directory / "key.npz"
    with zipfile.ZipFile(path) as archive:
        member = archive.read("table.npy")
    assert old in member
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.npy", member.replace(old, new))
    assert store.get("key") is None
    assert len(notes) == 1


@pytest.mark.parametrize(
    "array",
    [np.zeros(()), np.zeros((0, 3)), np.arange(3), np.ones((2, 3, 4), dtype=np.float32), np.zeros(5, dtype=np.uint8)],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_any_array_of_numbers_comes_back(store, notes, array):
    store.put("key", {"a": array})
    found = store.get("key")["a"]
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert notes == []


def test_a_place_that_cannot_be_written(tmp_path, notes):
    (tmp_path / "file").write_text("in the way")
    store = DiskStore(tmp_path / "file", notes.append)
    assert store.get("key") is None
    store.put("key", ARRAYS)
    assert any("cannot be written" in note for note in notes)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_failed_write_leaves_nothing_behind(store, notes, monkeypatch):
    store.put("key", ARRAYS)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    store.put("key", {"other": np.zeros(3)})
    assert "No space left" in notes[0]
    monkeypatch.undo()
    assert set(store.get("key")) == set(ARRAYS)
    assert [path.name for path in store.directory.iterdir()] == ["key.npz"]


def test_a_damaged_embedding_is_rebuilt_to_the_same_bits(store, notes):
    space = TransNASMacro()
    embedder = Node2Vec(corpus_size=50, walks=300, skip_gram=SkipGram(8))
    asked = genotypes(space)[:40]
    good = cached(embedder, space, store).embed(asked)
    assert notes == []
    (path,) = store.directory.iterdir()
    content = path.read_bytes()
    path.write_bytes(content[:-5000])
    assert cached(embedder, space, store).embed(asked).tobytes() == good.tobytes()
    assert len(notes) == 1
    assert path.read_bytes() == content
    assert cached(embedder, space, store).embed(asked).tobytes() == good.tobytes()
    assert len(notes) == 1


def test_without_a_place_to_write_the_search_goes_on(tmp_path, notes):
    (tmp_path / "file").write_text("")
    space = TransNASMacro()
    embedder = Node2Vec(corpus_size=50, walks=300, skip_gram=SkipGram(8))
    vectors = cached(embedder, space, DiskStore(tmp_path / "file", notes.append)).embed(genotypes(space)[:3])
    assert vectors.tobytes() == cached(embedder, space).embed(genotypes(space)[:3]).tobytes()
    assert any("running without it" in note for note in notes)


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path):
    notes = []
    store = DiskStore(tmp_path, note=notes.append)
    os.mkfifo(tmp_path / "a.npz")
    assert store.get("a") is None
    assert "it is no regular file" in notes[0]
    store.put("a", {"x": np.zeros(2)})
    assert store.get("a")["x"].shape == (2,)
