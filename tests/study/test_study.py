"""One search, kept: run, asked and told, gone on with; the same trials in whatever way it is answered."""

import json
import random
from collections import Counter

import pytest

import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.errors import ConfigurationError, EvaluationError, KtnasError
from ktnas.records.run_directory import CONFIG, STUDY, SUMMARY
from ktnas.records.trials import TRIALS
from ktnas.spaces.categorical import Categorical

EVOLUTION = RegularizedEvolution(population=6)


def study(directory, space, tasks, budget=20, **more):
    if not isinstance(tasks, dict):
        more = {"asynchronous": False, **more}
    return ktnas.Study(directory, space, tasks, **{"method": EVOLUTION, "budget": budget, **more})


def answered(one, functions, *, shuffle=None, at_once=1000):
    """Ask and tell to the end; with a seed, answers come in a random order."""
    rng = random.Random(shuffle)
    while suggestions := one.ask(at_once):
        if shuffle is not None:
            rng.shuffle(suggestions)
        for suggestion in suggestions:
            one.tell(suggestion, functions[suggestion.task](suggestion.genotype))


@pytest.fixture
def whole(tmp_path, space, functions):
    """What the study comes to where it is run."""
    study(tmp_path / "whole", space, functions).run()
    return (tmp_path / "whole" / TRIALS).read_bytes()


class Counted:
    """The sum, and how often each was asked."""

    def __init__(self):
        self.asked = Counter()

    def __call__(self, code):
        self.asked[code] += 1
        return sum(code)


class TestRun:
    def test_in_a_directory_it_is_the_search_and_goes_on(self, tmp_path, space, functions, whole):
        found = ktnas.search(space, functions, budget=20, method=EVOLUTION)
        one = study(tmp_path / "whole", space, functions)
        assert {name: best.fitness for name, best in one.best.items()} == {n: b.fitness for n, b in found.best.items()}
        again = one.run()
        assert again.best == found.best == one.best
        assert tuple(again.history) == tuple(found.history) == one.trials
        assert again.tasks == found.tasks
        assert (tmp_path / "whole" / TRIALS).read_bytes() == whole

    def test_what_is_interrupted_is_run_again(self, tmp_path, space, functions, whole):
        asked = Counter()

        def interrupted(code):
            asked[code] += 1
            if asked.total() == 9:
                raise KeyboardInterrupt
            return sum(code)

        one = study(tmp_path / "cut", space, {**functions, "sum": interrupted})
        with pytest.raises(KeyboardInterrupt):
            one.run()
        assert len(one) > 0
        one.run()
        assert (tmp_path / "cut" / TRIALS).read_bytes() == whole
        assert max(asked.values()) <= 2  # the one that was interrupted

    def test_in_memory_what_was_answered_is_not_asked_again(self, space, functions):
        asked = Counter()

        def counted(code):
            asked[code] += 1
            if asked.total() == 9:
                raise KeyboardInterrupt
            return sum(code)

        one = study(None, space, {**functions, "sum": counted})
        with pytest.raises(KeyboardInterrupt):
            one.run()
        result = one.run()
        assert sorted(asked.values())[-1] == 2
        assert sum(asked.values()) == result.tasks["sum"].evaluations + 1
        assert one.trials == tuple(result.history)
        assert one.run().best == result.best

    def test_ends_by_the_clock_by_patience_and_by_a_callback_and_says_why(self, tmp_path, space, functions, whole):
        one = study(tmp_path / "one", space, functions)
        assert one.run(timeout=1e-9).stopped == "the timeout of 0.0 s was reached"
        stopped = one.run(patience=3)
        assert stopped.stopped == "no task got better for 3 evaluations"
        assert 0 < len(one.trials) < 40
        summary = json.loads((tmp_path / "one" / SUMMARY).read_text())
        assert (summary["finished"], summary["stopped"]) == (False, stopped.stopped)
        assert one.run(callbacks=lambda progress: True).stopped == "a callback ended the search"
        assert one.run(callbacks=[lambda progress: None]).stopped is None
        assert (tmp_path / "one" / TRIALS).read_bytes() == whole

    @pytest.mark.parametrize(
        ("limits", "message"),
        [
            ({"timeout": 0}, "timeout must be finite and above 0"),
            ({"timeout": float("nan")}, "timeout must be finite and above 0"),
            ({"patience": 0}, "patience must be at least 1"),
            ({"workers": 0}, "at least 1 worker"),
        ],
    )
    def test_limits_out_of_range_are_refused(self, space, functions, limits, message):
        with pytest.raises(ConfigurationError, match=message):
            study(None, space, functions).run(**limits)

    def test_the_first_failures_of_a_task_end_it_unless_caught(self, tmp_path, space, functions):
        one = study(tmp_path, space, {**functions, "sum": lambda code: 1 / 0})
        with pytest.raises(EvaluationError, match="ZeroDivisionError"):
            one.run()
        assert set(one.run(catch=True).best) == {"threes"}

    def test_is_refused_where_tasks_are_evaluated_outside(self, tmp_path, space):
        for directory in (None, tmp_path):
            with pytest.raises(ConfigurationError, match=r"tasks of this study \(a, b\) are evaluated outside: ask it"):
                study(directory, space, ["a", "b"]).run()

    def test_a_larger_budget_goes_on(self, tmp_path, space, functions, whole):
        study(tmp_path / "raised", space, functions, budget=11).run()
        study(tmp_path / "raised", space, functions).run()
        assert (tmp_path / "raised" / TRIALS).read_bytes() == whole


