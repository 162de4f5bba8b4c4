import pickle
from dataclasses import replace

import numpy as np
import pytest

from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification, Regression
from ktnas.errors import ConfigurationError, DataError, UnknownNameError
from ktnas.problem.callback import Begun, Callback, Callbacks, Finished
from ktnas.problem.trial import History
from ktnas.spaces.darts import DARTS
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.engine.errors import TrainingError
from ktnas.training.engine.trainer import Training
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe
from ktnas.training.supernet import benchmark as supernet_benchmark
from ktnas.training.supernet.benchmark import SupernetBenchmark

SIZE = Size(2, 1)
RECIPE = Recipe(epochs=2, batch_size=16, padding=0)
CELLS = [(3, 2, 1, 4, 0, 3), (3,) * 6, (1, 0, 2, 2, 4, 1)]


@pytest.fixture(scope="module")
def datasets():
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(40, 8, 8, 1)).astype(np.uint8)

    def made(name, objective, targets):
        parts = {"train": slice(0, 20), "validation": slice(20, 30), "test": slice(30, 40)}
        return Dataset(name, objective, **{key: Split(images[rows], targets[rows]) for key, rows in parts.items()})

    return (
        made("classes", Classification(3), rng.integers(3, size=40)),
        made("numbers", Regression(2), rng.normal(size=(40, 2))),
    )


@pytest.fixture
def made(datasets):
    def make(directory=None, space=None, seed=0, **changes):
        alone = TrainingBenchmark(space or NASBench201(), datasets, SIZE, RECIPE, device="cpu", seed=seed)
        return replace(SupernetBenchmark(alone, SIZE, RECIPE, directory), **changes)

    return make


def answers(benchmark, task="classes"):
    found = [benchmark.evaluate(task, cell) for cell in CELLS]
    return [(answer.fitness, dict(answer.metrics)) for answer in found]


@pytest.fixture
def trainings(monkeypatch):
    """How many supernets were trained."""
    count = []

    def counted(*arguments, **options):
        count.append(1)
        return supernet_benchmark_train(*arguments, **options)

    supernet_benchmark_train = supernet_benchmark.train_supernet
    monkeypatch.setattr(supernet_benchmark, "train_supernet", counted)
    return count


class TestEvaluation:
    def test_a_supernet_is_trained_once_for_each_task(self, made, trainings):
        benchmark = made()
        for task in ("classes", "numbers"):
            answers(benchmark, task)
        assert len(trainings) == 2

    def test_is_the_same_in_any_order_and_again(self, made):
        first = answers(made())
        benchmark = made()
        backwards = [benchmark.evaluate("classes", cell).fitness for cell in reversed(CELLS)]
        assert backwards[::-1] == [fitness for fitness, _ in first]
        assert answers(benchmark) == first

    def test_depends_on_the_seed(self, made):
        assert answers(made()) != answers(made(seed=1))

    def test_fitness_is_the_first_metric_and_higher_is_better(self, made):
        ((fitness, metrics), *_) = answers(made(), "numbers")
        assert fitness == next(iter(metrics.values())) == pytest.approx(-metrics["loss"])

    def test_the_first_one_pays_for_the_training(self, made, monkeypatch):
        """Time stands still but for the training, which takes a hundred seconds."""
        clock = [0.0]
        monkeypatch.setattr(supernet_benchmark, "perf_counter", lambda: clock[0])

        def took_a_while(*_, **__):
            clock[0] += 100
            return Training({}, 2, 100.0)

        monkeypatch.setattr(supernet_benchmark, "train_supernet", took_a_while)
        benchmark = made()
        assert [benchmark.evaluate("classes", cell).cost_s for cell in CELLS] == [100, 0, 0]

    def test_other_genotypes_are_failures(self, made):
        assert "no architecture" in made().evaluate("classes", (9,) * 6).error

    def test_unknown_tasks_are_refused(self, made):
        with pytest.raises(UnknownNameError, match="unknown task 'class'"):
            made().evaluate("class", CELLS[0])

    def test_a_supernet_that_fails_is_not_trained_again(self, made, monkeypatch):
        tries = []

        def fail(*_, **__):
            tries.append(1)
            raise TrainingError("diverged")

        monkeypatch.setattr(supernet_benchmark, "train_supernet", fail)
        benchmark = made()
        errors = [benchmark.evaluate("classes", cell).error for cell in CELLS]
        assert errors == ["the supernet of 'classes': diverged"] * 3
        assert len(tries) == 1

    def test_out_of_memory_is_a_failure_and_a_defect_is_none(self, made, monkeypatch):
        def failing(message):
            def fail(*_):
                raise RuntimeError(message)

            return fail

        benchmark = made()
        monkeypatch.setattr(supernet_benchmark, "score", failing("DefaultCPUAllocator: no memory\nstack"))
        assert benchmark.evaluate("classes", CELLS[0]).error == "out of memory on cpu: DefaultCPUAllocator: no memory"
        monkeypatch.setattr(supernet_benchmark, "score", failing("a defect"))
        with pytest.raises(RuntimeError, match="a defect"):
            benchmark.evaluate("classes", CELLS[0])


