import bz2
import collections
import copy
import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from ktnas.errors import DataError
from ktnas.files import pickle_bytes
from ktnas.files.packed_source import machine_of, sha256_of, unpacked
from ktnas.files.pickle_machine import PickleMachine

PLAIN = {
    "texts": ["a" * 300, "é", "", "a" * 5_000],
    "numbers": [0, 255, 256, -1, 1 << 40, -(1 << 90), 1.5, float("inf")],
    "constants": (None, True, False),
    "tuples": {("cifar10", 777): (1,), (): ()},
    "sets": {1, 2, 3},
    "many": {i: i / 7 for i in range(1_500)},
    "bytes": b"\x00\xff" * 200,
    "scalars": [np.float64(1.25), np.int64(-3), np.float32(0.5)],
    "ordered": collections.OrderedDict([("z", 1), ("a", [2])]),
    "shared": [["same"]] * 3,
}


def loaded(content, **more):
    return PickleMachine(io.BytesIO(content), more.pop("streamed", ()), "it", **more).load()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_values_are_what_python_reads(protocol):
    content = pickle.dumps(PLAIN, protocol)
    assert loaded(content) == pickle.loads(content)


def test_bytes_may_come_in_any_pieces():
    class Drops(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    content = pickle.dumps(PLAIN)
    assert PickleMachine(Drops(content), (), "it").load() == pickle.loads(content)


def record(number):
    return {"name": f"n{number}", "values": {i: number + i / 3 for i in range(5)}, "key": {("d", number): [number]}}


def archive(entries=2_300):
    names = [f"n{i}" for i in range(entries)]
    return {
        "meta_archs": names,
        "arch2infos": {i: copy.deepcopy(record(i)) for i in range(entries)},
        "evaluated_indexes": set(range(entries)),
    }


def entries(machine):
    return {entry.key: entry.value for entry in machine.entries() if entry is not None}


@pytest.mark.parametrize("protocol", [2, 4])
def test_arrays_become_lists(protocol):
    content = {
        "line": np.arange(3),
        "square": np.ones((2, 2), np.float32),
        "truth": np.array([True]),
        "none": np.ones(0),
    }
    assert loaded(pickle.dumps([content, content["line"]], protocol)) == [
        {"line": [0, 1, 2], "square": [[1.0, 1.0], [1.0, 1.0]], "truth": [True], "none": []},
        [0, 1, 2],
    ]


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("count", [0, 1, 2, 1_000, 1_001])
def test_a_dictionary_that_is_not_built_is_handed_out_entry_by_entry(protocol, count):
    whole = archive(count)
    machine = PickleMachine(io.BytesIO(pickle.dumps(whole, protocol)), {"arch2infos"}, "it")
    found = []
    for entry in machine.entries():
        if entry is not None:
            assert (entry.of, entry.before["meta_archs"]) == ("arch2infos", whole["meta_archs"])
            found.append((entry.key, entry.value))
    assert found == list(whole["arch2infos"].items())
    assert machine.value["evaluated_indexes"] == whole["evaluated_indexes"]


def keyed(key):
    """One text in several places, another object in each entry."""
    return {key: {"one": key, "two": [key]}}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(
    "value",
    [
        lambda i: {"only": {"one": {"a": i, "b": [i]}}},
        lambda i: {"only": [{"a": i, "b": 2}]},
        lambda i: {},
        lambda i: [{"a": i, "b": 2}],
        lambda i: ({"a": i, "b": 2}, 3),
        lambda i: i,
        np.float64,
        lambda i: {**dict.fromkeys(range(1_000)), "last": {"a": i, "b": 2}},
        lambda i: collections.OrderedDict({"a": {"b": i}}),
        lambda i: keyed("".join(["k", "ey"])),
    ],
)
def test_entries_are_whole_whatever_they_are(protocol, value):
    """Python writes single items without a mark, and a thousand at a time."""
    whole = {"arch2infos": {i: value(i) for i in range(4)}, "rest": 1}
    assert (
        entries(PickleMachine(io.BytesIO(pickle.dumps(whole, protocol)), {"arch2infos"}, "it")) == whole["arch2infos"]
    )


@pytest.mark.parametrize("protocol", [2, 4])
def test_it_goes_on_from_every_rest(protocol):
    content = pickle.dumps(archive(), protocol)
    machine = PickleMachine(io.BytesIO(content), {"arch2infos"}, "it")
    found, rests = [], []
    for entry in machine.entries():
        if entry is None:
            rests.append((len(found), json.loads(json.dumps(machine.snapshot()))))
        else:
            found.append((entry.key, entry.value))
    assert [count for count, _ in rests] == [1_000, 2_000, 2_300]
    for count, state in rests:
        stream = io.BytesIO(content)
        stream.seek(state["offset"])
        rest = PickleMachine(stream, {"arch2infos"}, "it", state)
        assert list(entries(rest).items()) == found[count:]


def test_what_entries_share_is_found_again():
    """Texts, tuples and kinds of numbers are written once and referred to by every later entry."""
    text, pair = "shared by all", ("cifar10", 777)
    whole = {"arch2infos": {i: {text: {pair: np.float64(i)}, "own": [f"{i}"]} for i in range(50)}}
    machine = PickleMachine(io.BytesIO(pickle.dumps(whole)), {"arch2infos"}, "it")
    assert entries(machine) == whole["arch2infos"]


def test_memory_does_not_grow_with_the_entries():
    machine = PickleMachine(io.BytesIO(pickle.dumps(archive(900))), {"arch2infos"}, "it")
    remembered = [len(machine._memo) + len(machine._kept) for entry in machine.entries() if entry is not None]
    assert max(remembered) < remembered[0] + 4 * 900  # texts that nobody has seen before, and no containers


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("protocol", [2, 4])
def test_what_is_cut_off_is_truncated(share, protocol):
    content = pickle.dumps(archive(60), protocol)
    with pytest.raises(DataError, match="truncated or damaged"):
        loaded(content[: int(share * len(content))], streamed={"arch2infos"})


class Runs:
    def __reduce__(self):
        import os

        return os.system, ("echo owned",)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (Runs(), r"asks for (posix|nt)\.system"),
        (np.array([None]), "kind 'O8'"),
        (np.asfortranarray(np.ones((2, 2))), "row by row"),
        (1 + 2j, "asks for builtins.complex"),
        (((((1,),),),), "tuples lie in each other"),
        ("a" * ((1 << 20) + 1), "a text of"),
    ],
)
def test_anything_else_is_refused(value, problem):
    with pytest.raises(DataError, match=problem):
        loaded(pickle.dumps([value]))


