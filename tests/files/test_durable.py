"""Files that are replaced whole: on disk in the right order, and without a trace of what failed."""

import errno
import os
import secrets
import stat

import pytest

from ktnas.files.durable import make_directory, remove_leftovers, replacing, sync, sync_directory, write_atomically


def failing(number):
    def fail(*_arguments):
        raise OSError(number, os.strerror(number))

    return fail


class TestReplacing:
    def test_writing_leaves_no_temporary_file(self, tmp_path):
        write_atomically(tmp_path / "x", "old")
        write_atomically(tmp_path / "x", b"new")
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "new")]

    def test_content_is_synced_before_the_name_and_the_name_before_it_returns(self, tmp_path, synced):
        write_atomically(tmp_path / "x", "old")
        synced.clear()
        with replacing(tmp_path / "x") as file:
            file.write(b"longer")
            assert synced == []
            assert (tmp_path / "x").read_text() == "old"
        assert synced == [((tmp_path / "x").stat().st_ino, 6), (tmp_path.stat().st_ino, ["x"])]

    def test_content_is_synced_while_the_old_one_still_has_the_name(self, tmp_path, monkeypatch):
        write_atomically(tmp_path / "x", "old")
        monkeypatch.setattr(os, "fsync", lambda _: held.append((tmp_path / "x").read_text()))
        held = []
        write_atomically(tmp_path / "x", "new")
        assert held == ["old", "new"]

    def test_a_block_that_raises_leaves_the_old_content(self, tmp_path):
        write_atomically(tmp_path / "x", "old")
        with pytest.raises(TypeError), replacing(tmp_path / "x") as file:
            file.writelines([b"half", None])
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "old")]

    def test_nor_does_one_that_cannot_be_synced(self, tmp_path, monkeypatch):
        write_atomically(tmp_path / "x", "old")
        monkeypatch.setattr(os, "fsync", failing(errno.EIO))
        with pytest.raises(OSError, match="Input/output error"):
            write_atomically(tmp_path / "x", "new")
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "old")]

    def test_its_permissions_are_those_of_any_new_file(self, tmp_path):
        (tmp_path / "usual").touch()
        write_atomically(tmp_path / "x", "")
        assert stat.filemode((tmp_path / "x").stat().st_mode) == stat.filemode((tmp_path / "usual").stat().st_mode)

    def test_its_name_is_another_each_time_and_hidden(self, tmp_path):
        names = set()
        for _ in range(3):
            with replacing(tmp_path / ("x" * 250)):
                names.update(path.name for path in tmp_path.iterdir() if not path.name.startswith("x"))
        assert len(names) == 3
        assert all(name.startswith(".x") and name.endswith(".tmp") for name in names)

    def test_links_are_not_followed(self, tmp_path):
        outside = tmp_path / "outside"
        outside.write_text("precious")
        directory = tmp_path / "run"
        directory.mkdir()
        (directory / "x").symlink_to(outside)
        (directory / ".x.tmp").symlink_to(outside)
        write_atomically(directory / "x", "new")
        assert outside.read_text() == "precious"
        assert (directory / "x").read_text() == "new"
        assert not (directory / "x").is_symlink()

    def test_nor_is_one_in_place_of_the_temporary_file(self, tmp_path, monkeypatch):
        (tmp_path / "outside").write_text("precious")
        monkeypatch.setattr(secrets, "token_hex", lambda _: "guessed")
        (tmp_path / ".x-guessed.tmp").symlink_to(tmp_path / "outside")
        with pytest.raises(FileExistsError):
            write_atomically(tmp_path / "x", "new")
        assert (tmp_path / "outside").read_text() == "precious"
        assert sorted(path.name for path in tmp_path.iterdir()) == [".x-guessed.tmp", "outside"]


class TestSync:
    @pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
    def test_a_file_system_that_cannot_is_no_error(self, tmp_path, monkeypatch, number):
        monkeypatch.setattr(os, "fsync", failing(number))
        write_atomically(tmp_path / "x", "new")
        assert (tmp_path / "x").read_text() == "new"

    @pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
    def test_what_could_not_be_written_is_an_error(self, tmp_path, monkeypatch, number):
        monkeypatch.setattr(os, "fsync", failing(number))
        with pytest.raises(OSError, match=os.strerror(number)):
            sync_directory(tmp_path)
        with pytest.raises(OSError, match=os.strerror(number)):
            sync(0)

    def test_a_directory_that_may_not_be_listed_is_no_error(self, tmp_path, monkeypatch, synced):
        monkeypatch.setattr(os, "open", failing(errno.EACCES))
        sync_directory(tmp_path)
        assert synced == []

    def test_one_that_is_not_there_is(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            sync_directory(tmp_path / "nowhere")


class TestMakeDirectory:
    def test_every_new_name_is_synced_and_no_other(self, tmp_path, synced):
        make_directory(tmp_path / "a" / "b")
        inodes = {path.stat().st_ino: names for path, names in ((tmp_path, ["a"]), (tmp_path / "a", ["b"]))}
        assert dict(synced) == inodes
        synced.clear()
        make_directory(tmp_path / "a" / "b")
        assert synced == []

    def test_relative_to_where_one_is(self, tmp_path, monkeypatch, synced):
        monkeypatch.chdir(tmp_path)
        make_directory((tmp_path / "x").relative_to(tmp_path))
        assert synced == [(tmp_path.stat().st_ino, ["x"])]

    def test_one_that_stands_there_may_be_refused(self, tmp_path):
        make_directory(tmp_path)
        with pytest.raises(FileExistsError):
            make_directory(tmp_path, exist_ok=False)


class TestLeftovers:
    def test_what_killed_writers_have_left_is_removed_and_nothing_else(self, tmp_path):
        (tmp_path / "weights" / "deep").mkdir(parents=True)
        name = f".config.json-{'0a' * 8}.tmp"
        kept = ["config.json", ".mine.tmp", f"config.json-{'0a' * 8}.tmp", f"weights/deep/{name}", "weights/a"]
        for place in (*kept, name, f"weights/{name}"):
            (tmp_path / place).write_text("x")
        (tmp_path / f".link-{'0a' * 8}.tmp").symlink_to(tmp_path / "config.json")
        remove_leftovers(tmp_path)
        found = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
        assert sorted(found) == sorted([*kept, f".link-{'0a' * 8}.tmp"])

    def test_a_directory_that_is_not_there_has_none(self, tmp_path):
        remove_leftovers(tmp_path / "gone")