class TestAskAndTell:
    @pytest.mark.parametrize("at_once", [1, 4, 1000])
    @pytest.mark.parametrize("shuffle", [None, 0])
    def test_comes_to_the_trials_of_a_run(self, tmp_path, space, functions, whole, at_once, shuffle):
        one = study(tmp_path / "asked", space, list(functions))
        answered(one, functions, shuffle=shuffle, at_once=at_once)
        assert (tmp_path / "asked" / TRIALS).read_bytes() == whole
        assert one.ended
        assert json.loads((tmp_path / "asked" / SUMMARY).read_text())["finished"] is True

    def test_in_memory_too(self, space, functions):
        one = study(None, space, list(functions))
        answered(one, functions, shuffle=1, at_once=3)
        result = study(None, space, functions).run()
        assert one.trials == tuple(result.history)
        assert {n: b.genotype for n, b in one.best.items()} == {n: b.genotype for n, b in result.best.items()}

    def test_in_many_objects_and_with_a_run_in_the_middle(self, tmp_path, space, functions, whole):
        for number in range(6):
            one = study(tmp_path / "mixed", space, functions)
            for suggestion in one.ask(3):
                one.tell(suggestion.id, functions[suggestion.task](suggestion.genotype))
            if number == 3:
                one.run(patience=5)
        answered(study(tmp_path / "mixed", space, functions), functions)
        assert (tmp_path / "mixed" / TRIALS).read_bytes() == whole

    def test_nobody_is_given_what_another_has(self, tmp_path, space, functions):
        studies = [study(tmp_path, space, functions) for _ in range(3)]
        given = [suggestion for one in studies for suggestion in one.ask(4)]
        assert [suggestion.id for suggestion in given] == list(range(12))
        assert len({(suggestion.task, suggestion.genotype) for suggestion in given}) == 12
        assert studies[0].ask(5) == []  # the first populations are all handed out
        assert [one.id for one in studies[1].pending] == list(range(12))

    def test_what_was_handed_out_is_handed_out_again_on_demand(self, tmp_path, space, functions):
        lost = study(tmp_path, space, functions).ask(2)
        one = study(tmp_path, space, functions)
        assert one.ask(1, again=3600)[0].id == 2  # what waits comes first, and nothing is old enough
        everything = one.ask(1000, again=0)
        assert [s.id for s in everything[-3:]] == [0, 1, 2]
        assert everything[-3:-1] == lost
        one.tell(lost[0], 1)
        with pytest.raises(ConfigurationError, match="proposal 0 has been told already; its first answer stands"):
            study(tmp_path, space, functions).tell(0, 2)

    def test_a_value_of_a_task_to_minimize_is_the_metric_itself(self, space):
        one = study(None, space, ["latency"], minimize=["latency"])
        (suggestion,) = one.ask()
        assert one.tell(suggestion, 3.5, cost_s=2, metrics={"energy": 1}).fitness == -3.5
        (trial,) = one
        assert (trial.evaluation.cost_s, trial.evaluation.metrics) == (2.0, {"energy": 1.0})
        assert one.best["latency"].fitness == -3.5

    def test_metrics_by_name_a_whole_evaluation_and_a_failure(self, space):
        one = study(None, space, ["top"])
        first, second, third = one.ask(3)
        one.tell(first, {"top": 0.5, "loss": 2})
        one.tell(second, ktnas.Evaluation(0.75, 3.0))
        one.tell(third, error="out of memory", cost_s=9)
        assert [trial.fitness for trial in one] == [0.5, 0.75, None]
        assert one.trials[0].evaluation.metrics == {"loss": 2.0}
        assert one.trials[2].evaluation.error == "out of memory"
        assert one.progress["top"].failed == 1

    @pytest.mark.parametrize(
        ("answer", "message"),
        [
            (
                {"value": float("nan")},
                "value of task 'top' must be a finite number; got 'nan'. What has none has failed",
            ),
            ({"value": float("inf")}, "must be a finite number"),
            ({"value": "0.9"}, "must be a finite number"),
            ({"value": None}, "must be a finite number"),
            ({"value": True}, "must be a finite number"),
            ({"value": [1, 2]}, "must be a finite number"),
            ({"value": 10**400}, "must be a finite number"),
            ({"value": 1, "cost_s": -1}, "cost in seconds must not be negative"),
            ({"value": 1, "cost_s": float("nan")}, "cost in seconds must be a finite number"),
            ({"value": 1, "metrics": {"loss": float("nan")}}, "metric 'loss' must be a finite number"),
            ({"value": {"loss": 1}}, "must hold the task's own, under 'fitness', 'top', 'value'; got loss"),
            ({"value": 1, "error": "x"}, "either a value or an error"),
            ({"value": ktnas.Evaluation(1.0, -2.0)}, "must not be negative"),
        ],
    )
    def test_what_is_no_answer_is_refused_before_it_is_recorded(self, tmp_path, space, answer, message):
        one = study(tmp_path, space, ["top"])
        (suggestion,) = one.ask()
        before = (tmp_path / "proposals.jsonl").read_bytes()
        with pytest.raises(ConfigurationError, match=message):
            one.tell(suggestion, **answer)
        assert (tmp_path / "proposals.jsonl").read_bytes() == before
        one.tell(suggestion, 1)

    @pytest.mark.parametrize("number", [-1, 3, 5, 10**9])
    def test_what_was_never_handed_out_cannot_be_told(self, tmp_path, space, number):
        one = study(tmp_path, space, ["top"])
        with pytest.raises(ConfigurationError, match="nothing has been handed out yet"):
            one.tell(number, 1)
        one.ask(3)
        with pytest.raises(ConfigurationError, match=f"no proposal {number} was handed out: ids go up to 2"):
            one.tell(number, 1)

    def test_what_a_run_has_evaluated_meanwhile_cannot_be_told(self, tmp_path, space, functions):
        one = study(tmp_path, space, functions)
        (suggestion,) = one.ask()
        study(tmp_path, space, functions).run()
        with pytest.raises(ConfigurationError, match="has been evaluated meanwhile, by a run of the study"):
            one.tell(suggestion, 1)
        assert one.pending == []

    def test_numbers_of_asking_out_of_range_are_refused(self, space):
        one = study(None, space, ["top"])
        with pytest.raises(ConfigurationError, match="at least 1 proposal"):
            one.ask(0)
        with pytest.raises(ConfigurationError, match="at least 0 seconds"):
            one.ask(again=-1)

    def test_a_raised_budget_asks_what_the_smaller_one_left_out(self, tmp_path, space, functions, whole):
        small = study(tmp_path / "raised", space, list(functions), budget=11)
        answered(small, functions, at_once=5)
        one = study(tmp_path / "raised", space, list(functions))
        with pytest.raises(ConfigurationError, match="is 20 by now, not 11: open the study anew"):
            small.ask()
        answered(one, functions, at_once=5)
        assert (tmp_path / "raised" / TRIALS).read_bytes() == whole

    def test_what_was_answered_is_shown_while_its_generation_is_asked_anew(self, tmp_path, space, functions):
        answered(study(tmp_path, space, list(functions), budget=7, method=RandomSearch()), functions)
        one = study(tmp_path, space, list(functions), method=RandomSearch())
        assert {task.evaluations for task in one.progress.values()} == {7}
        assert set(one.best) == set(functions)

    def test_a_budget_that_is_raised_while_answers_are_out_keeps_them(self, tmp_path, space, functions, whole):
        small = study(tmp_path / "raised", space, list(functions), budget=8)
        out = small.ask(1000)
        for suggestion in out[:4]:
            small.tell(suggestion, functions[suggestion.task](suggestion.genotype))
        one = study(tmp_path / "raised", space, list(functions))
        for suggestion in out[4:]:
            one.tell(suggestion, functions[suggestion.task](suggestion.genotype))
        answered(one, functions)
        assert (tmp_path / "raised" / TRIALS).read_bytes() == whole


