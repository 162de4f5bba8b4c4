"""What a run shows while it runs, on standard error: a table that renews itself, or sparse plain lines.

A view is told of every answer and draws a few times a second at most, so that it costs a search nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.formatting import duration
from ktnas.problem.callback import Callback, FailureKinds, Finished
from ktnas.problem.progress import RunProgress, SweepProgress, TaskProgress
from ktnas.problem.task import Task, value_text
from ktnas.report.columns import UNLIMITED, Column, fitted, plain
from ktnas.runner.experiment import Experiment

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

REFRESHES_PER_SECOND = 8


_BEGUN = 0.02
"""Share of the work from which on an estimate means something: before, most of the time went into the start."""

LINES_APART_S = 1.0, 10.0
"""Without a terminal a line appears for every tenth of the work, so many seconds apart at least and at most."""


BAR_WIDTH = 24


_BAR = " " * BAR_WIDTH
"""Stands for a bar while columns are measured."""


_LEAVE = ("skipped", "positive", "transfers", "", "evaluations")
"""Columns that give way in a narrow terminal, the first one first."""


@dataclass(frozen=True, slots=True)
class Total:
    """A task over all runs.

    Attributes:
        evaluations: Evaluations so far.
        fitness: The best incumbent's fitness; None without one.
        proposed: Migrants evaluated.
        positive: Those judged positive.
        skipped: Generations without a transfer.
        cost_s: Seconds that the evaluations cost.
        running: Evaluations that have begun.
    """

    evaluations: int = 0
    fitness: float | None = None
    proposed: int = 0
    positive: int = 0
    skipped: int = 0
    cost_s: float = 0.0
    running: int = 0


@dataclass(slots=True)
class Board:
    """What is known of all runs.

    Attributes:
        title: What is run.
        tasks: The tasks, in order.
        budget: Evaluations per task and run.
        runs: Number of runs, one per seed.
        workers: Evaluations that run in parallel, where their cost is what takes the time; 0 for tables.
        seeds: How far each run that has started has come, by seed.
        doing: What is done beside searching; empty if nothing.
        began: When the board was made, on the monotonic clock.
    """

    title: str
    tasks: tuple[Task, ...]
    budget: int
    runs: int = 1
    workers: int = 0
    seeds: dict[int, RunProgress] = field(default_factory=dict)
    doing: str = ""
    began: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, experiment: Experiment, runs: int = 1) -> Board:
        """Before the first evaluation."""
        benchmark = experiment.benchmark
        workers = max(1, benchmark.workers) if isinstance(benchmark, ComputedBenchmark) else 0
        return cls(experiment.title, experiment.problem.tasks, experiment.budget.evaluations, runs, workers)

    def share(self, task: str) -> float:
        """Share of a task's work that is done, over all runs."""
        done = sum(self.budget if row.closed else row.evaluations for row in self._rows(task))
        return done / (self.budget * self.runs)

    def _rows(self, task: str) -> list[TaskProgress]:
        return [run.tasks[task] for run in self.seeds.values()]

    def done(self) -> float:
        """Share of all work that is done."""
        return sum(self.share(task.name) for task in self.tasks) / len(self.tasks)

    def total(self, task: str) -> Total:
        """A task over all runs: sums, and the best incumbent."""
        rows = self._rows(task)
        return Total(
            evaluations=sum(row.evaluations for row in rows),
            fitness=max((row.fitness for row in rows if row.fitness is not None), default=None),
            proposed=sum(row.transfers.proposed for row in rows),
            positive=sum(row.transfers.positive for row in rows),
            skipped=sum(row.transfers.skipped_generations for row in rows),
            cost_s=sum(row.cost_s for row in rows),
            running=sum(run.running.get(task, 0) for run in self.seeds.values()),
        )

    def clock(self) -> str:
        """Time gone, and an estimate of the time left."""
        gone, done = monotonic() - self.began, self.done()
        left_s = self._left_at_cost_s() if self.workers else gone * (1 - done) / done if done > _BEGUN else 0.0
        left = f", about {duration(left_s)} left" if left_s else ""
        return self.doing or f"{duration(gone)}{left}{self._training()}{self._under_way()}"

    def _under_way(self) -> str:
        runs = [run for task in self.tasks for run in self.seeds.values() if run.doing and run.running.get(task.name)]
        return f"; {runs[0].doing}" if runs else ""

    def _training(self) -> str:
        if not self.workers:
            return ""
        totals = [self.total(task.name) for task in self.tasks]
        running, cost_s = sum(total.running for total in totals), sum(total.cost_s for total in totals)
        return f"; {running} in training, {duration(cost_s)} of training so far"

    def _left_at_cost_s(self) -> float:
        """What is left at the cost of what is done; recorded answers of a run that goes on count with theirs."""
        totals = [self.total(task.name) for task in self.tasks]
        means = [total.cost_s / total.evaluations for total in totals if total.evaluations]
        other = sum(means) / len(means) if means else 0.0
        left = 0.0
        for task, total in zip(self.tasks, totals, strict=True):
            mean = total.cost_s / total.evaluations if total.evaluations else other
            left += (1 - self.share(task.name)) * self.budget * self.runs * mean
        return left / self.workers


