from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.paper.sources import Searched, Target, found, gains, label, line_of, published_searches, read
from ktnas.report.markdown import csv_text

ALONE = Target("mdesign-link", "cora", 0, (), ("photo",), 50, Path("records"))
WITH = replace(ALONE, uses=("init", "mean"))


def test_a_published_search_is_read_as_it_was(tmp_path):
    results = [Searched((1680, 12, 3, 1), 0.25, "abc"), Searched((None, 12, 3, 3), 1.5, "def")]
    lines = [line_of(t, key, one) for t, key, one in zip((ALONE, WITH), "ab", results, strict=True)]
    (tmp_path / "searches.csv").write_text(csv_text(lines))
    published = published_searches(tmp_path / "searches.csv")
    assert {key: read(line) for key, line in published.items()} == dict(zip("ab", results, strict=True))
    assert read(lines[1]) == results[1]


def test_nothing_is_published_where_there_is_no_file(tmp_path):
    assert published_searches(tmp_path / "searches.csv") == {}


def test_gains_are_paired_by_task_and_seed():
    every = [ALONE, WITH, replace(ALONE, seed=1), replace(WITH, seed=1)]
    results = [Searched(ranks, 1.0, "abc") for ranks in ((8, 8, 4, 2), (4, 2, 2, 1), (16, 8, 4, 4), (16, 4, 4, 8))]
    assert np.array_equal(
        gains(found(dict(zip(every, results, strict=True))), ("init", "mean")), [[-1, -2, -1, -1], [0, -1, 0, 1]]
    )


@pytest.mark.table("mdesign-link")
def test_labels_tell_searches_apart():
    others = [replace(ALONE, seed=1), replace(ALONE, task="citeseer"), WITH, replace(ALONE, evaluations=20)]
    assert len({label(target) for target in (ALONE, *others)}) == 5
    assert label(ALONE) == label(replace(ALONE, records=Path("elsewhere")))
