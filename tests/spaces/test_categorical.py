import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from ktnas.errors import ArchitectureError, ConfigurationError, DataError
from ktnas.spaces.base import canonical, genotypes
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.code_text import number
from ktnas.spaces.codes import SEPARATORS
from ktnas.spaces.graph import INPUT, OUTPUT, OperationGraph


class TestStrings:
    def test_digits_by_default(self):
        space = Categorical((3, 2, 10))
        assert space.parse("209") == (2, 0, 9)
        assert space.format((2, 0, 9)) == "209"

    def test_symbols_per_position(self):
        space = Categorical((2, 3), (("relu", "elu"), ("64", "128", "256")), "|")
        assert space.parse("elu|64") == (1, 0)
        assert space.format((0, 2)) == "relu|256"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected 2 positions separated by '_', got 0"),
            ("1", "expected 2 positions separated by '_', got 1"),
            ("1_2_3", "got 3"),
            ("1_2", "position 1 is '2', not one of 0, 1"),
            ("x1_1", "position 0 is 'x1', not one of 0, 1, 2"),
            ("1_ 2", "position 1 is '2'"),
        ],
    )
    def test_what_is_wrong_is_named(self, text, message):
        with pytest.raises(ArchitectureError, match=message):
            Categorical((3, 2), separator="_").parse(text)

    def test_characters(self):
        with pytest.raises(ArchitectureError, match="expected 3 characters, got 2"):
            Categorical((3, 2, 2)).parse("11")


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"cardinalities": ()}, "must be positive integers, at least one"),
            ({"cardinalities": (3, 0)}, "must be positive integers"),
            ({"cardinalities": (2, 2), "symbols": (("a", "b"),)}, r"\(2, 2\) of them; got \(2,\)"),
            ({"cardinalities": (2,), "symbols": (("a", "a"),)}, "symbols of position 0 must differ; got a, a"),
            ({"cardinalities": (3, 11)}, "symbol '10' of position 1 cannot be told apart with separator ''"),
            (
                {"cardinalities": (2,), "symbols": (("1", "1.0"),), "separator": "_"},
                "symbols of position 0 must differ",
            ),
            ({"cardinalities": (2, 2), "names": ("a",)}, "names must give one per position, 2 of them, all different"),
            ({"cardinalities": (2,), "symbols": (("a_b", "c"),), "separator": "_"}, "symbol 'a_b' of position 0"),
        ],
    )
    def test_bad_settings_are_refused(self, settings, message):
        with pytest.raises(ConfigurationError, match=message):
            Categorical(**settings)

    def test_space_is_a_value(self):
        first, second = Categorical.from_codes(["01", "10"]), Categorical.from_codes(["10", "01"])
        first.parse("01")
        assert first == second
        assert hash(first) == hash(second)
        assert first != Categorical((2, 2), name="mine")


class TestFromCodes:
    @pytest.mark.parametrize(
        ("codes", "separator", "symbols"),
        [
            (["2012100", "0012101"], "", (("0", "2"), ("0",), ("1",), ("2",), ("1",), ("0",), ("0", "1"))),
            (["128_64_2", "32_64_2", "32_16_10"], "_", (("32", "128"), ("16", "64"), ("2", "10"))),
            (["a|b|c", "d|b|a"], "|", (("a", "d"), ("b",), ("a", "c"))),
            (["conv_3x3|avg_pool", "skip|max_pool_2"], "|", (("conv_3x3", "skip"), ("avg_pool", "max_pool_2"))),
            (["sep_conv,0.5", "skip,0.25"], ",", (("sep_conv", "skip"), ("0.25", "0.5"))),
            (["10_0.5", "9_0.25"], "_", (("9", "10"), ("0.25", "0.5"))),
            (["01:1", "11:1", "2:1"], ":", (("01", "2", "11"), ("1",))),
            (["nan:b", "1:a"], ":", (("1", "nan"), ("a", "b"))),
            (["1-1", "111"], "", (("1",), ("-", "1"), ("1",))),
            (["x"], "", (("x",),)),
        ],
    )
    def test_separator_and_symbols(self, codes, separator, symbols):
        space = Categorical.from_codes(codes)
        assert (space.separator, space.symbols) == (separator, symbols)
        assert space.cardinalities == tuple(map(len, symbols))
        assert [space.format(space.parse(code)) for code in codes] == codes

    @pytest.mark.parametrize(
        ("codes", "message"),
        [
            ([], "no codes given"),
            (["1_2", ""], "a code is empty"),
            (["0_1_2", "0_1"], "'0_1' in row 2 has 2 separated by '_', '0_1_2' in row 1 has 3"),
            (["0012", "012"], "'012' in row 2 has 3 characters, '0012' in row 1 4; leading zeros were lost"),
            (["0012", "0_1_2"], "'0012' in row 1 has 4 characters, '0_1_2' in row 2 5; longer symbols need"),
        ],
    )
    def test_codes_that_do_not_fit_are_named(self, codes, message):
        with pytest.raises(DataError, match=message):
            Categorical.from_codes(codes)

    def test_repeated_codes_and_iterators(self):
        assert Categorical.from_codes(code for code in ["01", "01", "11"]).cardinalities == (2, 1)

    @given(
        st.sampled_from(SEPARATORS),
        st.integers(2, 4).flatmap(
            lambda size: st.lists(st.lists(st.text("abc019", min_size=1), min_size=size, max_size=size), min_size=1)
        ),
    )
    def test_strings_come_back_as_one_spelling_of_them(self, separator, rows):
        codes = [separator.join(row) for row in rows]
        try:
            space = Categorical.from_codes(codes)
        except DataError as error:  # numbers by chance, as a spreadsheet writes them
            if "spreadsheet" not in str(error):
                raise
            reject()
        assert space.separator == separator
        for code, row in zip(codes, rows, strict=True):
            back = space.format(space.parse(code))
            assert space.parse(back) == space.parse(code)
            alike = zip(back.split(separator), row, strict=True)
            assert all(a == b or number(a) == number(b) is not None for a, b in alike)


