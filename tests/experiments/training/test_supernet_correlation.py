import numpy as np
import pytest

from experiments.machinery.trainings import Spent
from experiments.training.supernet_correlation import correlations, times
from experiments.training.supernet_scores import Answers, units


def test_what_agrees_is_one_with_certainty():
    truth = np.arange(12.0)
    for found in correlations(np.array([truth, truth]), truth, 200).values():
        assert found == pytest.approx((1, 1, 1))
    assert correlations(-truth, truth, 200)["tau"] == pytest.approx((-1, -1, -1))


def test_the_first_score_has_paid_for_the_training():
    spent = Spent(3, 0.0, frozenset())
    costs = (np.array([[102.0, 2.0, 2.0]]), np.array([[52.0, 1.0, 3.0]]))
    found = [Answers(np.zeros((1, 3)), cost, spent) for cost in costs]
    assert times(found) == (75.0, 2.0)


def test_a_supernet_per_seed_and_a_training_of_each():
    found = units("emt-nas", "smoke", [(0,), (1,)], 2, None)
    assert [(unit.shared, unit.asked, unit.seeds) for unit in found] == [
        (True, ((0,), (1,)), (0,)),
        (True, ((0,), (1,)), (1,)),
        (False, ((0,),), (0, 1)),
        (False, ((1,),), (0, 1)),
    ]
    assert len({unit.name for unit in found}) == 4
    assert all(unit.shared for unit in units("nasbench201", "smoke", [(0,)], 2, None))


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_smoke(smoke, tmp_path):
    found = smoke("training.supernet_correlation", "--jobs", 1, "--records", tmp_path / "runs")
    assert {row["space"] for row in found.rows} == {"emt-nas", "nasbench201"}
    assert all(-1 <= float(row["low"]) <= float(row["high"]) <= 1 for row in found.rows)
    assert found.told["counts"] == {"supernets": 4, "scores": 20, "trainings": 8}
