"""M-DESIGN from a directory in its layout that is made here."""

import sqlite3
from contextlib import closing

import pytest

from ktnas.benchmarks import mdesign
from ktnas.benchmarks.importers import import_distribution
from ktnas.benchmarks.importers.mdesign import CHOICES
from ktnas.errors import DataError
from ktnas.spaces.base import genotypes
from ktnas.spaces.mdesign import MDesign

TEXTS = [MDesign("link").format(genotype) for genotype in genotypes(MDesign("link"))[:4]]


def written(place, task_number, *, test="database"):
    (place / "agg").mkdir(parents=True)
    header = ["dataset", "task", *CHOICES, "epoch", "accuracy", "accuracy_std"]

    def rows(base):
        return [(*text.split("|"), base + i / 100 + task_number / 1_000) for i, text in enumerate(TEXTS)]

    def table(values):
        lines = [",".join(["D", "link", *map(str, row[:-1]), "9", repr(row[-1]), "0.1"]) for row in values]
        return "\n".join([",".join(header), *lines]) + "\n"

    (place / "agg" / "val_best.csv").write_text(table(rows(0.5)))
    if test == "csv":
        (place / "agg" / "test_best.csv").write_text(table(rows(0.25)))
    if test == "database":
        with closing(sqlite3.connect(place / "Task.db")) as database:
            names = ", ".join(f"{name} TEXT" for name in CHOICES)
            database.execute(f"CREATE TABLE model_records ({names}, accuracy REAL, accuracy_std REAL)")
            values = [(*row[:-1], 100 * row[-1], 0.1) for row in rows(0.25)]
            database.executemany("INSERT INTO model_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            database.commit()


def base(path, **more):
    for number, task in enumerate(mdesign.LINK_TASKS):
        written(path / "link" / task, number, **more)
    return path


@pytest.mark.parametrize("test", ["database", "csv"])
def test_validation_and_test_are_joined_on_the_choices(tmp_path, test):
    imported = import_distribution(base(tmp_path / "d", test=test), tmp_path / "out")
    assert imported.importer.name == "mdesign"
    benchmark = mdesign.load_link(tmp_path / "out")
    assert [benchmark.label(genotype) for genotype in benchmark.genotypes] == sorted(TEXTS)
    genotype = benchmark.space.parse(TEXTS[2])
    assert benchmark.evaluate("dblp", genotype).fitness == pytest.approx(0.5 + 0.02 + 0.007)
    assert benchmark.report("dblp", genotype).metrics == {"test_accuracy": pytest.approx(0.25 + 0.02 + 0.007)}
    assert len(benchmark.notes) == 2


def test_without_test_accuracy_it_is_said(tmp_path):
    import_distribution(base(tmp_path / "d", test=None), tmp_path / "out")
    benchmark = mdesign.load_link(tmp_path / "out")
    assert benchmark.report("dblp", benchmark.genotypes[0]).metrics == {}
    assert "Validation only" in benchmark.notes[1]


def test_a_database_is_only_read(tmp_path):
    source = base(tmp_path / "d")
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    import_distribution(source, tmp_path / "out")
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda place: (place / "Task.db").write_bytes(b"x" * 100), "is no SQLite database"),
        (lambda place: (place / "Task.db").write_bytes(b"SQLite format 3\0" * 100), "cannot be read as M-DESIGN's"),
        (lambda place: (place / "agg" / "val_best.csv").unlink(), "link lacks the tasks dblp"),
        (
            lambda place: (place / "agg" / "val_best.csv").write_text(
                "decode,norm,agg,comb,l_mp,stage,accuracy\ndot,no,add,add,4,gpr,0.5\n"
            ),
            "norm is 'no'",
        ),
        (
            lambda place: (place / "agg" / "val_best.csv").write_text(
                "decode,norm,agg,comb,l_mp,stage,accuracy\ndot,degree_row,add,add,4,gpr,500\n"
            ),
            "accuracies are from 0 to 1",
        ),
    ],
)
def test_damaged_files_have_a_reason(tmp_path, damage, problem):
    source = base(tmp_path / "d")
    damage(source / "link" / "dblp")
    with pytest.raises(DataError, match=problem):
        import_distribution(source, tmp_path / "out")


def test_other_directories_are_refused(tmp_path):
    (tmp_path / "d" / "link").mkdir(parents=True)
    with pytest.raises(DataError, match="is none of the official"):
        import_distribution(tmp_path / "d", tmp_path / "out")
