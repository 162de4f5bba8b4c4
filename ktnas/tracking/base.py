"""What all trackers share: which numbers they are told, when, and that none of them ever ends a search."""

from __future__ import annotations

import json
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from ktnas.errors import ConfigurationError, reason
from ktnas.problem.callback import Answered, Callback, Finished
from ktnas.problem.run_events import Closed, Opened
from ktnas.problem.trial import Evaluation, Question
from ktnas.typing import JSON

TOGETHER, APART_S = 100, 1.0
"""Numbers are handed on together: so many evaluations at most, and after so many seconds at the latest."""

PATIENCE = 3
"""Runs in a row that a tool may fail before it is left alone: one that does not answer takes its time to fail."""

TEXT_LIMIT = 500
"""Longer settings are cut, characters."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one evaluation came to.

    Attributes:
        task: The task.
        evaluation: Which of the task it is, from 1, in the order in which they ended.
        values: Numbers by name: ``value``, the task's metric, where it did not fail; ``best`` so far, in the same
            unit, once there is one; ``failed`` and ``cost_s`` so far; and the evaluation's own metrics.
    """

    task: str
    evaluation: int
    values: Mapping[str, float]


@dataclass(slots=True)
class _Task:
    """How far a task has come, in the order of arrival."""

    minimize: bool = False
    evaluations: int = 0
    failed: int = 0
    cost_s: float = 0.0
    best: float | None = None

    def after(self, evaluation: Evaluation) -> dict[str, float]:
        """The numbers of one more."""
        self.evaluations += 1
        self.cost_s += evaluation.cost_s
        values = {f"metric {plain_name(name)}": float(value) for name, value in evaluation.metrics.items()}
        if evaluation.fitness is None:
            self.failed += 1
        else:
            sign = -1.0 if self.minimize else 1.0
            values["value"] = sign * evaluation.fitness
            self.best = evaluation.fitness if self.best is None else max(self.best, evaluation.fitness)
        if self.best is not None:
            values["best"] = -self.best if self.minimize else self.best
        return {**values, "failed": float(self.failed), "cost_s": self.cost_s}


class Tracker(Callback, ABC):
    """Hands a search's numbers to a tool that keeps and draws them. A subclass says how: `begin`, `write`, `end`.

    It sees what happens and changes nothing. Where the tool fails, that is said once, and the search goes on without.
    A run that goes on after an interruption is told from its beginning again. One object may be told of many runs, one
    after the other: a tool that has failed for `PATIENCE` of them in a row is left alone from then on.

    Attributes:
        title: The tool's name, for messages.
        package: What must be importable for it.
        extra: The extra of this package that installs it.
    """

    title = "a tracker"
    package = ""
    extra = ""

    def __init__(self) -> None:
        """Check that the tool is there.

        Raises:
            ConfigurationError: If it is not installed, saying how to install it.
        """
        require(self.title, self.package, self.extra)
        self._lost, self._losses = False, 0
        self._reset()

    def _reset(self) -> None:
        self._tasks: dict[str, _Task] = {}
        self._seen: set[Question] = set()
        self._points: list[Point] = []
        self._written = monotonic()
        self._begun = self._failed = False

    @abstractmethod
    def begin(self, run: Opened) -> None:
        """A run begins."""

    @abstractmethod
    def write(self, points: Sequence[Point]) -> None:
        """Evaluations have ended."""

    @abstractmethod
    def end(self, closed: Closed, results: Mapping[str, float]) -> None:
        """The run has ended.

        Args:
            closed: How.
            results: Numbers that are known at the end alone, by ``TASK/name``: rank, regret, test metrics.
        """

    def run_opened(self, opened: Opened) -> None:
        self._reset()
        if self._losses >= PATIENCE:
            self._failed = True
            return
        self._lost = False
        self._tasks = {name: _Task(minimize) for name, minimize in _tasks(opened.config).items()}
        self._safely(lambda: self.begin(opened))
        self._begun = True

    def evaluation_finished(self, finished: Finished) -> None:
        self._take(finished.question, finished.evaluation)

    def generation_answered(self, answered: Answered) -> None:
        """Take what came from a record, too."""
        for trial in answered.trials:
            if not trial.repeat:
                self._take((trial.task, trial.genotype), trial.evaluation)
        if len(self._points) >= TOGETHER or monotonic() - self._written >= APART_S:
            self._flush()

    def run_closed(self, closed: Closed) -> None:
        self._flush()
        failed = self._failed
        if self._begun:  # one that failed meanwhile may still be able to say that the run has ended
            self._failed = False
            self._safely(lambda: self.end(closed, results_of(closed.summary)), silent=failed)
            self._losses = self._losses + 1 if self._lost else 0
            if self._losses == PATIENCE:
                self._warn(f"tracking with %s has failed for {PATIENCE} runs in a row; later ones go on without it")
        self._begun = False

    def _take(self, question: Question, evaluation: Evaluation) -> None:
        if question in self._seen:
            return
        self._seen.add(question)
        task = self._tasks.setdefault(question[0], _Task())
        values = task.after(evaluation)
        self._points.append(Point(question[0], task.evaluations, values))
        if len(self._points) >= TOGETHER or monotonic() - self._written >= APART_S:
            self._flush()

    def _flush(self) -> None:
        points, self._points = self._points, []
        if points:
            self._safely(lambda: self.write(points))
        self._written = monotonic()

    def _safely(self, act: Callable[[], None], *, silent: bool = False) -> None:
        if self._failed:
            return
        try:
            act()
        except Exception as error:  # somebody else's library, network or disk
            self._failed = self._lost = True
            if not (silent or self._losses):
                self._warn("tracking with %s ended (%s); the search goes on without it", reason(error))

    def _warn(self, text: str, *more: str) -> None:
        logging.getLogger("ktnas").warning(text, self.title, *more)


