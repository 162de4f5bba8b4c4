"""What is on record is not searched again: ended runs, and the questions of runs that go on."""

import json
import shutil
from dataclasses import dataclass, replace

import pytest

from ktnas.algorithms import presets
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.functions import FunctionBenchmark
from ktnas.embedding.one_hot import OneHot
from ktnas.errors import KtnasError
from ktnas.files.line_checks import with_check
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Callback
from ktnas.problem.task import Problem
from ktnas.records.run_directory import CONFIG, SUMMARY, RunDirectory
from ktnas.records.summary_check import check_of
from ktnas.records.trials import TRIALS, TrialLog
from ktnas.runner import session
from ktnas.runner.experiment import Experiment
from ktnas.runner.recorded import is_of_this_package
from ktnas.runner.replayed import Replayed
from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4, 4, 4, 4))
FUNCTIONS = {"sum": sum, "threes": lambda code: code.count(3)}
METHODS = {
    "regularized-evolution": RegularizedEvolution(population=5),
    "ktnas": replace(presets.ktnas(), embedder=OneHot(), population=4, offspring=3),
    "ktnas-paper": replace(presets.ktnas_paper(), embedder=OneHot(), population=4, offspring=3),
}


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """How often a search of the methods has been asked."""
    counts = []
    for kind in {type(method) for method in METHODS.values()}:
        ask = kind.ask

        def counted(self, state, remaining, streams, ask=ask):
            counts.append(1)
            return ask(self, state, remaining, streams)

        monkeypatch.setattr(kind, "ask", counted)
    return counts


def search(path, method, functions=FUNCTIONS, budget=20):
    benchmark = FunctionBenchmark(SPACE, functions)
    made = Experiment(benchmark, Problem(SPACE, benchmark.tasks), method, Budget(budget))
    return session.search_once(made, 0, RunDirectory(path))


def outcome(path):
    summary = json.loads((path / SUMMARY).read_text())
    return {key: value for key, value in summary.items() if key != "seconds"}, (path / TRIALS).read_bytes()


def cut(path, lines, extra=b""):
    (path / SUMMARY).unlink()
    content = (path / TRIALS).read_bytes().splitlines(keepends=True)
    (path / TRIALS).write_bytes(b"".join(content[:lines]) + extra)


@pytest.mark.parametrize("name", METHODS)
def test_an_ended_run_is_shown_without_a_question(tmp_path, asked, name):
    summary = search(tmp_path, METHODS[name])
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    asked.clear()
    assert search(tmp_path, METHODS[name]) == summary
    assert not asked
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files


@pytest.mark.parametrize("name", METHODS)
def test_a_run_goes_on_wherever_it_was_cut_and_asks_only_what_is_new(tmp_path, asked, name):
    search(tmp_path / "whole", METHODS[name])
    questions, expected = len(asked), outcome(tmp_path / "whole")
    lines = expected[1].count(b"\n")
    number = [json.loads(line)["question"] for line in expected[1].splitlines()]
    for kept in range(0, lines + 1, 1 if name == "regularized-evolution" else 7):
        path = tmp_path / str(kept)
        shutil.copytree(tmp_path / "whole", path)
        cut(path, kept, b'{"task": "su' if kept < lines else b"")
        asked.clear()
        search(path, METHODS[name])
        assert outcome(path) == expected
        assert len(asked) == (questions - number[kept - 1] + 1 if 0 < kept < lines else questions * (kept == 0))


def test_answers_on_record_are_not_asked_for_again(tmp_path):
    search(tmp_path, METHODS["regularized-evolution"])
    expected = outcome(tmp_path)
    cut(tmp_path, 20)
    recorded = {tuple(json.loads(line)["genotype"]) for line in expected[1].splitlines()[:20]}
    with_refusal = {name: refusing(function, name, expected) for name, function in FUNCTIONS.items()}
    assert recorded
    search(tmp_path, METHODS["regularized-evolution"], with_refusal)
    assert outcome(tmp_path) == expected


def refusing(function, task, expected):
    lines = [json.loads(line) for line in expected[1].splitlines()[:20]]
    known = {tuple(line["genotype"]) for line in lines if line["task"] == task}

    def refuses(code):
        assert tuple(code) not in known
        return function(code)

    return refuses


def changed_program(path):
    config = json.loads((path / CONFIG).read_text())
    config["environment"]["code"] = "0" * 12
    config.pop("check")
    (path / CONFIG).write_text(json.dumps(config, indent=2) + "\n")


def test_another_program_asks_everything_again_and_what_it_adds_is_asked_again(tmp_path, asked):
    method = METHODS["ktnas-paper"]
    search(tmp_path, method)
    questions, trials = len(asked), (tmp_path / TRIALS).read_bytes()
    cut(tmp_path, 20)
    changed_program(tmp_path)
    asked.clear()
    search(tmp_path, method)
    assert len(asked) == questions
    lines = [json.loads(line) for line in (tmp_path / TRIALS).read_text().splitlines()]
    expected = [json.loads(line) for line in trials.splitlines()]
    told = [line.pop("question") for line in lines]
    asked_then = [line.pop("question") for line in expected]
    assert told == asked_then[:20] + [None] * (len(told) - 20)
    assert [line.pop("check") for line in lines] != [line.pop("check") for line in expected]
    assert lines == expected
    (tmp_path / SUMMARY).unlink()
    asked.clear()
    search(tmp_path, method)
    assert len(asked) > 1


