"""Who evaluates changes no result in generations, and is refused where it cannot."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.api import search
from ktnas.errors import ConfigurationError, KtnasError
from ktnas.evaluation.captured import PRINTED_LIMIT, kept
from ktnas.records.asked import read_asked
from ktnas.records.printed import read_printed
from ktnas.records.trials import read_trials
from ktnas.runner.workforce import Workforce
from ktnas.spaces.categorical import Categorical
from ktnas.study.study import Study

SPACE = Categorical((4,) * 4)
METHOD = RegularizedEvolution(population=4, tournament_size=2)


def total(code):
    return float(sum(code))


def deadly(code):
    if code[0] == 3:
        os._exit(3)
    return float(sum(code))


def chatty(code):
    os.system(f"echo from a program {code[0]}")
    return float(sum(code))


def first_of(trials):
    return [(t.task, t.genotype, t.fitness) for t in trials]


@pytest.mark.slow
class TestProcesses:
    def test_results_are_those_of_one_process(self):
        alone = search(SPACE, {"a": total, "b": max}, budget=9, method=METHOD)
        spread = search(SPACE, {"a": total, "b": max}, budget=9, method=METHOD, workers=2)
        assert list(spread.history) == list(alone.history)

    def test_a_worker_that_dies_costs_its_evaluation_and_nothing_else(self):
        found = search(SPACE, {"a": deadly}, budget=20, method=RandomSearch(), workers=Workforce(2, retries=0))
        failed = [trial for trial in found.history if trial.evaluation.error]
        assert {trial.genotype[0] for trial in failed} == {3}
        assert all("exit code 3" in trial.evaluation.error for trial in failed)
        assert found.tasks["a"].evaluations == 20

    def test_what_they_print_stands_in_the_record(self, tmp_path, capfd):
        search(SPACE, {"a": chatty}, budget=4, method=METHOD, workers=2, out=tmp_path / "run")
        printed = dict(read_printed(tmp_path / "run"))
        assert printed == {
            (t.task, t.genotype): f"from a program {t.genotype[0]}\n" for t in read_trials(tmp_path / "run")
        }
        assert capfd.readouterr().out == ""

    def test_what_cannot_be_sent_is_named(self):
        with pytest.raises(ConfigurationError, match=r"function of task 'b', .*lambda.*cannot be sent"):
            search(SPACE, {"a": total, "b": lambda code: 1.0}, budget=4, method=METHOD, workers=2)


class TestAsynchronous:
    @pytest.fixture
    def run(self, tmp_path):
        def do(place="run", budget=8, **options):
            return search(
                SPACE, {"a": total, "b": max}, budget=budget, method=METHOD, out=tmp_path / place, asynchronous=True,
                **options,
            )  # fmt: skip

        return do

    def test_a_run_is_shown_again_to_the_bit(self, run, tmp_path):
        with ThreadPoolExecutor(3) as executor:
            found = run(executor=executor)
        before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir() if path.is_file()}
        again = run()
        assert list(again.history) == list(found.history)
        assert {p.name: p.read_bytes() for p in (tmp_path / "run").iterdir() if p.is_file()} == before

    @pytest.mark.parametrize("cut", [0, 1, 5, 11])
    def test_a_run_that_was_cut_off_goes_on(self, run, tmp_path, cut):
        whole = run(workers=Workforce(3, threads=True))
        place = tmp_path / "run"
        handed = read_asked(place)
        lines = (place / "trials.jsonl").read_bytes().splitlines(keepends=True)
        (place / "trials.jsonl").write_bytes(b"".join(lines[:cut]))
        asked = (place / "asked.jsonl").read_bytes().splitlines(keepends=True)
        (place / "asked.jsonl").write_bytes(b"".join(asked[: sum(one.seen <= cut for one in handed)]))
        (place / "answers.jsonl").unlink()
        (place / "summary.json").unlink()
        again = run(workers=Workforce(3, threads=True))
        assert {name: task.evaluations for name, task in again.tasks.items()} == {"a": 8, "b": 8}
        assert first_of(again.history)[:cut] == first_of(whole.history)[:cut]
        pending = {handed[i].pending.number for i in range(len(handed)) if handed[i].seen <= cut and handed[i].pending}
        assert {one.pending.number for one in read_asked(place) if one.pending} >= pending

    def test_nothing_answered_is_paid_twice(self, run, tmp_path):
        paid = []

        def counted(code):
            paid.append(code)
            return float(sum(code))

        def go():
            return search(
                SPACE, {"a": counted}, budget=8, method=METHOD, out=tmp_path / "paid",
                workers=Workforce(2, threads=True), asynchronous=True,
            )  # fmt: skip

        go()
        (tmp_path / "paid" / "trials.jsonl").write_bytes(b"")
        (tmp_path / "paid" / "asked.jsonl").write_bytes(b"")
        (tmp_path / "paid" / "summary.json").unlink()
        before = len(paid)
        assert go().tasks["a"].evaluations == 8
        assert len(paid) - before <= 4  # what it comes to ask beyond the first population

    def test_a_larger_budget_goes_on(self, run):
        short = run(budget=8)
        long = run(budget=12)
        assert first_of(long.history)[: len(short.history)] == first_of(short.history)
        assert long.tasks["a"].evaluations == 12

    def test_a_study_stays_what_it_is(self, run, tmp_path):
        run()
        study = Study(tmp_path / "run", SPACE, {"a": total, "b": max}, method=METHOD, budget=8)
        assert study.run().tasks["a"].evaluations == 8
        with pytest.raises(ConfigurationError, match="run asynchronously"):
            study.ask()
        search(SPACE, {"a": total}, budget=5, method=METHOD, out=tmp_path / "other")
        with pytest.raises(ConfigurationError, match="begun in generations"):
            search(SPACE, {"a": total}, budget=5, method=METHOD, out=tmp_path / "other", asynchronous=True)

    def test_a_record_that_was_changed_is_refused(self, run, tmp_path):
        run()
        path = tmp_path / "run" / "asked.jsonl"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines[:6], *lines[7:]]))
        (tmp_path / "run" / "summary.json").unlink()
        with pytest.raises(KtnasError, match=r"hands out|asked"):
            run()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "at least 1 worker"),
        ({"evaluation_timeout": 0.0}, "more than 0 seconds"),
        ({"evaluation_timeout": float("inf")}, "more than 0 seconds"),
        ({"dask": "x:1", "evaluation_timeout": 1.0}, "cannot be ended from here"),
        ({"dask": "x:1", "threads": True}, "threads"),
        ({"retries": -1}, "retries"),
    ],
)
def test_contradictions_are_refused(options, message):
    with pytest.raises(ConfigurationError, match=message):
        Workforce(**options)


def test_a_table_needs_no_workers(nasbench_graph):
    with pytest.raises(ConfigurationError, match="answers at once"):
        search(nasbench_graph, ["cora"], budget=5, method=RandomSearch(), workers=2)


def test_a_long_text_keeps_its_end():
    assert kept("short") == "short"
    text = kept("a" * PRINTED_LIMIT + "b")
    assert text.startswith("(1 characters left out)")
    assert text.endswith("ab")


def test_threads_need_not_be_sent(tmp_path):
    place = Path(tmp_path)
    tasks = {"a": lambda code: float(len(str(place)) + sum(code))}
    found = search(SPACE, tasks, budget=6, method=METHOD, workers=Workforce(2, threads=True))
    assert found.tasks["a"].evaluations == 6
