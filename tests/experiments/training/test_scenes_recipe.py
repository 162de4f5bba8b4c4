"""The choice of the recipe with --smoke, and what it makes of the table."""

import json

import pytest

from experiments.training import scenes_recipe
from experiments.training.scenes_settings import RECIPE


@pytest.mark.slow
def test_smoke(smoke):
    found = smoke("training.scenes_recipe")
    assert [(row["task"], row["networks"], row["seeds"]) for row in found.rows] == [
        ("class_scene", "3", "2"),
        ("jigsaw", "3", "2"),
        ("class_scene", "3", "2"),
    ]
    assert found.told["counts"] == {"trainings": 18}
    assert "### Screening of recipes" in found.text


@pytest.mark.slow
def test_a_report_names_the_programs_that_trained(smoke, run, tmp_path):
    told = tmp_path / "results" / "scenes_recipe.json"
    told.parent.mkdir()
    told.write_text('{"code": ["0earlier"]}')
    trained = smoke("training.scenes_recipe", again=False).told
    assert trained["code"] == sorted(["0earlier", trained["program"]])
    told.write_text('{"code": ["0earlier"]}')
    run("training.scenes_recipe", "--smoke", "--only-report", "--out", told.parent)
    assert json.loads(told.read_text())["code"] == ["0earlier"]


def test_lines_of_the_table_are_read_as_trainings(tmp_path):
    table = tmp_path / "scenes_table.csv"
    table.write_text("# {}\nnetwork,task\n# {}\n000,jigsaw,0,1,2,3,4,5,6,7,0\n001,normal,1,,,,,0,0,7,0\n002,jigs")
    first, failed = scenes_recipe.table_lines(table)
    assert (first["setting"], first["validation"], first["negative_loss"]) == (RECIPE["jigsaw"].name, "1", "-3")
    assert (failed["seed"], failed["validation"], failed["negative_loss"]) == ("1", "", "")
    assert scenes_recipe.table_lines(tmp_path / "none.csv") == []


def test_only_networks_with_all_seeds_are_compared():
    lines = [
        {"setting": "s", "task": "jigsaw", "network": f"n{i}", "seed": str(seed), "metric": str(i), "seconds": "2"}
        for i in range(5)
        for seed in range(3 if i < 4 else 1)
    ]
    found = scenes_recipe.agreements(scenes_recipe.trained(lines, ["metric"]), least=3)["s", "jigsaw"]
    assert (found.networks, found.seeds, found.seconds, found.within) == (4, 3, 2, 0)
    assert found.every == pytest.approx(1)
    assert scenes_recipe.agreements(scenes_recipe.trained(lines, ["metric"]), least=4) == {}
