"""Live training as a benchmark: answers, batches, halving over generations, what is recorded, what is refused."""

import pickle
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.algorithms.regularized_evolution import RegularizedEvolution
from ktnas.benchmarks.computed import ComputedBenchmark, HasData
from ktnas.datasets.account import Account
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification, Regression
from ktnas.datasets.objectives.base import Augmentable, PerImage
from ktnas.datasets.objectives.targets import require_floats
from ktnas.description import describe
from ktnas.errors import ConfigurationError, UnknownNameError
from ktnas.files.json_lines import to_json
from ktnas.problem.budget import Budget
from ktnas.problem.callback import Begun, Callback, Callbacks, Finished, StopSearch
from ktnas.problem.task import Problem
from ktnas.problem.trial import History
from ktnas.records.configuration import configuration
from ktnas.rng import Streams
from ktnas.runner.loop import run
from ktnas.spaces.darts import EMT_NAS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample
from ktnas.spaces.transnas_micro import TransNASMicro
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.halving import Halving, earlier
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.training.zero_cost.inputs import Noise
from ktnas.training.zero_cost.proxy import ZeroCost
from ktnas.training.zero_cost.snip import Snip

CELL, OTHER = (3, 1, 0, 2, 1, 3), (1, 1, 1, 1, 1, 1)


def split(count, seed, regression=False):
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=count)
    images = rng.integers(60, size=(count, 8, 8, 1)) + 60 * labels[:, None, None, None]
    targets = labels[:, None].astype(np.float32) if regression else labels
    return Split(images.astype(np.uint8), targets)


CLASSES = Dataset("classes", Classification(3), split(48, 0), split(24, 1), split(24, 2), note="Made up.")
NUMBERS = Dataset("numbers", Regression(1), split(48, 0, True), split(24, 1, True))


def made(**changes):
    recipe = Recipe(epochs=changes.pop("epochs", 1), batch_size=16, padding=0)
    return TrainingBenchmark(NASBench201(), (CLASSES, NUMBERS), Size(2, 1), recipe, device="cpu", **changes)


@pytest.mark.parametrize("space", [NASBench201(), EMT_NAS, TransNASMicro()], ids=lambda space: space.name)
@pytest.mark.parametrize(("dtype", "channels"), [(np.float32, 5), (np.uint16, 2), (np.uint8, 4)])
def test_images_of_any_type_and_number_of_channels_are_trained_on(space, dtype, channels):
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 2
    images = (rng.random((24, 16, 16, channels)) * (1 if dtype == np.float32 else 200)).astype(dtype)
    part = Split(images, labels)
    data = Dataset("any", Classification(2), part, part, part)
    recipe = Recipe(epochs=1, batch_size=8, padding=1, resolution=12, cutout=2)
    benchmark = TrainingBenchmark(space, (data,), Size(4, 1), recipe, device="cpu")
    benchmark.check()
    evaluation = benchmark.evaluate("any", sample(space, Streams(0).rng("any")))
    assert evaluation.error is None
    assert 0 <= evaluation.fitness <= 100


def test_data_are_told_of_with_what_was_read():
    part = Split(np.zeros((4, 8, 8, 1), np.uint8), np.arange(4) % 2)
    own = Dataset("own", Classification(2), part, part, account=Account(remarks=("Odd.",))).told()
    benchmark = TrainingBenchmark(NASBench201(), (CLASSES, NUMBERS, own), device="cpu")
    assert isinstance(benchmark, HasData)
    assert benchmark.data_notes == (
        "classes: Made up.",
        "own: 8 images read: 4 train, 4 validation; class 0 4, class 1 4. Odd.",
    )
    assert "own: Odd." in benchmark.notes


def test_it_is_a_live_benchmark():
    benchmark = made()
    assert isinstance(benchmark, ComputedBenchmark)
    assert [(task.name, task.metric) for task in benchmark.tasks] == [
        ("classes", "validation accuracy"),
        ("numbers", "negative validation loss"),
    ]
    assert benchmark.best_fitness("classes") is None
    assert benchmark.label(CELL) == NASBench201().format(CELL)


def test_notes_say_what_kind_of_numbers_these_are():
    notes = made(epochs=4).notes
    assert "trained here for 4 epochs, 2 channels" in notes[0]
    assert "trained here for 1 epoch, 2 channels" in made().notes[0]
    assert notes[1:] == ("numbers has no test part.", "classes: Made up.")
    assert "Test metrics are of networks trained for all epochs." in made(epochs=2, halving=Halving()).notes


def test_a_search_finds_its_best_and_never_sees_a_test_image(monkeypatch):
    result = ktnas.search(made(), budget=4, method=RegularizedEvolution(population=2))
    assert {name: task.evaluations for name, task in result.tasks.items()} == {"classes": 4, "numbers": 4}
    dark = Split(np.zeros((6, 8, 8, 1), np.uint8), np.zeros(6, np.int64))
    other = replace(made(), datasets=(replace(CLASSES, test=dark), NUMBERS))
    again = ktnas.search(other, budget=4, method=RegularizedEvolution(population=2))
    assert [t.fitness for t in again.history] == [t.fitness for t in result.history]
    assert not any("test" in name for trial in result.history for name in trial.evaluation.metrics)


