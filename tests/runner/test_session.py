"""From an experiment to its directory: exact resume, interruption, repeats over processes."""

import json
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import product

import pytest

from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.config.experiment import compose
from ktnas.config.method import MethodChoice
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError, DataError, KtnasError
from ktnas.files.line_checks import with_check
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Callback, StopSearch
from ktnas.problem.task import Problem
from ktnas.records.recordings import read_recordings
from ktnas.records.run_directory import CONFIG, SUMMARY, RunDirectory
from ktnas.records.trials import TRIALS, read_trials
from ktnas.report.run_figures import run_figures
from ktnas.runner import conclusion, places, session
from ktnas.runner.experiment import Experiment
from ktnas.runner.repeats import search_seeds
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4, 4, 4, 4))


def experiment(functions=None, budget=24, search=None):
    benchmark = FunctionBenchmark(SPACE, functions or {"sum": sum, "threes": lambda code: code.count(3)})
    problem = Problem(benchmark.space, benchmark.tasks)
    return Experiment(benchmark, problem, search or RegularizedEvolution(population=5), Budget(budget))


def search(path, seed=0, callback=None, **changes):
    return session.search_once(experiment(**changes), seed, RunDirectory(path), callback)


def without_seconds(summary):
    return {key: value for key, value in summary.items() if key != "seconds"}


