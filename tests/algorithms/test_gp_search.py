"""The preset `gp_search`, and the part that keeps tasks apart."""

from dataclasses import replace

import pytest

from ktnas.algorithms.candidates.joint_screening import JointScreening
from ktnas.algorithms.candidates.screening import Separately
from ktnas.algorithms.presets import gp_search
from ktnas.embedding.one_hot import OneHot


@pytest.fixture
def search():
    return replace(gp_search(), embedder=OneHot())


def asked(trajectory, task):
    return [trial.proposal for trial in trajectory.trials if trial.task == task]


@pytest.mark.parametrize("task", ["first", "second"])
def test_each_task_is_searched_as_if_it_were_alone(run_course, search, task):
    alone, beside = run_course(search, (task,), budget=15), run_course(search, budget=15)
    assert asked(beside, task) == asked(alone, task)
    assert not any(trial.proposal.source_task for trial in beside.trials)


def test_a_joint_model_is_not_like_that(run_course, search):
    joint = replace(search, screening=JointScreening())
    alone, beside = run_course(joint, ("first",), budget=15), run_course(joint, budget=15)
    assert asked(beside, "first") != asked(alone, "first")


def test_differs_from_the_default_in_transfer_alone():
    search = gp_search()
    assert search.transfer.name == "none"
    assert search.screening == Separately(JointScreening())
