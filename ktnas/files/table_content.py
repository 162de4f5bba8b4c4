"""What is in a file that should be a table: its bytes, unpacked and bounded, and their text.

Whatever is no table is refused by its name, told by its first bytes as `file` does.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from pathlib import Path

from ktnas.errors import DataError
from ktnas.files.regular import open_regular

SIZE_LIMIT = 1 << 28
"""Tables that hold more bytes than this, unpacked, are refused."""

PARQUET = b"PAR1"
"""How a Parquet file begins."""

_GZIP = b"\x1f\x8b"

_UNPACK = "unpack it first, or pack it with gzip"
_EXPORT = "export its table as CSV or Parquet"
_AS_TEXT = "save the sheet as CSV (in a spreadsheet: CSV UTF-8), with the column of architectures as text"
_UTF8 = "save it as UTF-8"

_OTHERS = (
    (b"PK\x03\x04", "a spreadsheet (.xlsx, .ods) or another zip file", f"{_AS_TEXT}; of a zip file, unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", _AS_TEXT),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\xfd7zXZ", "an xz file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (b"7z\xbc\xaf", "a 7z file", _UNPACK),
    (b"ARROW1", "an Arrow (Feather) file", _EXPORT),
    (b"FEA1", "a Feather file", _EXPORT),
    (b"PARE", "an encrypted Parquet file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"\x93NUMPY", "a NumPy array", _EXPORT),
    (b"\x80\x04", "a pickle", _EXPORT),
    (b"\x80\x05", "a pickle", _EXPORT),
    (b"%PDF", "a PDF", _EXPORT),
    (codecs.BOM_UTF32_LE, "UTF-32 text", _UTF8),
    (codecs.BOM_UTF32_BE, "UTF-32 text", _UTF8),
    (codecs.BOM_UTF16_LE, "UTF-16 text (a spreadsheet's 'Unicode text')", _UTF8),
    (codecs.BOM_UTF16_BE, "UTF-16 text (a spreadsheet's 'Unicode text')", _UTF8),
    (b"<!doctype html", "a web page", "get the file itself (the 'raw' one)"),
    (b"<html", "a web page", "get the file itself (the 'raw' one)"),
    (b"<?xml", "an XML file", _EXPORT),
    (b"version https://git-lfs", "a pointer to a file of Git LFS", "get the file itself (git lfs pull)"),
)
"""First bytes, whose they are, and what to do; the longer of two first."""


def read_content(path: Path) -> bytes:
    """The bytes of a regular file, unpacked where it is gzipped (told by its first bytes).

    Raises:
        DataError: If it cannot be read, is no regular file, truncated, too large, or something that is no table.
    """
    try:
        with open_regular(path) as file:
            zipped = file.read(2) == _GZIP
            file.seek(0)
            content = (gzip.GzipFile(fileobj=file) if zipped else file).read(SIZE_LIMIT + 1)
    except EOFError as error:
        raise DataError(f"{path} is a truncated gzip file; get it again") from error
    except (OSError, ValueError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if len(content) > SIZE_LIMIT:
        raise DataError(f"{path} holds more than {SIZE_LIMIT >> 20} MiB, the most that is read of a table")
    start = content[:64].lstrip().lower()
    for magic, kind, remedy in _OTHERS:
        if content.startswith(magic) or (magic.isascii() and start.startswith(magic.lower())):
            raise DataError(f"{path} is {kind}, not CSV, TSV, JSON or Parquet; {remedy}")
    return content


def text_of(path: Path, content: bytes) -> str:
    r"""The text of a table, its lines ended by ``\n`` whatever they are ended by in the file.

    Raises:
        DataError: If it is empty or no UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is no UTF-8 text (byte {error.start}); expected CSV, TSV, JSON or Parquet. If it is text, {_UTF8}"
        ) from error
    if "\0" in text:
        raise DataError(f"{path} holds NUL characters: it is damaged, or no UTF-8 text; {_UTF8}")
    if not text.strip():
        raise DataError(f"{path} is empty; expected a header and one row per architecture")
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return text
