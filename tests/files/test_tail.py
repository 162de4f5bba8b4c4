"""A file that grows: every line once, whatever the steps; one that was replaced begins anew; damage is named."""

import pytest

from ktnas.errors import DataError
from ktnas.files.line_checks import with_check
from ktnas.files.tail import Tail


def decode(line):
    if line == "bad":
        raise DataError("it is bad")
    return line


def tail(tmp_path):
    return Tail(tmp_path / "log", decode)


def test_lines_come_once_and_whole(tmp_path):
    log, file = tail(tmp_path), tmp_path / "log"
    assert log.read() == (False, [])
    file.write_text("a\nb\nc")
    assert log.read() == (False, ["a", "b"])
    assert log.read() == (False, [])
    with file.open("a") as more:
        more.write("d\ne\n")
    assert log.read() == (False, ["cd", "e"])


def test_a_long_file_is_read_in_steps(tmp_path):
    log = tail(tmp_path)
    (tmp_path / "log").write_text("".join(f"{i:03}\n" for i in range(10)))
    steps = []
    while not steps or log.more:
        steps.append(log.read(at_once=15)[1])
    assert [len(step) for step in steps] == [3, 3, 3, 1]
    (tmp_path / "log").write_text("x" * 100)
    with pytest.raises(DataError, match="line 1: it is longer"):
        tail(tmp_path).read(at_once=15)


@pytest.mark.parametrize("how", ["shorter", "replaced", "gone"])
def test_another_file_begins_anew(tmp_path, how):
    log, file = tail(tmp_path), tmp_path / "log"
    file.write_text("a\nb\n")
    log.read()
    if how == "shorter":
        file.write_text("c\n")
    else:
        file.unlink()
        if how == "replaced":
            (tmp_path / "new").write_text("c\nd\ne\n")
            (tmp_path / "new").rename(file)
    assert log.read() == (True, {"shorter": ["c"], "replaced": ["c", "d", "e"], "gone": []}[how])


def test_damage_is_named_with_its_line(tmp_path):
    good = with_check('{"a": 1}')
    for lines, said in (
        (["a", "bad"], "log, line 2: it is bad"),
        ([good, good.replace("1", "2", 1)], "log, line 2: it was changed since it was written"),
        ([good, '{"a": 1}'], "log, line 2: it has no check"),
        (["\udcff"], "log, line 1: 'utf-8' codec"),
    ):
        (tmp_path / "log").write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
        with pytest.raises(DataError, match=said):
            tail(tmp_path).read()
    (tmp_path / "log").write_text(f"{good}\n")
    assert tail(tmp_path).read() == (False, ['{"a": 1}'])
