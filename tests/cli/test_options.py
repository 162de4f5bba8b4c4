"""Declared options at the command line: what is read, what is refused, and what the help tells."""

import argparse
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Literal

import pytest

from ktnas.cli.options import add_options_of, read_options
from ktnas.config.method import MethodChoice
from ktnas.config.options import Group, option
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError

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
    beds: tuple[int, ...] = option((), key="bed", metavar="N", help="in which beds")


def parser(kind=Garden, **settings):
    made = argparse.ArgumentParser(exit_on_error=False)
    add_options_of(made, kind, **settings)
    return made


def parsed(*arguments, kind=Garden):
    return read_options(kind, parser(kind).parse_args(arguments))


class TestCommandLine:
    def test_nothing_given_is_as_the_fields_have_it(self):
        assert parsed() == Garden()

    def test_every_kind_of_field_is_read(self):
        text = (
            "--trees 5 --fruit apple,pear --fruit plum --plan here/it.png --depth 30 --lime --season autumn "
            "--graft pear=quince --graft plum=sloe --bed 1,3"
        )
        expected = Garden(
            5,
            ("apple", "pear", "plum"),
            Path("here/it.png"),
            Soil(30.0, lime=True),
            "autumn",
            (("pear", "quince"), ("plum", "sloe")),
            (1, 3),
        )
        assert parsed(*text.split()) == expected

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ("--trees many", "invalid int value: 'many'"),
            ("--fruit a,,b", "'a,,b' has an empty name in it; separate names by single commas"),
            ("--graft pear", "'pear' is no pair"),
            ("--season winter", "invalid choice: 'winter'"),
        ],
    )
    def test_mistakes_are_named(self, arguments, message):
        with pytest.raises(argparse.ArgumentError, match=message):
            parser().parse_args(arguments.split())

    def test_what_was_left_out_keeps_its_default(self):
        few = parser(only=[WHERE])
        assert "--trees" not in few.format_help()
        assert read_options(Garden, few.parse_args(["--lime"])) == Garden(soil=Soil(lime=True))


class TestHelp:
    def test_it_tells_meaning_and_default(self):
        text = " ".join(parser().format_help().split())
        assert "--trees N how many are planted (default: 3)" in text
        assert "--plan FILE where it is drawn (default: 100% from memory)" in text
        assert "--lime whether it holds lime (default: no)" in text
        assert "--fruit NAME what they bear; several separated by commas, or the option repeated --plan" in text
        assert "--graft GRAFT what grows on what; may be repeated" in text

    def test_groups_stand_together_under_what_is_said_of_all(self):
        text = " ".join(parser().format_help().split())
        whole = "where it grows: Of all plants. --depth CM how deep it is --lime whether it holds lime (default: no) "
        assert f"{whole}--season {{spring,autumn}}" in text

    def test_a_command_may_have_another_default(self):
        assert "how many are planted (default: 7)" in parser(unless={"trees": "7"}).format_help()


@pytest.mark.parametrize("base", [Garden, RunOptions, MethodChoice])
def test_a_new_field_is_an_option_and_a_line_of_help(base):
    new = option(4, metavar="N", help="how often it is watered", group=WHERE)
    changed = make_dataclass("Changed", [("watered", int, new)], bases=(base,), frozen=True)
    assert parsed("--watered", "6", kind=changed).watered == 6
    assert parsed(kind=changed).watered == 4
    assert "--watered N how often it is watered (default: 4)" in " ".join(parser(changed).format_help().split())
    with pytest.raises(argparse.ArgumentError, match="argument --watered: invalid int value: 'often'"):
        parsed("--watered", "often", kind=changed)
