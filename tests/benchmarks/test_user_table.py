import gzip

import pytest

from ktnas.benchmarks.user_table import load_table, task_columns
from ktnas.errors import ArchitectureError, ConfigurationError, DataError, UnknownNameError
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nasbench_graph import NASBenchGraph
from ktnas.spaces.transnas_micro import TransNASMicro

CELLS = ("64-41414-1_02_333", "64-41414-0_00_000", "64-41414-3_33_333", "64-41414-2_11_000")
TEXT = "\n".join(
    [
        "number,cell,first,second,other",
        f"1,{CELLS[0]},0.5,10,a",
        f"2,{CELLS[1]},0.7,,b",
        f"3,{CELLS[2]},inf,30,c",
        f"4,{CELLS[3]},0.6,n/a,d",
    ]
)


SPACE = TransNASMicro()


def write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(tmp_path, content=TEXT, space=SPACE, columns=("first", "second"), **options):
    return load_table(write(tmp_path, content), space, columns, **options)


def test_the_search_stays_among_listed_architectures(tmp_path):
    benchmark = load(tmp_path)
    assert benchmark.name == "table.csv"
    assert isinstance(benchmark.space, ListedSpace)
    assert benchmark.space.genotypes == tuple(map(TransNASMicro().parse, CELLS))
    assert [(t.name, t.metric, t.unit, t.minimize) for t in benchmark.tasks] == [
        ("first", "first", "", False),
        ("second", "second", "", False),
    ]
    assert benchmark.notes == (
        "The search stays among the 4 architectures that table.csv lists.",
        "Architectures: column 'cell'.",
        "1 of 4 architectures have no finite first: those evaluations fail.",
        "2 of 4 architectures have no finite second: those evaluations fail.",
    )


def test_bad_cells_are_failed_evaluations_with_a_reason(tmp_path):
    benchmark = load(tmp_path)
    first, second, third, fourth = map(TransNASMicro().parse, CELLS)
    assert benchmark.evaluate("first", first).fitness == 0.5
    assert benchmark.evaluate("first", third).error == "first is 'inf' in the table, not a finite number"
    assert benchmark.evaluate("second", second).error == "second is missing"
    assert benchmark.evaluate("second", fourth).error == "second is 'n/a' in the table, not a finite number"
    assert benchmark.report("first", first).rank == 3
    assert benchmark.report("first", first).metrics == {}


def test_minimized_columns_change_sign_once(tmp_path):
    benchmark = load(tmp_path, minimize=("first",))
    best = TransNASMicro().parse(CELLS[0])
    assert benchmark.tasks[0].minimize
    assert benchmark.evaluate("first", best).fitness == -0.5
    assert benchmark.best_fitness("first") == -0.5
    assert benchmark.report("first", best).rank == 1
    assert benchmark.report("first", TransNASMicro().parse(CELLS[1])).regret == pytest.approx(0.2)


def test_labels_are_the_strings_of_the_table(tmp_path):
    text = "cell,x\n31078,1\n0012-gcn-gat-gin-skip,2\n"
    benchmark = load(tmp_path, text, NASBenchGraph(), ("x",))
    assert [benchmark.label(g) for g in benchmark.genotypes] == ["31078", "0012-gcn-gat-gin-skip"]


def test_a_table_of_the_whole_space_is_the_space(tmp_path):
    space = Categorical((2, 2))
    assert load(tmp_path, "code,x\n00,1\n01,2\n10,3\n11,4\n", space, ("x",)).space is space


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "tsv", "parquet"])
def test_every_format_gives_the_same_benchmark(tmp_path, suffix):
    path = tmp_path / f"table.{suffix}"
    if suffix == "parquet":
        pandas = pytest.importorskip("pandas")
        rows = [line.split(",") for line in TEXT.splitlines()]
        pandas.DataFrame(rows[1:], columns=rows[0]).to_parquet(path)
    elif suffix == "tsv":
        path.write_text(TEXT.replace(",", "\t"))
    else:
        path.write_bytes(gzip.compress(TEXT.encode()) if suffix.endswith("gz") else TEXT.encode())
    benchmark = load_table(path, TransNASMicro(), ("first", "second"))
    assert benchmark.labels == CELLS
    assert [record.answers for record in benchmark.records] == [[0.5, 0.7, None, 0.6], [10.0, None, 30.0, None]]


@pytest.mark.parametrize(
    ("codes", "numeric"),
    [
        (("012", "100", "001"), "All positions"),
        (("128_64_2", "32_64_2", "32_16_10"), "All positions"),
        (("8|b|1", "8|a|2", "16|b|1"), "Position 1, 3"),
        (("a|b|c", "a|a|c", "b|b|c"), None),
    ],
)
def test_categorical_codes_are_inferred_and_keep_their_zeros(tmp_path, codes, numeric):
    text = "id,acc,arch,x\n" + "\n".join(
        f"{i},{90 + i / 7:.2f},{code},{i}" for i, code in zip((7, 8, 11), codes, strict=True)
    )
    benchmark = load(tmp_path, text, None, ("x",))
    assert benchmark.labels == codes
    assert isinstance(benchmark.space, ListedSpace)
    assert benchmark.space.base == Categorical.from_codes(codes)
    told = [note for note in benchmark.notes if "of the codes: numbers" in note]
    assert [note.partition(" of the")[0] for note in told] == ([] if numeric is None else [numeric])


