"""The table of rendered scenes, measured with --smoke."""

import signal
from pathlib import Path

import pytest

from experiments.training import scenes_table as table
from ktnas.errors import ConfigurationError


@pytest.fixture
def script(run):
    """Run it with --smoke; returns the exit status."""

    def started(*arguments):
        try:
            run("training.scenes_table", "--smoke", *arguments)
        except SystemExit as ended:
            return ended.code
        return 0

    before = signal.getsignal(signal.SIGTERM)
    yield started
    signal.signal(signal.SIGTERM, before)


def lines(path):
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.slow
def test_it_goes_on_where_it_was_cut_off(script, tmp_path, capsys):
    out = tmp_path / "table.csv"
    assert script("--out", out, "--processes", 1) == 0
    assert "42 of 42 trainings" in capsys.readouterr().err
    whole = out.read_bytes()
    assert len(lines(out)) == 1 + 2 * 7 * 3
    assert lines(out)[0].split(",")[:5] == ["network", "task", "seed", "validation", "test"]
    out.write_bytes(whole[: whole.rfind(b",")])
    assert script("--out", out, "--processes", 1) == 0
    there, before = (
        {line.rpartition(",")[0].rpartition(",")[0] for line in text.decode().splitlines()}
        for text in (out.read_bytes(), whole)
    )
    assert there == before


@pytest.mark.slow
def test_listed_lines_are_checked(script, tmp_path, capsys):
    out = tmp_path / "table.csv"
    script("--out", out, "--processes", 1)
    assert script("--out", out, "--check", 3) == 0
    assert "3 of 3 lines are equal" in capsys.readouterr().out
    *first, last = out.read_text().splitlines()
    values = last.split(",")
    out.write_text("\n".join([*first, ",".join([*values[:3], "0.5", *values[4:]])]) + "\n")
    assert script("--out", out, "--check", 100) == 1
    told = capsys.readouterr().out
    assert f"{' '.join(values[:3])}: DIFFERENT: 0.5 is {values[3]} here (same kind of machine)" in told
    assert "41 of 42 lines are equal" in told


@pytest.mark.slow
def test_another_recipe_is_refused(script, tmp_path, capsys):
    out = tmp_path / "table.csv"
    script("--out", out, "--processes", 1)
    out.write_text(out.read_text().replace('"recipe": "', '"recipe": "x'))
    assert script("--out", out, "--processes", 1) == 2
    assert "another recipe or version" in capsys.readouterr().err


def test_lines_of_changed_tasks_are_dropped(tmp_path):
    job = table.Job(table.SMOKE_RECIPE, tmp_path / "table.csv", "cpu", 1)
    rows = job.rows()
    number = str(rows.machine({"on": "x"}))
    for task in ("jigsaw", "normal"):
        rows.append(("223001", task, "0", "1.5", "1.25", "0.5", "0.25", "10", "20", "0.1", number))
    rows.close()
    changed = table.Job({**table.SMOKE_RECIPE, "normal": table.RECIPE["normal"]}, job.out, "cpu", 1)
    with pytest.raises(ConfigurationError, match="another recipe"):
        changed.rows()
    assert changed.renew() == 1
    again = changed.rows()
    again.close()
    assert [key[1] for key in again.lines] == ["jigsaw"]
    assert again.machines == [{"on": "x"}]
    assert changed.renew() == 0


def test_order_of_work():
    work = table.Job(table.RECIPE, Path("unused"), "cpu", 501).work()
    assert len({training.key for training in work}) == len(work) == 7 * (60 * 3 + 441)
    assert [training.seed for training in work[:21]] == [0] * 7 + [1] * 7 + [2] * 7
    assert {training.seed for training in work[7 * 36 : 7 * (36 + 488)]} == {0}
    assert {training.seed for training in work[7 * (36 + 488) : -7]} == {1, 2}
    assert {training.seed for training in work[-7:]} == {0}
    fewer = table.Job(table.RECIPE, Path("unused"), "cpu", 30).work()
    assert len(fewer) == 7 * 30 * 3


@pytest.mark.parametrize("wrong", ["--processes", "--networks", "--check"])
def test_numbers_must_be_positive(script, wrong, capsys):
    assert script(wrong, 0) == 2
    assert f"{wrong}" in capsys.readouterr().err
