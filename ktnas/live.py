"""What a run shows while it runs, on standard error: a table that renews itself, or sparse plain lines.

A view is told of every answer and draws a few times a second at most, so that it costs a search nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TextIO

from ktnas.runner import TaskResult
from ktnas.trial import Task

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

REFRESHES_PER_SECOND = 8
LINES_APART_S = 1.0, 10.0
"""Without a terminal a line appears for every tenth of the work, so many seconds apart at least and at most."""

BAR_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one task of one run has come.

    Attributes:
        evaluations: Evaluations so far.
        closed: Whether the task has ended, even with evaluations left.
        fitness: The incumbent's fitness; None without one.
        proposed: Migrants evaluated.
        positive: Those judged positive.
        skipped: Generations without a transfer.
    """

    evaluations: int = 0
    closed: bool = False
    fitness: float | None = None
    proposed: int = 0
    positive: int = 0
    skipped: int = 0


Standings = Mapping[str, Standing]
"""How far each task of a run has come, by name."""


def standings(tasks: Mapping[str, TaskResult]) -> dict[str, Standing]:
    """What a view shows of a run."""
    return {
        name: Standing(
            result.evaluations,
            result.exhausted or result.stop_reached_at is not None,
            None if result.best is None else result.best.fitness,
            result.transfers.proposed,
            result.transfers.positive,
            result.transfers.skipped_generations,
        )
        for name, result in tasks.items()
    }


@dataclass(slots=True)
class Board:
    """What is known of all runs.

    Attributes:
        title: What is run.
        tasks: The tasks, in order.
        budget: Evaluations per task and run.
        runs: Number of runs, one per seed.
        seeds: How far each run that has started has come, by seed.
        began: When the board was made, on the monotonic clock.
    """

    title: str
    tasks: tuple[Task, ...]
    budget: int
    runs: int = 1
    seeds: dict[int, Standings] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)

    def share(self, task: str) -> float:
        """Share of a task's work that is done, over all runs."""
        done = sum(self.budget if (s := standing[task]).closed else s.evaluations for standing in self.seeds.values())
        return done / (self.budget * self.runs)

    def done(self) -> float:
        """Share of all work that is done."""
        return sum(self.share(task.name) for task in self.tasks) / len(self.tasks)

    def total(self, task: str) -> Standing:
        """A task over all runs: sums, and the best incumbent."""
        rows = [standing[task] for standing in self.seeds.values()]
        return Standing(
            evaluations=sum(row.evaluations for row in rows),
            closed=len(rows) == self.runs and all(row.closed for row in rows),
            fitness=max((row.fitness for row in rows if row.fitness is not None), default=None),
            proposed=sum(row.proposed for row in rows),
            positive=sum(row.positive for row in rows),
            skipped=sum(row.skipped for row in rows),
        )

    def clock(self) -> str:
        """Time gone, and an estimate of the time left."""
        gone, done = monotonic() - self.began, self.done()
        if not 0 < done < 1:
            return duration(gone)
        return f"{duration(gone)}, about {duration(gone * (1 - done) / done)} left"


class View(Protocol):
    """Shows how far runs have come; a context manager."""

    def __enter__(self) -> View:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the last state and end."""

    def show(self, seed: int, standing: Standings) -> None:
        """The run of this seed has come this far."""


class SilentView:
    """Shows nothing."""

    def __enter__(self) -> SilentView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def show(self, seed: int, standing: Standings) -> None:
        """Nothing."""


class PlainView:
    """A line for every tenth of the work, for logs and pipes."""

    def __init__(self, board: Board, stream: TextIO) -> None:
        self._board, self._stream = board, stream
        self._tenths, self._last = 0, monotonic()

    def __enter__(self) -> PlainView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def show(self, seed: int, standing: Standings) -> None:
        """Write a line if another tenth is done, or after a while."""
        board = self._board
        if not board.seeds:  # not earlier: a mistake that is found on the way here is to be the only line
            self._stream.write(f"{board.title}\n")
        board.seeds[seed] = standing
        tenths = int(board.done() * 10 + 1e-9)
        least, most = LINES_APART_S
        gap = monotonic() - self._last
        if (gap < least and tenths < 10) or (tenths == self._tenths and gap < most):
            return
        self._tenths, self._last = tenths, monotonic()
        parts = [f"{task.name} {self._task(task)}" for task in board.tasks]
        self._stream.write(f"{board.done():4.0%}  {' | '.join(parts)}  ({board.clock()})\n")
        self._stream.flush()

    def _task(self, task: Task) -> str:
        total = self._board.total(task.name)
        moved = f", transfers {total.proposed} ({total.positive} positive)" if total.proposed else ""
        return (
            f"{total.evaluations}/{self._board.budget * self._board.runs} best {value_text(task, total.fitness)}{moved}"
        )


class LiveView:
    """A table on the terminal that renews itself."""

    def __init__(self, board: Board, stream: TextIO) -> None:
        self._board, self._stream = board, stream
        self._live: Live | None = None

    def __enter__(self) -> LiveView:
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

    def show(self, seed: int, standing: Standings) -> None:
        """Remember; what is remembered is drawn at the next refresh."""
        self._board.seeds = {**self._board.seeds, seed: standing}  # replaced, not changed: another thread draws it

    def _table(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        board = self._board
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("task", "", "evaluations", "best so far", "transfers", "positive", "skipped"):
            table.add_column(heading, justify="left" if heading in ("task", "") else "right", no_wrap=True)
        for task in board.tasks:
            total = board.total(task.name)
            bar = ProgressBar(total=1.0, completed=board.share(task.name), width=BAR_WIDTH)
            counts = (str(total.proposed), str(total.positive), str(total.skipped))
            used = f"{total.evaluations}/{board.budget * board.runs}"
            table.add_row(task.name, bar, used, value_text(task, total.fitness), *counts)
        return Group(Text(board.title, style="bold"), table, Text(board.clock(), style="dim"))


def value_text(task: Task, fitness: float | None) -> str:
    """A fitness as the task's metric with its unit.

    >>> value_text(Task("cifar10", "validation accuracy", "%"), 91.60666)
    '91.607 %'
    """
    if fitness is None:
        return "none"
    text = number_text(task.to_fitness(fitness))
    return f"{text} {task.unit}" if task.unit else text


def number_text(value: float) -> str:
    """Five significant digits, without an exponent where the number reads well without.

    >>> number_text(0.581234567), number_text(12.0), number_text(1234567.0)
    ('0.58123', '12.000', '1234567')
    """
    magnitude = abs(value)
    if magnitude >= 10_000:
        return f"{value:.0f}" if magnitude < 1e9 else f"{value:.4e}"
    if magnitude and magnitude < 1e-4:
        return f"{value:.4e}"
    whole = len(str(int(magnitude))) if magnitude >= 1 else 0
    return f"{value:.{max(0, 5 - whole)}f}"


def duration(seconds: float) -> str:
    """A length of time to read.

    >>> duration(3.21), duration(75), duration(7260)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
