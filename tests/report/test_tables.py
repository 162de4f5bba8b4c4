"""Final screens: what they say, and that nothing a user names is read as markup."""

import io

import pytest

from ktnas.benchmarks.known import BenchmarkEntry
from ktnas.datasets.images.registry import Entry as Data
from ktnas.report.inventory import print_datasets, print_inventory
from ktnas.report.tables import print_repeats, print_run


def task(**changes):
    best = {
        "architecture": "|nor_conv_3x3~0|+|[bold]~1|",
        "fitness": 91.5,
        "value": 91.5,
        "rank": 1234,
        "regret": 0.5,
        "evaluations_to_best": 17,
        "report": {"test_accuracy": 94.25, "parameters": 3302},
    }
    plain = {
        "role": "task",
        "metric": "validation accuracy",
        "unit": "%",
        "evaluations": 50,
        "failed": 0,
        "best": best,
        "optimum_reached_at": None,
        "exhausted": False,
        "cost_s": 0.0,
        "transfers": {"proposed": 0, "positive": 0, "negative": 0, "skipped_generations": 0},
    }
    return plain | changes


def summary(seed=0, notes=(), **tasks):
    seconds = {"total": 2.0, "search": 1.0}
    return {"seed": seed, "seconds": seconds, "notes": list(notes), "tasks": tasks}


def shown(function, *arguments):
    stream = io.StringIO()
    function(*arguments, stream)
    return stream.getvalue()


def test_a_run_shows_what_the_issue_asks_for():
    text = shown(print_run, summary(notes=["Validation [only]."], a=task(), b=task(best=None, failed=50)))
    for part in ("validation accuracy", "91.500 %", "1,234", "0.50000", "50", "17", "test_accuracy 94.250"):
        assert part in text
    assert "|nor_conv_3x3~0|+|[bold]~1|" in text
    assert "Validation [only]." in text
    assert "50 (50 failed)" in text
    assert "every evaluation failed; trials.jsonl says why" in text
    assert "parameters 3,302" in text
    assert "role" not in text
    assert "migrants" not in text
    assert "seed 0, 2.0 s, of which search 1.0 s" in text


def test_roles_and_transfers_are_shown_where_there_are_any():
    moved = {"proposed": 7, "positive": 4, "negative": 2, "skipped_generations": 3}
    lines = shown(print_run, summary(a=task(role="source"), b=task(role="target", transfers=moved))).splitlines()
    headings = "task role best rank regret evals found at migrants (+/-) skipped"
    assert lines[0].split() == headings.split()
    assert lines[3].split()[-3:] == ["7", "(4/2)", "3"]


def test_nothing_is_wrapped_where_the_output_is_no_terminal():
    long = task()
    long["best"] = long["best"] | {"architecture": "x" * 300}
    assert "x" * 300 in shown(print_run, summary(a=long))


def test_repeats_show_mean_median_and_range():
    def seed(number, rank, value, optimum=None):
        found = task(optimum_reached_at=optimum)
        found["best"] = found["best"] | {"rank": rank, "value": value}
        return summary(number, a=found)

    lines = shown(print_repeats, [seed(0, 1, 90.0, 30), seed(1, 4, 91.0), seed(2, 10, 95.0)]).splitlines()
    rank = next(line for line in lines if " rank " in line).split()
    assert rank[1:] == ["5.0", "4.0", "1", "10", "3"]
    assert next(line for line in lines if "accuracy (%)" in line).split()[-5:] == [
        "92.000",
        "91.000",
        "90.000",
        "95.000",
        "3",
    ]
    assert next(line for line in lines if "optimum" in line).split()[-5:] == ["30.0", "30.0", "30", "30", "1"]
    assert "3 seeds, 6.0 s in all, 2.0 s each" in lines


def test_repeats_without_a_success_still_end():
    assert "1 seeds" in shown(print_repeats, [summary(a=task(best=None))])


