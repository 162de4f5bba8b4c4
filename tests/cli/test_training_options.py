"""Options of live training: what they become, and what is a mistake without it."""

from dataclasses import replace

import pytest

from ktnas.cli.main import command_parser
from ktnas.cli.train import final_choice
from ktnas.cli.training_options import training_choice
from ktnas.config.registry import FINAL_EPOCHS
from ktnas.config.training import TrainingChoice
from ktnas.errors import ConfigurationError


def parsed(*arguments, command="run"):
    return command_parser("ktnas", command).parse_args(arguments)


def test_a_table_asks_for_no_training():
    assert training_choice(parsed()) is None


def test_nothing_but_train_is_all_defaults():
    assert training_choice(parsed("--fitness", "train")) == TrainingChoice()
    assert training_choice(parsed("--fitness", "supernet")) == TrainingChoice(supernet=True)


def test_every_option_arrives():
    text = (
        "--fitness train --space darts --dataset a=x.npz --dataset b=y/z=w --epochs 2 --share .5 --resolution 24 "
        "--channels 8 --cells 4 --batch-size 16 --images 99 --device cpu --workers 3 --time-limit 5 --halving 2 "
        "--keep-weights --precision bfloat16"
    )
    expected = TrainingChoice(
        "darts", (("a", "x.npz"), ("b", "y/z=w")), 2, 0.5, 24, 8, 4, 16, 99, "cpu", 3, 5.0, 2, True
    )
    assert training_choice(parsed(*text.split())) == replace(expected, precision="bfloat16")


@pytest.mark.parametrize(
    "option",
    [
        *("--epochs 2", "--share 1", "--resolution 24", "--channels 8", "--cells 4", "--batch-size 16"),
        *("--images 9", "--device cpu", "--dataset a=b", "--workers 3", "--time-limit 5", "--max-hours 1"),
        *("--halving 2", "--keep-weights", "--precision bfloat16"),
    ],
)
def test_without_training_each_is_a_mistake(option):
    with pytest.raises(ConfigurationError, match=f"{option.split()[0]} is for live training: add --fitness train"):
        training_choice(parsed(*option.split()))


@pytest.mark.parametrize("text", ["mine", "=x", "mine="])
def test_a_data_set_has_a_name_and_a_path(capsys, text):
    with pytest.raises(SystemExit):
        parsed("--dataset", text)
    assert "is not of the form NAME=PATH" in capsys.readouterr().err


def test_a_task_has_one_data_set():
    with pytest.raises(ConfigurationError, match="names a task twice"):
        training_choice(parsed("--fitness", "train", "--dataset", "a=x", "--dataset", "a=y"))


def test_a_final_training_takes_longer_and_all_images():
    choice = final_choice(parsed("ARCH", "--data", "normal", command="train"))
    assert (choice.epochs, choice.share, choice.datasets) == (FINAL_EPOCHS, 1.0, ())
    named = final_choice(parsed("ARCH", "--data", "x.npz", "--task", "mine", "--epochs", "3", command="train"))
    assert (named.epochs, named.datasets) == (3, (("mine", "x.npz"),))


def test_help_tells_what_a_supernet_does_otherwise():
    shown = " ".join(command_parser("ktnas", "run").format_help().split())
    assert "passes over the training images (default: 4; of a supernet 50)" in shown
    assert "trained that holds all candidates (nasbench201, darts, emt-nas)" in shown
    assert "--fitness supernet --source mnist" in shown
    assert "--proxy synflow" in shown
    assert "supernet" not in command_parser("ktnas", "train").format_help()
