"""Trainings that experiments keep, and the two experiments that rest on them."""

import csv
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau

from ktnas.benchmarks.base import Standing
from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Classification
from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.trial import Evaluation, Proposal, Trial

FOLDER = Path(__file__).parents[2] / "experiments"
NEIGHBOURS = ("harness", "processes", "trainings", "training_truth", "live_searches", "supernet_scores", "report")
LARGE = {"training_truth": "table", "supernet_correlation": "paper", "live_images": "paper"}
"""Experiments with a scale that needs a GPU."""


@pytest.fixture
def script(monkeypatch):
    """Run a script in this process, its neighbours importable."""
    monkeypatch.syspath_prepend(FOLDER)

    def run(name, *arguments, run_name="__main__"):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
        return runpy.run_path(str(FOLDER / f"{name}.py"), run_name=run_name)

    yield run
    for name in NEIGHBOURS:
        sys.modules.pop(name, None)


@pytest.fixture
def neighbour(script):
    """A neighbour as its users see it."""

    def load(name):
        __import__(name)
        return sys.modules[name]

    return load


class Benchmark:
    """Answers with what it is asked, and counts."""

    def __init__(self, seed=0, epochs=1):
        self.seed, self.epochs, self.asked, self.device = seed, epochs, 0, "cpu"

    def settings(self):
        return {"epochs": self.epochs}

    def evaluate(self, task, genotype):
        self.asked += 1
        if genotype == (9,):
            return Evaluation.failed("diverged")
        return Evaluation(float(sum(genotype)), 5.0, {"loss": 1.0})

    def report(self, task, genotype):
        self.asked += 1
        return Standing(metrics={"accuracy": 7.0, "parameters": 3.0})


class TestTrainings:
    def test_nothing_is_trained_twice(self, neighbour, tmp_path):
        path = tmp_path / "new" / "unit.jsonl"
        for expected in (4, 0):
            benchmark, kept = Benchmark(), neighbour("trainings").Trainings(path)
            found = [kept.evaluate(benchmark, "t", g) for g in ((1, 2), (1, 2), (3,), (9,))]
            tested = kept.test(benchmark, "t", (1, 2))
            kept.close()
            assert benchmark.asked == expected
            assert [f.fitness for f in found] == [3.0, 3.0, 3.0, None]
            assert found[-1].error == "diverged"
            assert found[0].metrics == {"loss": 1.0}
            assert tested["accuracy"] == 7.0
            assert next(iter(tested)) == "accuracy"
            assert kept.spent.trainings == 4
            assert len(kept.spent.codes) == 1

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"seed": 1}, {"seed": 2}),
            ({"epochs": 1}, {"epochs": 2}),
        ],
    )
    def test_what_decides_a_training_tells_it_apart(self, neighbour, tmp_path, first, second):
        kept = neighbour("trainings").Trainings(tmp_path / "unit.jsonl")
        benchmarks = Benchmark(**first), Benchmark(**second)
        for benchmark in benchmarks:
            for task in ("t", "u"):
                kept.evaluate(benchmark, task, (1,))
        kept.close()
        assert [benchmark.asked for benchmark in benchmarks] == [2, 2]

    def test_a_line_that_was_cut_off_is_trained_again(self, neighbour, tmp_path):
        path = tmp_path / "unit.jsonl"
        kept = neighbour("trainings").Trainings(path)
        for genotype in ((1,), (2,)):
            kept.evaluate(Benchmark(), "t", genotype)
        kept.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:-10])
        kept, benchmark = neighbour("trainings").Trainings(path), Benchmark()
        assert [kept.evaluate(benchmark, "t", g).fitness for g in ((1,), (2,))] == [1.0, 2.0]
        kept.close()
        assert benchmark.asked == 1
        assert len(path.read_bytes().splitlines()) == 2

    def test_two_processes_do_not_write_one_file(self, neighbour, tmp_path):
        kept = neighbour("trainings").Trainings(tmp_path / "unit.jsonl")
        with pytest.raises(ConfigurationError, match="another process"):
            neighbour("trainings").Trainings(tmp_path / "unit.jsonl")
        kept.close()


def test_what_a_gpu_costs_is_divided_among_those_that_share_it(neighbour, tmp_path, monkeypatch):
    trainings = neighbour("trainings")
    place = trainings.Place("cuda", 16, tmp_path).shared_by(4)
    assert place.beside == 4
    monkeypatch.setattr(trainings, "resolve", torch.device)
    monkeypatch.setattr(trainings, "perf_counter", iter((10.0, 18.0)).__next__)
    kept, benchmark = trainings.Trainings(tmp_path / "unit.jsonl", place.beside), Benchmark()
    benchmark.device = "cuda"
    assert kept.evaluate(benchmark, "t", (1,)).cost_s == 2.0
    kept.close()
    assert place.unit == "GPU hours"


