"""A file of results that several processes add to."""

import multiprocessing

import pytest

from experiments.machinery.scenes_rows import Rows
from ktnas.errors import ConfigurationError, DataError

COLUMNS = ("network", "seed", "value")


@pytest.fixture
def opened(tmp_path):
    made = []

    def open_rows(head=None):
        made.append(Rows(tmp_path / "rows.csv", head or {"recipe": "a"}, COLUMNS, 2))
        return made[-1]

    yield open_rows
    for rows in made:
        rows.close()


def test_lines_are_there_when_it_is_opened_again(opened):
    rows = opened()
    rows.append(("n1", "0", "1.5"))
    again = opened()
    assert again.lines == {("n1", "0"): ("n1", "0", "1.5")}
    again.append(("n2", "0", "2.5"))
    rows.refresh()
    assert list(rows.lines) == [("n1", "0"), ("n2", "0")]
    assert rows.path.read_text().splitlines() == ['# {"recipe": "a"}', "network,seed,value", "n1,0,1.5", "n2,0,2.5"]


def test_what_was_cut_off_is_removed(opened):
    rows = opened()
    rows.append(("n1", "0", "1.5"))
    whole = rows.path.read_bytes()
    rows.path.write_bytes(whole + b"n2,0,2.")
    assert list(opened().lines) == [("n1", "0")]
    assert rows.path.read_bytes() == whole


def test_another_head_is_refused(opened):
    opened().append(("n1", "0", "1.5"))
    with pytest.raises(ConfigurationError, match=r"made by another recipe or version \(recipe a; .* recipe b\); name"):
        opened({"recipe": "b"})


@pytest.mark.parametrize(
    "content", ["network,seed,value\n", "# {}\nn1,0\n", '# {"recipe": "a"}\nnetwork,seed,value\nn1,0\n']
)
def test_a_damaged_file_is_refused(opened, tmp_path, content):
    (tmp_path / "rows.csv").write_text(content)
    with pytest.raises(DataError, match="damaged"):
        opened()


def test_a_line_must_fit(opened):
    with pytest.raises(ValueError, match="columns network, seed, value"):
        opened().append(("n1", "0"))
    with pytest.raises(ValueError, match="without commas"):
        opened().append(("n1", "0", "1,5"))


def test_a_machine_is_told_once(opened):
    rows = opened()
    assert [rows.machine({"on": name}) for name in ("x", "y", "x")] == [0, 1, 0]
    assert opened().machines == [{"on": "x"}, {"on": "y"}]


def test_what_is_done_is_not_claimed(opened):
    rows = opened()
    with rows.claimed(0, ("n1", "0")) as mine:
        assert mine
        rows.append(("n1", "0", "1.5"))
    with rows.claimed(0, ("n1", "0")) as mine:
        assert not mine


def _try(path, answers):
    rows = Rows(path, {"recipe": "a"}, COLUMNS, 2)
    for number in (0, 1):
        with rows.claimed(number, ("n", str(number))) as mine:
            answers.put(mine)


def test_what_another_process_is_at_is_not_claimed(opened):
    rows = opened()
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    with rows.claimed(0, ("n", "0")) as mine:
        assert mine
        other = context.Process(target=_try, args=(rows.path, answers))
        other.start()
        assert [answers.get(timeout=60) for _ in range(2)] == [False, True]
        other.join()
