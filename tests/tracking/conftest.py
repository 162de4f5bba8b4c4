"""A small search for trackers: two tasks, one of which is better when smaller, and one failure."""

import pytest

import ktnas
from ktnas.problem.trial import Evaluation
from ktnas.spaces.categorical import Categorical


def total(genotype):
    if genotype[0] == 2 and genotype[1] == 2:
        raise ValueError("too large")
    return Evaluation(float(sum(genotype)), cost_s=1.5, metrics={"size": 2.0 * genotype[0]})


def loss(genotype):
    return float(sum((2 - g) ** 2 for g in genotype))


@pytest.fixture
def searched(tmp_path):
    """Runs the search with a tracker, and gives its result."""

    def search(tracker, *, functions=None, place=tmp_path / "runs" / "mine", **more):
        study = ktnas.Study(
            place,
            Categorical((3,) * 4),
            functions or {"total": total, "loss": loss},
            minimize=["loss"],
            method="random-search",
            budget=15,
            seed=1,
        )
        return study.run(callbacks=tracker, **more)

    return search