class TestKeptSupernets:
    def test_give_the_same_fitness_to_the_bit(self, made, tmp_path, trainings):
        first = answers(made(tmp_path / "new"))
        assert answers(made(tmp_path / "new")) == first == answers(made())
        assert len(trainings) == 2

    @pytest.mark.parametrize(
        "changes",
        [{"seed": 1}, {"size": Size(4, 1)}, {"recipe": replace(RECIPE, epochs=1)}],
        ids=lambda c: next(iter(c)),
    )
    def test_are_for_what_decides_them_alone(self, made, tmp_path, trainings, changes):
        made(tmp_path).evaluate("classes", CELLS[0])
        made(tmp_path, **changes).evaluate("classes", CELLS[0])
        assert len(trainings) == len(list(tmp_path.iterdir())) == 2

    def test_are_for_their_images_alone(self, made, tmp_path, trainings, datasets):
        benchmark = made(tmp_path)
        benchmark.evaluate("classes", CELLS[0])
        darker = replace(datasets[0], train=Split(datasets[0].train.images // 2, datasets[0].train.targets))
        other = replace(benchmark, alone=replace(benchmark.alone, datasets=(darker,)))
        other.evaluate("classes", CELLS[0])
        assert len(trainings) == 2

    def test_stay_when_the_report_changes(self, made, tmp_path, trainings):
        benchmark = made(tmp_path)
        benchmark.evaluate("classes", CELLS[0])
        longer = replace(benchmark.alone, recipe=replace(RECIPE, epochs=9), size=Size(8, 2))
        replace(benchmark, alone=longer).evaluate("classes", CELLS[0])
        assert len(trainings) == 1

    @pytest.mark.parametrize("content", [b"", b"nothing", b"\0" * 700])
    def test_damaged_ones_are_none_and_a_note_says_so(self, made, tmp_path, capsys, content):
        answer = made(tmp_path).evaluate("classes", CELLS[0])
        (path,) = tmp_path.iterdir()
        whole = path.read_bytes()
        path.write_bytes(content)
        assert made(tmp_path).evaluate("classes", CELLS[0]).metrics == answer.metrics
        assert path.read_bytes() == whole
        note = capsys.readouterr().err
        assert note.startswith(f"note: {path} is no safetensors file")
        assert note.endswith("training again instead\n")

    def test_need_a_directory_that_can_be_made(self, made, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(DataError, match="no directory for trained supernets"):
            made(tmp_path / "file" / "supernets").evaluate("classes", CELLS[0])

    def test_of_a_run_lie_in_its_directory(self, made, tmp_path):
        run = made().for_run(5, tmp_path)
        run.evaluate("classes", CELLS[0])
        assert run.alone.seed == 5
        assert len(list((tmp_path / "supernets").iterdir())) == 1
        assert made("mine").for_run(5, tmp_path).directory == tmp_path / "mine"


class TestATrainingThatIsCutOff:
    @pytest.fixture
    def cut_off(self, made, tmp_path):
        """The recipe of four epochs, whose training was cut off as the third began."""
        benchmark = made(tmp_path, recipe=replace(RECIPE, epochs=4))

        def busy(text):
            if "epoch 3" in text:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            benchmark.evaluate("classes", CELLS[0], busy)
        return made(tmp_path, recipe=replace(RECIPE, epochs=4))

    def test_goes_on_after_its_last_whole_epoch_to_the_bit(self, cut_off, made, tmp_path):
        told = []
        (path,) = tmp_path.iterdir()
        assert path.suffix == ".checkpoint"
        cut_off.evaluate("classes", CELLS[0], told.append)
        assert [text.partition(",")[0] for text in told[1:]] == [f"supernet of classes: epoch {n} of 4" for n in (3, 4)]
        whole = made(tmp_path / "whole", recipe=replace(RECIPE, epochs=4))
        assert answers(whole) == answers(cut_off)
        (weights,), (others,) = tmp_path.glob("*.*"), (tmp_path / "whole").iterdir()  # no checkpoint any more
        assert weights.read_bytes() == others.read_bytes()

    def test_has_cost_what_was_paid_before(self, cut_off, monkeypatch):
        clock = [0.0]
        monkeypatch.setattr(supernet_benchmark, "perf_counter", lambda: clock[0])

        def took_a_while(*_, **__):
            clock[0] += 100
            return Training({}, 2, 130.0, earlier_s=30.0)

        monkeypatch.setattr(supernet_benchmark, "train_supernet", took_a_while)
        assert [cut_off.evaluate("classes", cell).cost_s for cell in CELLS] == [130, 0, 0]

    def test_of_another_recipe_is_none(self, cut_off, made, tmp_path):
        other = made(tmp_path, recipe=replace(RECIPE, epochs=4, learning_rate=0.2))
        other.evaluate("classes", CELLS[0])
        assert sorted(path.suffix for path in tmp_path.iterdir()) == [".checkpoint", ".safetensors"]


class TestAsABenchmark:
    def test_is_a_live_one(self, made):
        assert isinstance(made(), ComputedBenchmark)
        assert made().workers == 0

    def test_answers_in_turn_and_tells_who_watches(self, made):
        told, doing, question = [], [], ("classes", CELLS[0])

        class Told(Callback):
            def evaluation_begun(self, begun):
                told.append(begun)

            def evaluation_finished(self, finished):
                told.append(finished)

            def progressed(self, progress):
                doing.append(progress.doing)

        with made().evaluator(Callbacks(Told())) as ask:
            ask.expect([question], History())
            answer = ask(*question)
            told_of_training = doing[1:-1]
            again = ask("classes", CELLS[1])
        assert told_of_training[0] == "supernet of classes: epoch 0 of 2"
        assert told_of_training[1].startswith("supernet of classes: epoch 1 of 2, about ")
        assert told_of_training[2] == "supernet of classes: epoch 2 of 2, about 0.0 s left"
        assert told == [
            Begun(question),
            Finished(question, answer),
            Begun(("classes", CELLS[1])),
            Finished(("classes", CELLS[1]), again),
        ]

    def test_reports_what_was_trained_by_itself(self, made):
        benchmark = made()
        assert benchmark.report("classes", CELLS[0]) == benchmark.alone.report("classes", CELLS[0])
        assert "test accuracy" in benchmark.report("classes", CELLS[0]).metrics

    def test_restricted_to_a_task(self, made):
        assert [task.name for task in made().restricted(("numbers",)).tasks] == ["numbers"]

    def test_has_the_metrics_and_labels_of_training(self, made):
        benchmark = made()
        assert benchmark.tasks == benchmark.alone.tasks
        assert benchmark.space == benchmark.alone.space
        assert benchmark.label(CELLS[0]) == NASBench201().format(CELLS[0])
        assert benchmark.best_fitness("classes") is None
        assert "shared by all candidates, trained for 2 epochs" in benchmark.notes[0]
        assert "is meant to order candidates (docs/supernet.md tells how well it does)" in benchmark.notes[0]

    def test_its_settings_say_how_the_supernet_was_trained(self, made):
        settings = made().settings()
        assert settings["supernet"]["recipe"]["epochs"] == 2
        assert settings["alone"]["space"] == "nasbench201"

    def test_a_trained_one_can_be_sent_to_another_process(self, made):
        benchmark = made()
        benchmark.evaluate("classes", CELLS[0])
        assert pickle.loads(pickle.dumps(benchmark)).tasks == benchmark.tasks


class TestRefusals:
    def test_spaces_without_a_supernet(self, made):
        with pytest.raises(ConfigurationError, match="'transnas101-macro' has no supernet: use nasbench201, darts or"):
            made(space=TransNASMacro())

    def test_an_auxiliary_head(self, made):
        with pytest.raises(ConfigurationError, match="no auxiliary head"):
            made(space=DARTS(), size=Size(2, 3, auxiliary=True))

    def test_images_that_are_too_small_before_anything_is_trained(self, made, trainings):
        part = Split(np.zeros((4, 2, 2, 1), np.uint8), np.arange(4) % 3)
        benchmark = made()
        small = replace(benchmark.alone, datasets=(Dataset("small", Classification(3), part, part),))
        with pytest.raises(ConfigurationError, match="need images of at least"):
            replace(benchmark, alone=small).evaluator(Callbacks())
        assert not trainings
