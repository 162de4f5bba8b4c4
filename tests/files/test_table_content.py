import bz2
import gzip
import io
import lzma
import os
import zipfile

import pytest

from ktnas.errors import DataError
from ktnas.files import table_content
from ktnas.files.table_content import read_content, text_of

TEXT = "arch,x\nab,1\n"


def write(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return path


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped(), r"a spreadsheet \(.xlsx, .ods\) or another zip file, .*save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"an old spreadsheet \(.xls\)"),
        (bz2.compress(TEXT.encode()), "a bzip2 file, .*unpack it first"),
        (lzma.compress(TEXT.encode()), "an xz file"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
        (b"\x80\x04\x95\x00", "a pickle"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (TEXT.encode("utf-16"), r"UTF-16 text .*save it as UTF-8"),
        (TEXT.encode("utf-32"), "UTF-32 text"),
        (b"\n<!DOCTYPE HTML><html>", r"a web page, .*get the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to a file of Git LFS"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_content(write(tmp_path, content))


def test_gzip_is_told_by_its_first_bytes(tmp_path):
    assert read_content(write(tmp_path, gzip.compress(b"abc"))) == b"abc"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_may_never_end_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "none"):
        with pytest.raises(DataError, match="cannot be read"):
            read_content(path)


def test_what_inflates_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table_content, "SIZE_LIMIT", 1 << 20)
    assert len(read_content(write(tmp_path, gzip.compress(bytes(1 << 20))))) == 1 << 20
    with pytest.raises(DataError, match="holds more than 1 MiB"):
        read_content(write(tmp_path, gzip.compress(bytes((1 << 20) + 1))))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n"])
def test_lines_end_with_a_line_feed_whatever_they_ended_with(tmp_path, end):
    assert text_of(tmp_path, TEXT.replace("\n", end).encode()) == TEXT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n\xe9,1\n", r"no UTF-8 text \(byte 4\)"),
        ("a,b\n".encode("utf-16-le"), "NUL characters"),
        (b" \n", "is empty"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        text_of(tmp_path, content)