def test_the_column_of_architectures_can_be_named(tmp_path):
    text = f"one,two,x\n{CELLS[0]},{CELLS[1]},1\n{CELLS[1]},{CELLS[2]},2\n"
    with pytest.raises(DataError, match=r"columns 'one', 'two' of .* could all be the architectures; .*--arch-column"):
        load(tmp_path, text, columns=("x",))
    assert load(tmp_path, text, columns=("x",), arch_column="two").labels == CELLS[1:3]


def test_no_column_of_architectures_is_an_error(tmp_path):
    with pytest.raises(
        DataError, match=r"no column of .* holds architectures of nasbench201 in every row; looked at number"
    ):
        load(tmp_path, space=NASBench201())
    with pytest.raises(DataError, match="looked at none"):
        load(tmp_path, "x\n1\n", columns=("x",))


def test_strings_that_do_not_parse_are_shown_with_their_rows(tmp_path):
    text = "cell,x\n" + "\n".join([f"{CELLS[0]},1", *(f"bad-{i},2" for i in range(5))])
    with pytest.raises(ArchitectureError) as caught:
        load(tmp_path, text, columns=("x",), arch_column="cell")
    message = str(caught.value)
    assert message.startswith("5 of 6 architectures in column 'cell' of ")
    assert "row 2: " in message
    assert "'bad-0'" in message
    assert "'bad-3'" not in message
    assert message.endswith("; and 2 more rows")


@pytest.mark.parametrize(
    ("space", "first", "second"),
    [
        (TransNASMicro(), CELLS[0], CELLS[0]),
        (TransNASMicro(), CELLS[0], f" {CELLS[0]} "),
        (NASBenchGraph(), "31078", "0012-gcn-gat-fc-skip"),
        (NASBenchGraph(), "0000-gat-gcn-gin-fc", "0000-gcn-gat-gin-fc"),
    ],
    ids=["same", "spaced", "written-differently", "same-network"],
)
def test_duplicate_architectures_are_named(tmp_path, space, first, second):
    with pytest.raises(DataError) as caught:
        load(tmp_path, f"cell,x\n{first},1\n{second},2\n", space, ("x",))
    assert "lists an architecture twice" in str(caught.value)
    assert repr(first) in str(caught.value)
    assert repr(second.strip()) in str(caught.value)


