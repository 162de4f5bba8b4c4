import pytest

from experiments.paper import rerun_figures


@pytest.mark.table("nasbench201")
def test_smoke(smoke, tmp_path):
    found = smoke("paper.rerun_figures", "--jobs", 1, "--records", tmp_path / "runs")
    assert {row["method"] for row in found.rows} == {
        "regularized evolution",
        "local search, first improvement",
        "regularized evolution, repeats counted",
    }
    assert all(float(row["mean"]) >= 10 for row in found.rows)


def test_a_figure_is_met_within_two_standard_errors_of_the_difference():
    values = [90.0, 110.0] * 50  # mean 100, standard error 1.005
    assert rerun_figures.standard_error(values) == pytest.approx(1.005, abs=0.001)
    assert rerun_figures.met(values, 102.8)
    assert not rerun_figures.met(values, 97.1)


def test_the_table_names_what_is_met():
    counts = [[150.0, 66.0, 150.0], [154.0, 68.0, 154.0]]
    line = next(line for line in rerun_figures.table({"best-first": counts}).splitlines() if "best-first" in line)
    assert "152.0 ± 2.0 (152, met)" in line
    assert "(212, not met)" in line
    assert "370.5" not in line
    assert "371.0 ± 5.0" in line
