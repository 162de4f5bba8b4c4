"""The help of `ktnas sweep` tells the keys that a file may have."""

from ktnas.cli.main import command_parser
from ktnas.config.method import MethodChoice
from ktnas.config.options import options
from ktnas.config.run_options import RunOptions


def test_help_tells_every_key():
    *_, arms, cases = command_parser("ktnas", "sweep").format_help().rstrip().splitlines()
    assert arms.replace(",", "").split() == ["[[arms]]", "name", *(one.key for one in options(MethodChoice)), "fields"]
    assert cases.replace(",", "").split() == ["[[cases]]", "name", *(one.key for one in options(RunOptions))]
