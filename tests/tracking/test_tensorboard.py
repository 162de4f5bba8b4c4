"""TensorBoard's event files, read back as TensorBoard reads them: records of a length, a check and a message."""

import struct
from collections import defaultdict

import pytest

from ktnas.errors import UnknownNameError
from ktnas.tracking.by_name import Tracking
from ktnas.tracking.tensorboard import TensorBoard


def events(directory):
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for path in sorted(directory.glob("events.*")):
        content = path.read_bytes()
        while content:
            (size,) = struct.unpack("<Q", content[:8])
            found.append(Event.FromString(content[12 : 12 + size]))
            content = content[16 + size :]
    return found


def scalars(directory):
    curves = defaultdict(list)
    for event in events(directory):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                curves[value.tag].append((event.step, value.simple_value))
    return curves


def texts(directory):
    return {
        value.tag: b"".join(value.tensor.string_val).decode()
        for event in events(directory)
        for value in event.summary.value
        if value.HasField("tensor")
    }


def test_curves_settings_and_results_lie_in_the_directory_of_the_run(searched, tmp_path):
    result = searched(TensorBoard())
    place = tmp_path / "runs" / "mine" / "tensorboard"
    curves = scalars(place)
    assert curves["total/best"][-1] == (15, result.best["total"].fitness)
    assert curves["loss/best"][-1] == (15, -result.best["loss"].fitness)
    assert curves["total/cost_s"][-1] == (15, result.tasks["total"].cost_s)
    assert [step for step, _ in curves["total/failed"]] == list(range(1, 16))
    assert "total/metric size" in curves or "total/metric_size" in curves
    told = texts(place)
    assert "| method.type | RandomSearch |" in next(text for tag, text in told.items() if "settings" in tag)
    assert next(text for tag, text in told.items() if "ended" in tag) == "finished"


def test_what_an_earlier_attempt_has_written_is_told_to_end(searched, tmp_path):
    searched(TensorBoard())
    searched(TensorBoard())
    starts = [e for e in events(tmp_path / "runs" / "mine" / "tensorboard") if e.HasField("session_log")]
    assert [start.step for start in starts] == [0, 0]


def test_a_search_in_memory_needs_a_directory(searched, tmp_path, caplog):
    searched(TensorBoard(), place=None)
    assert "TensorBoard(directory) says where events go" in caplog.text
    searched(TensorBoard(tmp_path / "logs"), place=None)
    assert scalars(tmp_path / "logs" / "functions-seed1")["total/best"]


def test_by_name():
    assert [type(one).__name__ for one in Tracking.of(["tensorboard", "tensorboard"]).callbacks()] == ["TensorBoard"]
    with pytest.raises(UnknownNameError, match=r"unknown tracker 'tensorbord'.*did you mean 'tensorboard'"):
        Tracking.of(["tensorbord"])