class TestAsynchronous:
    """The method is told each answer as it comes: there is always something to hand out, and the record replays it."""

    def rolling(self, one, functions, jobs=4, seed=0):
        """So many jobs, of which one ends at a time."""
        rng = random.Random(seed)
        out = []
        while True:
            out += one.ask(jobs - len(out)) if len(out) < jobs else []
            if not out:
                return
            suggestion = out.pop(rng.randrange(len(out)))
            one.tell(suggestion, functions[suggestion.task](suggestion.genotype))

    @pytest.mark.parametrize("method", ["regularized-evolution", "local-search", "random-search"])
    def test_everybody_who_asks_is_given_something_until_the_end(self, tmp_path, space, functions, method):
        one = ktnas.Study(tmp_path, space, list(functions), method=method, budget=20)
        given = [one.ask()[0] for _ in range(12)]
        assert len({(s.task, s.genotype) for s in given}) == 12
        for suggestion in given[::-1]:
            one.tell(suggestion, functions[suggestion.task](suggestion.genotype))
        self.rolling(one, functions)
        assert one.ended
        assert {task.evaluations for task in one.progress.values()} == {20}
        assert json.loads((tmp_path / SUMMARY).read_text())["finished"] is True

    def test_another_process_goes_on_from_the_record_to_the_same_bits(self, tmp_path, space, functions):
        for name, fresh in (("one", False), ("many", True)):
            path = tmp_path / name
            one = ktnas.Study(path, space, list(functions), method=EVOLUTION, budget=12)
            rng, out = random.Random(3), []
            while True:
                if fresh:
                    one = ktnas.Study(path, space, list(functions), method=EVOLUTION, budget=12)
                out += one.ask(3 - len(out)) if len(out) < 3 else []
                if not out:
                    break
                suggestion = out.pop(rng.randrange(len(out)))
                one.tell(suggestion, functions[suggestion.task](suggestion.genotype))
        assert (tmp_path / "one" / TRIALS).read_bytes() == (tmp_path / "many" / TRIALS).read_bytes()

    def test_what_is_on_record_is_not_asked_of_the_method_again(self, tmp_path, space, functions, monkeypatch):
        one = ktnas.Study(tmp_path, space, list(functions), method="ktnas", budget=8)
        self.rolling(one, functions, jobs=2)
        from ktnas.study.remembering import RememberingForm

        again = ktnas.Study(tmp_path, space, list(functions), method="ktnas", budget=8)
        with monkeypatch.context() as patch:
            patch.setattr(type(again._desk), "_asked_more", lambda *arguments: False)
            patch.setattr(RememberingForm, "ask", lambda self, *rest: self.given.popleft())
            assert again.ask() == []
            assert again._desk.trials == one.trials

    def test_what_is_lost_is_handed_out_again_and_holds_nobody_up(self, tmp_path, space, functions):
        one = ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=15)
        lost = one.ask(3)
        self.rolling(one, functions)
        assert [s.id for s in one.pending] == [s.id for s in lost]
        assert not one.ended
        again = ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=15).ask(9, again=0)
        assert again == lost
        for suggestion in lost:
            one.tell(suggestion, 1)
        assert one.ended

    def test_a_larger_budget_goes_on(self, tmp_path, space, functions):
        one = ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=10)
        self.rolling(one, functions)
        content = (tmp_path / TRIALS).read_bytes()
        larger = ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=16)
        self.rolling(larger, functions)
        assert (tmp_path / TRIALS).read_bytes().startswith(content)
        assert {task.evaluations for task in larger.progress.values()} == {16}
        with pytest.raises(ConfigurationError, match="lowered to 10"):
            ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=10)
        assert ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, budget=16).ended

    def test_is_another_study_than_a_synchronous_one(self, tmp_path, space, functions):
        ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION)
        with pytest.raises(ConfigurationError, match="told_each_answer"):
            ktnas.Study(tmp_path, space, list(functions), method=EVOLUTION, asynchronous=False)
        with pytest.raises(ConfigurationError, match="asynchronous is of tasks that are evaluated outside"):
            ktnas.Study(None, space, functions, asynchronous=True)

    def test_answers_of_another_study_are_taken_as_they_are_asked(self, tmp_path, space, functions):
        first = ktnas.Study(tmp_path / "first", space, list(functions), method=RandomSearch(), budget=10)
        self.rolling(first, functions, jobs=1)
        more = {"method": RandomSearch(), "budget": 12, "reuse": [tmp_path / "first"]}
        second = ktnas.Study(tmp_path / "second", space, list(functions), **more)
        handed = []
        while found := second.ask():
            handed += found
            second.tell(found[0], functions[found[0].task](found[0].genotype))
        assert 0 < len(handed) < 24
        assert {task.evaluations for task in second.progress.values()} == {12}


