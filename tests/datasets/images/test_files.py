import gzip
import io
import zipfile
import zlib

import numpy as np
import pytest

from ktnas.datasets.images import files
from ktnas.datasets.images.files import read_bytes, reading, require_plausible
from ktnas.errors import ConfigurationError, DataError


@pytest.mark.parametrize(
    "error",
    [OSError("x"), EOFError("x"), ValueError("x"), zlib.error("x"), zipfile.BadZipFile("x"), gzip.BadGzipFile("x")],
    ids=lambda error: type(error).__name__,
)
def test_damage_is_a_data_error_that_names_the_file(tmp_path, error):
    with pytest.raises(DataError, match=r"broken\.npz cannot be read: x"), reading(tmp_path / "broken.npz"):
        raise error


def test_memory_that_is_short_is_said(tmp_path):
    with pytest.raises(DataError, match="large does not fit into memory"), reading(tmp_path / "large"):
        raise MemoryError


def test_own_errors_and_defects_pass(tmp_path):
    with pytest.raises(ConfigurationError, match="as it is"), reading(tmp_path):
        raise ConfigurationError("as it is")
    with pytest.raises(TypeError), reading(tmp_path):
        raise TypeError


def test_an_error_without_words_is_named(tmp_path):
    with pytest.raises(DataError, match="EOFError"), reading(tmp_path):
        raise EOFError


def test_what_takes_too_much_memory_is_refused():
    require_plausible(4 << 30, 1 << 30, "x")
    with pytest.raises(DataError, match=r"x would take 5\.0 GiB of memory; at most 4 are read"):
        require_plausible(5 << 30, 5 << 30, "x")


def test_bombs_are_refused():
    require_plausible(100, 1, "small things may shrink: labels do")
    require_plausible(512 << 20, 6 << 20, "x")
    with pytest.raises(DataError, match="more than 100 to 1; refused"):
        require_plausible(512 << 20, 5 << 20, "x")


def test_bytes_are_read_in_steps_into_a_writable_array(monkeypatch):
    monkeypatch.setattr(files, "_STEP", 4)
    stream = io.BytesIO(bytes(range(12)))
    array = read_bytes(stream, 10, "x")
    assert array.tolist() == list(range(10))
    assert array.dtype == np.uint8
    assert array.flags.writeable
    assert stream.read() == bytes([10, 11])


def test_a_stream_that_ends_early_is_truncated():
    with pytest.raises(DataError, match="x is truncated: 10 bytes expected, 3 found"):
        read_bytes(io.BytesIO(b"abc"), 10, "x")