def test_a_run_leaves_its_configuration_trials_and_summary(tmp_path):
    summary = search(tmp_path)
    assert json.loads((tmp_path / SUMMARY).read_text()) == summary
    assert json.loads((tmp_path / CONFIG).read_text())["method"]["population"] == 5
    assert summary["finished"] is True
    assert sum(not trial.repeat for trial in read_trials(tmp_path)) == 48


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        search(tmp_path / name, seed)
    a, b, c = ((tmp_path / name / TRIALS).read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.slow
def test_a_run_cut_off_anywhere_goes_on_to_the_same_bytes(tmp_path):
    """Cut at every line end, and within lines; what is recorded is not evaluated again."""
    whole = search(tmp_path / "whole")
    content = (tmp_path / "whole" / TRIALS).read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    cuts = [0, 1, ends[0] - 1, *ends[::7], *(end + 11 for end in ends[3:-1:9]), len(content)]
    for cut in cuts:
        asked = []

        def counted(code, asked=asked):
            asked.append(code)
            return sum(code)

        path = tmp_path / f"cut-{cut}"
        path.mkdir()
        (path / CONFIG).write_bytes((tmp_path / "whole" / CONFIG).read_bytes())
        (path / TRIALS).write_bytes(content[:cut])
        functions = {"sum": counted, "threes": lambda code: code.count(3)}
        resumed = search(path, functions=functions)
        assert (path / TRIALS).read_bytes() == content
        assert without_seconds(resumed) == without_seconds(whole)
        recorded = content[:cut].count(b'{"task": "sum"') - content[:cut].rpartition(b"\n")[2].count(b'{"task": "sum"')
        repeats = sum(trial.repeat for trial in read_trials(path) if trial.task == "sum")
        assert 24 - recorded <= len(asked) <= 24 - recorded + repeats


def test_a_finished_run_is_not_searched_again(tmp_path):
    def refuse(code):
        raise AssertionError(f"{code} is recorded")

    first = search(tmp_path)
    content = (tmp_path / SUMMARY).read_bytes()
    again = search(tmp_path, functions={"sum": refuse, "threes": refuse})
    assert again == first  # its seconds too
    assert (tmp_path / SUMMARY).read_bytes() == content


def test_an_interrupted_run_is_summarized_and_goes_on(tmp_path):
    whole = search(tmp_path / "whole")
    calls = []

    def interrupt(code):
        calls.append(code)
        if len(calls) == 11:
            raise KeyboardInterrupt
        return sum(code)

    functions = {"sum": interrupt, "threes": lambda code: code.count(3)}
    partial = search(tmp_path / "cut", functions=functions)
    assert partial["finished"] is False
    assert partial["tasks"]["sum"]["evaluations"] < 24
    assert json.loads((tmp_path / "cut" / SUMMARY).read_text()) == partial
    assert without_seconds(search(tmp_path / "cut")) == without_seconds(whole)
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


def test_an_interruption_before_the_first_answer_leaves_a_summary_too(tmp_path):
    def interrupt(code):
        raise KeyboardInterrupt

    summary = search(tmp_path, functions={"a": interrupt})
    assert summary["tasks"]["a"]["best"] is None
    assert summary["tasks"]["a"]["evaluations"] == 0


def test_what_is_left_is_what_the_record_does_not_answer(tmp_path):
    each = {"sum": 24, "threes": 24}
    assert places.unanswered(experiment(), (0, 1), None) == [each, each]
    assert places.unanswered(experiment(), (0, 1), tmp_path / "here") == [each, each]
    first = tmp_path / "here" / "seed-0"
    search(first)
    lines = (first / TRIALS).read_bytes().splitlines(keepends=True)
    assert places.unanswered(experiment(), (0, 1), tmp_path / "here") == [each]  # the first has come to its end
    assert places.unanswered(experiment(), (0,), first) == []
    (first / SUMMARY).unlink()
    (first / TRIALS).write_bytes(b"".join(lines[:10]))
    assert places.unanswered(experiment(), (0,), first) == [{"sum": 19, "threes": 19}]


def test_another_configuration_is_refused_before_anything_is_evaluated(tmp_path):
    search(tmp_path)
    content = (tmp_path / TRIALS).read_bytes()
    with pytest.raises(ConfigurationError, match="24 evaluations per task; a budget can be raised, not lowered to 23"):
        search(tmp_path, budget=23)
    with pytest.raises(ConfigurationError, match=r"another configuration \(seed: 0 there, 1 now\)"):
        search(tmp_path, seed=1)
    with pytest.raises(ConfigurationError, match=r"another configuration \(method: "):
        search(tmp_path, search=RegularizedEvolution(population=6))
    assert (tmp_path / TRIALS).read_bytes() == content


def test_a_configuration_is_written_by_the_one_process_that_holds_the_directory(tmp_path):
    new = RunDirectory(tmp_path / "new")
    with new.held(), pytest.raises(ConfigurationError, match="another process is writing to"):
        search(new.path)
    assert list(new.path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", None])
def test_a_lost_configuration_is_written_anew_once_the_record_has_proved_to_be_of_the_run(tmp_path, content):
    whole = search(tmp_path)
    config, trials = (tmp_path / CONFIG).read_bytes(), (tmp_path / TRIALS).read_bytes()
    (tmp_path / SUMMARY).unlink()
    if content is None:
        (tmp_path / CONFIG).unlink()
    else:
        (tmp_path / CONFIG).write_bytes(content)
    with pytest.raises(ConfigurationError, match="another trial than the one recorded"):
        search(tmp_path, seed=1)
    assert (tmp_path / CONFIG).exists() is (content is not None)
    assert content is None or (tmp_path / CONFIG).read_bytes() == content
    assert without_seconds(search(tmp_path)) == without_seconds(whole)
    assert (tmp_path / CONFIG).read_bytes() == config
    assert (tmp_path / TRIALS).read_bytes() == trials


@pytest.mark.parametrize("lines", [0, 1, 7])
def test_a_run_whose_configuration_is_lost_goes_on_to_the_same_bytes(tmp_path, lines):
    search(tmp_path)
    trials = (tmp_path / TRIALS).read_bytes()
    for name in (CONFIG, SUMMARY):
        (tmp_path / name).unlink()
    (tmp_path / TRIALS).write_bytes(b"".join(trials.splitlines(keepends=True)[:lines]))
    search(tmp_path)
    assert (tmp_path / TRIALS).read_bytes() == trials


def test_a_trial_behind_the_end_of_a_search_is_an_error(tmp_path):
    search(tmp_path)
    content = (tmp_path / TRIALS).read_text()
    last = content.splitlines(keepends=True)[-1]
    (tmp_path / TRIALS).write_text(content + last)
    with pytest.raises(
        DataError, match=r"trial \d+ stands where trial \d+ was written; put the file back .* or remove"
    ):
        search(tmp_path)
    more = {key: value for key, value in json.loads(last).items() if key != "check"}
    for field in ("trial", "question"):
        more[field] += 1
    (tmp_path / TRIALS).write_text(content + with_check(json.dumps(more)) + "\n")
    changed = (tmp_path / TRIALS).read_bytes()
    with pytest.raises(DataError, match=r"the search ends before this trial, so it is none of its own; remove"):
        search(tmp_path)
    assert (tmp_path / TRIALS).read_bytes() == changed


def forged(change):
    def changed(summary):
        change(summary)
        return summary

    return changed


@pytest.mark.parametrize(
    "change",
    [
        lambda s: {"finished": True},
        lambda s: s | {"tasks": {}},
        lambda s: s | {"seed": 1},
        lambda s: s | {"seconds": {"total": "long", "search": 0}},
        lambda s: s | {"notes": 3},
        forged(lambda s: s["tasks"]["sum"].pop("best")),
        forged(lambda s: s["tasks"]["sum"]["best"].update(fitness=99.9)),
        forged(lambda s: s["tasks"]["sum"].update(evaluations=9)),
    ],
)
def test_a_summary_that_disagrees_with_the_record_is_made_anew(tmp_path, change):
    whole = search(tmp_path)
    (tmp_path / SUMMARY).write_text(json.dumps(change(json.loads((tmp_path / SUMMARY).read_text()))))
    again = search(tmp_path)
    said = again["notes"][len(whole["notes"]) :]
    assert [note.partition(":")[0] for note in said] == [
        "summary.json did not agree with the record, or was changed since it was written"
    ]
    assert {**without_seconds(again), "notes": whole["notes"], "check": None} == {
        **without_seconds(whole),
        "check": None,
    }
    assert json.loads((tmp_path / SUMMARY).read_text()) == again
    assert search(tmp_path) == again  # it agrees now


def test_a_budget_beyond_the_space_is_refused_before_a_directory_is_made(tmp_path):
    with pytest.raises(ConfigurationError, match="exceeds the 256 architectures"):
        search(tmp_path / "run", budget=257)
    assert not (tmp_path / "run").exists()


def test_failures_are_recorded_with_their_reason(tmp_path):
    def fragile(code):
        if code[0] == 0:
            raise RuntimeError("out of memory")
        return float("nan") if code[0] == 1 else 1.0

    summary = search(tmp_path, functions={"a": fragile})
    errors = {trial.evaluation.error for trial in read_trials(tmp_path)} - {None}
    assert errors == {"RuntimeError: out of memory", "the function returned nan, not a finite number"}
    assert summary["tasks"]["a"]["failed"] > 0


@pytest.fixture
def settings(tmp_path):
    """A table in a file, which other processes can read."""
    codes = [f"{a}{b}{c}" for a in range(4) for b in range(4) for c in range(4)]
    rows = [f"{code},{sum(map(int, code))},{code.count('2') - int(code[0])}" for code in codes]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["arch,sum,twos", *rows]) + "\n")
    method = MethodChoice("regularized-evolution", population=4)
    return RunOptions(("sum",), ("twos",), table=path, space="categorical", method=method, budget=20)