class TestDirectory:
    def test_of_another_study_is_refused_with_what_differs(self, tmp_path, space, functions):
        study(tmp_path, space, functions)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        for change, what in (
            ({"seed": 1}, "seed: 0 there, 1 now"),
            ({"method": RandomSearch()}, "method"),
            ({"budget": 19}, "a budget can be raised, not lowered to 19"),
            ({"sources": ["sum"]}, "tasks"),
        ):
            with pytest.raises(ConfigurationError, match=what):
                study(tmp_path, space, functions, **change)
        with pytest.raises(ConfigurationError, match="another search space"):
            study(tmp_path, Categorical((4,) * 6), functions)
        with pytest.raises(ConfigurationError, match="tasks"):
            study(tmp_path, space, {"sum": sum})
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_of_something_else_is_left_alone(self, tmp_path, space, functions):
        (tmp_path / "holiday.txt").write_text("sun")
        with pytest.raises(ConfigurationError, match="is no run directory"):
            study(tmp_path, space, functions)
        assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]

    def test_of_a_later_version_is_refused(self, tmp_path, space, functions):
        study(tmp_path, space, functions)
        plain = json.loads((tmp_path / STUDY).read_text())
        (tmp_path / STUDY).write_text(json.dumps({**plain, "format": 99}))
        with pytest.raises(KtnasError, match="written by a later version of ktnas"):
            study(tmp_path, space, functions)

    @pytest.mark.parametrize("damage", ["{}\n", '{"event": "told", "id": 5, "fitness": 1, "error": null}\n', "x\n"])
    def test_with_a_damaged_record_is_refused_and_left_as_it_is(self, tmp_path, space, damage):
        one = study(tmp_path, space, ["a"])
        one.ask(2)
        with (tmp_path / "proposals.jsonl").open("a") as file:
            file.write(damage)
        before = (tmp_path / "proposals.jsonl").read_bytes()
        for use in (one.ask, lambda: one.tell(0, 1), lambda: one.best, lambda: study(tmp_path, space, ["a"]).ask()):
            with pytest.raises(KtnasError, match=r"proposals\.jsonl"):
                use()
        assert (tmp_path / "proposals.jsonl").read_bytes() == before

    def test_a_function_that_has_changed_is_told(self, tmp_path, space, caplog):
        study(tmp_path, space, {"sum": sum, "a": lambda code: code[0]})
        study(tmp_path, space, {"sum": sum, "a": lambda code: code[0]})
        assert not caplog.records
        study(tmp_path, space, {"sum": sum, "a": lambda code: code[1]})
        assert "the function of task 'a' is not the one" in caplog.text

    def test_that_another_process_runs_in_is_waited_for_and_then_refused(self, tmp_path, space, monkeypatch):
        from ktnas.files import turns
        from ktnas.records.run_directory import RunDirectory

        one = study(tmp_path, space, ["a"])
        monkeypatch.setattr(turns.in_turn.__wrapped__, "__defaults__", (0.05,))
        with RunDirectory(tmp_path).held(), pytest.raises(ConfigurationError, match="another process has been working"):
            one.ask()
        assert len(one.ask()) == 1


