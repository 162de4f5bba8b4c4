import pickle
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Callback, Callbacks, StopSearch, as_callback
from ktnas.problem.progress import TaskProgress, Transfers, progress_of
from ktnas.problem.task import Problem, Task
from ktnas.problem.trial import Evaluation, Proposal
from ktnas.runner import ledger
from ktnas.runner import loop as runner
from ktnas.runner.experiment import require_population
from ktnas.runner.ledger import STALLED_AFTER
from ktnas.runner.loop import run
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.transfer.outcome import Outcome

SPACE = Categorical((9, 9))
ONE = Problem(SPACE, (Task("a"),))
TWO = Problem(SPACE, (Task("a"), Task("b")))


@dataclass(frozen=True)
class Scripted:
    """Asks what is written down, then falls silent. The state is the number of questions asked."""

    script: tuple

    name = "scripted"

    def start(self, problem):
        return 0

    def ask(self, state, remaining, streams):
        return self.script[state] if state < len(self.script) else ()

    def tell(self, state, trials):
        return state + 1

    def generation(self, state):
        return state


def question(*codes, task="a", **options):
    """Proposals from codes such as ``"03"``."""
    return tuple(Proposal(task, tuple(map(int, code)), **options) for code in codes)


class Fitness:
    """The sum of the genes, or a failure where the first is 8; counts its calls."""

    def __init__(self):
        self.calls = []

    def __call__(self, task, genotype):
        self.calls.append((task, genotype))
        return Evaluation.failed("eight") if genotype[0] == 8 else Evaluation(float(sum(genotype)))


def searched(script, problem=ONE, evaluations=100 - 19, **options):
    fitness = Fitness()
    budget = Budget(evaluations, options.pop("stop_at", {}))
    return run(problem, Scripted(tuple(script)), fitness, budget=budget, seed=0, **options), fitness


class TestCounting:
    def test_a_repeat_is_answered_from_the_record_and_not_counted(self):
        result, fitness = searched([question("01", "02", "01"), question("02", "03")])
        assert fitness.calls == [("a", (0, 1)), ("a", (0, 2)), ("a", (0, 3))]
        assert [t.repeat for t in result.history] == [False, False, True, True, False]
        assert [t.fitness for t in result.history] == [1, 2, 1, 2, 3]
        assert result.tasks["a"].evaluations == 3

    def test_a_repeated_failure_is_not_tried_again(self):
        result, fitness = searched([question("81"), question("81")])
        assert len(fitness.calls) == 1
        assert (result.tasks["a"].evaluations, result.tasks["a"].failed) == (1, 1)
        assert [t.evaluation.error for t in result.history] == ["eight", "eight"]

    def test_tasks_are_counted_apart(self):
        result, _ = searched([(*question("01", "02"), *question("01", task="b"))], TWO)
        assert [result.tasks[name].evaluations for name in "ab"] == [2, 1]
        assert not any(t.repeat for t in result.history)

    def test_migrants_count_like_everything_else(self):
        moved = question("02", source_task="b")
        script = [(*question("01"), *question("02", task="b")), moved, moved]
        result, fitness = searched(script, TWO)
        assert len(fitness.calls) == 3
        assert result.tasks["a"].evaluations == 2
        assert result.tasks["a"].transfers == Transfers(proposed=1)

    def test_what_exceeds_the_budget_is_dropped_from_the_end(self):
        result, fitness = searched([(*question("01", "02", "03", "04"), *question("05", task="b"))], TWO, 3)
        assert [t.genotype for t in result.history] == [(0, 1), (0, 2), (0, 3), (0, 5)]
        assert len(fitness.calls) == 4

    def test_repeats_do_not_use_up_the_budget(self):
        result, _ = searched([question("01", "01", "02", "03", "04")], evaluations=3)
        assert [t.genotype[1] for t in result.history] == [1, 1, 2, 3]

    def test_failures_are_counted_and_recorded(self):
        result, _ = searched([question("81", "02", "82")])
        task = result.tasks["a"]
        assert (task.evaluations, task.failed, task.best.genotype, task.evaluations_to_best) == (3, 2, (0, 2), 2)

    def test_costs_are_added_up_without_repeats(self):
        evaluate = {(0, 1): Evaluation(1.0, cost_s=2.0), (0, 2): Evaluation.failed("slow", cost_s=3.0)}
        script = Scripted((question("01", "02", "01"),))
        result = run(ONE, script, lambda task, genotype: evaluate[genotype], budget=Budget(9), seed=0)
        assert result.tasks["a"].cost_s == 5.0

    def test_everything_fails(self):
        result, _ = searched([question("81", "82")])
        assert result.tasks["a"] == TaskProgress(evaluations=2, failed=2, exhausted=True)

    def test_generations_are_those_of_the_search(self):
        result, _ = searched([question("01", "02"), question("03")])
        assert [t.generation for t in result.history] == [0, 0, 1]


