"""The check of a line: any change is found, and older records go on without."""

import hashlib
import json
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktnas.errors import DataError
from ktnas.files.json_lines import AppendOnlyLog, read_lines
from ktnas.files.line_checks import has_check, with_check, without_checks

OLD = b'{"a": 0}\n'


def decode(line):
    try:
        return json.loads(line)
    except ValueError:
        raise DataError(f"no JSON but {line!r}") from None


def log_of(path, *records):
    with closing(AppendOnlyLog(path, decode)) as log:
        for record in records:
            log.append([json.dumps(record)])
    return path.read_bytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.jsonl"


@given(st.dictionaries(st.text().filter(lambda name: name != "check"), st.text() | st.floats(allow_nan=False)))
def test_a_line_is_the_same_object_with_one_field_more(record):
    line = json.dumps(record)
    checked = with_check(line)
    plain = json.loads(checked) if record else None  # of an object without fields nothing is to be checked
    assert plain is None or (plain.pop("check"), plain) == (checked[-18:-2], record)
    assert list(without_checks([checked.encode()])) == [(line.encode(), "")] or not record


def test_whoever_reads_can_check_it_with_one_line():
    line = with_check('{"a": 1, "b": "\u00e4, \\"check\\": \\"0\\"}"}')
    before = line[: line.rindex(', "check"')]
    assert json.loads(line)["check"] == hashlib.sha256(before.encode()).hexdigest()[:16]


def test_equal_lines_that_took_other_times_have_equal_checks():
    of = [json.loads(with_check(line))["check"] for line in (
        '{"a": 1, "cost_s": 2.5}', '{"a": 1, "cost_s": 1e-05}', '{"a": 2, "cost_s": 2.5}', '{"a": 1, "other_s": 2.5}'
    )]  # fmt: skip
    assert of[0] == of[1]
    assert len(set(of)) == 3


def test_checks_that_cover_seconds_too_are_read_as_before():
    before = '{"a": 1, "wall_s": 2.5'
    line = f'{before}, "check": "{hashlib.sha256(before.encode()).hexdigest()[:16]}"}}'
    assert [wrong for _, wrong in without_checks([line.encode()])] == [""]


def test_any_bit_that_changes_is_found_and_the_line_named(path):
    whole = log_of(path, {"a": 1.25}, {"a": 2.5, "b": "x"}, {"a": 3})
    first, second, third = whole.splitlines(keepends=True)
    for place in range(len(second) - 1):
        for bit in range(8):
            changed = bytearray(second)
            changed[place] ^= 1 << bit
            if b"\n" in changed[:-1]:
                continue
            content = first + bytes(changed) + third
            path.write_bytes(content)
            with pytest.raises(DataError, match=r"records.jsonl, line 2: .*; put the file back from a copy, or remove"):
                read_lines(path, decode)
            with pytest.raises(DataError, match=r"records.jsonl, line 2: "):
                AppendOnlyLog(path, decode)
            assert path.read_bytes() == content


def test_a_line_whose_check_was_taken_away(path):
    first, _ = log_of(path, {"a": 1}, {"a": 2}).splitlines(keepends=True)
    path.write_bytes(first + b'{"a": 2}\n')
    with pytest.raises(DataError, match=r"line 2: it has no 'check', as those before it have"):
        read_lines(path, decode)


def test_a_record_that_an_older_program_began_goes_on_as_it_is(path):
    path.write_bytes(OLD)
    assert log_of(path, {"a": 1}) == OLD + b'{"a": 1}\n'
    assert read_lines(path, decode) == [{"a": 0}, {"a": 1}]


def test_records_of_two_programs_one_behind_the_other(tmp_path, path):
    path.write_bytes(OLD + log_of(tmp_path / "other.jsonl", {"a": 1}))
    assert has_check(log_of(path, {"a": 2}).splitlines()[-1])
    assert read_lines(path, decode) == [{"a": 0}, {"a": 1}, {"a": 2}]


def test_line_ends_that_were_changed_on_the_way_are_read_but_not_gone_on_with(path):
    path.write_bytes(log_of(path, {"a": 1}, {"a": 2}).replace(b"\n", b"\r\n"))
    assert read_lines(path, decode) == [{"a": 1}, {"a": 2}]
    with pytest.raises(DataError, match="lines that end in CR LF"):
        AppendOnlyLog(path, decode)
