"""HW-NAS-Bench and NAS-Bench-Suite-Zero, from files in their formats that are made here: tables of one's own."""

import json
import pickle
import re

import numpy as np
import pytest

from ktnas.benchmarks.importers import import_distribution
from ktnas.benchmarks.importers.hw_nas_bench import METRICS
from ktnas.benchmarks.user_table import load_table
from ktnas.errors import DataError
from ktnas.files.table_reader import read_columns
from ktnas.spaces.base import genotypes
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

CELLS = [NASBench201().format(genotype) for genotype in genotypes(NASBench201())[:9]]


def devices(kind=list, **more):
    measured = {name: kind([1.5 + i + place for i in range(9)]) for place, name in enumerate(METRICS)}
    of_one = {"config": [{"arch_str": text, "C": 16} for text in CELLS], **measured, **more}
    return {"nasbench201": {"cifar10": of_one, "ImageNet16-120": of_one}, "fbnet": {"edgegpu_latency": {"a": 1.0}}}


def imported(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    return import_distribution(tmp_path / "file", tmp_path / "out")


@pytest.mark.parametrize("kind", [list, np.array, lambda values: list(map(str, values))])
def test_latencies_and_energies_are_columns_of_tables(tmp_path, kind):
    made = imported(tmp_path, pickle.dumps(devices(kind)))
    assert made.importer.name == "hw-nas-bench"
    names = [path.name for path, _ in made.made]
    assert names == ["nasbench201_hardware_cifar10.csv.gz", "nasbench201_hardware_imagenet16.csv.gz"]
    tasks = ["edgegpu_latency_ms", "fpga_energy_mj"]
    benchmark = load_table(made.made[0][0], NASBench201(), tasks, minimize=tasks)
    cell = NASBench201().parse(CELLS[4])
    assert [benchmark.evaluate(task, cell).fitness for task in tasks] == [-5.5, -14.5]


def test_what_could_not_be_measured_is_an_empty_cell(tmp_path):
    content = devices(edgetpu_latency=[0.0, -1.0, float("nan"), None, "failed", 2.5, 2.5, 2.5, 2.5])
    made = imported(tmp_path, pickle.dumps(content))
    column = read_columns(made.made[0][0]).text("edgetpu_latency_ms")
    assert list(column) == [""] * 5 + ["2.5"] * 4


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"nasbench201": {}}, "none of the datasets"),
        ({"fbnet": {}}, "nothing of nasbench201"),
        ({"nasbench201": {"cifar10": {}}}, "lists no architectures"),
        (devices(fpga_energy=[1.0]), "fpga_energy is no list of 9 numbers"),
        ({"nasbench201": {"cifar10": {"config": [{"C": 16}]}}}, "architecture 0 has no arch_str"),
    ],
)
def test_damaged_measurements_have_a_reason(tmp_path, content, problem):
    with pytest.raises(DataError, match=re.escape(problem)):
        imported(tmp_path, pickle.dumps(content))


def scored(codes, datasets):
    return json.dumps(
        {
            dataset: {
                code: {
                    "idx": i,
                    "arch": code,
                    "val_accuracy": 50.0 + i,
                    "synflow": {"score": 3.0 * i, "time": 0.1},
                    "naswot": {"score": -1.5 * i, "time": 0.1},
                }
                for i, code in enumerate(codes)
            }
            for dataset in datasets
        }
    ).encode()


def test_scores_of_cells_and_a_test_accuracy_that_says_so(tmp_path):
    """Codes are operations in another order, on edges in another order, than the strings."""
    made = imported(tmp_path, scored(["(0, 1, 2, 3, 4, 1)", "(2, 2, 2, 2, 2, 2)"], ["cifar10", "ImageNet16-120"]))
    assert made.importer.name == "suite-zero"
    path, one = made.made[0]
    assert (path.name, one.architectures) == ("scores_nasbench201.csv.gz", 2)
    columns = read_columns(path)
    assert columns.text("arch_str")[0] == (
        "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|nor_conv_3x3~0|avg_pool_3x3~1|none~2|"
    )
    assert columns.header == (
        "index",
        "arch_str",
        *(
            f"{d}__{name}"
            for d in ("cifar10", "imagenet16")
            for name in ("score_naswot", "score_synflow", "test_single")
        ),
    )
    assert "is a test accuracy of one training" in made.importer.notes[0]
    benchmark = load_table(path, NASBench201(), ["cifar10__score_synflow"])
    assert benchmark.evaluate("cifar10__score_synflow", benchmark.genotypes[1]).fitness == 3.0


@pytest.mark.parametrize(
    ("codes", "space", "text"),
    [
        (["(1, 0, 2, 3, 3, 3)", "(0, 0, 0, 0, 0, 0)"], TransNASMicro(), "64-41414-1_02_333"),
        (["(2, 3, 1, 1, 0, 0)", "(1, 2, 3, 4, 0, 0)"], TransNASMacro(), "64-2311-basic"),
        (["(2, 3, 1, 1)", "(1, 2, 3, 4, 1)"], TransNASMacro(), "64-2311-basic"),
    ],
)
def test_scores_of_both_spaces_of_vision_tasks(tmp_path, codes, space, text):
    path, _ = imported(tmp_path, scored(codes, ["class_scene", "normal"])).made[0]
    assert path.name == f"scores_{space.name.replace('-', '_')}.csv.gz"
    columns = read_columns(path)
    assert columns.text("arch_str")[0] == text
    assert list(columns.text("normal__valid")) == ["50.0", "51.0"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (scored(["(1, 2, 3, 1, 1, 1)"], ["normal"]), "transnas101-micro and transnas101-macro alike"),
        (scored(["(0, 1)"], ["cifar10"]), "holds scores for none of nasbench201"),
        (scored(["(0, 1, 2, 3, 4, 1)"], ["mnist"]), "its datasets are mnist"),
        (scored(["(0, 1, 2, 3, 4, 1)"], ["cifar10"])[:-9], "truncated or damaged"),
        (b'{"cifar10": {"(0, 1, 2, 3, 4, 1)": 1}, "a": ["val_accuracy" , "score"]}', "holds no scores"),
    ],
)
def test_damaged_scores_have_a_reason(tmp_path, content, problem):
    with pytest.raises(DataError, match=problem):
        imported(tmp_path, content)