def test_misspelled_columns_name_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match=r"unknown column 'fist' of table.csv; did you mean 'first'\?"):
        load(tmp_path, columns=("fist",))
    with pytest.raises(UnknownNameError, match=r"unknown column 'cel' of table.csv; did you mean 'cell'\?"):
        load(tmp_path, arch_column="cel")
    with pytest.raises(UnknownNameError, match=r"unknown column to minimize 'other' of the tasks"):
        load(tmp_path, minimize=("other",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("cell,first,second\n", "a header but no rows"),
        (gzip.compress(TEXT.encode() * 99, mtime=0)[:-30], "truncated gzip"),
        (f"cell,first,second\n{CELLS[0]},nan,1\n", "column 'first' of .* holds no finite number"),
    ],
)
def test_bad_files_have_clear_errors(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        load(tmp_path, content)


@pytest.mark.table("nasbench201")
def test_the_published_table_as_a_users_own(nasbench201):
    from ktnas.benchmarks import nasbench201 as module
    from ktnas.files.search_path import find

    own = load_table(find(module.FILENAME), NASBench201(), ("cifar10_val200", "cifar100_val200"))
    assert own.space == nasbench201.space
    assert own.genotypes == nasbench201.genotypes
    assert own.best_fitness("cifar10_val200") == nasbench201.best_fitness("cifar10")


SEEDS = "code,seed,acc,loss\n" + "\n".join(
    f"{code},{seed},{acc + seed / 10},{'' if seed == 1 and code != 'ba' else -acc - seed}"
    for code, acc in (("ab", 70), ("ba", 75), ("bb", 60))
    for seed in (0, 1, 2)
)


class TestRepeats:
    """Several rows of one architecture."""

    def test_they_are_refused_and_the_remedy_is_named(self, tmp_path):
        with pytest.raises(
            DataError, match=r"'ab' in row 1, 'ab' in row 2 \(column 'code': 9 rows, 3 .*\).*--repeated mean"
        ):
            load(tmp_path, SEEDS, None, ("acc",))

    def test_the_mean_of_the_rows_that_have_a_value(self, tmp_path):
        benchmark = load(tmp_path, SEEDS, None, ("acc", "loss"), minimize=("loss",), repeated="mean")
        assert benchmark.labels == ("ab", "ba", "bb")
        assert benchmark.records[0].answers == pytest.approx([70.1, 75.1, 60.1])
        assert benchmark.records[1].answers == pytest.approx([71, 76, 61])
        assert "9 rows of 3 architectures: of each, the mean of its rows counts." in benchmark.notes
        assert not any("no finite" in note for note in benchmark.notes)

    def test_the_first_row(self, tmp_path):
        benchmark = load(tmp_path, SEEDS, None, ("acc",), repeated="first")
        assert benchmark.records[0].answers == [70, 75, 60]

    def test_what_fails_in_every_row_fails(self, tmp_path):
        text = "code,acc\nab,\nab,oops\nba,1\nbb,2\n"
        benchmark = load(tmp_path, text, None, ("acc",), repeated="mean")
        assert benchmark.evaluate("acc", benchmark.genotypes[0]).error == "acc is missing"
        assert any(note.startswith("1 of 3 architectures") for note in benchmark.notes)

    def test_without_repeats_nothing_changes(self, tmp_path):
        benchmark = load(tmp_path, repeated="mean")
        assert benchmark.notes == load(tmp_path).notes
        assert [record.answers for record in benchmark.records] == [[0.5, 0.7, None, 0.6], [10, None, 30, None]]

    def test_another_way_is_refused(self, tmp_path):
        with pytest.raises(ConfigurationError, match="their 'mean', or the 'first' does; got 'median'"):
            load(tmp_path, repeated="median")


@pytest.mark.parametrize(
    ("name", "minimize", "note"),
    [
        ("val_loss", False, "'val_loss' is taken as higher is better; --minimize val_loss if it is not."),
        ("top-1 Error", False, '--minimize "top-1 Error" if it is not.'),
        ("testPerplexity", False, "is taken as higher is better"),
        ("latency_ms", False, "is taken as higher is better"),
        ("FLOPs", False, "is taken as higher is better"),
        ("val_accuracy", True, "'val_accuracy' is taken as lower is better, as --minimize says."),
        ("val_loss", True, None),
        ("neg_loss", False, None),
        ("val_accuracy", False, None),
        ("platform", False, None),
    ],
)
def test_a_name_that_speaks_for_the_other_direction_gets_a_note(tmp_path, name, minimize, note):
    text = f"cell,{name}\n" + "\n".join(f"{cell},{i}" for i, cell in enumerate(CELLS, 1))
    benchmark = load(tmp_path, text, columns=(name,), minimize=(name,) if minimize else ())
    doubts = [told for told in benchmark.notes if "is better" in told]
    assert len(doubts) == (note is not None)
    assert note is None or note in doubts[0]


def test_values_that_are_negative_already_need_no_note(tmp_path):
    text = "cell,loss\n" + "\n".join(f"{cell},-{i}" for i, cell in enumerate(CELLS, 1))
    assert not any("is better" in told for told in load(tmp_path, text, columns=("loss",)).notes)


def test_columns_are_read_by_one_convention_which_is_told(tmp_path):
    text = "cell;first;second\n" + "\n".join(f"{cell};0,{i};{i}.234" for i, cell in enumerate(CELLS, 1))
    benchmark = load(tmp_path, text, columns=("first",))
    assert benchmark.records[0].answers == [0.1, 0.2, 0.3, 0.4]
    assert "'first' was read with decimal commas: '0,1' is 0.1." in benchmark.notes
    with pytest.raises(
        DataError, match=r"column 'second' of .* can be read in several ways: .* column 'first' has decimal"
    ):
        load(tmp_path, text)


def test_several_columns_as_one_text_or_as_a_list(tmp_path):
    text = 'w,"k, size",x\n16,3,1\n32,3,2\n16,5,3\n'
    for columns in ("w,k, size", ["w", "k, size"]):
        benchmark = load(tmp_path, text, None, ("x",), arch_column=columns)
        assert benchmark.space.base.names == ("w", "k, size")
    assert load(tmp_path, text, None, ("x",), arch_column="k, size", repeated="first").labels == ("3", "5")
    with pytest.raises(ConfigurationError, match=r"column 'x' of .* is named as a task and as the architecture"):
        load(tmp_path, text, None, ("x",), arch_column="w,x")


def test_two_spellings_of_one_architecture_are_one(tmp_path):
    text = 'arch,x\n"[1, 2.0]",1\n"(1,2)",2\n"[2, 2]",3\n'
    with pytest.raises(DataError, match=r"twice: '\[1, 2.0\]' in row 1, '\(1,2\)' in row 2"):
        load(tmp_path, text, None, ("x",))


def test_names_of_columns_that_were_divided_at_commas(tmp_path):
    path = write(tmp_path, 'arch,"a, b",c\n00,1,2\n')
    assert task_columns(path, ("a", "b", "c")) == ("a, b", "c")
    path.write_text("arch,a,b,c\n00,1,2,3\n")
    assert task_columns(path, ("a", "b", "c")) == ("a", "b", "c")
    with pytest.raises(DataError, match="cannot be read"):
        task_columns(tmp_path / "none.csv", ("a", "b"))
