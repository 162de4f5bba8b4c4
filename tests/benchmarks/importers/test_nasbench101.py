"""NAS-Bench-101 from records that are made here, and a search on what becomes of them."""

import base64
import json
import struct

import numpy as np
import pytest

from ktnas.benchmarks import nasbench101
from ktnas.benchmarks.importers import import_distribution
from ktnas.benchmarks.importers import nasbench101 as importing
from ktnas.errors import DataError
from ktnas.files.records import masked_crc32c
from ktnas.spaces.nasbench101 import NASBench101

CELLS = {
    "input,conv3x3-bn-relu,output": "010001000",
    "input,conv1x1-bn-relu,maxpool3x3,output": "0110000100010000",
    "input,output": "0100",
}


def record(operations, epochs, valid, test, seconds, params=1_000):
    def field(number, value):
        return bytes([number << 3 | 1]) + struct.pack("<d", value)

    def evaluation(share):
        inner = field(1, epochs * share) + field(2, seconds * share) + field(4, valid * share) + field(5, test * share)
        return b"\x0a" + bytes([len(inner)]) + inner

    message = b"".join(map(evaluation, (0.0, 0.5, 1.0))) + b"\x10" + varint(params) + field(3, 99.0)
    name = f"{sorted(CELLS).index(operations) + 1:032x}"
    row = [name, epochs, CELLS[operations], operations, base64.b64encode(message).decode()]
    content = json.dumps(row).encode()
    head = struct.pack("<Q", len(content))
    check = struct.pack("<I", masked_crc32c(head))
    return head + check + content + struct.pack("<I", masked_crc32c(content))


def varint(value):
    found = []
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def content(lengths=(108,)):
    """Three trainings of each cell at each length; their accuracies differ by 0.01."""
    return b"".join(
        record(cell, n, 0.5 + i / 10 + run / 100 + n / 10_000, 0.4 + i / 10 + run / 100, 10.0 * n + run, 100 + i)
        for run in range(3)
        for i, cell in enumerate(sorted(CELLS))
        for n in lengths
    )


@pytest.fixture
def full(tmp_path):
    (tmp_path / "any name").write_bytes(content((4, 12, 36, 108)))
    return tmp_path / "any name"


def test_records_become_a_table_with_validation_accuracy(tmp_path, full):
    imported = import_distribution(full, tmp_path)
    assert (imported.importer.name, imported.official) == ("nasbench101", False)
    benchmark = nasbench101.load(tmp_path)
    assert benchmark.tasks[0].metric == "validation accuracy"
    assert len(benchmark.genotypes) == 3
    space = NASBench101()
    last = sorted(CELLS)[2]
    genotype = space.normalize(space.parse(f"{last}|{CELLS[last]}"))
    evaluation = benchmark.evaluate("cifar10", genotype)
    assert evaluation.fitness == pytest.approx(100 * (0.5 + 0.2 + 0.01 + 0.0108))
    assert evaluation.cost_s == pytest.approx(1_081)
    report = benchmark.report("cifar10", genotype)
    assert report.rank == 1
    assert report.metrics == {"test_accuracy": pytest.approx(61.0), "params_M": 0.000102}
    cheap = benchmark.at_fidelity(4)
    assert cheap.evaluate("cifar10", genotype).fitness == pytest.approx(100 * (0.5 + 0.2 + 0.01 + 0.0004))
    assert cheap.evaluate("cifar10", genotype).cost_s == pytest.approx(41)
    assert sorted(benchmark.record("cifar10").fidelities) == [4, 12, 36]
    assert benchmark.notes[0].startswith("The table was imported from 'any name' (nasbench101, ")
    assert nasbench101.NASBENCH101.entry(tmp_path).architectures == 3


def test_the_smaller_file_has_one_length(tmp_path):
    (tmp_path / "f").write_bytes(content())
    import_distribution(tmp_path / "f", tmp_path)
    with pytest.raises(DataError, match="no fitness after 12 epochs: it has 108"):
        nasbench101.load(tmp_path).at_fidelity(12)


class StopsAt:
    def __init__(self, records, monkeypatch):
        self.left, self.inner = records, importing._training
        monkeypatch.setattr(importing, "_training", self)

    def __call__(self, content, where):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.inner(content, where)


def test_what_was_stopped_goes_on_to_the_same_bytes(tmp_path, full, monkeypatch):
    import_distribution(full, tmp_path / "whole")
    monkeypatch.setattr(importing, "_EVERY", 5)
    with monkeypatch.context() as patch:
        StopsAt(17, patch)
        with pytest.raises(KeyboardInterrupt):
            import_distribution(full, tmp_path / "out")
    assert import_distribution(full, tmp_path / "out").went_on
    for name in ("nasbench101.npz", "nasbench101.npz.source.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_order_of_records_does_not_count(tmp_path, full):
    pieces = [content(tuple(lengths)) for lengths in ([108, 36], [4, 12])]
    (tmp_path / "f").write_bytes(b"".join(pieces[::-1]))
    import_distribution(full, tmp_path / "a")
    import_distribution(tmp_path / "f", tmp_path / "b")
    assert (tmp_path / "a" / "nasbench101.npz").read_bytes() == (tmp_path / "b" / "nasbench101.npz").read_bytes()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda whole: whole[:-3], "is truncated"),
        (lambda whole: whole[: len(whole) // 2], "is truncated"),
        (lambda whole: whole + b"\x00" * 40, "is damaged at byte"),
        (lambda whole: whole + wrapped(["0" * 32, 5, "0100", "input,output", ""]), "a training of 5 epochs"),
        (lambda whole: whole + wrapped(["xyz", 108, "0100", "input,output", ""]), "no training of NAS-Bench-101"),
        (lambda whole: whole + wrapped(["0" * 32, 108, "0010", "input,output", ""]), "edges that lead back"),
        (lambda whole: whole + wrapped(["0" * 32, 108, "0100", "input,relu", ""]), "do not begin with input"),
        (lambda whole: whole + wrapped(["0" * 32, 108, "01", "input,output", ""]), "a matrix of 2 numbers"),
        (lambda whole: whole + wrapped(["0" * 32, 108, "0100", "input,output", ""]), "fewer than three evaluations"),
        (lambda whole: whole + wrapped({"a": 1}), "no training of NAS-Bench-101"),
    ],
)
def test_damaged_files_make_no_table(tmp_path, damage, problem):
    (tmp_path / "f").write_bytes(damage(content()))
    with pytest.raises(DataError, match=problem):
        import_distribution(tmp_path / "f", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".import-nasbench101"]


def wrapped(row):
    content = json.dumps(row).encode()
    head = struct.pack("<Q", len(content))
    return head + struct.pack("<I", masked_crc32c(head)) + content + bytes(4)


def test_a_damaged_table_has_a_reason(tmp_path):
    np.savez(tmp_path / "nasbench101.npz", vertices=np.array([2]), edges=np.array([1]))
    with pytest.raises(DataError, match=r"no validation accuracy \(valid_108\)"):
        nasbench101.load(tmp_path)
    (tmp_path / "nasbench101.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match="cannot be read as an npz file"):
        nasbench101.load(tmp_path)
