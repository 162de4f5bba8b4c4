import pytest

from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.benchmarks.user_table import load_table
from ktnas.records.digest import data_digest, same_values, table_digest
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201

ROWS = [("ab", 1.5, 4), ("ba", 2.5, 3), ("bb", 3.5, 2)]
CELL = "|none~0|+|none~0|{}~1|+|none~0|none~1|none~2|"


def digest(tmp_path, rows=ROWS, columns=("x",), *, name="t.csv", line="{},{},{}", **options):
    path = tmp_path / name
    path.write_text("\n".join([line.format("arch", "x", "y"), *(line.format(*row) for row in rows)]))
    return table_digest(load_table(path, None, columns, **options))


def test_it_depends_on_what_the_columns_used_say_and_on_nothing_else(tmp_path):
    first = digest(tmp_path)
    alike = [
        digest(tmp_path, name="other.tsv", line="{}\t{}\t{}"),
        digest(tmp_path, [(code, f"{x}0", 7) for code, x, _ in ROWS]),
        digest(tmp_path, [(f"({code})", x, y) for code, x, y in ROWS], line='"{}",{},{}'),
    ]
    assert set(alike) == {first}
    changed = [
        digest(tmp_path, [("ab", 1.6, 4), *ROWS[1:]]),
        digest(tmp_path, [("ab", "", 4), *ROWS[1:]]),
        digest(tmp_path, ROWS[:2]),
        digest(tmp_path, ROWS[::-1]),
        digest(tmp_path, columns=("y",)),
        digest(tmp_path, minimize=("x",)),
        digest(tmp_path, [(code.replace("a", "0"), x, y) for code, x, y in ROWS]),
    ]
    assert len({first, *changed}) == 1 + len(changed)


def test_it_begins_with_what_a_sweep_records_of_the_same_table(tmp_path):
    first = digest(tmp_path)
    path = tmp_path / "t.csv"
    values = data_digest(load_table(path, None, ("x",)))
    assert first.partition("-")[0] == values
    assert same_values(first, values)
    assert same_values(first, digest(tmp_path, [(code.replace("a", "0"), x, y) for code, x, y in ROWS]))
    assert not same_values(first, digest(tmp_path, columns=("y",)))


def test_of_a_space_with_strings_of_its_own_it_is_the_values(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("arch,x\n" + "\n".join(f"{CELL.format(op)},{i}" for i, op in enumerate(("none", "skip_connect"))))
    benchmark = load_table(path, NASBench201(), ("x",))
    assert table_digest(benchmark) == data_digest(benchmark)


def test_functions_are_no_table():
    assert table_digest(FunctionBenchmark(Categorical((2, 2)), {"sum": sum})) is None


@pytest.mark.parametrize("repeated", ["mean", "first"])
def test_what_counts_of_repeats_is_part_of_it(tmp_path, repeated):
    rows = [*ROWS, ("ab", 9.5, 1)]
    assert digest(tmp_path, rows, repeated=repeated) == digest(
        tmp_path, [("ab", 5.5 if repeated == "mean" else 1.5, 4), *ROWS[1:]]
    )