class TestIncumbent:
    def test_of_equals_the_first(self):
        result, _ = searched([question("11", "04", "44", "22", "44", "53")])
        task = result.tasks["a"]
        assert (task.best.genotype, task.best.fitness, task.evaluations_to_best) == ((4, 4), 8.0, 3)

    def test_repeats_do_not_delay_it(self):
        result, _ = searched([question("01", "01", "01", "44")])
        assert result.tasks["a"].evaluations_to_best == 2


class TestStopAt:
    def test_evaluations_stop_at_the_hit(self):
        result, fitness = searched([question("01", "44", "02", "88"), question("03")], stop_at={"a": 8.0})
        assert [t.genotype for t in result.history] == [(0, 1), (4, 4)]
        assert len(fitness.calls) == 2
        task = result.tasks["a"]
        assert (task.stop_reached_at, task.evaluations, task.exhausted) == (2, 2, False)

    def test_other_tasks_go_on(self):
        result, _ = searched(
            [(*question("44"), *question("01", task="b")), (*question("01"), *question("02", task="b"))],
            TWO,
            stop_at={"a": 8.0},
        )
        assert [result.tasks[name].evaluations for name in "ab"] == [1, 2]
        assert [result.tasks[name].stop_reached_at for name in "ab"] == [1, None]

    def test_not_reached(self):
        result, _ = searched([question("01", "02")], stop_at={"a": 99.0})
        assert result.tasks["a"].stop_reached_at is None

    def test_search_is_not_told_of_what_was_dropped(self):
        told = []

        class Listening(Scripted):
            def tell(self, state, trials):
                told.extend(t.genotype for t in trials)
                return state + 1

        search = Listening((question("01", "44", "02"),))
        run(ONE, search, Fitness(), budget=Budget(50, {"a": 8.0}), seed=0)
        assert told == [(0, 1), (4, 4)]


class TestStalling:
    class Stubborn(Scripted):
        """Asks the same of task a for ever; of task b something new each time while there is anything."""

        def ask(self, state, remaining, streams):
            new = question(f"{state // 9 % 8}{state % 9}", task="b") if "b" in remaining else ()
            return (*question("00"), *new) if "a" in remaining else new

    def test_a_task_ends_once_nothing_new_is_asked(self):
        fitness = Fitness()
        result = run(ONE, self.Stubborn(()), fitness, budget=Budget(5), seed=0)
        assert len(fitness.calls) == 1
        assert len(result.history) == 1 + STALLED_AFTER
        assert result.tasks["a"].exhausted

    def test_a_task_that_is_done_is_not_exhausted_however_long_others_take(self, monkeypatch):
        monkeypatch.setattr(ledger, "STALLED_AFTER", 10)
        result = run(TWO, self.Stubborn(()), Fitness(), budget=Budget(40, {"a": 0.0}), seed=0)
        assert result.tasks["a"].stop_reached_at == 1
        assert result.tasks["b"].evaluations == 40
        assert [result.tasks[name].exhausted for name in "ab"] == [False, False]

    def test_one_task_stalls_while_the_other_goes_on(self, monkeypatch):
        monkeypatch.setattr(ledger, "STALLED_AFTER", 10)
        result = run(TWO, self.Stubborn(()), Fitness(), budget=Budget(40), seed=0)
        assert [result.tasks[name].exhausted for name in "ab"] == [True, False]
        assert [result.tasks[name].evaluations for name in "ab"] == [1, 40]
        assert sum(t.task == "a" for t in result.history) == 11

    def test_something_new_now_and_then_is_enough(self, monkeypatch):
        monkeypatch.setattr(ledger, "STALLED_AFTER", 3)
        script = [question(code) for code in ("00", "00", "00", "01", "01", "01", "02", "02", "02", "02", "03")]
        result, _ = searched(script)
        assert result.tasks["a"].evaluations == 3

    def test_a_search_that_falls_silent_has_exhausted_what_is_open(self):
        result, _ = searched([(*question("01"), *question("44", task="b"))], TWO, stop_at={"b": 8.0})
        assert [result.tasks[name].exhausted for name in "ab"] == [True, False]


