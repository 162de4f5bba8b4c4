"""What the command line says of a run arrives in its options, and the help tells all of them."""

from pathlib import Path

import pytest

from ktnas.cli.main import command_parser
from ktnas.cli.options import read_options
from ktnas.config import defaults
from ktnas.config.method import MethodChoice
from ktnas.config.options import every_option
from ktnas.config.run_options import RunOptions
from ktnas.config.shares import Shares
from ktnas.config.training import TrainingChoice


def asked(*arguments):
    return read_options(RunOptions, command_parser("ktnas", "run").parse_args(arguments))


def test_nothing_but_the_command_is_all_defaults():
    assert asked() == RunOptions()
    assert asked("--fitness", "train") == RunOptions(training=TrainingChoice(fitness="train"))


def test_every_option_of_tasks_and_method_arrives():
    text = (
        "--source a,b --source c --target d --tasks e,f --benchmark g --data h --space i --table j --arch-column k "
        "--minimize l --method m --population 1 --embedder n --surrogate o --transfer p --offspring 2 --proxy q "
        "--budget 3 --until-best"
    )
    expected = RunOptions(
        sources=("a", "b", "c"),
        targets=("d",),
        tasks=("e", "f"),
        benchmark="g",
        data=Path("h"),
        space="i",
        table=Path("j"),
        arch_column="k",
        minimize=("l",),
        method=MethodChoice("m", 1, "n", "o", "p", 2, "q"),
        budget=3,
        until_best=True,
    )
    assert asked(*text.split()) == expected


def test_every_option_of_training_arrives():
    text = (
        "--fitness train --dataset a=x.npz --dataset b=y/z=w --epochs 2 --share .5 --resolution 24 --channels 8 "
        "--cells 4 --batch-size 16 --images 99 --device cpu --workers 3 --time-limit 5 --halving 2 --keep-weights "
        "--max-hours 7 --precision bfloat16"
    )
    expected = TrainingChoice(
        fitness="train",
        datasets=(("a", "x.npz"), ("b", "y/z=w")),
        workers=3,
        limit_s=5.0,
        max_hours=7.0,
        halving=2,
        keep_weights=True,
        epochs=2,
        share=Shares(0.5),
        resolution=24,
        channels=8,
        cells=4,
        batch_size=16,
        images=99,
        device="cpu",
        precision="bfloat16",
    )
    assert asked(*text.split()).training == expected


def test_shares_are_of_all_or_of_one():
    assert asked("--share", "0.1,a=0.5").training.share == Shares(0.1, (("a", 0.5),))


def test_a_share_of_another_form_is_refused(capsys):
    with pytest.raises(SystemExit):
        asked("--share", "half")
    assert "'half' is no share: expected X, NAME=X or several" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["mine", "=x", "mine="])
def test_a_dataset_has_a_name_and_a_path(capsys, text):
    with pytest.raises(SystemExit):
        asked("--dataset", text)
    assert "is not of the form NAME=PATH" in capsys.readouterr().err


def test_a_budget_that_is_not_given_suits_where_fitness_comes_from():
    assert asked().budget_evals == defaults.BUDGET
    assert asked("--fitness", "supernet").budget_evals == defaults.BUDGET
    assert asked("--fitness", "train").budget_evals == defaults.TRAINING_BUDGET
    assert asked("--fitness", "train", "--budget", "7").budget_evals == 7


def test_help_tells_every_option():
    shown = " ".join(command_parser("ktnas", "run").format_help().split())
    for one in every_option(RunOptions):
        assert " ".join(one.help().split()).replace("- ", "-") in shown.replace("- ", "-"), one.flag


def test_help_tells_what_a_supernet_does_otherwise():
    shown = " ".join(command_parser("ktnas", "run").format_help().split())
    assert "passes over the training images (default: 4; of a supernet 50)" in shown
    assert "trained that holds all candidates (nasbench201, darts, emt-nas)" in shown
    assert "--fitness supernet --source mnist" in shown
    assert "--proxy synflow" in shown