def test_numbers_of_other_machines_are_refused():
    with pytest.raises(DataError, match="little-endian"):
        loaded(pickle.dumps(np.dtype(">f8")))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x80\x04\x4b\x01\x4b\x02.", "left over"),
        (b"\x80\x09N.", "protocol 9"),
        (b"\x80\x04\x82\x01.", "operation 0x82"),
        (b"\x80\x04h\x05.", "refers back"),
        (b"\x80\x04]K\x01K\x02s.", "no dictionary"),
        (b"\x80\x04}K\x01a.", "no list"),
        (b"\x80\x04K\x01)R.", "no function"),
        (b"\x80\x04}]K\x01s.", "unhashable"),
        (b"\x80\x04(0.", "truncated"),
        (b"\x80\x04X\xff\xff\xff\x00a", "a text of"),
    ],
)
def test_damaged_operations_have_a_reason(content, problem):
    with pytest.raises(DataError, match=problem):
        loaded(content)


def test_an_entry_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(pickle_bytes, "ENTRY_LIMIT", 1 << 21)
    with pytest.raises(DataError, match="an entry takes more than 2 MiB"):
        loaded(pickle.dumps([1.5] * (1 << 20)))


@pytest.fixture
def forms(tmp_path):
    """The same content in every form in which files come."""
    content = pickle.dumps(archive(5), 2)
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "bz2").write_bytes(bz2.compress(content))
    (tmp_path / "gzip").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "zip", "w") as file:
        file.writestr("archive/data.pkl", content)
        file.writestr("archive/version", "3")
    head = b"".join(pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    (tmp_path / "torch").write_bytes(head + content + pickle.dumps([], 2))
    return tmp_path


def read(path):
    with unpacked(path) as source:
        return entries(machine_of(source, {"arch2infos"})), source.done, source.size


@pytest.mark.parametrize("form", ["plain", "bz2", "gzip", "zip", "torch"])
def test_every_form_is_told_by_its_content(forms, form):
    found, done, size = read(forms / form)
    assert found == archive(5)["arch2infos"]
    assert 0 < done <= size == (forms / form).stat().st_size


@pytest.mark.parametrize("form", ["plain", "bz2", "gzip", "zip", "torch"])
def test_every_form_may_be_truncated(forms, form):
    path = forms / form
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"truncated|damaged"):
        read(path)


def test_other_archives_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("notes.txt", "")
    with pytest.raises(DataError, match=r"lacks data.pkl"), unpacked(tmp_path / "other.zip"):
        pass


def test_directories_and_missing_files_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(DataError, match="cannot be read"), unpacked(path):
            pass
        with pytest.raises(DataError, match="cannot be read"):
            sha256_of(path)


@pytest.mark.slow
def test_what_torch_writes_is_read_without_it(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(archive(5), tmp_path / "new.pth")
    torch.save(archive(5), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for name in ("new.pth", "old.pth"):
        assert read(tmp_path / name)[0] == archive(5)["arch2infos"]
