"""`ktnas train`: weights, record, progress; mistakes before anything is trained."""

import io
import json
from dataclasses import replace

import pytest

from ktnas.config.final_training import prepare
from ktnas.config.training import TrainingChoice
from ktnas.errors import ArchitectureError, ConfigurationError, UnknownNameError
from ktnas.files.json_lines import locked_directory
from ktnas.runner.final_training import CHECKPOINT, RECORD, WEIGHTS, print_record
from ktnas.training.engine.weights import read_origin

ARCHITECTURE = "|skip_connect~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|skip_connect~2|"
CHOICE = TrainingChoice(space="nasbench201", epochs=2, channels=2, device="cpu", batch_size=64)


def prepared(**changes):
    arguments = {"choice": CHOICE, "architecture": ARCHITECTURE, "task": "digits", "seed": 0, **changes}
    return prepare(**arguments)


@pytest.mark.slow
def test_weights_and_record_are_written(tmp_path):
    lines = io.StringIO()
    record = prepared().run(tmp_path / "here", lines)
    assert json.loads((tmp_path / "here" / RECORD).read_text()) == record
    assert (record["task"], record["metric"]) == ("digits", "validation accuracy")
    assert record["training"]["recipe"]["epochs"] == 2
    assert set(record["test"]) == {"test accuracy", "test loss"}
    origin = read_origin(tmp_path / "here" / WEIGHTS)
    assert (origin.architecture, origin.task) == (ARCHITECTURE, "digits")
    first, second = lines.getvalue().splitlines()
    assert first.startswith("epoch 1/2: training loss ")
    assert "left)" in first
    assert "validation" in second
    again = prepared().run(tmp_path / "again", None)
    assert (again["validation"], again["test"]) == (record["validation"], record["test"])
    assert (tmp_path / "again" / WEIGHTS).read_bytes() == (tmp_path / "here" / WEIGHTS).read_bytes()


@pytest.mark.slow
def test_a_training_that_fails_leaves_no_empty_directory(tmp_path):
    class Stop(io.StringIO):
        def write(self, text):
            raise KeyboardInterrupt

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("kept")
    for name in ("new", "mine"):
        with pytest.raises(KeyboardInterrupt):
            prepared().run(tmp_path / name, Stop())
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_what_came_of_it_is_printed():
    stream = io.StringIO()
    print_record({"validation": {"accuracy": 91.5, "parameters": 12345}, "test": {"test accuracy": 90.0}}, stream)
    assert stream.getvalue() == "validation: accuracy 91.500, parameters 12,345\ntest: accuracy 90.000\n"


def test_a_new_directory_is_named_after_it(tmp_path):
    names = [prepared(seed=3).directory(tmp_path).name for _ in range(2)]
    assert names[0].startswith("train-digits-skip-connect-0")
    assert names[0].endswith("-seed3")
    assert names[1] == f"{names[0]}-2"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"architecture": "64-41414-1_02_333"}, ArchitectureError, "no architecture of 'nasbench201'"),
        (
            {"choice": TrainingChoice()},
            ArchitectureError,
            "it is one of 'nasbench201': add --space nasbench201",
        ),
        ({"task": "digit"}, UnknownNameError, "unknown dataset 'digit'; did you mean 'digits'"),
        ({"seed": -1}, ConfigurationError, "seed must not be negative; got -1"),
    ],
)
def test_mistakes_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        prepared(**changes)


def test_a_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "here").write_text("precious")
    with pytest.raises(ConfigurationError, match="cannot make"):
        prepared().run(tmp_path / "here", None)


@pytest.mark.slow
class TestATrainingThatIsCutOff:
    class Cut(io.StringIO):
        """Ends a training as it is told of the third epoch."""

        def write(self, text):
            if text.startswith("epoch 3"):
                raise KeyboardInterrupt
            return super().write(text)

    LONGER = replace(CHOICE, epochs=4)

    @pytest.fixture
    def cut_off(self, tmp_path):
        lines = self.Cut()
        with pytest.raises(KeyboardInterrupt):
            prepared(choice=self.LONGER).run(tmp_path / "cut", lines)
        assert lines.getvalue().endswith(f"the same command with --out {tmp_path / 'cut'} goes on\n")
        assert [path.name for path in (tmp_path / "cut").iterdir()] == [CHECKPOINT]
        return tmp_path / "cut"

    def test_goes_on_to_the_bit(self, cut_off, tmp_path):
        lines = io.StringIO()
        record = prepared(choice=self.LONGER).run(cut_off, lines)
        first, *others = lines.getvalue().splitlines()
        assert first == "goes on after epoch 2, where it was cut off"
        assert [line[:9] for line in others] == ["epoch 3/4", "epoch 4/4"]
        whole = prepared(choice=self.LONGER).run(tmp_path / "whole", None)
        assert (record["validation"], record["test"]) == (whole["validation"], whole["test"])
        assert (cut_off / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
        assert sorted(path.name for path in cut_off.iterdir()) == [RECORD, WEIGHTS]

    @pytest.mark.parametrize("changes", [{"seed": 1}, {"choice": replace(LONGER, channels=3)}])
    def test_of_another_one_is_none(self, cut_off, capsys, changes):
        lines = io.StringIO()
        prepared(**{"choice": self.LONGER, **changes}).run(cut_off, lines)
        assert lines.getvalue().startswith("epoch 1/4")
        assert "is of another training" in capsys.readouterr().err

    def test_two_at_once_are_refused(self, tmp_path):
        with locked_directory(tmp_path / "here"):
            with pytest.raises(ConfigurationError, match="another process is writing"):
                prepared().run(tmp_path / "here", None)
            assert (tmp_path / "here").is_dir()
