"""Commands that are started to be injured, and what is left of them. Reads ``/proc``: Linux alone."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MARK = "KTNAS_FAULTS_MARK"
"""A variable that a command hands down to every process of its own."""

PATIENCE_S = 2.0
"""Seconds after a command's end in which its processes have to end."""

LIMIT_S = 240.0
"""Seconds after which a command hangs: many times what it takes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Exit code, negative if a signal ended it; None if it did not end in `LIMIT_S`.
        error: Its standard error.
        output: Its standard output.
        seconds: How long it took.
    """

    code: int | None
    error: str
    output: str = ""
    seconds: float = 0.0

    @property
    def traceback(self) -> str:
        """The last line of a traceback of ours; empty without one."""
        shown = "Traceback" in self.error and "ktnas" in self.error
        return self.error.strip().splitlines()[-1][:200] if shown else ""

    @property
    def refused(self) -> bool:
        """Whether it is exit code 2 with one line that says why."""
        lines = [line for line in self.error.splitlines() if "error:" in line]
        return self.code == 2 and len(lines) == 1 and not self.traceback

    @property
    def told(self) -> str:
        """Exit code and last line, for a report."""
        lines = self.error.strip().splitlines()
        return f"exit code {self.code}: {lines[-1][:300] if lines else ''}"


@dataclass(frozen=True, slots=True)
class Started:
    """A command that runs, in a group of processes of its own."""

    process: subprocess.Popen[bytes]
    mark: str
    error: Path

    def workers(self) -> list[int]:
        """Ids of processes that it has started to work in parallel."""
        return [pid for pid in _marked(self.mark) if pid != self.process.pid and b"spawn_main" in _command(pid)]

    def wait(self, limit_s: float = LIMIT_S) -> Ended:
        """See it end; one that does not is killed."""
        try:
            code: int | None = self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            code = None
            self.process.kill()
            self.process.wait()
        return Ended(code, self.error.read_text(errors="replace"))

    def until(self, there: Callable[[], object], limit_s: float = LIMIT_S) -> bool:
        """Wait until something is there; False if the command has ended before, or it takes too long."""
        end = time.monotonic() + limit_s
        while self.process.poll() is None and time.monotonic() < end:
            if there():
                return True
            time.sleep(0.01)
        return False

    def left(self) -> int:
        """Processes of it that are still there some time after its end; they are killed."""
        end = time.monotonic() + PATIENCE_S
        time.sleep(0.05)  # one that was started last has no environment to be known by until its program is loaded
        while (found := _marked(self.mark)) and time.monotonic() < end:
            time.sleep(0.05)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)


def start(command: Sequence[str], environment: Mapping[str, str], error: Path, limits: Callable[[], object]) -> Started:
    """Start a command that can be injured; its standard error goes to a file."""
    mark = secrets.token_hex(8)

    def before() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # whatever nohup, or a shell in the background, has made of them
        limits()

    with error.open("wb") as file:
        process = subprocess.Popen(
            command,
            env={**environment, _MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 - this program has no threads
        )
    return Started(process, mark, error)


def _marked(mark: str) -> list[int]:
    """Ids of processes that live, and were started, directly or not, with a mark."""
    wanted, found = f"{_MARK}={mark}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                held = (entry / "environ").read_bytes()
                if wanted in held.split(b"\0") and _state(entry) not in "ZX":
                    found.append(int(entry.name))
    return found


def _state(entry: Path) -> str:
    return (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