def test_cut_keeps_the_same_images_with_their_labels(neighbour):
    labels = np.arange(20) % 10
    images = np.broadcast_to(labels[:, None, None, None], (20, 8, 8, 1)).astype(np.uint8)
    part = Split(images, labels)
    whole = Dataset("d", Classification(10), part, part, part, note="n")
    short = neighbour("trainings").cut(whole, 7, 20, 3)
    assert [len(p) for p in (short.train, short.validation, short.test)] == [7, 20, 3]
    assert (short.train.images[:, 0, 0, 0] == short.train.targets).all()
    again = neighbour("trainings").cut(whole, 7, 20, 3)
    assert again.train.targets.tolist() == short.train.targets.tolist()
    assert short.note == "n"


class TestTruth:
    def test_tau_is_that_of_scipy(self, script):
        module = script("training_truth", run_name="training_truth")
        rng = np.random.default_rng(0)
        first, second = rng.integers(0, 6, (2, 15)).astype(float)
        tau, signs = module["tau"], module["signs"]
        assert tau(signs(first), signs(second)) == pytest.approx(kendalltau(first, second).statistic)
        both = np.array([first, second])
        half = (kendalltau(first, second).statistic + 1) / 2
        assert tau(signs(both), signs(second)) == pytest.approx(half)
        assert tau(signs(np.zeros(15)), signs(second)) == 0

    def test_intervals_hold_what_is_certain(self, script):
        module = script("training_truth", run_name="training_truth")
        truth = np.arange(12.0)
        found = module["agreement"](truth, truth, -truth)
        assert found.tau == pytest.approx((1, 1, 1))
        assert found.gain == pytest.approx((2, 2, 2))
        noise = np.random.default_rng(1).random(12)
        assert module["agreement"](noise, truth, noise).gain == (0, 0, 0)

    def test_the_better_half(self, script):
        half = script("training_truth", run_name="training_truth")["better_half"]
        assert half(np.array([5.0, 1.0, 7.0, 3.0, 9.0])).tolist() == [0, 2, 4]

    @pytest.mark.table("nasbench201")
    def test_cells_are_distinct_and_listed(self, script):
        module = script("training_truth", run_name="training_truth")
        cells = module["draw"](40)
        assert cells == module["draw"](40)
        assert cells[:6] == module["draw"](6)
        table = module["listed"](cells)
        assert {len(set(zip(*table.values(), strict=True)))} == {40}  # equal cells would have equal rows