def require(title: str, package: str, extra: str) -> None:
    """Refuse a tool that is not installed.

    Raises:
        ConfigurationError: Saying how to install it.
    """
    from importlib.util import find_spec

    if package and find_spec(package) is None:
        raise ConfigurationError(f"tracking with {title} needs the package {package}: pip install 'ktnas[{extra}]'")


def _tasks(config: Mapping[str, JSON]) -> dict[str, bool]:
    """The tasks that a configuration names, and whether less is better."""
    tasks = config.get("tasks")
    if not isinstance(tasks, Mapping):
        return {}
    return {name: isinstance(one, Mapping) and one.get("minimize") is True for name, one in tasks.items()}


def settings_of(run: Opened) -> dict[str, str]:
    """What decides a run, flat: ``method.transfer.window`` and so on, as text; of a sweep's, its names there too."""
    return dict(_flat("", {**run.config, **run.labels, "seed": run.seed}))


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, part in value.items() for pair in _flat(f"{prefix}.{key}" if prefix else str(key), part)]
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        return [pair for number, part in enumerate(value) for pair in _flat(f"{prefix}.{number}", part)]
    text = value if isinstance(value, str) else json.dumps(value)
    return [(plain_name(prefix), text[:TEXT_LIMIT])]


def run_name(run: Opened) -> str:
    """What a run is called in a tool: its name in a sweep, the end of its directory's name, or what is searched."""
    if run.name:
        return run.name
    if run.directory is not None:
        parts = run.directory.replace("\\", "/").rstrip("/").split("/")
        return "/".join(parts[-2:]) if parts[-1].startswith("seed-") else parts[-1]
    return f"{run.config.get('benchmark', 'search')}-seed{run.seed}"


def results_of(summary: Mapping[str, object]) -> dict[str, float]:
    """Numbers of a summary that are known at the end alone, by ``TASK/name``."""
    tasks = summary.get("tasks")
    found: dict[str, float] = {}
    for task, told in tasks.items() if isinstance(tasks, Mapping) else ():
        best = told.get("best") if isinstance(told, Mapping) else None
        if not isinstance(best, Mapping):
            continue
        report = best.get("report")
        numbers = {
            **{key: best.get(key) for key in ("rank", "regret", "evaluations_to_best")},
            **({f"report {name}": value for name, value in report.items()} if isinstance(report, Mapping) else {}),
        }
        found.update(
            {
                f"{plain_name(task)}/{plain_name(name)}": float(v)
                for name, v in numbers.items()
                if isinstance(v, int | float)
            }
        )
    return found


def plain_name(name: str) -> str:
    """A name of which every tool takes each character.

    >>> plain_name("top-1 (%)")
    'top-1 ___'
    """
    return re.sub(r"[^A-Za-z0-9_./ -]", "_", name)
