"""The pool: order, ends of every kind, and no process that outlives the one that started it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ktnas.errors import KtnasError
from ktnas.runner.pool import Onlooker, Outcomes, map_in_parallel, run_in_parallel
from ktnas.runner.pool_process import Process

WORK = '''
"""Work for processes of the tests."""

import os
import signal
import time
from pathlib import Path

from ktnas.errors import ConfigurationError


def square(number):
    return number * number


def process_id(number):
    return os.getpid()


def threads(number):
    import numpy  # the library whose threads are limited
    from threadpoolctl import threadpool_info

    return max(library["num_threads"] for library in threadpool_info())


def late_first(number):
    """The first item ends last: once the last has ended."""
    place, index, last = number
    while index == 0 and not (place / str(last)).exists():
        time.sleep(0.01)
    (place / str(index)).touch()
    return index


def fail_at_one(number):
    if number == 1:
        raise ConfigurationError("one is no good")
    time.sleep(0 if number == 0 else 600)
    return number


def killed_at_one(number):
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def value_error(number):
    raise ValueError("not portable")


class Awkward(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def awkward(number):
    raise Awkward("one", "two")


def unsendable(number):
    return lambda: number


def talk(number, link):
    for i in range(3):
        link.tell((number, i))
    return number


def until_closing(item, link):
    """Writes down that it has begun; ends when asked to."""
    place, number = item
    (place / f"begun-{number}").touch()
    if number == 0:
        link.tell("begun")
    while not link.closing:
        time.sleep(0.01)
    (place / f"ended-{number}").touch()
    return number


def fail_or_wait(item, link):
    place, number = item
    (place / f"begun-{number}").touch()
    while not (place / "begun-1").exists() or not (place / "begun-0").exists():
        time.sleep(0.01)
    if number == 1:
        raise ConfigurationError("one is no good")
    while not link.closing:
        time.sleep(0.01)
    (place / f"ended-{number}").touch()
    return number


def for_ever(place):
    (place / str(os.getpid())).touch()
    time.sleep(600)
'''


@pytest.fixture
def work(tmp_path, monkeypatch):
    directory = tmp_path / "modules"
    directory.mkdir()
    (directory / "pool_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(directory)
    monkeypatch.delitem(sys.modules, "pool_work", raising=False)
    import pool_work

    return pool_work


def ended(pid, within_s=10.0):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("jobs", [1, 2])
class TestWhateverTheNumberOfProcesses:
    def test_outcomes_stand_in_the_order_of_the_items(self, work, jobs):
        told = []
        found = map_in_parallel(work.square, range(5), jobs=jobs, outcome=lambda i, value: told.append((i, value)))
        assert found == [0, 1, 4, 9, 16]
        assert sorted(told) == list(enumerate(found))

    def test_messages_are_heard_in_order_and_all_of_them(self, work, jobs):
        heard = []
        onlooker = Onlooker(message=heard.append)
        assert run_in_parallel(work.talk, range(3), jobs=jobs, onlooker=onlooker) == Outcomes((0, 1, 2), True)
        for number in range(3):
            assert [i for n, i in heard if n == number] == [0, 1, 2]

    def test_nothing_to_do(self, work, jobs):
        assert run_in_parallel(work.talk, [], jobs=jobs) == Outcomes((), True)

    def test_each_has_one_thread(self, work, jobs):
        assert map_in_parallel(work.threads, range(2), jobs=jobs) == [1, 1]

    def test_an_error_is_raised_here(self, work, jobs):
        from ktnas.errors import ConfigurationError

        with pytest.raises(ConfigurationError, match="one is no good"):
            map_in_parallel(work.fail_at_one, range(2), jobs=jobs)

    def test_an_onlooker_ends_the_whole(self, work, jobs):
        found = run_in_parallel(work.talk, range(50), jobs=jobs, onlooker=Onlooker(outcome=lambda i, outcome: True))
        assert not found.complete
        assert 1 <= len(found.outcomes) < 50
        assert list(found.outcomes) == sorted(found.outcomes)

    def test_only_true_ends_it(self, work, jobs):
        onlooker = Onlooker(outcome=lambda i, outcome: 1, message=lambda message: "go on")
        assert run_in_parallel(work.talk, range(3), jobs=jobs, onlooker=onlooker).complete

    def test_an_interruption_keeps_what_is_there(self, work, jobs):
        def interrupt(index, outcome):
            if len(seen) == 0:
                seen.append(outcome)
                raise KeyboardInterrupt

        seen = []
        found = run_in_parallel(work.talk, range(50), jobs=jobs, onlooker=Onlooker(interrupt))
        assert not found.complete
        assert seen[0] in found.outcomes

    def test_an_interrupted_map_is_an_interruption(self, work, jobs):
        def interrupt(index, outcome):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            map_in_parallel(work.square, range(9), jobs=jobs, outcome=interrupt)


def test_one_job_is_done_in_this_process_and_several_are_not(work):
    assert map_in_parallel(work.process_id, range(2), jobs=1) == [os.getpid()] * 2
    assert os.getpid() not in map_in_parallel(work.process_id, range(2), jobs=2)
    assert map_in_parallel(work.process_id, range(1), jobs=2) == [os.getpid()]  # nothing to gain


def test_the_order_does_not_depend_on_who_ends_first(work, tmp_path):
    told = []
    items = [(tmp_path, i, 3) for i in range(4)]
    assert map_in_parallel(work.late_first, items, jobs=2, outcome=lambda i, o: told.append(i)) == [0, 1, 2, 3]
    assert told.index(0) > told.index(2)


def test_what_is_under_way_is_asked_to_end_and_the_rest_is_dropped(work, tmp_path):
    items = [(tmp_path, i) for i in range(20)]
    onlooker = Onlooker(message=lambda message: message == "begun")
    found = run_in_parallel(work.until_closing, items, jobs=2, onlooker=onlooker)
    begun = {path.name.removeprefix("begun-") for path in tmp_path.glob("begun-*")}
    assert begun == {path.name.removeprefix("ended-") for path in tmp_path.glob("ended-*")}
    assert [str(number) for number in found.outcomes] == sorted(begun, key=int)
    assert len(begun) <= 2
    assert not found.complete


def test_an_error_asks_the_others_to_end_and_keeps_what_they_make_of_it(work, tmp_path):
    from ktnas.errors import ConfigurationError

    told = []
    items = [(tmp_path, i) for i in range(20)]
    with pytest.raises(ConfigurationError, match="one is no good"):
        run_in_parallel(
            work.fail_or_wait, items, jobs=2, onlooker=Onlooker(lambda index, outcome: told.append(outcome))
        )
    assert told == [0]
    assert len(list(tmp_path.glob("begun-*"))) == 2


def test_a_process_that_dies_is_an_error_of_one_line(work):
    with pytest.raises(KtnasError, match="a process that worked in parallel has died") as raised:
        map_in_parallel(work.killed_at_one, range(4), jobs=2)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_sent_is_an_error(work):
    with pytest.raises((AttributeError, TypeError, Exception), match="pickle"):
        map_in_parallel(lambda number: number, range(4), jobs=2)


def test_an_error_tells_where_it_happened(work):
    with pytest.raises(ValueError, match="not portable") as raised:
        map_in_parallel(work.value_error, range(2), jobs=2)
    assert "in value_error" in "".join(raised.value.__notes__)


def test_an_error_that_cannot_be_sent_is_told(work):
    with pytest.raises(KtnasError, match="Awkward: one two"):
        map_in_parallel(work.awkward, range(2), jobs=2)


def test_an_outcome_that_cannot_be_sent_is_an_error(work):
    with pytest.raises(Exception, match="pickle"):
        map_in_parallel(work.unsendable, range(2), jobs=2)


def test_a_script_without_a_guard_is_told_so(work, tmp_path):
    script = tmp_path / "script.py"
    place = tmp_path / "processes"
    text = SCRIPT.format(modules=str(tmp_path / "modules"), place=str(place)).replace("__name__ == ", "")
    script.write_text(text)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert 'under if __name__ == "__main__":' in done.stderr


SCRIPT = """
import sys
from pathlib import Path

sys.path.insert(0, {modules!r})
import pool_work
from ktnas.runner.pool import map_in_parallel

if __name__ == "__main__":
    map_in_parallel(pool_work.for_ever, [Path({place!r})] * 2, jobs=2)
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["begin", "give"])
def test_an_interruption_before_a_process_has_its_work_is_not_waited_for(work, tmp_path, monkeypatch, step):
    def interrupted(process, sent):
        raise KeyboardInterrupt

    monkeypatch.setattr(Process, step, interrupted)
    found = run_in_parallel(work.until_closing, [(tmp_path, 0), (tmp_path, 1)], jobs=2)
    assert (found.outcomes, found.complete) == ((), False)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are POSIX")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_no_process_outlives_its_parent(work, tmp_path, how):
    place = tmp_path / "processes"
    place.mkdir()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(modules=str(tmp_path / "modules"), place=str(place)))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits it where it is ignored
    try:
        process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL, start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(list(place.iterdir())) < 2:
            time.sleep(0.05)
        children = [int(path.name) for path in place.iterdir()]
        assert len(children) == 2
        process.send_signal(getattr(signal, how))
        assert process.wait(timeout=30) != 0
    assert all(ended(pid) for pid in children)
