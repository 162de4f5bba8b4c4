import pytest


@pytest.mark.slow
@pytest.mark.table("nasbench201")
def test_smoke(smoke, tmp_path):
    found = smoke("training.zero_cost_search", "--jobs", 1, "--records", tmp_path / "runs")
    assert found.pictures == ["zero_cost_search-convergence.png"]
    assert {row["arm"] for row in found.rows} == {"mtnas, synflow", "ktnas-paper, synflow"}
