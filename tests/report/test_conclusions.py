"""What a run means in plain words, at the edges too."""

import pytest

from ktnas.report import conclusions
from ktnas.report.conclusions import of_repeats, of_run, place


def task(rank=50, listed=1000, role="task", moved=(0, 0, 0, 0), source=None, value=0.5, unit=""):
    best = {"rank": rank, "value": value, "source_task": source}
    names = ("proposed", "positive", "negative", "skipped_generations")
    return {
        "role": role,
        "unit": unit,
        "listed": listed if rank is not None else None,
        "best": None if value is None else best,
        "transfers": dict(zip(names, moved, strict=True)),
    }


def run(finished=True, **tasks):
    return {"tasks": tasks, "finished": finished}


@pytest.mark.parametrize(
    ("rank", "listed", "text"),
    [
        (77, 26_206, "77 of 26,206 (top 0.3 %)"),
        (1, 26_206, "1 of 26,206 (top 0.01 %)"),
        (1, 4, "1 of 4 (top 25 %)"),
        (12, 500, "12 of 500 (top 2.4 %)"),
        (1200, None, "1,200"),
    ],
)
def test_a_rank_and_what_it_is_out_of(rank, listed, text):
    assert place(rank, listed) == text


class TestOneRun:
    def test_a_single_task_is_told_and_no_more(self):
        assert of_run(run(a=task(3, 600))) == ["By its true rank, the best found is number 3 of 600 (top 0.5 %) for a."]

    def test_sources_are_not_what_was_searched_for(self):
        (said,) = of_run(run(a=task(7, role="source"), b=task(9, role="target")))
        assert "for b" in said
        assert "for a" not in said

    def test_many_tasks_are_told_by_their_ends(self):
        (said,) = of_run(run(a=task(7), b=task(9), c=task(2), d=task(800)))
        assert "from number 2 of 1,000 (top 0.2 %) for c to number 800 of 1,000 (top 80 %) for d" in said

    def test_without_a_list_the_value_is_told(self):
        (said,) = of_run(run(a=task(None, value=12.0, unit="s"), b=task(value=None)))
        assert said == "The best found reaches 12.000 s for a; where it stands among all architectures is not known."

    def test_nothing_was_found(self):
        assert of_run(run(a=task(value=None))) == ["Nothing was found: no evaluation has succeeded."]

    @pytest.mark.parametrize(
        ("moved", "source", "said"),
        [
            ((0, 0, 0, 9), None, "Transfer gave nothing here: no architecture was moved between the tasks."),
            (
                (8, 0, 5, 0),
                None,
                "Transfer gave nothing here: of 8 architectures moved between the tasks, none left a ",
            ),
            ((8, 0, 0, 0), None, "The search ended before it could judge what 8 architectures moved"),
            ((8, 3, 5, 0), None, "Of 8 architectures moved between the tasks, 3 left a child among the best."),
            (
                (1, 0, 1, 0),
                "b",
                "none left a child among the best; of the best found, that of a from b came over itself",
            ),
        ],
    )
    def test_what_transfer_gave(self, moved, source, said):
        sentences = of_run(run(a=task(moved=moved, source=source)))
        assert said in sentences[1]
        assert sentences[2] == conclusions._MORE_RUNS

    def test_an_interrupted_run_has_no_verdict(self):
        assert len(of_run(run(finished=False, a=task(moved=(8, 0, 5, 0))))) == 1


class TestRepeats:
    def test_the_middle_run_and_all_transfers(self):
        runs = [run(a=task(rank, moved=(2, 1, 1, 0), source="b" if rank == 4 else None)) for rank in (4, 40, 400)]
        said = of_repeats(runs)
        assert said[0] == "a: half of the runs have found number 40 of 1,000 (top 4.0 %) or better."
        assert said[1].startswith("Of 6 architectures moved between the tasks in all runs, 3 left a child")
        assert "1 times the best one found" in said[1]

    def test_of_an_even_number_of_runs_a_rank_that_one_of_them_has(self):
        (said,) = of_repeats([run(a=task(rank)) for rank in (2, 9, 30, 31)])
        assert said == "a: half of the runs have found number 9 of 1,000 (top 0.9 %) or better."

    def test_nothing_moved(self):
        assert of_repeats([run(a=task(moved=(0, 0, 0, 1)))] * 2)[1].startswith("Transfer gave nothing here")
        assert len(of_repeats([run(a=task())] * 2)) == 1

    def test_nothing_listed_or_found(self):
        said = of_repeats([run(a=task(None)), run(a=task(value=None))])
        assert said == ["a: 1 of 2 runs have found something; nothing is listed to rank it among."]

    def test_an_old_summary_does_not_know_what_a_rank_is_out_of(self):
        old = task(5)
        del old["listed"], old["best"]["source_task"]
        assert of_run(run(a=old)) == ["By its true rank, the best found is number 5 for a."]
        assert of_repeats([run(a=old)] * 2) == ["a: half of the runs have found number 5 or better."]