@dataclass(frozen=True, slots=True)
class Brightness:
    """An objective of one's own: one number per image, judged by the mean absolute error."""

    offset: float = 0.5
    metric = "closeness"
    unit = ""
    tiles = 1
    augmentable = Augmentable(moves=False)
    prediction = PerImage(1)

    def check(self, targets, size, where):
        require_floats(targets, (1,), where)

    def require_trainable(self, name, size, held_out):
        pass

    def stored(self, targets):
        return targets.astype(np.float32)

    def batched(self, targets):
        return targets - self.offset

    def random_targets(self, count, size, rng):
        return rng.standard_normal((count, 1))

    def loss(self, outputs, targets, label_smoothing):
        return (outputs - targets).abs().mean()

    def meter(self):
        return Closeness()


class Closeness:
    def __init__(self):
        self.errors = []

    def update(self, outputs, targets):
        self.errors.append((outputs - targets).abs())

    def result(self):
        return {"closeness": -float(torch.cat(self.errors).mean())}


@pytest.mark.slow
def test_an_objective_of_one_s_own_is_one_class():
    own = Dataset("own", Brightness(), NUMBERS.train, NUMBERS.validation)
    benchmark = replace(made(), datasets=(own,))
    benchmark.check()
    answer = benchmark.evaluate("own", CELL)
    assert list(answer.metrics)[:2] == ["closeness", "loss"]
    assert answer.fitness == pytest.approx(-answer.metrics["loss"])
    recorded = benchmark.settings()["datasets"]["own"]["objective"]
    assert recorded == {"type": "Brightness", "offset": 0.5}
    assert benchmark.tasks[0].metric == "closeness"
    proxy = ZeroCost(Snip(), Noise(Brightness(), (8, 8, 1), images=4), Size(2, 1))
    assert proxy.scores(benchmark.space, "own", [CELL])[0] > -np.inf


def test_the_report_opens_the_test_part():
    benchmark = made()
    standing = benchmark.report("classes", CELL)
    assert list(standing.metrics) == ["test accuracy", "test loss", "parameters", "flops"]
    assert (standing.rank, standing.regret) == (None, None)
    assert list(benchmark.report("numbers", CELL).metrics) == ["parameters", "flops"]


def test_restricted_to_some_tasks():
    assert [task.name for task in made().restricted(("numbers",)).tasks] == ["numbers"]
    with pytest.raises(UnknownNameError, match="unknown task 'class' of training; did you mean 'classes'"):
        made().restricted(("class",))


class TestRuns:
    def test_weights_lie_in_the_directory_of_the_run(self, tmp_path):
        benchmark = made(weights=tmp_path.relative_to(tmp_path) / "weights").for_run(3, tmp_path)
        assert (benchmark.seed, benchmark.weights) == (3, tmp_path / "weights")
        benchmark.evaluate("classes", CELL)
        benchmark.evaluate("numbers", CELL)
        assert len(list((tmp_path / "weights").glob("*.safetensors"))) == 2
        assert made().for_run(3, tmp_path).weights is None

    @pytest.mark.parametrize("changes", [{"epochs": 2}, {"seed": 1}])
    def test_weights_of_another_training_in_the_same_directory_are_not_reported(self, tmp_path, changes):
        made(weights=tmp_path, **changes).evaluate("classes", CELL)
        assert made(weights=tmp_path).report("classes", CELL) == made().report("classes", CELL)

    def test_the_report_does_without_the_time_limit(self):
        assert made(limit_s=1e-9).report("classes", CELL) == made().report("classes", CELL)

    def test_the_seed_of_the_run_decides(self, tmp_path):
        answers = [made().for_run(seed, tmp_path).evaluate("classes", CELL) for seed in (0, 0, 1)]
        assert answers[0].metrics == answers[1].metrics != answers[2].metrics

    def test_all_that_decides_a_fitness_is_recorded(self):
        problem = Problem(NASBench201(), made().tasks)
        record = configuration(made(), problem, RandomSearch(), Budget(4), (0,))
        training = record["training"]
        assert training["recipe"]["epochs"] == 1
        assert training["datasets"]["classes"]["train"] == 48
        assert training["networks"] == "build"
        to_json(record)

    def test_changed_pixels_are_noticed_and_workers_are_not(self):
        def recorded(benchmark):
            return describe(benchmark.settings())

        images = CLASSES.train.images.copy()
        images[7, 3, 3, 0] ^= 1
        changed = replace(CLASSES, train=Split(images, CLASSES.train.targets))
        assert recorded(replace(made(), datasets=(changed, NUMBERS))) != recorded(made())
        assert recorded(made(workers=3)) == recorded(made())

    def test_the_way_to_another_process_carries_the_data_once(self):
        benchmark = made()
        size = len(pickle.dumps(benchmark))
        benchmark.evaluate("classes", CELL)
        assert len(pickle.dumps(benchmark)) == size
        assert pickle.loads(pickle.dumps(benchmark)).evaluate("classes", CELL).metrics == (
            benchmark.evaluate("classes", CELL).metrics
        )


