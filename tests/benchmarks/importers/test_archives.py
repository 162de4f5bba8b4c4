"""NAS-Bench-201 and NATS-Bench, from files in their formats that are made here, and from three genuine records."""

import bz2
import os
import pickle
import re
from pathlib import Path

import pytest

from ktnas.benchmarks import nasbench201, nats_size
from ktnas.benchmarks.importers import archives, import_distribution
from ktnas.benchmarks.importers.arch_results import Schedule, row
from ktnas.errors import DataError
from ktnas.files.search_path import find

HEAD = b"".join(pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
"""What torch wrote before the pickle that counts, until version 1.6."""


def test_a_directory_of_cells_becomes_the_table_that_is_searched(tmp_path, topology):
    imported = import_distribution(topology.directory(tmp_path / "anything"), tmp_path / "out")
    assert (imported.importer.name, imported.official) == ("nats-tss", None)
    benchmark = nasbench201.load(tmp_path / "out")
    assert [benchmark.label(genotype) for genotype in benchmark.genotypes] == topology.texts
    third = benchmark.genotypes[3]
    assert benchmark.evaluate("cifar10", third).fitness == pytest.approx(13 + 0.25 + 0.2 + 0.008325)
    assert benchmark.evaluate("cifar10", third).cost_s == 200 * 4.5
    assert benchmark.report("cifar10", third).metrics == {
        "test_accuracy": pytest.approx(18 + 0.75 + 0.2 + 0.008325),
        "latency_s": 0.0125,
        "params_M": 3.25,
        "flops_M": 15.5,
    }
    assert benchmark.evaluate("cifar100", third).fitness == pytest.approx(23 + 0.25 + 0.2 + 0.008325)
    assert benchmark.report("cifar100", third).metrics["test_accuracy"] == pytest.approx(23 + 0.5 + 0.2 + 0.008325)
    assert benchmark.notes[0].startswith("The table was imported from 'anything' (nats-tss, SHA-256 ")


def test_widths_are_a_benchmark_of_their_own(tmp_path, sizes):
    imported = import_distribution(sizes.directory(tmp_path / "d"), tmp_path / "out")
    assert imported.importer.name == "nats-sss"
    benchmark = nats_size.load(tmp_path / "out")
    assert benchmark.space.name == "nats-size"
    assert [(record.epochs, sorted(record.fidelities)) for record in benchmark.records] == [(90, [1, 12])] * 3
    assert benchmark.evaluate("imagenet16", benchmark.genotypes[2]).fitness == pytest.approx(27 + 0.25 + 0.09 + 0.00777)


@pytest.mark.parametrize("form", ["pickle", "bz2", "torch"])
def test_one_file_is_the_same_table_as_a_directory(tmp_path, sizes, form):
    content = pickle.dumps(sizes.whole())
    packed = {"pickle": content, "bz2": bz2.compress(content), "torch": HEAD + content}[form]
    (tmp_path / "file").write_bytes(packed)
    import_distribution(tmp_path / "file", tmp_path / "one")
    import_distribution(sizes.directory(tmp_path / "many"), tmp_path / "other")
    one, other = ((tmp_path / place / "nats_size.csv.gz").read_bytes() for place in ("one", "other"))
    assert one == other


def test_the_file_of_torch_is_told_by_its_schedules(tmp_path, topology_201):
    (tmp_path / "file").write_bytes(HEAD + pickle.dumps(topology_201.whole(), 2))
    assert import_distribution(tmp_path / "file", tmp_path / "out").importer.name == "nasbench201"
    assert len(nasbench201.load(tmp_path / "out").genotypes) == 7
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "nasbench201.csv.gz",
        "nasbench201.csv.gz.source.json",
    ]


class StopsAfter:
    """Ctrl-C after so many steps of reading."""

    def __init__(self, steps):
        self.left = steps

    def __call__(self, what, done, total):
        assert 0 <= done <= total
        if what == "reading":
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt


