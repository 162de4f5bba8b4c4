"""What `ktnas train` asks for: as a search's training, but for longer and with all images."""

import pytest

from ktnas.cli.main import command_parser
from ktnas.cli.train import final_choice
from ktnas.config import defaults
from ktnas.config.shares import Shares


def chosen(*arguments):
    return final_choice(command_parser("ktnas", "train").parse_args(arguments))


def test_it_takes_longer_and_all_images():
    choice = chosen("ARCH", "--data", "normal")
    assert (choice.epochs, choice.share, choice.datasets) == (defaults.FINAL_EPOCHS, Shares(1.0), ())
    assert (choice.space, choice.workers) == (None, 1)
    named = chosen("ARCH", "--data", "x.npz", "--task", "mine", "--epochs", "3", "--space", "darts")
    assert (named.epochs, named.datasets, named.space) == (3, (("mine", "x.npz"),), "darts")


def test_help_tells_its_own_defaults_and_nothing_of_searches():
    shown = " ".join(command_parser("ktnas", "train").format_help().split())
    assert f"passes over the training images (default: {defaults.FINAL_EPOCHS})" in shown
    assert "of several 0.1,birds=0.5 (default: 1)" in shown
    for absent in ("supernet", "--workers", "--fitness", "--method"):
        assert absent not in shown


@pytest.mark.parametrize("option", ["--workers 3", "--fitness train"])
def test_what_is_of_a_search_is_not_known(capsys, option):
    with pytest.raises(SystemExit):
        chosen("ARCH", "--data", "normal", *option.split())
    assert "unrecognized arguments" in capsys.readouterr().err
