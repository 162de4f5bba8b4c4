"""Signals while processes start, and in processes that leave them to their parent."""

import signal
import subprocess
import sys
import threading

import pytest

from ktnas.evaluation.interrupts import ENDING, interruptions_held_back

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX signals")


def interrupt():
    """A signal that a mask of this thread does not keep away: another thread takes it in."""
    thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGINT,))
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    thread.start()
    thread.join()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.fixture(autouse=True)
def usual():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_waits_for_the_end_of_the_block():
    reached = []

    def block():
        with interruptions_held_back():
            interrupt()
            reached.append("end")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert reached == ["end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not set(ENDING) & signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.slow
def test_the_first_process_too_is_started_with_signals_held_back():
    """The process that multiprocessing starts beside the first one unblocks them, up to Python 3.12."""
    script = (
        "import signal\n"
        "from ktnas.evaluation.interrupts import ENDING, interruptions_held_back\n"
        "from multiprocessing import resource_tracker\n"
        "with interruptions_held_back():\n"
        "    resource_tracker.ensure_running()\n"
        "    assert set(ENDING) <= signal.pthread_sigmask(signal.SIG_BLOCK, ())\n"
        "assert not set(ENDING) & signal.pthread_sigmask(signal.SIG_BLOCK, ())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


LEFT = """
import multiprocessing, os, signal, sys
from ktnas.evaluation.interrupts import ENDING, interruptions_held_back, killed_at_exit, leave_signals_to_parent

def child(connection):
    leave_signals_to_parent()
    for number in ENDING:
        os.kill(os.getpid(), number)
    connection.send(os.getpid())
    connection.recv()

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(theirs,), daemon=True)
    with interruptions_held_back():
        process.start()
    killed_at_exit(process)
    print(ours.recv(), flush=True)
"""


@pytest.mark.slow
def test_a_process_that_leaves_signals_to_its_parent_is_killed_at_the_end_of_it(tmp_path):
    (tmp_path / "left.py").write_text(LEFT)
    command = [sys.executable, str(tmp_path / "left.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 0