def test_a_number_of_a_table_that_was_changed_in_the_record_is_found_out(tmp_path, settings):
    run = tmp_path / "run"
    session.search_once(compose(settings), 0, RunDirectory(run))
    first, *others = (run / TRIALS).read_text().replace('"fitness": ', '"fitness": 1', 1).splitlines(keepends=True)
    forged = with_check(first[: first.rindex(', "check"')] + "}") + "\n"
    for line, error in ((first, "it was changed since it was written"), (forged, "the search now comes to another")):
        changed = "".join([line, *others])
        (run / TRIALS).write_text(changed)
        with pytest.raises(KtnasError, match=f"line 1: {error}"):
            session.search_once(compose(settings), 0, RunDirectory(run))
        assert (run / TRIALS).read_text() == changed


class Watcher(Callback):
    def __init__(self):
        self.seen = {}

    def progressed(self, progress):
        self.seen[progress.seed] = progress.tasks


def repeats(settings, seeds, directory, callback=None, jobs=1):
    return search_seeds(partial(compose, settings), seeds, directory, callback, jobs=jobs)


@pytest.mark.slow
def test_repeats_do_not_depend_on_the_number_of_processes(tmp_path, settings):
    seeds = range(5, 8)
    found = {}
    for jobs in (1, 2):
        view = Watcher()
        found[jobs] = repeats(settings, seeds, RunDirectory(tmp_path / f"jobs{jobs}"), view, jobs)
        assert {seed: {n: s.evaluations for n, s in rows.items()} for seed, rows in view.seen.items()} == {
            seed: {"sum": 20, "twos": 20} for seed in seeds
        }
    assert list(map(without_seconds, found[1])) == list(map(without_seconds, found[2]))
    for seed in seeds:
        one, two = ((tmp_path / f"jobs{jobs}" / f"seed-{seed}" / TRIALS).read_bytes() for jobs in (1, 2))
        assert one == two
    written = json.loads((tmp_path / "jobs2" / SUMMARY).read_text())
    assert written == found[2]
    assert [summary["seed"] for summary in written] == [5, 6, 7]