def test_without_a_configuration_everything_is_asked_again_and_all_is_this_programs(tmp_path, asked):
    method = METHODS["ktnas-paper"]
    search(tmp_path, method)
    questions, trials = len(asked), (tmp_path / TRIALS).read_bytes()
    cut(tmp_path, 20)
    (tmp_path / CONFIG).unlink()
    asked.clear()
    search(tmp_path, method)
    assert len(asked) == questions
    assert (tmp_path / TRIALS).read_bytes() == trials


@dataclass(frozen=True)
class Own(RegularizedEvolution):
    """A search of one's own, whose code may have changed."""


def test_a_search_of_ones_own_is_asked_again(tmp_path, asked):
    search(tmp_path, Own(population=5))
    questions = len(asked)
    cut(tmp_path, 30)
    asked.clear()
    search(tmp_path, Own(population=5))
    assert len(asked) == questions
    assert is_of_this_package((METHODS["ktnas"], SPACE))
    assert not is_of_this_package((Own(), SPACE))
    assert not is_of_this_package(replace(METHODS["ktnas"], transfer=Own()))
    assert not is_of_this_package({"a": sum})


FORGED = {
    "best": lambda s: s["tasks"]["sum"]["best"].update(fitness=99.0),
    "evaluations": lambda s: s["tasks"]["sum"].update(evaluations=19),
    "exhausted": lambda s: s["tasks"]["sum"].update(exhausted="yes"),
    "transfers": lambda s: s["tasks"]["sum"].pop("transfers"),
    "budget": lambda s: s.update(budget=19),
    "tasks": lambda s: s.update(tasks=[]),
    "seconds": lambda s: s.pop("seconds"),
}


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize("checked", [True, False])
def test_a_forged_summary_is_worked_out_anew(tmp_path, how, checked):
    search(tmp_path, METHODS["regularized-evolution"])
    (told, trials) = outcome(tmp_path)
    summary = json.loads((tmp_path / SUMMARY).read_text())
    FORGED[how](summary)
    if checked:
        summary["check"] = check_of(summary)
    (tmp_path / SUMMARY).write_text(json.dumps(summary))
    search(tmp_path, METHODS["regularized-evolution"])
    found, kept = outcome(tmp_path)
    assert "worked out anew" in found["notes"][-1]
    assert {**found, "notes": told["notes"], "check": told["check"]} == told
    assert kept == trials


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines, again(lines[-1], trial=1, question=1)],
        lambda lines: [*lines[:-1], again(lines[-1], question=-1)],
        lambda lines: [*lines[:10], again(lines[10], repeat=True), *lines[11:]],
        lambda lines: [*lines[:10], again(lines[10], task="other"), *lines[11:]],
        lambda lines: [*lines[:10], again(lines[10], generation=1), *lines[11:]],
    ],
)
def test_forged_trials_are_refused_and_stay(tmp_path, change):
    search(tmp_path, METHODS["regularized-evolution"])
    lines = (tmp_path / TRIALS).read_text().splitlines()
    (tmp_path / SUMMARY).unlink()
    forged = "".join(f"{line}\n" for line in change(lines))
    (tmp_path / TRIALS).write_text(forged)
    with pytest.raises(KtnasError, match=r"trials.jsonl, line \d+: "):
        search(tmp_path, METHODS["regularized-evolution"])
    assert (tmp_path / TRIALS).read_text() == forged


def again(line, **changes):
    """A line with fields changed, numbers by so much, and a check that fits."""
    fields = {key: value for key, value in json.loads(line).items() if key != "check"}
    for name, value in changes.items():
        fields[name] = fields[name] + value if type(value) is int else value
    return with_check(json.dumps(fields))


def test_what_is_known_is_a_search_like_any_other(tmp_path):
    search(tmp_path, METHODS["ktnas"])
    log = TrialLog(tmp_path)
    questions = log.questions()
    log.close()
    known = Replayed(METHODS["ktnas"], questions)
    state = known.start(Problem(SPACE, FunctionBenchmark(SPACE, FUNCTIONS).tasks))
    assert (known.name, known.generation(state)) == ("ktnas", 0)
    assert known.ask(state, {}, None) == known.ask(state, {}, None) == questions[0]


class Generations(Callback):
    """Wants to be told of generations."""

    def __init__(self):
        self.trials = []

    def generation_answered(self, answered):
        self.trials += answered.trials


def test_whoever_wants_to_be_told_of_generations_is_told_again_and_nothing_is_asked(tmp_path, asked):
    method = METHODS["ktnas"]
    benchmark = FunctionBenchmark(SPACE, FUNCTIONS)
    made = Experiment(benchmark, Problem(SPACE, benchmark.tasks), method, Budget(20))
    callbacks = [Generations(), Generations()]
    summary = session.search_once(made, 0, RunDirectory(tmp_path), callbacks[0])
    asked.clear()
    assert session.search_once(made, 0, RunDirectory(tmp_path), callbacks[1]) == summary
    assert not asked
    assert callbacks[0].trials == callbacks[1].trials
