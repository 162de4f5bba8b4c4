"""Where faults are done: directories for injured runs, what uninjured ones come to, and the judgement."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from fault_injection.processes import LIMIT_S, Ended, Started, start
from fault_injection.registry import Injection
from fault_injection.victims import Victim

_BEGUN = 0.15
"""Share of a run in which Python itself starts: no program can heed a signal then."""

_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A victim without a fault.

    Attributes:
        directory: What it has written; not to be changed.
        results: What that comes to.
        seconds: How long it took.
    """

    directory: Path
    results: Mapping[str, object]
    seconds: float


@dataclass(slots=True)
class Lab:
    """Where faults are done.

    Attributes:
        root: A directory for everything.
    """

    root: Path
    _numbers: count[int] = field(default_factory=count)
    _baselines: dict[str, Baseline] = field(default_factory=dict)
    _started: list[Started] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """For all commands: this checkout, one thread, a cache that no other program uses."""
        own = {
            "PYTHONPATH": str(_REPOSITORY),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "agg",
        }
        return {**os.environ, **own}

    def place(self, victim: Victim | None = None) -> Path:
        """A directory that is not there yet, in a new one of its own that holds the victim's files."""
        folder = self.root / f"injection-{next(self._numbers)}"
        folder.mkdir(parents=True)
        if victim is not None:
            victim.prepare(folder / "run")
        return folder / "run"

    def clear(self, directory: Path) -> None:
        """Remove a place."""
        shutil.rmtree(directory.parent, ignore_errors=True)

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        limits: Callable[[], object] = lambda: None,
    ) -> Started:
        """Start a command to injure it."""
        error = self.root / f"error-{next(self._numbers)}.txt"
        started = start(command, {**self.environment, **(environment or {})}, error, limits)
        self._started = [*(one for one in self._started if one.process.poll() is None), started]
        return started

    def end(self) -> None:
        """Kill what is still running: the injector itself was interrupted."""
        for started in self._started:
            if started.process.poll() is None:
                started.process.kill()
                started.process.wait()
                started.left()

    def run(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
        """Run a command to its end."""
        began = time.monotonic()
        try:
            done = subprocess.run(
                command,
                check=False,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LIMIT_S,
            )
        except subprocess.TimeoutExpired:
            return Ended(None, "it did not end")
        return Ended(done.returncode, done.stderr, done.stdout, time.monotonic() - began)

    def baseline(self, victim: Victim) -> Baseline:
        """What the victim comes to without a fault; run once."""
        if victim.name not in self._baselines:
            directory = self.place(victim)
            ended = self.run(victim.command(directory))
            if ended.code:
                raise SystemExit(f"faults.py: error: without a fault, {victim.name} fails: {ended.told}")
            self._baselines[victim.name] = Baseline(directory, victim.results(directory), ended.seconds)
        return self._baselines[victim.name]

    def copy(self, victim: Victim, *, without: Sequence[str] = ()) -> Path:
        """A place with what the victim has written without a fault, but for some files."""
        directory = self.place(victim)
        shutil.copytree(self.baseline(victim).directory, directory)
        for name in without:
            (directory / name).unlink()
        return directory

    def strike(self, victim: Victim, directory: Path, started: Started, rng: random.Random) -> bool:
        """Wait for a moment in the life of a command, drawn at random; False if it has ended by then.

        One in three lies where it begins, by the clock. The others lie after so many lines of its records, or after so
        many epochs: that does not depend on how busy the machine is.
        """
        baseline = self.baseline(victim)
        if rng.random() < 1 / 3:
            time.sleep(rng.uniform(_BEGUN, 0.6) * baseline.seconds)
        elif victim.checkpoint and rng.random() < 2 / 3:
            seen: set[object] = {None}
            wanted = rng.randrange(victim.epochs)

            def so_many() -> bool:
                seen.add(victim.kept(directory))
                return len(seen) > wanted + 1

            started.until(so_many)
        else:
            lines = rng.randrange(max(1, victim.recorded(baseline.directory)))
            started.until(lambda: victim.recorded(directory) >= lines)
            time.sleep(rng.uniform(0, 0.1) * baseline.seconds)
        return started.process.poll() is None

    def judge(
        self,
        victim: Victim,
        directory: Path,
        started: Started | None = None,
        *,
        codes: Sequence[int | None] = (),
        mend: Callable[[], object] = lambda: None,
    ) -> Injection:
        """See an injured command end, give it again, and compare what it comes to.

        Args:
            victim: What was injured.
            directory: Where it records.
            started: The injured command; None if its files were injured.
            codes: Exit codes that are right, beside one line with exit code 2; none to leave them open.
            mend: Removes the cause, where a line has asked for it.
        """
        ended = None if started is None else started.wait()
        left = 0 if started is None else started.left()
        wrong = [] if ended is None else _unclean(ended, codes)
        refused = ended is not None and ended.refused
        before = victim.evaluations(directory)
        again = self.run(victim.command(directory))
        if again.code and again.refused:
            refused = True
            mend()
            before = victim.evaluations(directory)
            again = self.run(victim.command(directory))
        wrong += _unclean(again, (0,))
        after = victim.evaluations(directory)
        truth = victim.evaluations(self.baseline(victim).directory)
        lost = (before - after) + (after - truth if after.total() > truth.total() else Counter[str]())
        results, expected = victim.results(directory), self.baseline(victim).results
        changed = sum(results[name] != expected[name] for name in expected) if again.code == 0 else 0
        injection = Injection(again.code == 0, refused, lost.total(), changed, left, "; ".join(wrong))
        if injection == Injection(refused=refused):
            self.clear(directory)
        return injection


def _unclean(ended: Ended, codes: Sequence[int | None]) -> list[str]:
    if ended.code is None:
        return ["it did not end"]
    if ended.traceback:
        return [f"traceback: {ended.traceback}"]
    if codes and ended.code not in codes and not ended.refused:
        return [ended.told]
    return []
