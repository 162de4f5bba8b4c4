from pathlib import Path

import pytest

from ktnas.benchmarks.arch_column import read_architectures, resolved
from ktnas.errors import ArchitectureError, ConfigurationError, DataError, UnknownNameError
from ktnas.files.table_reader import Columns
from ktnas.spaces.nasbench201 import NASBench201

COUNT = 9
CODES = [f"{a}{b}" for a in "pqr" for b in "xyz"]


def table(**columns):
    cells = [cell for row in zip(*columns.values(), strict=True) for cell in map(str, row)]
    return Columns(Path("mine.csv"), tuple(columns), cells)


def read(space=None, columns=(), tasks=("loss",), **cells):
    return read_architectures(table(loss=range(COUNT), **cells), space, columns, tasks)


def test_the_column_that_was_found_is_told():
    found = read(trial=range(COUNT), when=[f"2031-02-1{i}" for i in range(COUNT)], cell=CODES, fixed=["a"] * COUNT)
    assert found.labels == tuple(CODES)
    assert found.notes == ("Architectures: column 'cell'.",)


def test_one_with_repeats_is_taken_only_where_none_is_without():
    twice = [code for code in CODES for _ in range(2)][:COUNT]
    assert read(cell=CODES, group=twice).labels == tuple(CODES)
    assert read(group=twice).labels == tuple(twice)


def test_identifiers_are_never_found_and_what_to_name_is_told():
    with pytest.raises(DataError) as caught:
        read(trial=[f"t_{i}" for i in range(COUNT)], width=[16, 32, 64] * 3, depth=[1, 1, 1, 2, 2, 2, 3, 3, 3])
    message = str(caught.value)
    assert "'trial': its name says that it numbers" in message
    assert message.endswith("or one column per choice (--arch-column width,depth)")


def test_of_one_column_the_error_shows_what_fails():
    with pytest.raises(DataError, match=r"looked at cell: .*'p' in row 9 has 1 characters, 'px' in row 1 2"):
        read(cell=[*CODES[:-1], "p"])
    with pytest.raises(DataError, match=r"architectures of nasbench201 in every row; looked at cell: .*row 1: 'px'"):
        read(NASBench201(), cell=CODES)


def test_a_doubtful_column_that_was_named_gets_a_note():
    found = read(columns=("trial",), trial=[f"t_{i}" for i in range(COUNT)])
    assert found.notes[1].startswith("Column 'trial' may be none of architectures: its name says")
    found = read(
        columns=("cell",),
        cell=["|".join((word, word[::-1])) for word in ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr"]],
    )
    assert found.notes[1].startswith("Almost every symbol of the codes occurs once")


def test_a_column_per_choice():
    width, ks = [16, 32, "64.0"] * 3, ["3,5"] * 3 + ["3,25"] * 3 + ["7"] * 3
    found = read(columns=("width", "k s"), width=width, **{"k s": ks})
    assert found.space.names == ("width", "k s")
    assert found.space.symbols == (("16", "32", "64.0"), ("3.25", "3.5", "7"))
    assert found.space.numeric == (0, 1)
    assert found.labels[:2] == ("width=16, k s=3.5", "width=32, k s=3.5")
    assert [found.space.parse(label) for label in found.labels] == list(found.genotypes)
    assert found.notes == ("Architectures: columns 'width', 'k s'.",)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        (("cell", "cell"), ConfigurationError, "column 'cell' is named twice"),
        (("cell", "cel"), UnknownNameError, "unknown column 'cel' of mine.csv; did you mean 'cell'"),
        (("cel",), UnknownNameError, "unknown column 'cel'"),
    ],
)
def test_columns_that_cannot_be_taken(columns, error, message):
    with pytest.raises(error, match=message):
        read(columns=columns, cell=CODES)


def test_several_columns_are_no_architecture_of_a_space_with_strings():
    with pytest.raises(ConfigurationError, match=r"of nasbench201 are strings in one column; got .* cell, loss"):
        read(NASBench201(), columns=("cell", "loss"), tasks=(), cell=CODES)
    with pytest.raises(ArchitectureError, match="9 of 9 architectures in column 'cell'"):
        read(NASBench201(), columns=("cell",), cell=CODES)


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        (["acc", "loss"], ["acc", "loss"]),
        (["acc", "top-1 (%)"], ["acc, top-1 (%)"]),
        (["loss", "acc", "top-1 (%)", "lat"], ["loss", "acc, top-1 (%)", "lat"]),
        (["a", "b", "c"], ["a,b,c"]),
        (["a", "b"], ["a,b"]),
        ([" unknown ", "b"], ["unknown", "b"]),
    ],
)
def test_a_name_that_is_a_column_wins_over_division_at_commas(pieces, names):
    assert resolved(pieces, ["acc, top-1 (%)", "acc", "loss", "lat", "a,b", "a,b,c", "a", "b"]) == names
