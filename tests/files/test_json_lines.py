"""One append-only log: what it holds is whole, on disk, and one process's own."""

import errno
import json
import os
from contextlib import closing

import pytest

from ktnas.errors import ConfigurationError, DataError
from ktnas.files.json_lines import AppendOnlyLog, complete_lines, locked_directory, read_lines


def decode(line):
    try:
        return json.loads(line)
    except ValueError:
        raise DataError(f"no JSON but {line!r}") from None


def opened(path):
    return closing(AppendOnlyLog(path, decode))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.jsonl"


class FullDisk:
    """A file on a disk that takes so many bytes, a few at a time, and then no more."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, content):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.file.write(content[: min(self.room, 3)])
        self.room -= written
        return written

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ([], 0)),
        (b"a", ([], 0)),
        (b"a\n", ([b"a"], 2)),
        (b"a\n\nb\nc", ([b"a", b"", b"b"], 5)),
        (b"a\r\n", ([b"a\r"], 3)),
    ],
)
def test_lines_without_an_end_do_not_count(content, expected):
    assert complete_lines(content) == expected


class TestReading:
    def test_in_order_without_what_was_cut_off(self, path):
        path.write_bytes(b'1\n{"a": [2]}\n[3')
        assert read_lines(path, decode) == [1, {"a": [2]}]

    def test_while_it_is_open_for_writing(self, path):
        with opened(path) as log:
            log.append(["1"])
            assert read_lines(path, decode) == [1]

    @pytest.mark.parametrize("line", [b"nonsense", b"", b"\xff\xfe"])
    def test_damage_is_named_by_file_and_line(self, path, line):
        path.write_bytes(b"1\n" + line + b"\n3\n")
        with pytest.raises(DataError, match=r"records.jsonl, line 2: (no JSON but|'utf-8' codec)"):
            read_lines(path, decode)

    def test_no_file(self, tmp_path, path):
        with pytest.raises(DataError, match=r"cannot read .*records.jsonl: No such file"):
            read_lines(path, decode)
        assert read_lines(path, decode, may_be_absent=True) == []
        path.mkdir()
        with pytest.raises(DataError, match=r"cannot read .*records.jsonl: Is a directory"):
            read_lines(path, decode, may_be_absent=True)


class TestAppending:
    def test_what_is_found_and_what_is_added(self, path):
        with opened(path) as log:
            assert (log.records, log.lines) == ([], [])
            log.append(["1", "2"])
            log.append([])
            log.append(["3"])
            assert log.records == []
        assert path.read_bytes() == b"1\n2\n3\n"
        with opened(path) as log:
            assert (log.records, log.lines) == ([1, 2, 3], [b"1", b"2", b"3"])
            log.append(["4"])
        assert path.read_bytes() == b"1\n2\n3\n4\n"

    def test_opening_alone_changes_nothing(self, path):
        path.write_bytes(b"1\nhalf")
        with opened(path) as log:
            log.append([])
        assert path.read_bytes() == b"1\nhalf"

    def test_a_torn_end_gives_way_to_the_next_line_wherever_it_was_torn(self, path):
        whole = b'{"a": 1}\n{"b": "\xc3\xa4"}\n'
        for size in range(9, len(whole)):
            path.write_bytes(whole[:size])
            with opened(path) as log:
                assert log.records == [{"a": 1}]
                log.append(["2"])
                log.append(["3"])
            assert path.read_bytes() == b'{"a": 1}\n2\n3\n'

    def test_a_torn_end_longer_than_what_is_written(self, path):
        path.write_bytes(b"1\n" + b"\0" * 4096)
        with opened(path) as log:
            log.append(["2"])
        assert path.read_bytes() == b"1\n2\n"


class TestSyncing:
    def test_what_is_appended_is_synced_whole_before_it_returns(self, path, synced):
        with opened(path) as log:
            synced.clear()
            log.append(["1", "2"])
            assert synced == [(path.stat().st_ino, 4)]
            log.append(["3"])
            assert synced == [(path.stat().st_ino, 4), (path.stat().st_ino, 6)]
            log.append([])
            assert len(synced) == 2

    def test_the_name_of_a_new_file_is(self, tmp_path, path, synced):
        AppendOnlyLog(path, decode).close()
        assert (tmp_path.stat().st_ino, ["records.jsonl"]) in synced

    def test_so_is_what_a_process_that_ended_early_has_left(self, path, synced):
        path.write_bytes(b"1\n2\n")
        AppendOnlyLog(path, decode).close()
        assert (path.stat().st_ino, 4) in synced

    def test_a_disk_that_fails_is_named_at_once(self, path, monkeypatch):
        def fail(descriptor):
            raise OSError(errno.EIO, "Input/output error")

        with opened(path) as log:
            log.append(["1"])
            monkeypatch.setattr(os, "fsync", fail)
            with pytest.raises(
                ConfigurationError, match=r"cannot write .*records.jsonl: Input/output error; .* is kept"
            ):
                log.append(["2"])
            monkeypatch.undo()
            log.append(["3"])
        assert path.read_bytes() == b"1\n3\n"
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(
            ConfigurationError, match=r"cannot write .*records.jsonl: Input/output error; choose another"
        ):
            AppendOnlyLog(path, decode)


class TestFullDisk:
    def test_what_did_not_fit_is_not_tried_again_at_the_end(self, path):
        log = AppendOnlyLog(path, decode)
        log.append(["1"])
        full = log._file = FullDisk(log._file, 4)
        with pytest.raises(
            ConfigurationError, match=r"cannot write .*records.jsonl: No space left on device; .* is kept"
        ):
            log.append(["2222222"])
        full.room = 100
        log.close()
        assert path.read_bytes() == b"1\n2222"
        assert read_lines(path, decode) == [1]

    def test_with_room_again_it_is_whole(self, path):
        with opened(path) as log:
            log._file = FullDisk(log._file, 5)
            with pytest.raises(ConfigurationError, match="No space left"):
                log.append(["1", "2", "33"])
            log._file.room = 100
            log.append(["4"])
        assert path.read_bytes() == b"4\n"


class TestOwning:
    def test_a_second_writer_is_refused(self, path):
        pytest.importorskip("fcntl")
        with opened(path) as log:
            log.append(["1"])
            with pytest.raises(ConfigurationError, match=r"another process is writing to .*; wait for it, or choose"):
                AppendOnlyLog(path, decode)
            log.append(["2"])
        with opened(path) as log:
            assert log.records == [1, 2]

    def test_a_damaged_file_is_not_held(self, path):
        path.write_bytes(b"nonsense\n")
        for _ in range(2):
            with pytest.raises(DataError, match=r"records.jsonl, line 1: no JSON but 'nonsense'"):
                AppendOnlyLog(path, decode)
        path.write_bytes(b"1\n")
        AppendOnlyLog(path, decode).close()

    @pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
    def test_a_file_system_without_locks_is_no_other_process(self, path, monkeypatch, number):
        fcntl = pytest.importorskip("fcntl")

        def flock(file, operation):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", flock)
        with opened(path) as log:
            log.append(["1"])
        assert path.read_bytes() == b"1\n"

    def test_another_failure_is_told_as_it_is(self, path, monkeypatch):
        fcntl = pytest.importorskip("fcntl")

        def flock(file, operation):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(fcntl, "flock", flock)
        with pytest.raises(
            ConfigurationError, match=r"cannot write .*records.jsonl: Input/output error; choose another"
        ):
            AppendOnlyLog(path, decode)


class TestPlace:
    def test_a_directory_that_is_not_there(self, tmp_path):
        with pytest.raises(
            ConfigurationError, match=r"cannot write .*: No such file or directory; choose another --out"
        ):
            AppendOnlyLog(tmp_path / "nowhere" / "records.jsonl", decode)

    def test_a_directory_in_its_place(self, path):
        path.mkdir()
        with pytest.raises(ConfigurationError, match=r"cannot write .*: Is a directory; choose another --out"):
            AppendOnlyLog(path, decode)

    def test_what_keeps_nothing_is_no_place_nor_a_pipe_that_would_be_waited_for(self, path):
        path.symlink_to(os.devnull)
        with pytest.raises(ConfigurationError, match=r"cannot write .*: it is a symbolic link, .*; choose another"):
            AppendOnlyLog(path, decode)

    def test_a_link_is_not_followed(self, tmp_path, path):
        other = tmp_path / "precious"
        other.write_text("no line end here")
        for target in (other, tmp_path / "not-there"):
            path.unlink(missing_ok=True)
            path.symlink_to(target)
            with pytest.raises(ConfigurationError, match="it is a symbolic link, which is not followed; choose"):
                AppendOnlyLog(path, decode)
        assert other.read_text() == "no line end here"
        assert not (tmp_path / "not-there").exists()


class TestDirectory:
    def test_it_is_made_and_held_without_a_file(self, tmp_path):
        with locked_directory(tmp_path / "a" / "b"):
            assert list((tmp_path / "a" / "b").iterdir()) == []
            with (
                pytest.raises(ConfigurationError, match="another process is writing to"),
                locked_directory(tmp_path / "a" / "b"),
            ):
                pass

    @pytest.mark.parametrize("number", [errno.EBADF, errno.ENOLCK])
    def test_a_file_system_that_locks_no_directories_is_no_error(self, tmp_path, monkeypatch, number):
        fcntl = pytest.importorskip("fcntl")

        def flock(file, operation):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", flock)
        with locked_directory(tmp_path):
            pass
