import io
import struct

import pytest

from ktnas.errors import DataError
from ktnas.files.records import LONGEST, masked_crc32c, message_fields, read_records, record_length


def record(content):
    head = struct.pack("<Q", len(content))
    return b"".join([head, struct.pack("<I", masked_crc32c(head)), content, struct.pack("<I", masked_crc32c(content))])


def test_the_checksum_is_that_of_castagnoli():
    """The check value of CRC-32C is 0xe3069283."""
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_records_are_read_in_order_and_from_any_of_them_on():
    content = record(b"one") + record(b"") + record(b"three" * 100)
    assert list(read_records(io.BytesIO(content), "it")) == [b"one", b"", b"three" * 100]
    file = io.BytesIO(content)
    file.seek(len(record(b"one")))
    assert list(read_records(file, "it")) == [b"", b"three" * 100]
    assert record_length(content) == 3
    assert record_length(content[:11]) is None


@pytest.mark.parametrize("cut", [1, 5, 12, 13, 18])
def test_what_is_cut_off_is_truncated(cut):
    content = record(b"one") + record(b"two")
    with pytest.raises(DataError, match="it is truncated: the record at byte 19"):
        list(read_records(io.BytesIO(content[: 19 + cut]), "it"))


def test_a_length_is_believed_only_with_its_checksum():
    with pytest.raises(DataError, match="damaged at byte 0"):
        list(read_records(io.BytesIO(b"\xff" * 100), "it"))
    head = struct.pack("<Q", LONGEST + 1)
    with pytest.raises(DataError, match="a record of 1,048,577 bytes"):
        list(read_records(io.BytesIO(head + struct.pack("<I", masked_crc32c(head))), "it"))


def test_fields_of_a_message():
    content = b"\x08\x96\x01" + b"\x11" + struct.pack("<d", 1.5) + b"\x1a\x02ab" + b"\x25\x01\x00\x00\x00"
    fields = list(message_fields(content))
    assert fields == [(1, 150), (2, struct.pack("<d", 1.5)), (3, b"ab"), (4, b"\x01\x00\x00\x00")]


@pytest.mark.parametrize("content", [b"\x08", b"\x08\xff", b"\x11\x00", b"\x1a\x05a", b"\x0b", b"\x08" + b"\xff" * 12])
def test_what_is_no_message_is_refused(content):
    with pytest.raises(ValueError, match=r"field|number"):
        list(message_fields(content))
