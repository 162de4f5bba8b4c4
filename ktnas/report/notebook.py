"""How far a run is, in a notebook: a table in the cell's output that renews itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from time import monotonic
from types import TracebackType
from typing import Any

from ktnas.problem.callback import FailureKinds, Finished
from ktnas.problem.progress import RunProgress
from ktnas.problem.task import value_text
from ktnas.report.pages.markup import escape, table_markup
from ktnas.report.pages.page import PageColumn, Table
from ktnas.report.progress import Board, LiveView, PlainView, View

APART_S = 0.25
"""Seconds between two states that are shown, at least; the last one always is."""


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def view_of(board: Board, wanted: bool | None) -> View:
    """What shows how far a run is: in the notebook, or on standard error.

    Args:
        board: What is known of the run.
        wanted: Whether anything is shown; None for in notebooks alone.
    """
    if in_notebook() and wanted is not False:
        return NotebookView(board, _display())
    if not wanted:
        return View()
    return LiveView(board, sys.stderr) if sys.stderr.isatty() else PlainView(board, sys.stderr)


def _display() -> Callable[[str], None]:
    """What shows markup in the output of a cell, in place of what it has shown before."""
    shown: Any = import_module("IPython.display")  # a notebook has it
    handle = shown.display(shown.HTML(""), display_id=True)

    def show(markup: str) -> None:
        handle.update(shown.HTML(markup))

    return show


class NotebookView(View):
    """A table that renews itself, with the first failure of each kind beneath."""

    def __init__(self, board: Board, show: Callable[[str], None]) -> None:
        """Nothing is shown before anything happens.

        Args:
            board: What is known of the run.
            show: Shows markup in place of what it has shown before.
        """
        self._board, self._show = board, show
        self._kinds = FailureKinds()
        self._failures: list[str] = []
        self._last = -APART_S

    def evaluation_finished(self, finished: Finished) -> None:
        if text := self._kinds.told(finished):
            self._failures.append(text)

    def progressed(self, progress: RunProgress) -> None:
        self._board.seeds[progress.seed] = progress
        if monotonic() - self._last >= APART_S:
            self._draw()

    def busy(self, doing: str) -> None:
        self._board.doing = doing
        self._draw()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._board.seeds:
            self._draw()

    def _draw(self) -> None:
        self._last, board = monotonic(), self._board
        if not board.seeds:
            return
        columns = (
            PageColumn("task"),
            PageColumn("evaluations", "number"),
            PageColumn("best", "number"),
            PageColumn("transfers", "number"),
        )
        rows = []
        for task in board.tasks:
            total = board.total(task.name)
            done = f"{total.evaluations:,} of {board.budget * board.runs:,}"
            rows.append([task.name, done, value_text(task, total.fitness), total.proposed or None])
        share = round(100 * board.done())
        bar = f"<progress max='100' value='{share}' aria-label='done' style='width:16rem'></progress> {share} %"
        failures = "".join(f"<p>{escape(text)}</p>" for text in self._failures)
        table = table_markup(Table("progress", board.title, columns, rows))
        self._show(f"{bar} {escape(board.clock())}{table}{failures}")