class TestLive:
    def test_the_best_so_far(self, neighbour):
        trials = [
            Trial(0, Proposal("t", (i,)), Evaluation.failed("no") if v is None else Evaluation(v))
            for i, v in enumerate((None, 2.0, 1.0, None, 3.0))
        ]
        found = neighbour("live_searches").course(trials, 7)
        assert np.isnan(found[0])
        assert found[1:] == (2.0, 2.0, 2.0, 3.0, 3.0, 3.0)

    def test_differences_are_paired_by_seed_and_pooled_over_tasks(self, script, neighbour):
        module = script("live_images", run_name="live_images")
        found = [
            neighbour("live_searches").Found(
                "p", arm, seed, task, "a", (1.0,), 10 * seed + gain * (arm == "ktnas"), 1, 1, 1
            )
            for task, gain in (("t", 1.0), ("u", 3.0))
            for arm in ("random-search", "ktnas")
            for seed in (2, 0, 1)
        ]
        tests = module["compared"](found)
        assert [(key, t.pairs, t.difference) for key, t in tests.items()] == [
            (("random-search", "t"), 3, 1.0),
            (("random-search", "u"), 3, 3.0),
            (("random-search", "all tasks"), 6, 2.0),
        ]
        text = module["differences"](tests, 3)
        assert "cannot give a p below 0.25" in text
        assert text.count("not significant") == 3


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("training_truth", marks=pytest.mark.table("nasbench201")),
        pytest.param("live_images", marks=pytest.mark.slow),
    ],
)
def test_smoke(name, script, tmp_path, capsys):
    out = tmp_path / "results"
    options = ("--smoke", "--jobs", 1, "--out", out, "--records", tmp_path / "runs")
    script(name, *options)
    text = (out / f"{name}.md").read_text()
    assert capsys.readouterr().out.strip() in text
    with (out / f"{name}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 1
    assert all(float(row["low"]) <= float(row["high"]) for row in rows)
    told = json.loads((out / f"{name}.json").read_text())
    assert told["command"] == f"python experiments/{name}.py --smoke"
    assert (told["seeds"], told["cpu_s"] > 0, len(told["code"])) == (2, True, 1)
    assert told["counts"]["trainings"] >= 12
    pictures = sorted(path.name for path in out.glob(f"{name}-*.png"))
    assert pictures
    assert all(f"]({picture})" in text for picture in pictures)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    script(name, *options)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_the_large_scale_asks_for_a_gpu(script, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SystemExit):
        script("live_images", "--scale", "paper", "--out", tmp_path)
    assert "use --device cpu" in capsys.readouterr().err


class TestLarge:
    @pytest.fixture
    def options(self, neighbour, monkeypatch):
        """What an experiment makes of its command line."""

        def read(name, *arguments):
            monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments])
            return neighbour("trainings").read_options("", f"{name}.py", 2, LARGE[name])

        return read

    @pytest.mark.parametrize("name", LARGE)
    def test_its_results_lie_beside_those_of_the_small_scale(self, name, options, neighbour):
        small, _, at = options(name)
        large, scale, elsewhere = options(name, "--scale", LARGE[name], "--device", "cpu")
        assert (small.name, large.name, scale) == (name, f"{name}-{scale}", LARGE[name])
        assert at.directory != elsewhere.directory
        shown = neighbour("harness").command(large)
        assert shown == f"python experiments/{name}.py --scale {scale} --device cpu --seeds 2"

    def test_the_report_has_a_section_for_each_that_was_run(self, neighbour, tmp_path):
        report = neighbour("report")
        names = [f"{name}-{scale}" for name, scale in LARGE.items()]
        told = {"command": "c", "commit": "d", "code": ["e"], "seeds": 2, "cpu_s": 7200, "hardware": "one GPU"}
        for done in (names[:1], names):
            for name in done:
                (tmp_path / f"{name}.md").write_text(f"text of {name}\n\n![x]({name}-x.png)\n")
                (tmp_path / f"{name}.json").write_text(json.dumps(told | {"environment": {}}))
            page, missing = report.page(tmp_path, tmp_path).split("## Not run yet")
            for name in names:
                script, _, scale = name.partition("-")
                assert (f"## {report.SECTIONS[name]}\n" in page) == (name in done)
                assert (f"text of {name}\n" in page) == (name in done)
                assert (f"`python experiments/{script}.py --scale {scale}`" in missing) == (name not in done)
        assert f"/{names[0]}-x.png)" in page
        assert page.count("2 h 0 min of processor time on one GPU") == 3

    def test_another_page_shows_it_too(self, neighbour, tmp_path):
        (tmp_path / "live_images-paper.md").write_text("new\n")
        old = "<!-- live_images-paper -->\nold\n<!-- /live_images-paper -->\n"
        assert neighbour("report").renewed(old, tmp_path, tmp_path) == old.replace("old", "new")

    def test_two_side_by_side_on_a_gpu_unless_told_otherwise(self, options, neighbour, monkeypatch):
        monkeypatch.setattr(neighbour("trainings"), "resolve", lambda name: torch.device("cuda", 0))
        monkeypatch.setattr(neighbour("trainings"), "default_workers", {"cuda:0": 2}.get)
        assert options("live_images", "--scale", "paper")[2].beside == 2
        assert options("live_images", "--scale", "paper", "--jobs", "5")[2].beside == 5


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("live_images", "pneumoniamnist"),
        pytest.param("supernet_correlation", "cifar10_jpeg_10k", marks=pytest.mark.table("nasbench201")),
        pytest.param("training_truth", "cifar10_jpeg_10k", marks=pytest.mark.table("nasbench201")),
    ],
)
def test_missing_data_are_told_in_a_line_before_anything_is_trained(
    name, missing, script, tmp_path, capsys, monkeypatch
):
    part = Split(np.zeros((4, 8, 8, 1), np.uint8), np.arange(4))

    def find(asked):
        if asked == missing:
            raise DataError(f"no {missing} anywhere")
        return Dataset(asked, Classification(10), part, part, part)

    monkeypatch.setattr("ktnas.datasets.images.registry.find", find)
    monkeypatch.setattr("ktnas.training.benchmark.TrainingBenchmark.evaluate", None)
    with pytest.raises(SystemExit) as exit_:
        script(name, "--jobs", 1, "--out", tmp_path / "out", "--records", tmp_path / "runs")
    assert exit_.value.code == 2
    assert capsys.readouterr().err == f"{name}.py: error: no {missing} anywhere\n"
    assert not list(tmp_path.iterdir())