def test_repeats_are_the_single_runs(tmp_path, settings):
    repeats(settings, range(2), RunDirectory(tmp_path / "both"), jobs=1)
    session.search_once(compose(settings), 1, RunDirectory(tmp_path / "one"))
    assert (tmp_path / "both" / "seed-1" / TRIALS).read_bytes() == (tmp_path / "one" / TRIALS).read_bytes()


def test_repeats_go_on_where_they_were_cut_off(tmp_path, settings):
    directory = RunDirectory(tmp_path / "run")
    first = repeats(settings, range(2), directory, jobs=1)
    log = tmp_path / "run" / "seed-1" / TRIALS
    content = log.read_bytes()
    log.write_bytes(content[: len(content) // 2])
    again = repeats(settings, range(2), directory, jobs=1)
    assert log.read_bytes() == content
    assert list(map(without_seconds, again)) == list(map(without_seconds, first))
    with pytest.raises(ConfigurationError, match=r"\(seeds: \[0, 1\] there, \[0, 1, 2\] now\)"):
        repeats(settings, range(3), directory, jobs=1)


class Impatient(Callback):
    """Interrupts at the first news."""

    def __init__(self):
        self.told = 0

    def progressed(self, progress):
        self.told += 1
        if self.told == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_interrupted_repeats_keep_what_was_found(tmp_path, settings, jobs):
    directory = RunDirectory(tmp_path / "run")
    summaries = repeats(settings, range(5), directory, Impatient(), jobs)
    assert len(summaries) < 5 or jobs == 2
    assert json.loads((tmp_path / "run" / SUMMARY).read_text()) == summaries
    whole = repeats(settings, range(5), directory, jobs=jobs)
    fresh = repeats(settings, range(5), RunDirectory(tmp_path / "fresh"), jobs=1)
    assert list(map(without_seconds, whole)) == list(map(without_seconds, fresh))


class Stopping(Callback):
    """Ends the search at the n-th call of a hook."""

    def __init__(self, hook, number=1, how=True):
        self.left, self.told = number, []
        setattr(self, hook, lambda record: self.called(record, how))

    def called(self, record, how):
        self.told.append(record)
        self.left -= 1
        if self.left:
            return None
        if how is True:
            return True
        raise how


HOW = pytest.mark.parametrize(("how", "why"), [(True, "a callback ended the search"), (StopSearch("enough"), "enough")])


@HOW
@pytest.mark.parametrize(
    ("hook", "number"), [("evaluation_begun", 9), ("evaluation_finished", 23), ("generation_finished", 2)]
)
def test_a_run_that_a_callback_ends_is_unfinished_and_goes_on(tmp_path, hook, number, how, why):
    whole = search(tmp_path / "whole")
    stopped = search(tmp_path / "cut", callback=Stopping(hook, number, how))
    assert (stopped["finished"], stopped["stopped"]) == (False, why)
    assert json.loads((tmp_path / "cut" / SUMMARY).read_text()) == stopped
    assert list(stopped)[list(stopped).index("finished") + 1] == "stopped"
    recorded = read_trials(tmp_path / "cut")
    assert recorded == read_trials(tmp_path / "whole")[: len(recorded)]
    counts = {name: task["evaluations"] for name, task in stopped["tasks"].items()}
    assert counts == {name: sum(t.task == name and not t.repeat for t in recorded) for name in counts}
    assert sum(counts.values()) == {"evaluation_begun": 8, "evaluation_finished": 23}.get(hook, sum(counts.values()))
    resumed = search(tmp_path / "cut")
    assert without_seconds(resumed) == without_seconds(whole)
    assert "stopped" not in resumed
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


@pytest.mark.slow
@HOW
@pytest.mark.parametrize("jobs", [1, 2])
def test_repeats_that_a_callback_ends_keep_what_was_found(tmp_path, settings, jobs, how, why):
    codes = ["".join(map(str, code)) for code in product(range(4), repeat=6)]
    rows = [f"{code},{sum(map(int, code))},{code.count('2') - int(code[0])}" for code in codes]
    settings.table.write_text("\n".join(["arch,sum,twos", *rows]) + "\n")
    settings = replace(settings, budget=200)  # long enough for a stop to come in time
    directory = RunDirectory(tmp_path / "run")
    summaries = repeats(settings, range(5), directory, Stopping("progressed", 1, how), jobs)
    assert len(summaries) < 5
    assert not summaries[-1]["finished"]
    assert summaries[-1].get("stopped") == (why if jobs == 1 else None)
    assert json.loads((tmp_path / "run" / SUMMARY).read_text()) == summaries
    whole = repeats(settings, range(5), directory, jobs=jobs)
    fresh = repeats(settings, range(5), RunDirectory(tmp_path / "fresh"), jobs=1)
    assert list(map(without_seconds, whole)) == list(map(without_seconds, fresh))


@pytest.mark.slow
def test_an_error_in_a_process_is_raised_here(tmp_path, settings):
    directory = RunDirectory(tmp_path / "run")
    repeats(settings, range(2), directory, jobs=1)
    (tmp_path / "run" / "seed-1" / CONFIG).write_text("{}")
    with pytest.raises(ConfigurationError, match="another configuration"):
        repeats(settings, range(2), directory, jobs=2)


def test_figures_are_drawn_for_tasks_that_found_something(tmp_path):
    def failing(code):
        raise RuntimeError("never works")

    made = experiment({"top 1/%": sum, "never": failing})
    directory = RunDirectory(tmp_path)
    summary = session.search_once(made, 0, directory, catch=True)
    assert summary["tasks"]["never"]["best"] is None
    figures = run_figures(read_recordings(tmp_path), made.problem.space.graph)
    assert sorted(figures) == ["best-top-1", "convergence"]
    assert all(draw().startswith(b"\x89PNG") for draw in figures.values())


def test_a_new_directory_is_named_after_the_run_and_never_an_old_one(tmp_path):
    made = experiment({"a/b": sum})
    names = [places.fresh_directory(made, (3,), tmp_path).name for _ in range(3)]
    assert names == [f"functions-a-b-regularized-evolution-seed3{suffix}" for suffix in ("", "-2", "-3")]
    many = experiment({f"a task with a long name {i}": sum for i in range(9)})
    assert places.fresh_directory(many, (0, 1, 2), tmp_path).name == (
        "functions-9-tasks-regularized-evolution-seeds0-2"
    )


def test_a_new_directory_below_a_file_is_an_error(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(ConfigurationError, match="cannot make"):
        places.fresh_directory(experiment(), (0,), tmp_path / "runs")


class Slow(FunctionBenchmark):
    """A live benchmark: its answers arrive two at a time in the reverse order, as from workers."""

    workers = 2
    reports = ()

    def settings(self):
        return {"sum": "of genes"}

    def for_run(self, seed, directory):
        return self

    @contextmanager
    def evaluator(self, callbacks):
        yield Reversing(self, callbacks)

    def report(self, task, genotype):
        self.reports.append((task, genotype))
        return super().report(task, genotype)


class Reversing:
    def __init__(self, benchmark, callbacks):
        self.benchmark, self.callbacks, self.expected, self.answers = benchmark, callbacks, [], {}

    def expect(self, questions, history):
        self.expected = list(questions)

    def __call__(self, task, genotype):
        while (task, genotype) not in self.answers:
            pair, self.expected = self.expected[:2], self.expected[2:]
            self.callbacks.evaluations(begun=pair)
            for question in reversed(pair):
                self.answers[question] = self.benchmark.evaluate(*question)
                self.callbacks.evaluations(finished=((question, self.answers[question]),))
        return self.answers[(task, genotype)]


def slow(path, functions, **options):
    benchmark = Slow(SPACE, functions)
    object.__setattr__(benchmark, "reports", [])
    made = Experiment(benchmark, Problem(SPACE, benchmark.tasks), RegularizedEvolution(population=5), Budget(24))
    summary = session.search_once(made, 0, RunDirectory(path), **options)
    return summary, benchmark.reports


def test_answers_that_take_long_are_recorded_as_they_arrive_and_none_is_lost(tmp_path):
    functions = {"sum": sum, "threes": lambda code: code.count(3)}
    whole, reports = slow(tmp_path / "whole", functions)
    assert len(reports) == 2
    assert json.loads((tmp_path / "whole" / CONFIG).read_text())["training"] == {"sum": "of genes"}
    trials = (tmp_path / "whole" / TRIALS).read_bytes()
    for limit in (1, 2, 7, 13, 30):
        asked = []

        def interrupted(code, asked=asked, limit=limit):
            if len(asked) == limit:
                raise KeyboardInterrupt
            asked.append(code)
            return sum(code)

        path = tmp_path / f"cut-{limit}"
        partial, reports = slow(path, {"sum": interrupted, "threes": lambda code: code.count(3)})
        assert partial["finished"] is (limit == 30)
        assert partial["tasks"]["sum"]["evaluations"] == min(limit, 24)
        assert len(reports) == (0 if limit < 24 else 2)  # a report may take training: not when one wants to end
        again = []

        def counted(code, again=again):
            again.append(code)
            return sum(code)

        resumed, _ = slow(path, {"sum": counted, "threes": lambda code: code.count(3)})
        assert not set(asked) & set(again)
        assert (path / TRIALS).read_bytes() == trials
        assert without_seconds(resumed) == without_seconds(whole)


def test_an_interruption_of_the_report_leaves_a_summary_that_says_unfinished(tmp_path, monkeypatch):
    summarize = conclusion.summarize

    def interrupted(*given, **named):
        if given[2].finished:
            raise KeyboardInterrupt
        return summarize(*given, **named)

    monkeypatch.setattr(conclusion, "summarize", interrupted)
    cut, reports = slow(tmp_path, {"sum": sum})
    assert (cut["finished"], cut["tasks"]["sum"]["evaluations"], reports) == (False, 24, [])
    assert json.loads((tmp_path / SUMMARY).read_text()) == cut
    monkeypatch.undo()
    again, reports = slow(tmp_path, {"sum": sum})
    assert (again["finished"], len(reports)) == (True, 1)


def test_an_interruption_after_the_last_answer_leaves_a_summary_too(tmp_path, monkeypatch):
    def interrupted(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(conclusion, "lessons", interrupted)
    cut = search(tmp_path, functions={"sum": sum})
    assert cut["finished"] is False
    assert json.loads((tmp_path / SUMMARY).read_text()) == cut
    monkeypatch.undo()
    assert search(tmp_path, functions={"sum": sum})["finished"] is True


@HOW
@pytest.mark.parametrize("number", [1, 4, 11])
def test_a_stop_among_answers_that_take_long_loses_none(tmp_path, number, how, why):
    functions = {"sum": sum, "threes": lambda code: code.count(3)}
    whole, _ = slow(tmp_path / "whole", functions)
    stopped, reports = slow(tmp_path / "cut", functions, callback=Stopping("evaluation_finished", number, how))
    assert (stopped["finished"], stopped["stopped"], reports) == (False, why, [])
    arrived = sum(task["evaluations"] for task in stopped["tasks"].values())
    assert arrived == number
    asked = []

    def counted(code):
        asked.append(code)
        return sum(code)

    resumed, _ = slow(tmp_path / "cut", {"sum": counted, "threes": lambda code: code.count(3)})
    assert len(asked) == 24 - stopped["tasks"]["sum"]["evaluations"]
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()
    assert without_seconds(resumed) == without_seconds(whole)


def test_what_takes_long_after_a_search_is_said(tmp_path):
    said = []

    class Listening(Callback):
        def busy(self, doing):
            said.append(doing)

    slow(tmp_path / "slow", {"sum": sum}, callback=Listening())
    assert said == ["the best of each task is measured on test images", ""]