class TestReuse:
    def test_answers_of_another_run_count_and_are_not_paid_again(self, tmp_path, space, functions, whole):
        counted = Counted()
        study(tmp_path / "first", space, {**functions, "sum": counted}, budget=12).run()
        paid = counted.asked.total()
        one = study(tmp_path / "second", space, {**functions, "sum": counted}, reuse=[tmp_path / "first"])
        result = one.run()
        assert paid == 12
        assert counted.asked.total() == 20
        assert result.tasks["sum"].evaluations == 20
        reused = [t for t in one if not t.repeat and "reused cost_s" in t.evaluation.metrics]
        assert len(reused) == 24
        summary = json.loads((tmp_path / "second" / SUMMARY).read_text())
        assert "24 evaluations were answered from other runs" in " ".join(summary["notes"])
        fresh = [(t["task"], t["genotype"], t["fitness"]) for t in map(json.loads, whole.splitlines())]
        assert [(t.task, list(t.genotype), t.fitness) for t in one] == fresh

    def test_of_what_answers_other_questions_is_refused_with_the_reason(self, tmp_path, space, functions):
        study(tmp_path / "first", space, functions).run()
        for name, (where, tasks, message) in enumerate(
            [
                (Categorical((4,) * 6), functions, "it searched another space of that name"),
                (space, {"other": sum}, "it has none of the tasks other; it has sum, threes"),
                (space, {"sum": lambda code: -sum(code)}, "its task 'sum' was another function"),
                (space, ["sum"], "its benchmark is 'functions', this one's is 'outside'"),
            ]
        ):
            with pytest.raises(ConfigurationError, match=message):
                study(tmp_path / str(name), where, tasks, reuse=[tmp_path / "first"])
        with pytest.raises(KtnasError, match="holds no run to reuse"):
            study(tmp_path / "x", space, functions, reuse=[tmp_path / "nothing"])
        with pytest.raises(ConfigurationError, match="in memory cannot reuse"):
            study(None, space, functions, reuse=[tmp_path / "first"])
        with pytest.raises(ConfigurationError, match="is the run itself"):
            study(tmp_path / "first", space, functions, reuse=[tmp_path / "first"])


