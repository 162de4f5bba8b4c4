"""JSON from files that others left: bounded, regular, or refused."""

import os

import pytest

from ktnas.files import plain_json as module
from ktnas.files.plain_json import parse_json, read_json_file, read_regular


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[NaN]", "NaN is no number"),
        ("-Infinity", "-Infinity is no number"),
        ("9" * 5000, "digits"),
        ("{", "Expecting"),
    ],
)
def test_what_is_no_value_is_a_value_error(text, message):
    with pytest.raises(ValueError, match=message):
        parse_json(text)


def test_values_come_back(tmp_path):
    (tmp_path / "a").write_text('{"a": [1, 2.5, null]}')
    assert read_json_file(tmp_path / "a") == {"a": [1, 2.5, None]}


def test_neither_pipes_nor_devices_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe", tmp_path / "zero", tmp_path):
        with pytest.raises(OSError, match=r"no regular file|Is a directory"):
            read_regular(path)


def test_large_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SIZE_LIMIT", 1 << 20)
    (tmp_path / "a").write_bytes(b" " * (1 << 20))
    assert len(read_regular(tmp_path / "a", 1 << 20)) == 1 << 20
    (tmp_path / "a").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(OSError, match="larger than 1 MiB"):
        read_json_file(tmp_path / "a")
