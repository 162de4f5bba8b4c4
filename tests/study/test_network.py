"""A network with its weights from its directory alone, trained for longer, and for other programs."""

import importlib.util
import json
import shutil
import sys

import pytest

import ktnas
from ktnas.cli.main import main
from ktnas.errors import ConfigurationError, DataError, KtnasError, UnknownNameError

torch = pytest.importorskip("torch")

SMALL = ["--channels", "4", "--images", "24", "--resolution", "16", "--epochs", "1"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A search with live training that kept its weights."""
    path = tmp_path_factory.mktemp("network") / "run"
    search = ["--fitness", "train", "--tasks", "class_object,normal", "--space", "nasbench201"]
    more = ["--method", "random-search", "--budget", "2", "--workers", "1", "--keep-weights", "--quiet"]
    assert main(["run", *search, *SMALL, *more, "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def final(run):
    """The best of it, trained anew by its record."""
    path = run.parent / "final"
    assert main(["train", "--from", str(run), "--task", "normal", "--epochs", "2", "--quiet", "--out", str(path)]) == 0
    return path


def images(n=3):
    return torch.linspace(-1, 1, n * 3 * 16 * 16).reshape(n, 3, 16, 16)


def outputs(module, inputs):
    with torch.no_grad():
        return module(inputs)


def test_of_a_run_it_is_the_best_candidate_with_the_weights_it_had(run):
    for task, shape in (("class_object", 2), ("normal", 4)):
        module = ktnas.load_network(run, task)
        assert not module.training
        assert outputs(module, images()).ndim == shape
        torch.testing.assert_close(outputs(module, images()), outputs(ktnas.load_network(run, task), images()))
    other = next(
        line["architecture"]
        for line in map(json.loads, (run / "trials.jsonl").read_text().splitlines())
        if line["task"] == "normal"
        and line["architecture"]
        != json.loads((run / "summary.json").read_text())["tasks"]["normal"]["best"]["architecture"]
    )
    assert ktnas.load_network(run, "normal", architecture=other) is not None


def test_what_is_trained_from_a_run_has_its_architecture_data_size_and_recipe(run, final):
    record, config = (
        json.loads((run.parent / name).read_text()) for name in ("final/training.json", "run/config.json")
    )
    best = json.loads((run / "summary.json").read_text())["tasks"]["normal"]["best"]
    assert record["architecture"] == best["architecture"]
    theirs, ours = config["training"], record["training"]
    assert ours["datasets"]["normal"] == theirs["datasets"]["normal"]
    assert (ours["size"], ours["space"]) == (theirs["size"], theirs["space"])
    assert ours["recipe"] == {**theirs["recipe"], "epochs": 2}
    assert outputs(ktnas.load_network(final), images()).shape == (3, 3, 16, 16)
    with pytest.raises(UnknownNameError, match="unknown task 'class_object'"):
        ktnas.load_network(final, "class_object")


def test_as_torchscript_it_answers_the_same(final, tmp_path, capsys):
    assert main(["export", str(final), "--to", "torchscript", "--out", str(tmp_path / "normal.pt")]) == 0
    assert "images of shape (n, 3, 16, 16)" in capsys.readouterr().err
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        read = torch.jit.load(str(tmp_path / "normal.pt"))
    for n in (1, 3):
        torch.testing.assert_close(outputs(read, images(n)), outputs(ktnas.load_network(final), images(n)))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("onnxscript") is None, reason="needs onnx and onnxscript")
def test_as_onnx_it_answers_the_same(final, tmp_path):
    assert main(["export", str(final), "--to", "onnx", "--out", str(tmp_path / "normal.onnx"), "--quiet"]) == 0
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(str(tmp_path / "normal.onnx"))
    for n in (1, 3):
        (found,) = evaluator.run(None, {"images": images(n).numpy()})
        torch.testing.assert_close(
            torch.from_numpy(found), outputs(ktnas.load_network(final), images(n)), atol=1e-4, rtol=1e-4
        )


def test_without_its_packages_onnx_says_what_to_install(final, tmp_path, capsys, monkeypatch):
    for name in ("onnx", "onnxscript"):
        monkeypatch.setitem(sys.modules, name, None)
    from ktnas.training import export

    monkeypatch.setattr(export, "find_spec", lambda name: None)
    assert main(["export", str(final), "--to", "onnx", "--out", str(tmp_path / "x.onnx")]) == 2
    assert "pip install 'ktnas[onnx]'" in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


def test_what_there_is_no_network_of_is_refused_with_the_way_to_one(run, final, tmp_path):
    with pytest.raises(ConfigurationError, match="has several tasks: name one of class_object, normal"):
        ktnas.load_network(run)
    with pytest.raises(UnknownNameError, match="unknown task 'norml'"):
        ktnas.load_network(run, "norml")
    with pytest.raises(KtnasError, match="is no architecture"):
        ktnas.load_network(run, "normal", architecture="x")
    without = tmp_path / "without"
    shutil.copytree(run, without, ignore=shutil.ignore_patterns("weights"))
    with pytest.raises(ConfigurationError, match=r"has not kept the weights .*`ktnas train --from"):
        ktnas.load_network(without, "normal")
    with pytest.raises(DataError, match="is no directory"):
        ktnas.load_network(tmp_path / "nowhere")
    ktnas.Study(tmp_path / "outside", "darts", ["a"])
    with pytest.raises(ConfigurationError, match="is a search that trained nothing"):
        ktnas.load_network(tmp_path / "outside")


@pytest.mark.parametrize(
    "change",
    [
        {"genotype": [9] * 6},
        {"genotype": "x"},
        {"training": {}},
        {"weights": "../../etc/passwd"},
        {
            "training": {
                "space": "nasbench201",
                "networks": "build",
                "datasets": {},
                "size": {"cells": "x"},
                "recipe": {},
            }
        },
    ],
)
def test_a_changed_record_is_refused(final, tmp_path, change):
    path = tmp_path / "final"
    shutil.copytree(final, path)
    record = json.loads((path / "training.json").read_text())
    (path / "training.json").write_text(json.dumps({**record, **change}))
    with pytest.raises(KtnasError):
        ktnas.load_network(path)


def test_train_from_a_run_that_says_too_little_or_too_much_is_refused(run, capsys):
    for arguments, message in (
        (["--from", str(run)], "has several tasks; name one with --task"),
        (["--from", str(run), "--task", "normal", "--dataset", "x"], "leave --dataset out"),
        (["x", "--from", str(run), "--task", "normal"], "give either ARCHITECTURE or --from RUN"),
        ([], "name the ARCHITECTURE that is trained, or a run that has found it"),
    ):
        assert main(["train", *arguments]) == 2
        assert message in capsys.readouterr().err