def test_the_inventory_says_how_to_get_what_is_missing(tmp_path):
    entries = (
        BenchmarkEntry("here", tmp_path / "[here].csv", 1234, ("a", "b")),
        BenchmarkEntry("gone", None, 99, ("c",), hint="Fetch it."),
        BenchmarkEntry("broken", tmp_path / "b.csv", 7, ("d",), hint="Fetch it again.", problem="it ends early"),
    )
    text = shown(print_inventory, entries)
    for part in ("found", "1,234", "[here].csv", "not found", "Fetch it.", "damaged", "it ends early. Fetch it again."):
        assert part in text


def test_data_sets_are_listed_and_hints_that_agree_are_said_once(tmp_path):
    datasets = (
        Data("here", tmp_path / "[here].npz", (28, 28, 1)),
        Data("broken", tmp_path / "b.npz", None, problem="b.npz ends early"),
        Data("left", None, (28, 28, 1), hint="Fetch left.npz."),
        Data("right", None, (28, 28, 1), hint="Fetch right.npz."),
        Data("other", None, (28, 28, 1), hint="Install other."),
    )
    text = shown(print_datasets, datasets, ["data", "[images]"])
    for part in ("[here].npz", "28 x 28 x 1", "damaged", "b.npz ends early", "Looked into: data, [images]"):
        assert part in text
    assert "not found: left, right. Fetch NAME.npz.\nnot found: other. Install other.\n" in text


def test_what_a_run_trained_is_said():
    assert "stand for 1 min 15 s of training" in shown(print_run, summary(a=task(cost_s=75.0), b=task()))
    assert "training" not in shown(print_run, summary(a=task()))
    assert "none yet" in shown(print_run, summary(a=task(best=None, evaluations=0)))


MOVED = {"proposed": 12, "positive": 3, "negative": 9, "skipped_generations": 4}


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_numbers_are_whole_in_a_terminal_of_any_width(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    tasks = {name: task(role="target", listed=26_206, cost_s=40_500.0, transfers=MOVED) for name in ("norm", "edge")}
    text = shown(print_run, summary(**tasks))
    rows = [line for line in text.splitlines() if line.startswith("norm ")]
    assert rows[0].split()[1:3] == ["91.500", "%"] or rows[0].split()[2:4] == ["91.500", "%"]
    assert "1,234" in rows[0]
    for whole in ("test_accuracy 94.250", "parameters 3,302", "22 h 30 min", "(top 4.7 %)"):
        assert whole in text
    long = [line for line in text.splitlines() if len(line) > width]
    assert all("nor_conv" in line for line in long)  # a string that is copied stays in one piece
    assert ("No room here for" in text) == (width < 120)


def test_a_legend_explains_what_is_shown():
    text = shown(print_run, summary(a=task(transfers=MOVED)))
    lines = text.splitlines()
    legend = lines[lines.index("") + 1 :][:2]
    assert [line.split(":")[0] for line in legend] == ["regret", "migrants"]
    assert "skipped: " in legend[1]
    assert "migrants" not in shown(print_run, summary(a=task()))


def test_costs_that_are_not_listed_are_said_to_be_so():
    known, unknown = task(cost_s=7200.0), task()
    text = shown(print_run, summary(a=known, b=unknown, c=unknown))
    assert "the evaluations of a stand for 2 h 0 min of training; what those of b, c cost is not listed" in text
    everything_failed = task(failed=50, best=None)
    assert "not listed" not in shown(print_run, summary(a=known, b=everything_failed))


def test_repeats_end_with_plain_words_and_fit(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    text = shown(print_repeats, [summary(i, a=task(listed=26_206)) for i in range(3)])
    assert "a: half of the runs have found number 1,234 of\n26,206 (top 4.7 %) or better." in text
    assert all(len(line) <= 50 for line in text.splitlines())


@pytest.mark.parametrize("width", [40, 60, 200])
def test_the_inventory_fits(monkeypatch, width, tmp_path):
    monkeypatch.setenv("COLUMNS", str(width))
    place = tmp_path / ("deep" * 12) / "table.csv"
    text = shown(print_inventory, (BenchmarkEntry("transnas101-micro", place, 4096, ("a", "b")),))
    assert "4,096" in text
    assert str(place) in text
