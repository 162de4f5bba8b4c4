"""An option is declared once: a field says what a file may say, and what the help tells."""

from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Literal

import pytest

from ktnas.config.method import MethodChoice
from ktnas.config.options import Group, every_option, flag, from_table, option, options
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError, KtnasError, UnknownNameError

WHERE = Group("where it grows", "Of all plants.")


def pair(text):
    first, equals, second = text.partition("=")
    if not equals:
        raise ConfigurationError(f"{text!r} is no pair")
    return first, second


@dataclass(frozen=True)
class Soil:
    depth_cm: float | None = option(metavar="CM", key="depth", help="how deep it is", group=WHERE)
    lime: bool = option(default=False, help="whether it holds lime", group=WHERE)


@dataclass(frozen=True)
class Garden:
    trees: int = option(3, metavar="N", help="how many are planted")
    fruits: tuple[str, ...] = option((), key="fruit", metavar="NAME", help="what they bear")
    plan: Path | None = option(  # noqa: RUF009, a field as `dataclasses.field` is
        metavar="FILE", help="where it is drawn", unless="100% from memory"
    )
    soil: Soil = field(default_factory=Soil)
    season: Literal["spring", "autumn"] = option("spring", help="when they are planted", group=WHERE)
    grafts: tuple[tuple[str, str], ...] = option((), key="graft", read=pair, help="what grows on what")
    owner: str = "nobody"


def test_help_tells_meaning_and_what_holds_otherwise():
    told = {one.field: one.help() for one in every_option(Garden)}
    assert told["trees"] == "how many are planted (default: 3)"
    assert told["plan"] == "where it is drawn (default: 100% from memory)"
    assert told["lime"] == "whether it holds lime (default: no)"
    assert told["fruits"] == "what they bear"
    assert options(Garden)[0].help("7") == "how many are planted (default: 7)"


def test_messages_name_the_option_as_the_command_line_does():
    assert flag(Soil, "depth_cm") == "--depth"


class TestFile:
    def read(self, table, **settings):
        return from_table(Garden(trees=9, soil=Soil(2.0)), table, "bed 1", **settings)

    def test_an_empty_table_leaves_all(self):
        assert self.read({}) == Garden(trees=9, soil=Soil(2.0))

    def test_every_kind_of_value_is_read(self):
        table = {"trees": 5, "fruit": ["apple", "pear"], "plan": "it.png", "season": "autumn", "graft": "pear=quince"}
        expected = Garden(5, ("apple", "pear"), Path("it.png"), Soil(2.0), "autumn", (("pear", "quince"),))
        assert self.read(table) == expected
        assert self.read({"fruit": "apple"}).fruits == ("apple",)
        assert from_table(Soil(), {"depth": 3, "lime": True}, "") == Soil(3.0, lime=True)

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ({"tree": 5}, "unknown key 'tree' of bed 1; did you mean 'trees'"),
            ({"depth": 5}, "unknown key 'depth' of bed 1"),
            ({"owner": "me"}, "unknown key 'owner' of bed 1"),
            ({"trees": 2.5}, "trees of bed 1 must be a whole number; got 2.5"),
            ({"trees": True}, "trees of bed 1 must be a whole number; got True"),
            ({"fruit": ["apple", 3]}, "fruit of bed 1 must be text; got 3"),
            ({"plan": 3}, "plan of bed 1 must be text; got 3"),
            ({"season": "sprng"}, "unknown season 'sprng' of bed 1; did you mean 'spring'"),
            ({"graft": "pear"}, "graft of bed 1: 'pear' is no pair"),
        ],
    )
    def test_mistakes_name_key_and_place(self, table, message):
        with pytest.raises(KtnasError, match=message):
            self.read(table)

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ({"depth": "deep"}, "depth must be a number; got 'deep'"),
            ({"depth": False}, "depth must be a number; got False"),
            ({"lime": 1}, "lime must be true or false; got 1"),
        ],
    )
    def test_without_a_place_the_key_is_named_alone(self, table, message):
        with pytest.raises(ConfigurationError, match=f"^{message}"):
            from_table(Soil(), table, "")

    def test_some_keys_may_be_refused_and_others_passed_over(self):
        assert self.read({"trees": 1, "name": 3}, only=("trees",), others=("name",)).trees == 1
        with pytest.raises(UnknownNameError, match="Known: name, trees"):
            self.read({"fruit": "apple"}, only=("trees",), others=("name",))


@pytest.mark.parametrize("base", [Garden, RunOptions, MethodChoice])
def test_a_new_field_is_a_key_and_help(base):
    new = option(4, metavar="N", help="how often it is watered", group=WHERE)
    changed = make_dataclass("Changed", [("watered", int, new)], bases=(base,), frozen=True)
    assert from_table(changed(), {"watered": 7}, "bed 1").watered == 7
    assert options(changed)[-1].help() == "how often it is watered (default: 4)"
    with pytest.raises(ConfigurationError, match="watered of bed 1 must be a whole number; got 'often'"):
        from_table(changed(), {"watered": "often"}, "bed 1")


def test_options_come_in_the_order_of_the_fields_those_of_a_part_in_its_place():
    assert [one.key for one in every_option(Garden)] == ["trees", "fruit", "plan", "depth", "lime", "season", "graft"]
    assert [one.key for one in options(Garden)] == ["trees", "fruit", "plan", "season", "graft"]


def test_a_type_that_cannot_be_read_is_a_defect_of_the_declaration():
    strange = make_dataclass("Strange", [("shape", complex, option(0j, help="a number"))])
    with pytest.raises(TypeError, match="field 'shape' is of type"):
        options(strange)


def test_the_keys_of_a_run_are_all_different():
    keys = [one.key for one in every_option(RunOptions)]
    assert len(keys) == len(set(keys))
