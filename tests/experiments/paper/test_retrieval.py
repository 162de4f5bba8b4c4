import numpy as np
import pytest

from experiments.paper.retrieval import ALONE, METHODS, change


def test_what_tables_gain_is_paired():
    with_tables, without = np.full((2, 2, 5), 4.0), np.full((2, 2, 5), 16.0)
    without[0, 0] = 4.0
    told = change({"ktnas": with_tables, ALONE: without})
    assert "-1.50 ± 0.50 halvings" in told


@pytest.mark.slow
@pytest.mark.table("mdesign-link")
def test_every_method_is_told(smoke, tmp_path):
    found = smoke("paper.retrieval", "--jobs", 1, "--records", tmp_path / "runs")
    by_method = {name: [row for row in found.rows if row["method"] == name] for name in (*METHODS, ALONE)}
    for rows in by_method.values():
        means = [float(row["mean_rank"]) for row in rows]
        assert means == sorted(means, reverse=True)
        assert 1 <= means[-1] <= means[0] <= 1680
    first = {name: float(rows[0]["mean_rank"]) for name, rows in by_method.items()}
    assert max(first["retrieval"], first["ktnas"]) < first[ALONE]  # what the others' tables say is known at once