class View(Callback):
    """Shows how far runs have come; a context manager. This one shows nothing."""

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the last state and end."""


class PlainView(View):
    """A line for every tenth of the work, for logs and pipes."""

    def __init__(self, board: Board, stream: TextIO) -> None:
        self._board, self._stream = board, stream
        self._tenths, self._last = 0, monotonic()
        self._begun = False
        self._kinds = FailureKinds()

    def evaluation_finished(self, finished: Finished) -> None:
        if text := self._kinds.told(finished):
            self._begin()
            self._stream.write(f"{text}\n")
            self._stream.flush()

    def _begin(self) -> None:
        if not self._begun:  # not earlier: a mistake that is found on the way here is to be the only line
            self._stream.write(f"{self._board.title}\n")
        self._begun = True

    def progressed(self, progress: RunProgress) -> None:
        """Write a line if another tenth is done, or after a while."""
        board = self._board
        self._begin()
        board.seeds[progress.seed] = progress
        tenths = int(board.done() * 10 + 1e-9)
        least, most = LINES_APART_S
        gap = monotonic() - self._last
        if (gap < least and tenths < 10) or (tenths == self._tenths and gap < most):
            return
        self._tenths, self._last = tenths, monotonic()
        parts = [f"{task.name} {self._task(task)}" for task in board.tasks]
        self._stream.write(f"{board.done():4.0%}  {' | '.join(parts)}  ({board.clock()})\n")
        self._stream.flush()

    def busy(self, doing: str) -> None:
        if doing:
            self._stream.write(f"{doing}\n")
            self._stream.flush()

    def _task(self, task: Task) -> str:
        total = self._board.total(task.name)
        moved = f", transfers {total.proposed} ({total.positive} positive)" if total.proposed else ""
        return (
            f"{total.evaluations}/{self._board.budget * self._board.runs} best {value_text(task, total.fitness)}{moved}"
        )


class LiveView(View):
    """A table on the terminal that renews itself."""

    def __init__(self, board: Board, stream: TextIO) -> None:
        self._board, self._stream = board, stream
        self._live: Live | None = None
        self._kinds = FailureKinds()

    def evaluation_finished(self, finished: Finished) -> None:
        """The first failure of each kind stays above the table."""
        text = self._kinds.told(finished)
        if text and self._live is not None:
            self._live.console.print(plain(text))

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self._stream)
        self._live = Live(
            get_renderable=self._table, console=console, refresh_per_second=REFRESHES_PER_SECOND, transient=True
        )
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the table away: the final one follows."""
        if self._live is not None:
            self._live.stop()

    def progressed(self, progress: RunProgress) -> None:
        """Remember; what is remembered is drawn at the next refresh."""
        seeds = self._board.seeds
        self._board.seeds = {**seeds, progress.seed: progress}  # replaced, not changed: another thread draws it

    def busy(self, doing: str) -> None:
        """Stands where the clock was."""
        self._board.doing = doing

    def _table(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        board = self._board
        columns = fitted(self._columns(), UNLIMITED if self._live is None else self._live.console.width, _LEAVE)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in columns:
            table.add_column(column.heading, justify="right" if column.right else "left", no_wrap=True)
        for row, task in zip(zip(*(column.cells for column in columns), strict=True), board.tasks, strict=True):
            bar = ProgressBar(total=1.0, completed=board.share(task.name), width=BAR_WIDTH)
            table.add_row(*(bar if cell == _BAR else cell for cell in row))
        return Group(Text(board.title, style="bold"), table, Text(board.clock(), style="dim"))

    def _columns(self) -> list[Column]:
        board = self._board
        totals = [(task, board.total(task.name)) for task in board.tasks]
        limit = board.budget * board.runs
        return [
            Column("task", tuple(plain(task.name) for task, _ in totals), right=False),
            Column("", (_BAR,) * len(totals), right=False),
            Column("evaluations", tuple(f"{total.evaluations}/{limit}" for _, total in totals)),
            Column("best so far", tuple(plain(value_text(task, total.fitness)) for task, total in totals)),
            Column("transfers", tuple(str(total.proposed) for _, total in totals)),
            Column("positive", tuple(str(total.positive) for _, total in totals)),
            Column("skipped", tuple(str(total.skipped) for _, total in totals)),
        ]


_APART_S = 0.2, 15.0
"""Seconds between two states that are shown, at least: on a terminal, and elsewhere."""


@dataclass(slots=True)
class SweepView(Callback):
    """Shows how far a sweep has come.

    Attributes:
        stream: Where to.
        shown: When something was shown last, on the monotonic clock.
        width: Characters of the line that stands there.
    """

    stream: TextIO
    shown: float = field(default=float("-inf"))
    width: int = 0

    def sweep_progressed(self, progress: SweepProgress) -> None:
        """Show it, unless something was shown just now."""
        terminal = self.stream.isatty()
        ended = progress.done == progress.total
        if monotonic() - self.shown < _APART_S[0 if terminal else 1] and not ended:
            return
        self.shown = monotonic()
        text = line(progress)
        before, after = ("\r", "\n" if ended else "") if terminal else ("", "\n")
        self.stream.write(f"{before}{text.ljust(self.width if terminal else 0)}{after}")
        self.stream.flush()
        self.width = len(text)


def line(progress: SweepProgress) -> str:
    """Progress in words.

    >>> line(SweepProgress(done=30, total=120, found=10, left_s=95.0))
    '30 of 120 runs (10 found finished), about 1 min 35 s left'
    """
    found = f" ({progress.found} found finished)" if progress.found else ""
    left = progress.left_s
    return f"{progress.done} of {progress.total} runs{found}" + (
        f", about {duration(left)} left" if left is not None and progress.done < progress.total else ""
    )
