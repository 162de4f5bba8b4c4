"""Every experiment that sweeps with --smoke: it runs, writes what it says, and a second run repeats nothing."""

import pytest

pytestmark = pytest.mark.slow  # whole processes, or searches that take seconds

TABLES = pytest.mark.table("transnas101-micro")
EXPERIMENTS = [
    pytest.param("paper.nasbench201_evaluations", marks=pytest.mark.table("nasbench201")),
    pytest.param("paper.transnas", marks=TABLES),
    pytest.param("paper.two_tasks", marks=TABLES),
    pytest.param("paper.nasbench_graph"),
    pytest.param("paper.scenes"),
    pytest.param("paper.figures"),
    pytest.param("paper.negative_transfer", marks=TABLES),
    pytest.param("paper.sample_efficiency"),
    pytest.param("parts.ablation", marks=TABLES),
    pytest.param("parts.transfer_rank", marks=TABLES),
    pytest.param("parts.quantities"),
    pytest.param("parts.codes", marks=TABLES),
    pytest.param("parts.asynchronous", marks=pytest.mark.table("nasbench201")),
]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_smoke(name, smoke, tmp_path):
    found = smoke(name, "--jobs", 1, "--records", tmp_path / "runs")
    bounded = [(float(row["low"]), float(row["high"])) for row in found.rows if row["low"]]
    assert bounded
    assert all(low <= high for low, high in bounded)
    runs = found.told["runs"] if "runs" in found.told else found.told["counts"]["runs"]
    assert (found.told["seeds"], runs > 1, len(found.told["code"])) == (2, True, 1)
    assert found.pictures