@pytest.mark.parametrize("form", ["directory", "file"])
def test_what_was_stopped_goes_on_to_the_same_bytes(tmp_path, sizes, form, monkeypatch):
    monkeypatch.setattr(archives, "_EVERY", 2)
    if form == "directory":
        source = sizes.directory(tmp_path / "d")
    else:
        source = tmp_path / "f"
        source.write_bytes(batched(sizes, (2, 3, 2)))
    import_distribution(source, tmp_path / "whole")
    for stop in (1, 4, 6):
        out = tmp_path / f"out{stop}"
        with pytest.raises(KeyboardInterrupt):
            import_distribution(source, out, advance=StopsAfter(stop))
        assert [path.name for path in out.iterdir()] == [".import-nats-sss"]
        imported = import_distribution(source, out)
        assert imported.went_on == (stop > 2)
        for name in ("nats_size.csv.gz", "nats_size.csv.gz.source.json"):
            assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_damaged_work_is_said_to_be(tmp_path, sizes):
    source = tmp_path / "f"
    source.write_bytes(batched(sizes, (2, 3, 2)))
    with pytest.raises(KeyboardInterrupt):
        import_distribution(source, tmp_path / "out", advance=StopsAfter(4))
    state = tmp_path / "out" / ".import-nats-sss" / "state.json"
    state.write_text(state.read_text().replace('"levels"', '"floors"'))
    with pytest.raises(DataError, match=r"earlier is damaged .* remove the directory \.import-"):
        import_distribution(source, tmp_path / "out")


def batched(archive, batches):
    """A pickle whose dictionary of architectures is written in several batches, as Python does after a thousand."""
    parts, first = [b"\x80\x02}(", _put(b"meta_archs"), pickle.dumps(archive.texts, 2)[2:-1]], 0
    parts += [_put(b"arch2infos"), b"}"]
    for size in batches:
        parts.append(b"(")
        for i in range(first, first + size):
            parts += [b"K", bytes([i]), pickle.dumps(archive.infos(i), 2)[2:-1]]
        parts.append(b"u")
        first += size
    return b"".join([*parts, b"u."])


def _put(text):
    return b"X" + len(text).to_bytes(4, "little") + text


def test_another_file_does_not_go_on(tmp_path, sizes):
    source = sizes.directory(tmp_path / "d")
    with pytest.raises(KeyboardInterrupt):
        import_distribution(source, tmp_path / "out", advance=StopsAfter(3))
    (source / "000006.pickle.pbz2").unlink()
    imported = import_distribution(source, tmp_path / "out")
    assert not imported.went_on
    assert imported.made[0][1].architectures == 6


def test_a_table_is_never_replaced(tmp_path, sizes):
    source = sizes.directory(tmp_path / "d")
    import_distribution(source, tmp_path / "out")
    with pytest.raises(DataError, match=r"nats_size\.csv\.gz is there already: move it away, or import into another"):
        import_distribution(source, tmp_path / "out")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="is no directory"):
        import_distribution(source, tmp_path / "file")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_truncated_file_makes_no_table(tmp_path, sizes, share):
    content = pickle.dumps(sizes.whole())
    (tmp_path / "f").write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"truncated"):
        import_distribution(tmp_path / "f", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").glob("*") if not path.name.startswith(".")]


def test_what_it_is_can_be_said_and_is_checked(tmp_path, sizes):
    source = sizes.directory(tmp_path / "d")
    with pytest.raises(DataError, match="is not nats-tss: it is nats-sss"):
        import_distribution(source, tmp_path / "out", "nats-tss")
    with pytest.raises(ValueError, match="did you mean 'nats-sss'"):
        import_distribution(source, tmp_path / "out", "nats_sss")
    assert import_distribution(source, tmp_path / "out", "nats-sss").importer.name == "nats-sss"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"x" * 257 + b"ustar" + bytes(300), "is a tar archive: unpack it"),
        (b"hello", "is none of the official distributions that are known: nasbench201, nats-tss"),
        (pickle.dumps({"meta_archs": ["x"], "arch2infos": {0: {"12": {"arch_str": "x"}}}}), "is none of the official"),
        (pickle.dumps({"meta_archs": [], "arch2infos": {}}), "is none of the official"),
    ],
)
def test_other_files_are_refused(tmp_path, content, problem):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(problem)):
        import_distribution(tmp_path / "f", tmp_path / "out")