class TestOutput:
    def test_a_row_per_trial(self, space, functions):
        one = study(None, space, functions, minimize=["sum"])
        one.run()
        frame = one.to_dataframe()
        assert len(frame) == len(one) == len(list(one))
        assert set(frame["task"]) == {"sum", "threes"}
        assert (frame["fitness"] == -frame["value"])[frame["task"] == "sum"].all()

    def test_without_pandas_it_says_what_to_install(self, space, functions, monkeypatch):
        import sys

        monkeypatch.setitem(sys.modules, "pandas", None)
        with pytest.raises(ConfigurationError, match="pip install pandas"):
            study(None, space, functions).to_dataframe()

    def test_a_picture_and_a_report_that_needs_nothing_else(self, tmp_path, space, functions):
        one = study(tmp_path / "one", space, {**functions, "<b>": lambda code: 1 / (code[0] - 1)})
        one.run()
        one.plot_convergence().save(tmp_path / "convergence.png")
        assert (tmp_path / "convergence.png").read_bytes().startswith(b"\x89PNG")
        one.report(tmp_path / "report.html")
        text = (tmp_path / "report.html").read_text()
        assert "<b>" not in text[: text.index("<script>")]
        assert "\\u003cb\\u003e" in text
        assert "ZeroDivisionError" in text
        with pytest.raises(ConfigurationError, match="cannot write"):
            one.report(tmp_path / "no" / "where.html")

    def test_it_says_what_it_is(self, tmp_path, space, functions):
        one = study(tmp_path / "here", space, functions)
        assert repr(one) == (
            f"Study({tmp_path / 'here'}, functions: sum, threes, regularized-evolution, seed 0, 0 of 40 evaluations)"
        )
        one.run()
        assert "40 of 40" in repr(one)
        assert "<table>" in one._repr_html_()
        assert (json.loads((tmp_path / "here" / CONFIG).read_text())["budget"], bool(one)) == (20, True)


def test_search_is_a_study_that_is_run_once(tmp_path, space, functions, whole):
    result = ktnas.search(space, functions, budget=20, method=EVOLUTION, out=tmp_path / "out", timeout=1e-9)
    assert result.stopped
    ktnas.search(space, functions, budget=20, method=EVOLUTION, out=tmp_path / "out", workers=1)
    assert (tmp_path / "out" / TRIALS).read_bytes() == whole
