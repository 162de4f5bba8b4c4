"""What `ktnas train` asks for: as a search's training, but for longer and with all images."""

import pytest

from ktnas.cli.main import command_parser
from ktnas.cli.train import final_choice
from ktnas.config import defaults
from ktnas.config.shares import Shares
from ktnas.errors import ConfigurationError


def chosen(*arguments):
    return final_choice(command_parser("ktnas", "train").parse_args(arguments))


def test_it_takes_longer_and_all_images():
    task, choice = chosen("ARCH", "--dataset", "normal")
    assert task == "normal"
    assert (choice.epochs, choice.share, choice.datasets) == (defaults.FINAL_EPOCHS, Shares(1.0), ())
    assert (choice.space, choice.workers) == (None, 1)
    task, named = chosen("ARCH", "--dataset", "x.npz", "--task", "mine", "--epochs", "3", "--space", "darts")
    assert task == "mine"
    assert chosen("ARCH", "--dataset", "mine=x.npz", "--epochs", "3", "--space", "darts") == (task, named)
    assert (named.epochs, named.datasets, named.space) == (3, (("mine", "x.npz"),), "darts")


def test_a_directory_to_look_into_is_called_as_everywhere(tmp_path):
    options = command_parser("ktnas", "train").parse_args(["ARCH", "--dataset", "mnist", "--data", str(tmp_path)])
    assert options.data == tmp_path
    assert final_choice(options)[0] == "mnist"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--dataset must name what is trained on$"),
        (["--data", "fashion_mnist"], "--data is the directory to look into first: --dataset fashion_mnist$"),
    ],
)
def test_the_old_spelling_is_told_the_new_one(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        chosen("ARCH", *arguments)


def test_help_tells_its_own_defaults_and_nothing_of_searches():
    shown = " ".join(command_parser("ktnas", "train").format_help().split())
    assert f"passes over the training images (default: {defaults.FINAL_EPOCHS})" in shown
    assert "of several 0.1,birds=0.5 (default: 1)" in shown
    for absent in ("supernet", "--workers", "--fitness", "--method"):
        assert absent not in shown


@pytest.mark.parametrize("option", ["--workers 3", "--fitness train"])
def test_what_is_of_a_search_is_not_known(capsys, option):
    with pytest.raises(SystemExit):
        chosen("ARCH", "--dataset", "normal", *option.split())
    assert "unrecognized arguments" in capsys.readouterr().err