class TestCallback:
    def test_sees_every_trial_and_how_far_each_task_has_come(self):
        seen = []
        script = [question("01", "02"), question("02"), (*question("44"), *question("03", task="b"))]
        result, _ = searched(script, TWO, callback=as_callback(seen.append))
        assert [t for progress in seen for t in progress.trials] == list(result.history)
        assert [progress.generation for progress in seen] == [0, 1, 2]
        assert [progress.tasks["a"].evaluations for progress in seen] == [2, 2, 3]
        assert [progress.tasks["a"].best.fitness for progress in seen] == [2, 2, 8]
        assert [progress.tasks["b"].evaluations for progress in seen] == [0, 0, 1]
        times = [progress.search_s for progress in seen]
        assert times == sorted(times)
        assert times[-1] <= result.search_s

    def test_judged_transfers_are_reported(self):
        class Moving(Scripted):
            def outcomes(self, state):
                return {"a": tuple(Outcome(1, (0, i), "b", i == 0) for i in range(min(state, 3)))}

            def skipped(self, state):
                return {"a": 4}

        moved = question("01", "02", "03", "04", source_task="b")
        result = run(TWO, Moving((moved[:2], moved[2:], moved)), Fitness(), budget=Budget(9), seed=0)
        assert result.tasks["a"].transfers == Transfers(proposed=4, positive=1, negative=2, skipped_generations=4)
        assert result.tasks["b"].transfers == Transfers()

    def test_seconds_of_the_search_leave_out_evaluations_and_callbacks(self, monkeypatch):
        clock = [0.0]
        monkeypatch.setattr(runner, "perf_counter", lambda: clock[0])

        def spend(seconds):
            clock[0] += seconds

        class Thinking(Scripted):
            def ask(self, state, remaining, streams):
                spend(1)
                return super().ask(state, remaining, streams)

            def tell(self, state, trials):
                spend(2)
                return super().tell(state, trials)

        def evaluate(task, genotype):
            spend(100)
            return Evaluation(0.0)

        script = (question("01", "02"), question("03"))
        result = run(
            ONE, Thinking(script), evaluate, budget=Budget(3), seed=0, callback=as_callback(lambda _: spend(1000))
        )
        assert (result.search_s, result.total_s) == (6, 2306)


class Hooks(Callback):
    """Notes the hooks that are called; ends the search at the n-th call of one, or raises there."""

    def __init__(self, at=None, number=1, how=True):
        self.calls, self.records, self.at, self.left, self.how = [], [], at, number, how

    def _called(self, hook, record):
        self.calls.append(hook)
        self.records.append(record)
        self.left -= hook == self.at
        if hook != self.at or self.left:
            return None
        if self.how is True:
            return True
        raise self.how


