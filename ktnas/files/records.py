"""Files of records as TensorFlow writes them (TFRecord), and messages of protocol buffers, read without either.

A record is its length, 8 bytes, a checksum of these, its bytes, and a checksum of those. The first checksum is held
against the length, so that a damaged one is never believed; the other is not computed (in Python it would take ten
times as long as all else): whoever knows the file's SHA-256 has a better one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from ktnas.errors import DataError

LONGEST = 1 << 20
"""Longer records are refused, bytes."""

_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    entries = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ _POLYNOMIAL * (value & 1)  # noqa: PLW2901, the usual way of making it
        entries.append(value)
    return tuple(entries)


_CRC32C = _table()


def masked_crc32c(content: bytes) -> int:
    """The checksum of TFRecord: CRC-32C, rotated and shifted.

    >>> hex(masked_crc32c(bytes(8)))
    '0x7980329'
    """
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _CRC32C[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record_length(head: bytes) -> int | None:
    """The length of the record that begins so; None if none begins so."""
    if len(head) < 12:
        return None
    size, check = struct.unpack("<QI", head[:12])
    return int(size) if masked_crc32c(head[:8]) == check else None


def read_records(file: BinaryIO, where: str) -> Iterator[bytes]:
    """The records of a file, from where it stands on.

    Args:
        file: Open for reading, at the beginning of a record.
        where: Named in messages.

    Raises:
        DataError: If it is truncated or damaged.
    """
    place = file.tell()
    while head := file.read(12):
        size = record_length(head)
        if size is None and len(head) == 12:
            raise DataError(f"{where} is damaged at byte {place:,}: no record begins there; get it again")
        if size is not None and size > LONGEST:
            raise DataError(f"{where}: a record of {size:,} bytes at byte {place:,}; expected {LONGEST:,} at most")
        content = b"" if size is None else file.read(size + 4)
        if size is None or len(content) < size + 4:
            raise DataError(f"{where} is truncated: the record at byte {place:,} ends too early; get it again")
        place += size + 16
        yield content[:-4]


def message_fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers and values of the fields of a message: whole numbers, or bytes (8, 4, or as many as it says).

    Raises:
        ValueError: If it is none.
    """
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(content, place)
            yield key >> 3, value
            continue
        if kind == 2:
            size, place = _varint(content, place)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if place + size > len(content):
            raise ValueError("a field ends too late")
        yield key >> 3, content[place : place + size]
        place += size


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(content) and shift < 64:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise ValueError("a number does not end")
