"""The table of rendered scenes that ships with the package."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from ktnas.benchmarks import scenes
from ktnas.benchmarks.registry import load_benchmark
from ktnas.errors import DataError
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.transnas_micro import TransNASMicro


@pytest.fixture
def copied(tmp_path):
    """Copies of the files that ship."""
    for path in (scenes.TABLE, scenes.SHEET):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_it_is_small_and_here():
    assert scenes.TABLE.stat().st_size + scenes.SHEET.stat().st_size < 1_000_000
    assert scenes.SCENES.entry().found


def test_all_codes_of_a_network_are_listed_and_share_its_results():
    benchmark, space = load_benchmark("scenes"), TransNASMicro()
    listed = set(benchmark.genotypes)
    networks = {}
    for genotype in genotypes(space):
        networks.setdefault(canonical(space, genotype), []).append(genotype)
    whole = [codes for codes in networks.values() if listed & set(codes)]
    assert len(whole) == scenes.sheet()["networks"]
    assert sum(map(len, whole)) == len(listed)
    for task in benchmark.tasks:
        for codes in whole:
            assert len({benchmark.evaluate(task.name, genotype).fitness for genotype in codes}) == 1


def test_a_search_sees_validation_and_the_report_has_the_test():
    benchmark = load_benchmark("scenes", ("class_scene",))
    genotype = benchmark.genotypes[0]
    answer, report = benchmark.evaluate("class_scene", genotype), benchmark.report("class_scene", genotype)
    assert answer.cost_s > 0
    assert set(report.metrics) == {"test_top1", "params_M", "flops_M"}
    assert report.metrics["test_top1"] != answer.fitness


def test_seeds_tell_the_noise():
    networks, values = scenes.seeds("class_object")
    assert values.shape[0] == len(networks) > 0
    assert values.shape[1] >= 2
    benchmark = load_benchmark("scenes")
    first = [benchmark.evaluate("class_object", genotype).fitness for genotype in networks]
    assert np.array_equal(values[:, 0], first)
    assert (values.std(axis=1) > 0).any()


def test_the_notes_say_the_version_and_how_much_is_listed():
    (note,) = load_benchmark("scenes").notes
    told = scenes.sheet()
    assert f"Version {told['version']}" in note
    assert f"{told['networks']:,} networks" in note


def test_a_damaged_table_is_refused(copied):
    path = copied / scenes.TABLE.name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match=r"scenes\.csv\.gz: damaged, or of another version .* install ktnas again"):
        scenes.load(copied)


def test_a_table_of_another_version_is_refused(copied):
    path = copied / scenes.TABLE.name
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"64-41414", b"64-41414", 1) + b"\n"))
    with pytest.raises(DataError, match="damaged, or of another version"):
        scenes.load(copied)


@pytest.mark.parametrize("name", [scenes.TABLE.name, scenes.SHEET.name])
def test_a_missing_file_is_refused(copied, name):
    (copied / name).unlink()
    with pytest.raises(DataError, match=r"cannot be read .* install ktnas again"):
        scenes.load(copied)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 1, "version": 1}', "{" * 100_000])
def test_a_damaged_sheet_is_refused(copied, text):
    (copied / scenes.SHEET.name).write_text(text)
    with pytest.raises(DataError, match="install ktnas again"):
        scenes.load(copied)


def test_damage_is_told_by_the_inventory(copied, monkeypatch):
    (copied / scenes.TABLE.name).write_bytes(b"x")
    monkeypatch.setattr(scenes, "TABLE", Path(copied / scenes.TABLE.name))
    entry = scenes.SCENES.entry()
    assert not entry.found
    assert "damaged" in entry.problem