for _hook in (
    *("generation_asked", "evaluation_begun", "evaluation_finished", "generation_answered", "generation_finished"),
    *("search_ended", "progressed"),
):
    setattr(Hooks, _hook, lambda self, record, hook=_hook: self._called(hook, record))

ONE_EVALUATION = ["evaluation_begun", "evaluation_finished"]
ROUND = ["generation_answered", "told", "generation_finished", "progressed"]


class TestHooks:
    def test_every_hook_in_its_order_and_the_record_before_the_search(self):
        hooks = Hooks()

        class Telling(Scripted):
            def tell(self, state, trials):
                hooks.calls.append("told")
                return state + 1

        run(ONE, Telling((question("01", "02"), question("01"))), Fitness(), budget=Budget(9), seed=0, callback=hooks)
        assert hooks.calls == [
            *("generation_asked", *ONE_EVALUATION, *ONE_EVALUATION, *ROUND),
            *("generation_asked", *ROUND),  # a repeat is no evaluation
            "search_ended",
        ]

    def test_what_they_carry(self):
        hooks = Hooks()
        result, _ = searched([question("01", "81", "01")], callback=hooks)
        asked, begun, finished, *_ = hooks.records
        assert (asked.generation, [p.genotype for p in asked.proposals]) == (0, [(0, 1), (8, 1), (0, 1)])
        assert begun.question == finished.question == ("a", (0, 1))
        assert finished.evaluation.fitness == 1.0
        answered, progress, told, ended = hooks.records[-4:]
        assert answered.trials == progress.trials == tuple(result.history)
        assert progress.tasks["a"].evaluations == told.tasks["a"].evaluations == 2
        assert (told.seed, told.running) == (0, {})
        assert ended.tasks == result.tasks
        assert ended.stopped is result.stopped is None

    def test_an_exception_is_no_end(self):
        hooks = Hooks("generation_finished", how=RuntimeError("a mistake"))
        with pytest.raises(RuntimeError, match="a mistake"):
            searched([question("01")], callback=hooks)
        assert "search_ended" not in hooks.calls


SCRIPT = [question("01", "02", "03"), question("04", "01", "05"), question("06")]


@pytest.mark.parametrize("how", [True, StopSearch("enough")])
@pytest.mark.parametrize(
    ("at", "number", "kept"),
    [
        ("generation_asked", 1, 0),
        ("generation_asked", 2, 3),
        ("evaluation_begun", 1, 0),
        ("evaluation_begun", 3, 2),
        ("evaluation_finished", 2, 2),
        ("evaluation_finished", 4, 5),  # the repeat costs nothing, so it is answered still
        ("generation_answered", 1, 3),
        ("generation_finished", 2, 6),
        ("progressed", 1, 3),
    ],
)
class TestStop:
    def test_all_that_was_found_is_kept(self, at, number, kept, how):
        whole, _ = searched(SCRIPT)
        hooks = Hooks(at, number, how)
        result, fitness = searched(SCRIPT, callback=hooks)
        assert result.stopped == ("a callback ended the search" if how is True else "enough")
        assert list(result.history) == list(whole.history)[:kept]
        assert result.tasks == progress_of(result.history, "a")
        assert result.tasks["a"].evaluations == len(fitness.calls)
        recorded = [
            t
            for r, hook in zip(hooks.records, hooks.calls, strict=True)
            if hook == "generation_answered"
            for t in r.trials
        ]
        assert recorded == list(result.history)
        assert hooks.calls[-1] == "search_ended"
        assert hooks.records[-1].stopped == result.stopped


def test_a_stop_at_the_very_end_changes_nothing():
    script = [question("01", "02", "03")]
    for at in ("evaluation_finished", "generation_answered", "generation_finished"):
        result, _ = searched(script, evaluations=3, callback=Hooks(at, 3 if at == "evaluation_finished" else 1))
        assert result.stopped is None
        assert result.tasks == searched(script, evaluations=3)[0].tasks


