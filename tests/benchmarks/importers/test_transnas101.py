"""TransNAS-Bench-101 from a file in its format that is made here."""

import pickle
import re

import pytest

from ktnas.benchmarks import transnas101
from ktnas.benchmarks.importers import import_distribution
from ktnas.benchmarks.importers.transnas101 import METRICS
from ktnas.errors import ArchitectureError, DataError

MICRO = [f"64-41414-{a}_{b}0_000" for a in range(4) for b in range(2)]
MACRO = ["64-1234-basic", "64-2311-basic", "64-4111-basic"]
EPOCHS = {"jigsaw": 10, "class_object": 25, "class_scene": 25, "room_layout": 25}


def results(index, unit):
    found = {}
    for task, metrics in METRICS.items():
        epochs = EPOCHS.get(task, 30)
        histories = {
            f"{part}_{metric}": [index + share + epoch / 100 for epoch in range(epochs)]
            for part, share in (("train", 0.0), ("valid", 0.25), ("test", 0.5))
            for metric in (*metrics, "loss")
        }
        info = {"model_params": 2.5 * unit, "model_FLOPs": 30.0 * unit, "inference_time": 0.0125, "encoder_params": 1}
        histories["time_elapsed"] = [1.0] * epochs
        found[task] = {"total_epochs": epochs, "model_info": info, "metrics": histories}
    return found


def database(unit=1_000_000):
    return {
        "task_list": list(METRICS),
        "info_names": ["inference_time", "encoder_params", "model_params", "model_FLOPs", "encoder_FLOPs"],
        "metrics_dict": {task: [] for task in METRICS},
        "data": {
            "macro": {text: results(i, unit) for i, text in enumerate(MACRO)},
            "micro": {text: results(i, unit) for i, text in enumerate(MICRO)},
        },
    }


def imported(tmp_path, content, protocol=2):
    (tmp_path / "file").write_bytes(pickle.dumps(content, protocol))
    return import_distribution(tmp_path / "file", tmp_path / "out")


@pytest.mark.parametrize(("protocol", "unit"), [(2, 1_000_000), (4, 1)])
def test_both_spaces_become_tables_with_test_metrics_apart(tmp_path, protocol, unit):
    made = imported(tmp_path, database(unit), protocol)
    assert made.importer.name == "transnas101"
    assert [(path.name, one.architectures) for path, one in made.made] == [
        ("transnas101_micro.csv.gz", 8),
        ("transnas101_macro.csv.gz", 3),
    ]
    micro, macro = transnas101.load_micro(tmp_path / "out"), transnas101.load_macro(tmp_path / "out")
    assert [micro.label(genotype) for genotype in micro.genotypes] == MICRO
    assert [macro.label(genotype) for genotype in macro.genotypes] == MACRO
    assert micro.evaluate("jigsaw", micro.genotypes[3]).fitness == 3.25 + 9 / 100
    assert micro.report("jigsaw", micro.genotypes[3]).metrics == {
        "test_top1": 3.5 + 9 / 100,
        "params_M": 2.5,
        "flops_M": 30.0,
    }
    assert macro.report("segmentsemantic", macro.genotypes[1]).metrics["test_acc"] == 1.5 + 29 / 100
    assert not any("no test metrics" in note for note in micro.notes)


def test_trainings_that_ended_early_have_no_value(tmp_path):
    content = database()
    content["data"]["micro"][MICRO[2]]["normal"]["metrics"]["valid_ssim"] = [0.5] * 29
    del content["data"]["micro"][MICRO[3]]["normal"]
    imported(tmp_path, content)
    micro = transnas101.load_micro(tmp_path / "out")
    for number in (2, 3):
        assert micro.evaluate("normal", micro.genotypes[number]).error
    assert micro.evaluate("normal", micro.genotypes[4]).fitness == 4.25 + 29 / 100


class StopsAfter:
    def __init__(self, steps):
        self.left = steps

    def __call__(self, what, done, total):
        self.left -= what == "reading"
        if not self.left:
            raise KeyboardInterrupt


def test_what_was_stopped_goes_on_to_the_same_bytes(tmp_path):
    (tmp_path / "file").write_bytes(pickle.dumps(database(), 2))
    import_distribution(tmp_path / "file", tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        import_distribution(tmp_path / "file", tmp_path / "out", advance=StopsAfter(7))
    assert import_distribution(tmp_path / "file", tmp_path / "out").went_on  # after the networks, amid the cells
    for name in ("transnas101_micro.csv.gz", "transnas101_macro.csv.gz"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize(
    ("data", "error", "problem"),
    [
        ({"micro": {"64-41414-9_00_000": results(0, 1)}}, ArchitectureError, "is no architecture"),
        ({"micro": {MICRO[0]: [1]}}, DataError, "holds no results"),
        ({"micro": {MICRO[0]: {"jigsaw": {}}}}, DataError, "has no metrics of jigsaw"),
        ({}, DataError, "neither cells (micro) nor networks (macro)"),
    ],
)
def test_damaged_files_have_a_reason(tmp_path, data, error, problem):
    with pytest.raises(error, match=re.escape(problem)):
        imported(tmp_path, {**database(), "data": data})
