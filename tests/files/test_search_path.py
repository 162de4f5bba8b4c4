import os
from pathlib import Path

import numpy as np
import pytest

from ktnas.errors import DataError
from ktnas.files import search_path as data
from ktnas.files.array_cache import DiskStore


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Every directory of the search path, empty, in order; the current directory is inside ``work``."""
    work = tmp_path / "work"
    named = {
        "directory": tmp_path / "named",
        "variable": tmp_path / "variable",
        "data": work / "data",
        "tables": tmp_path / "shared" / "data" / "tables",
        "images": tmp_path / "shared" / "data" / "images",
        "cache": tmp_path / "xdg" / "ktnas",
    }
    for place in named.values():
        place.mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("KTNAS_DATA", str(named["variable"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    return named


def test_the_first_place_that_holds_the_file_wins(places):
    for place in places.values():
        (place / "a-table-of-tests.csv").write_text("x")
    for place in places.values():
        found = data.find("a-table-of-tests.csv", places["directory"])
        assert found is not None
        assert found.samefile(place / "a-table-of-tests.csv")
        (place / "a-table-of-tests.csv").unlink()
    assert data.find("a-table-of-tests.csv", places["directory"]) is None


def test_every_place_is_listed_once(places, monkeypatch):
    monkeypatch.setenv("KTNAS_DATA", str(places["data"]))
    path = data.search_path(places["data"])
    resolved = [place.resolve() for place in path]
    assert len(set(resolved)) == len(resolved)
    assert resolved[0] == places["data"].resolve()
    assert resolved[-1] == places["cache"].resolve()


def test_the_variable_names_several_directories(places, tmp_path, monkeypatch):
    first, second, odd = (tmp_path / name for name in ("first", "second", f"with{os.pathsep}in it"))
    for place in (second, odd):
        place.mkdir()
    monkeypatch.setenv("KTNAS_DATA", f"{first}{os.pathsep}{os.pathsep}{second}{os.pathsep}")
    assert data.search_path(places["directory"])[:4] == (places["directory"], first, second, Path("data"))
    (second / "a-table-of-tests.csv").write_text("x")
    assert data.find("a-table-of-tests.csv") == second / "a-table-of-tests.csv"
    monkeypatch.setenv("KTNAS_DATA", str(odd))
    assert data.search_path()[:2] == (odd, Path("data"))


def test_an_unset_variable_is_no_place(places, monkeypatch):
    monkeypatch.setenv("KTNAS_DATA", "")
    assert data.search_path()[0] == Path("data")


def test_a_named_directory_must_exist(tmp_path):
    with pytest.raises(DataError, match=r"'.*nowhere' does not exist or is no directory"):
        data.find("x.csv", tmp_path / "nowhere")


def test_a_missing_file_says_where_it_was_looked_for_and_how_to_get_it(places):
    with pytest.raises(DataError) as caught:
        data.require("a-table-of-tests.csv", "Ask for it.", places["directory"])
    for part in ("a-table-of-tests.csv", "Ask for it.", *map(str, (places["directory"], places["variable"], "data"))):
        assert part in str(caught.value)


def test_a_directory_of_that_name_is_not_the_file(places):
    (places["data"] / "a-table-of-tests.csv").mkdir()
    assert data.find("a-table-of-tests.csv") is None


@pytest.mark.parametrize("value", ["", "relative/cache"])
def test_cache_directory_ignores_an_unset_or_relative_variable(monkeypatch, value):
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert data.cache_directory() == Path.home() / ".cache" / "ktnas"


class TestNoHome:
    """Neither HOME nor an entry in passwd."""

    @pytest.fixture(autouse=True)
    def homeless(self, monkeypatch):
        def fail(path):
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "expanduser", fail)
        monkeypatch.setattr(Path, "home", classmethod(fail))

    def test_there_is_a_search_path_and_a_cache_that_keeps_nothing(self):
        assert data.search_path()[-1] == data.cache_directory()
        notes = []
        store = DiskStore(data.cache_directory(), note=notes.append)
        assert store.get("a") is None
        store.put("a", {"x": np.zeros(2)})
        assert store.get("a") is None
        assert len(notes) == 1
        assert "cannot be written" in notes[0]

    def test_a_user_who_is_not_there_names_no_place(self, monkeypatch):
        monkeypatch.setenv("KTNAS_DATA", "~nobody9/x")
        assert Path("~nobody9/x") in data.search_path()
        assert data.expanded(Path("~nobody9/x")) == Path("~nobody9/x")


def test_tests_have_a_cache_directory_of_their_own():
    assert "ktnas-test-cache-" in str(data.cache_directory())