class Parallel(Fitness):
    """Takes long: all that it expects arrives together, in the reverse order, when the first is asked for."""

    def __init__(self, callbacks):
        super().__init__()
        self.callbacks, self.expected, self.there = callbacks, [], {}

    def expect(self, questions, history):
        self.expected = list(questions)
        self.callbacks.evaluations(begun=self.expected)

    def __call__(self, task, genotype):
        while (task, genotype) not in self.there:
            asked = self.expected.pop()
            self.there[asked] = super().__call__(*asked)
            self.callbacks.evaluations(finished=((asked, self.there[asked]),))
        return self.there[task, genotype]


class TestEvaluatorsThatTakeLong:
    def searched(self, hooks):
        callbacks = Callbacks(hooks)
        evaluate = Parallel(callbacks)
        script = Scripted((question("01", "02", "03"), question("04")))
        return run(ONE, script, evaluate, budget=Budget(9), seed=0, callback=callbacks), callbacks

    def test_they_tell_themselves(self):
        hooks = Hooks()
        self.searched(hooks)
        assert hooks.calls[:5] == ["generation_asked", *["evaluation_begun"] * 3, "progressed"]
        assert hooks.calls.count("evaluation_begun") == hooks.calls.count("evaluation_finished") == 4
        running = [r.running for r, hook in zip(hooks.records, hooks.calls, strict=True) if hook == "progressed"]
        assert running == [{"a": 3}, {"a": 2}, {"a": 1}, {}, {}, {"a": 1}, {}, {}]

    @pytest.mark.parametrize("how", [True, StopSearch("enough")])
    def test_a_stop_keeps_what_arrived_in_turn_and_counts_the_rest(self, how):
        result, callbacks = self.searched(Hooks("evaluation_finished", 2, how))
        assert result.stopped
        assert list(result.history) == []  # the first asked had not arrived, and a record has no gaps
        assert callbacks.progress().tasks["a"].evaluations == 2
        result, callbacks = self.searched(Hooks("evaluation_finished", 3, how))
        assert [t.genotype for t in result.history] == [(0, 1), (0, 2), (0, 3)]
        assert callbacks.progress().tasks["a"].evaluations == 3

    def test_a_stop_before_anything_is_asked_of_them(self):
        result, _ = self.searched(Hooks("evaluation_begun"))
        assert (list(result.history), result.stopped) == ([], "a callback ended the search")


def test_a_function_as_a_callback_ends_the_search():
    result, _ = searched(SCRIPT, callback=as_callback(lambda progress: progress.tasks["a"].fitness >= 5))
    assert result.tasks["a"].evaluations == 5


class Foreseeing(Fitness):
    """Notes what it is told to expect, and how long the history is then."""

    def __init__(self):
        super().__init__()
        self.expected = []

    def expect(self, questions, history):
        self.expected.append((tuple(questions), len(history)))


class TestBatches:
    def expected(self, script, problem=ONE, evaluations=50, **options):
        evaluate = Foreseeing()
        run(problem, Scripted(tuple(script)), evaluate, budget=Budget(evaluations, **options), seed=0)
        assert [q for questions, _ in evaluate.expected for q in questions] == evaluate.calls
        return evaluate.expected

    def test_every_generation_is_announced_with_all_that_came_before(self):
        script = [question("01", "02"), (*question("03"), *question("01", task="b"))]
        first, second = self.expected(script, TWO)
        assert first == ((("a", (0, 1)), ("a", (0, 2))), 0)
        assert second == ((("a", (0, 3)), ("b", (0, 1))), 2)

    def test_repeats_are_not_announced(self):
        _, second = self.expected([question("01", "02", "01"), question("02", "03", "03")])
        assert second == ((("a", (0, 3)),), 3)

    def test_nor_is_what_exceeds_a_tasks_budget(self):
        script = [(*question("01", "02", "03"), *question("01", task="b"))]
        assert self.expected(script, TWO, 2) == [((("a", (0, 1)), ("a", (0, 2)), ("b", (0, 1))), 0)]

    def test_a_fitness_to_stop_at_leaves_the_rest_unasked(self):
        evaluate = Foreseeing()
        run(ONE, Scripted((question("01", "44", "02"),)), evaluate, budget=Budget(50, {"a": 8.0}), seed=0)
        assert len(evaluate.expected[0][0]) == 3
        assert evaluate.calls == [("a", (0, 1)), ("a", (4, 4))]