class TestDress:
    """One architecture has one genotype, however it is written."""

    SPACE = Categorical.from_codes(["16|relu|True", "8.0|elu|False", "8|relu|FALSE"])

    @pytest.mark.parametrize(
        "text",
        ["16|relu|True", " 16.0 | relu|true", "[16, relu, True]", "('16' 'relu' 'TRUE')", "1.6e1|'relu'|k=true"],
    )
    def test_one_genotype_of_every_spelling(self, text):
        assert self.SPACE.cardinalities == (2, 2, 2)
        assert self.SPACE.parse(text) == (1, 1, 1)

    def test_equal_numbers_are_one_symbol_the_shortest(self):
        assert self.SPACE.symbols[0] == ("8", "16")

    def test_names_of_positions(self):
        space = Categorical.from_codes(['{"lr, max": 0.1, "k": [3, 5]}', '{"k": [7, 5], "lr, max": 0.10}'])
        assert space.names == ("lr, max", "k.0", "k.1")
        first = space.format((0, 0, 0))
        assert first == "lr, max=0.1, k.0=3, k.1=5"
        for text in (first, "k=[3, 5], lr, max=.1", '{"k": (3, 5), "lr, max": 0.1}', "k.1=5;k.0=3;lr, max:0.1"):
            assert space.parse(text) == (0, 0, 0)
        with pytest.raises(ArchitectureError, match=r"k\.0 is '4', not one of 3, 7"):
            space.parse("lr, max=0.1, k.0=4, k.1=5")

    def test_a_space_without_names_is_described_as_before(self):
        assert "names" not in repr(self.SPACE)


class TestGraph:
    def test_a_way_per_position_through_its_symbol(self):
        space = Categorical.from_codes(["a|x", "b|y"])
        assert space.graph((1, 0)) == OperationGraph(
            (INPUT, "#0", "#1", "=b", "=x", OUTPUT), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5))
        )

    def test_the_same_symbol_is_the_same_operation_at_every_position(self):
        space = Categorical.from_codes(["a|b|a", "b|a|b"])
        operations = [space.graph(genotype).operations[4:-1] for genotype in ((0, 1, 0), (1, 1, 0))]
        assert operations == [("=a", "=b", "=a"), ("=b", "=b", "=a")]

    def test_names_that_differ_by_more_than_a_number_make_different_operations(self):
        space = Categorical.from_codes(["op0=3,op1=5,width=3", "op0=5,op1=3,width=5"])
        operations = space.graph((0, 0, 0)).operations
        assert [name for name in operations if name.startswith("=")] == ["=op=3", "=op=3", "=width=3"]

    def test_symbols_cannot_be_taken_for_positions_or_ends(self):
        space = Categorical.from_codes(["#0|input", "output|=1"])
        assert len({canonical(space, genotype) for genotype in genotypes(space)}) == 4

    def test_different_codes_are_different_architectures(self):
        space = Categorical((3, 2, 2))
        assert len({canonical(space, genotype) for genotype in genotypes(space)}) == 12


@pytest.mark.table("nasbench201")
def test_codes_of_a_real_table(rows):
    codes = [row["code"] for row in rows("nasbench201")]
    space = Categorical.from_codes(codes)
    assert space.cardinalities == (5,) * 6
    assert [space.format(space.parse(code)) for code in codes] == codes


class TestQuantities:
    @pytest.mark.parametrize(
        ("codes", "code", "quantities"),
        [
            (["128_64_2", "32_64_2", "64_16_10"], "128_16_2", (2, 0, 0)),
            (["8|conv", "16|pool", "24|conv"], "24|pool", (2,)),
            (["a|b", "b|a"], "b|b", ()),
            (["1|x", "1.0|x", "2|x"], "2|x", (1,)),
            (["1|x", "nan|x", "2|x"], "2|x", ()),
            (["7|x", "7|y"], "7|y", ()),
            (["20", "01", "12"], "21", (2, 1)),
        ],
    )
    def test_steps_of_positions_that_hold_numbers(self, codes, code, quantities):
        space = Categorical.from_codes(codes)
        assert space.quantities(space.parse(code)) == quantities

    def test_symbols_out_of_order_are_names(self):
        assert Categorical((3,), (("16", "8", "32"),), "|").quantities((1,)) == ()

    def test_plain_codes_are_numbers(self):
        assert Categorical((3, 2)).quantities((2, 0)) == (2, 0)