class TestEvaluator:
    def test_answers_in_turn_and_tells_who_watches(self):
        told, question = [], ("classes", CELL)

        class Told(Callback):
            def evaluation_begun(self, begun):
                told.append(begun)

            def evaluation_finished(self, finished):
                told.append(finished)

        with made().evaluator(Callbacks(Told())) as ask:
            ask.expect([question], History())
            answer = ask(*question)
        assert told == [Begun(question), Finished(question, answer)]

    @pytest.mark.parametrize("how", [True, StopSearch("enough")])
    def test_a_callback_ends_a_search_that_trains(self, how):
        class Stop(Callback):
            left = 3

            def evaluation_finished(self, finished):
                self.left -= 1
                if not self.left and how is not True:
                    raise how
                return not self.left

        benchmark, callbacks = made(), Callbacks(Stop())
        problem = Problem(benchmark.space, benchmark.tasks)
        with benchmark.evaluator(callbacks) as ask:
            method = RegularizedEvolution(population=4)
            result = run(problem, method, ask, budget=Budget(10), seed=1, callback=callbacks)
        assert result.stopped
        assert len(result.history) == 3

    @pytest.mark.slow
    def test_halving_compares_with_earlier_generations(self):
        benchmark = made(epochs=5, halving=Halving(2))
        problem = Problem(benchmark.space, benchmark.tasks)
        with benchmark.evaluator(Callbacks()) as ask:
            history = run(problem, RegularizedEvolution(population=4), ask, budget=Budget(10), seed=1).history
        stopped = 0
        for task in ("classes", "numbers"):
            own = [t for t in history if t.task == task and not t.repeat]
            for trial in own:
                before = earlier([t for t in history if t.generation < trial.generation], task, (1, 2, 4))
                reached = trial.evaluation.metrics["epochs"]
                for rung in (1, 2, 4):
                    if rung < reached:
                        assert Halving(2).passes(trial.evaluation.metrics[f"fitness at epoch {rung}"], before[rung])
                if reached < 5:
                    stopped += 1
                    assert not Halving(2).passes(trial.fitness, before[reached])
        assert stopped
        assert {t.evaluation.metrics["epochs"] for t in history if t.generation == 0} == {5}

    def test_a_history_is_all_that_halving_needs(self):
        """As when a run goes on from its record: a fresh evaluator gives the same answers."""
        benchmark = made(epochs=3, halving=Halving(2))
        problem = Problem(benchmark.space, benchmark.tasks[:1])
        with benchmark.evaluator(Callbacks()) as ask:
            history = run(problem, RegularizedEvolution(population=3), ask, budget=Budget(7), seed=0).history
        last = [t for t in history if not t.repeat][-1]
        before = History().extended([t for t in history if t.generation < last.generation])
        with replace(benchmark).evaluator(Callbacks()) as ask:
            ask.expect([(last.task, last.genotype)], before)
            answer = ask(last.task, last.genotype)
        assert (answer.fitness, answer.metrics) == (last.fitness, last.evaluation.metrics)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"datasets": ()}, "at least one dataset"),
            ({"datasets": (CLASSES, CLASSES)}, "different names; got classes, classes"),
            ({"limit_s": 0.0}, "above 0 seconds; got 0"),
            ({"limit_s": float("nan")}, "above 0 seconds; got nan"),
            ({"limit_s": float("inf")}, "finite and above 0 seconds; got inf"),
            ({"halving": Halving()}, "halving stops nobody in trainings of 1 epoch"),
            ({"workers": -1}, "at least 0 workers; got -1"),
        ],
    )
    def test_at_once(self, changes, message):
        with pytest.raises(ConfigurationError, match=message):
            replace(made(), **changes)

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
    def test_a_gpu_that_is_not_there(self):
        with pytest.raises(ConfigurationError, match="'cuda' cannot be had"):
            replace(made(), device="cuda").check()

    def test_images_too_small_for_the_networks(self):
        tiny = Split(np.zeros((8, 2, 2, 1), np.uint8), np.zeros(8, np.int64))
        with pytest.raises(ConfigurationError, match="need images of at least"):
            replace(made(), datasets=(Dataset("tiny", Classification(2), tiny, tiny),)).evaluator(Callbacks())


def test_examples_of_the_page_run(capsys):
    page = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    namespace = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "docs/training.md", "exec"), namespace)
    shown = capsys.readouterr().out
    assert "test accuracy" in shown
    assert "test negative_loss" in shown
    assert namespace["mine"].evaluate("bright or dark", (0, 2)).metrics["parameters"] == 144 * 4 + 4 + 4 * 16 + 16 + 34


@pytest.mark.slow
def test_workers_change_nothing():
    def found(workers):
        benchmark = replace(made(epochs=3, halving=Halving(2)), workers=workers)
        result = ktnas.search(benchmark, budget=6, method=RegularizedEvolution(population=3))
        return [(t.proposal, t.fitness, t.evaluation.metrics) for t in result.history]

    assert found(0) == found(2)
