import pytest

from experiments.paper import nasbench101


@pytest.mark.table("nasbench101")
def test_smoke(smoke, tmp_path):
    found = smoke("paper.nasbench101", "--jobs", 1, "--records", tmp_path / "runs")
    assert [row["method"] for row in found.rows[::3]] == ["random-search", "regularized-evolution"]
    assert {row["evaluations"] for row in found.rows} == {"50", "100", "150"}
    assert all(5.68 < float(row["test_error_mean"]) < 95 for row in found.rows)
    assert [row["published_test_error"] for row in found.rows[:3]] == ["", "", "6.341"]
    assert "*Published*, copied" in found.text


def test_every_published_figure_is_of_a_method_that_is_run():
    assert set(nasbench101.PUBLISHED) <= set(nasbench101.METHODS)