def test_missing_files_and_empty_directories_are_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        import_distribution(tmp_path / "none", tmp_path / "out")
    (tmp_path / "d").mkdir()
    with pytest.raises(DataError, match="empty directory"):
        import_distribution(tmp_path / "d", tmp_path / "out")


def test_files_in_each_others_places_are_refused(tmp_path, sizes):
    source = sizes.directory(tmp_path / "d")
    (source / "000001.pickle.pbz2").write_bytes((source / "000002.pickle.pbz2").read_bytes())
    with pytest.raises(DataError, match="architecture 1 is '8:8:8:8:24', but its list"):
        import_distribution(source, tmp_path / "out")


load_nasbench201 = nasbench201.load
SCHEDULES = (Schedule(("12",), 12),)


@pytest.mark.parametrize(
    ("infos", "problem"),
    [
        ([], "holds no results"),
        ({"90": {}}, "none of the schedules 12; it has 90"),
        ({"12": 1}, "holds no results"),
        ({"12": {"arch_str": "x"}}, "lacks arch_str or all_results"),
        ({"12": {"arch_str": "x", "all_results": {"cifar10": {}}}}, "not under a dataset and a seed"),
    ],
)
def test_damaged_records_have_a_reason(infos, problem):
    with pytest.raises(DataError, match=re.escape(problem)):
        row(3, infos, SCHEDULES, "it")


def test_what_was_not_measured_is_absent():
    trial = {"eval_acc1es": {"x-valid@11": float("nan")}, "train_times": {0: 1.0}, "params": None, "latency": [-1]}
    found = row(0, {"12": {"arch_str": "x", "all_results": {("cifar100", 777): trial}}}, SCHEDULES, "it")
    assert found == {"index": 0, "arch_str": "x"}


def samples(kind):
    """Genuine records beside the table that the marker asks for."""
    place = Path(find("nasbench201.csv.gz")).parent / "official_samples" / kind
    if not place.is_dir() and os.environ.get("KTNAS_REQUIRE_TABLES") != "1":
        pytest.skip(f"{place.parent.name}/{kind} does not lie beside the table of nasbench201")
    return place


@pytest.mark.table("nasbench201")
def test_genuine_cells_agree_with_the_published_table(tmp_path, nasbench201):
    import_distribution(samples("NATS-tss-v1_0-3ffb9-simple"), tmp_path)
    imported = load_nasbench201(tmp_path)
    assert len(imported.genotypes) == 3
    for record, published in zip(imported.records, nasbench201.records, strict=True):
        for i, genotype in enumerate(imported.genotypes):
            other = nasbench201.rows[genotype]
            assert record.fitness[i] == pytest.approx(published.fitness[other], abs=1e-4)
            assert record.metrics["test_accuracy"][i] == pytest.approx(
                published.metrics["test_accuracy"][other], abs=1e-4
            )
            assert record.fidelities[12].fitness[i] == pytest.approx(published.fidelities[12].fitness[other], abs=1e-4)
    cifar10, published = imported.record("cifar10"), nasbench201.record("cifar10")
    rows = [nasbench201.rows[genotype] for genotype in imported.genotypes]
    assert cifar10.fidelities[12].cost_s == pytest.approx(published.fidelities[12].cost_s[rows], rel=1e-5)


@pytest.mark.table("nasbench201")
def test_genuine_widths_are_read(tmp_path):
    import_distribution(samples("NATS-sss-v1_0-50262-simple"), tmp_path)
    benchmark = nats_size.load(tmp_path)
    best = benchmark.space.parse("8:8:40:32:40")
    assert benchmark.evaluate("cifar10", best).fitness == pytest.approx(86.796, abs=1e-3)
    assert benchmark.report("cifar10", best).rank == 1
    assert benchmark.report("cifar10", best).metrics["test_accuracy"] == pytest.approx(89.51)