class TestRefusals:
    @pytest.mark.parametrize("evaluations", [0, -1])
    def test_budget_without_evaluations(self, evaluations):
        with pytest.raises(ConfigurationError, match=f"at least 1 evaluation per task; got {evaluations}"):
            Budget(evaluations)

    @pytest.mark.parametrize(
        ("budget", "seed", "error", "message"),
        [
            (Budget(82), 0, ConfigurationError, "budget of 82 .* exceeds the 81 architectures of 'categorical'"),
            (Budget(1), -1, ConfigurationError, "seed must not be negative; got -1"),
            (Budget(1, {"c": 1.0}), 0, UnknownNameError, "unknown task 'c'"),
        ],
    )
    def test_before_anything_is_evaluated(self, budget, seed, error, message):
        fitness = Fitness()
        with pytest.raises(error, match=message):
            run(ONE, Scripted((question("01"),)), fitness, budget=budget, seed=seed)
        assert fitness.calls == []

    def test_budget_is_compared_with_what_is_listed(self):
        listed = Problem(ListedSpace(SPACE, ((0, 0), (0, 1))), (Task("a"),))
        with pytest.raises(ConfigurationError, match="exceeds the 2 architectures"):
            run(listed, RandomSearch(), Fitness(), budget=Budget(3), seed=0)
        assert run(listed, RandomSearch(), Fitness(), budget=Budget(2), seed=0).tasks["a"].evaluations == 2

    def test_a_space_too_large_to_list_takes_any_budget(self):
        large = Problem(Categorical((10,) * 12), (Task("a"),))
        assert run(large, RandomSearch(), Fitness(), budget=Budget(30), seed=0).tasks["a"].evaluations == 30

    def test_population_larger_than_the_budget(self):
        with pytest.raises(ConfigurationError, match=r"budget of 9 .* smaller than the population of 10"):
            require_population(RegularizedEvolution(population=10), 9)
        require_population(RegularizedEvolution(population=10), 10)
        require_population(RandomSearch(), 1)

    def test_an_exception_of_the_evaluator_is_not_swallowed(self):
        def broken(task, genotype):
            raise RuntimeError("no disk")

        with pytest.raises(RuntimeError, match="no disk"):
            run(ONE, RandomSearch(), broken, budget=Budget(1), seed=0)


@given(
    st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 8)), min_size=1, max_size=6), max_size=8),
    st.integers(1, 6),
)
def test_counts_are_those_of_the_record(script, evaluations):
    questions = [tuple(Proposal(task, (gene, 0)) for task, gene in asked) for asked in script]
    result, fitness = searched(questions, TWO, evaluations)
    paid = [t for t in result.history if not t.repeat]
    assert [(t.task, t.genotype) for t in paid] == fitness.calls
    assert len(set(fitness.calls)) == len(fitness.calls)
    for name, task in result.tasks.items():
        own = [t for t in paid if t.task == name]
        assert task.evaluations == len(own) <= evaluations
        assert task.failed == sum(t.fitness is None for t in own)
        successes = [t.fitness for t in own if t.fitness is not None]
        assert (task.best.fitness if task.best else None) == max(successes, default=None)
        if task.best is not None:
            assert own[task.evaluations_to_best - 1] is task.best
        assert result.history.evaluated(name) == tuple(own)


def test_results_survive_the_way_to_another_process():
    result, _ = searched([(*question("01", "81"), *question("01", task="b"))], TWO)
    copy = pickle.loads(pickle.dumps(result))
    assert list(copy.history) == list(result.history)
    assert (copy.tasks, copy.problem, copy.total_s) == (result.tasks, result.problem, result.total_s)
