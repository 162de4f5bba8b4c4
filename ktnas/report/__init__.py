"""For people: progress, tables, comparisons, figures.

* `Column`: one column of a table.
* `plain`: text in which brackets are no markup.
* `console`: a console as wide as the terminal, or as ``$COLUMNS`` says; elsewhere nothing limits it.
* `room`: characters in a line; None where nothing limits them.
* `fitted`: the columns of a table that is not wider than ``width``, if that can be had.
* `table`: a table whose rows are one line each.
* `left_out`: a sentence on the columns that found no room; empty if all did.
* `say`: print a sentence over as many lines as it needs.
* `wrapped`: parts separated by commas, broken between parts only: a number stays with its name, on one line.
* `Measure`: what is compared.
* `Cell`: what one arm came to on one task.
* `Difference`: how an arm differs from the baseline on one task.
* `CaseComparison`: all arms on one case.
* `compare`: compare all arms, case by case.
* `ranks_over_tasks`: mean ranks of the arms over all tasks of all cases; None with less than three arms or two tasks.
* `place`: a rank, and what it is out of.
* `of_run`: what one run came to, a sentence each.
* `of_repeats`: what several runs came to, a sentence each.
* `print_inventory`: every benchmark: whether its data are here, where, and how to get what is missing.
* `print_datasets`: datasets of images, for live training: those that are here, and how to get the others.
* `print_dataset`: what was read of a dataset.
* `as_read`: the same as plain values.
* `tables_within`: a table, or where that is wider than ``width`` several below one another, the first column in each.
* `ranks_markdown`: mean ranks over tasks, best first, and which arms differ significantly.
* `Written`: what a comparison left in its directory.
* `arms_of`: all arms in the order in which they come first: that of their colours, in every figure.
* `Total`: a task over all runs.
* `Board`: what is known of all runs.
* `View`: shows how far runs have come; a context manager.
* `PlainView`: a line for every tenth of the work, for logs and pipes.
* `LiveView`: a table on the terminal that renews itself.
* `SweepView`: shows how far a sweep has come.
* `Interval`: a confidence interval.
* `bootstrap_interval`: percentile bootstrap interval of a statistic.
* `reduced`: a statistic that is as large as the values at most, without an overflow on the way.
* `PairedTest`: how the first of two paired samples differs from the second.
* `paired_test`: compare two samples ``(n,)`` whose entries belong together, such as runs of the same seed.
* `rank_biserial`: matched-pairs rank-biserial correlation of differences ``(n,)``, from -1 to 1; 0 if all are zero.
* `holm`: p-values of a family of tests, adjusted by Holm's step-down procedure, in the same order.
* `verdict`: what a test says in words: ``"better"``, ``"worse"`` or ``"not significant"``.
* `MeanRanks`: arms ranked within every block.
* `mean_ranks`: mean ranks of arms over blocks.
* `Spread`: a quantity over the seeds that have it.
* `spread`: the spread of the values that are not None; None if none is left.
* `print_title`: what was run, above a table.
* `print_run`: a run's end.
* `print_repeats`: the end of a run with repeats: per task and quantity the mean, median and range, and what that
  means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.report.columns import Column as Column
    from ktnas.report.columns import console as console
    from ktnas.report.columns import fitted as fitted
    from ktnas.report.columns import left_out as left_out
    from ktnas.report.columns import plain as plain
    from ktnas.report.columns import room as room
    from ktnas.report.columns import say as say
    from ktnas.report.columns import table as table
    from ktnas.report.columns import wrapped as wrapped
    from ktnas.report.comparison import CaseComparison as CaseComparison
    from ktnas.report.comparison import Cell as Cell
    from ktnas.report.comparison import Difference as Difference
    from ktnas.report.comparison import Measure as Measure
    from ktnas.report.comparison import compare as compare
    from ktnas.report.comparison import ranks_over_tasks as ranks_over_tasks
    from ktnas.report.conclusions import of_repeats as of_repeats
    from ktnas.report.conclusions import of_run as of_run
    from ktnas.report.conclusions import place as place
    from ktnas.report.inventory import as_read as as_read
    from ktnas.report.inventory import print_dataset as print_dataset
    from ktnas.report.inventory import print_datasets as print_datasets
    from ktnas.report.inventory import print_inventory as print_inventory
    from ktnas.report.markdown import Written as Written
    from ktnas.report.markdown import arms_of as arms_of
    from ktnas.report.markdown import ranks_markdown as ranks_markdown
    from ktnas.report.markdown import tables_within as tables_within
    from ktnas.report.progress import Board as Board
    from ktnas.report.progress import LiveView as LiveView
    from ktnas.report.progress import PlainView as PlainView
    from ktnas.report.progress import SweepView as SweepView
    from ktnas.report.progress import Total as Total
    from ktnas.report.progress import View as View
    from ktnas.report.statistics import Interval as Interval
    from ktnas.report.statistics import MeanRanks as MeanRanks
    from ktnas.report.statistics import PairedTest as PairedTest
    from ktnas.report.statistics import Spread as Spread
    from ktnas.report.statistics import bootstrap_interval as bootstrap_interval
    from ktnas.report.statistics import holm as holm
    from ktnas.report.statistics import mean_ranks as mean_ranks
    from ktnas.report.statistics import paired_test as paired_test
    from ktnas.report.statistics import rank_biserial as rank_biserial
    from ktnas.report.statistics import reduced as reduced
    from ktnas.report.statistics import spread as spread
    from ktnas.report.statistics import verdict as verdict
    from ktnas.report.tables import print_repeats as print_repeats
    from ktnas.report.tables import print_run as print_run
    from ktnas.report.tables import print_title as print_title

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "columns": ["Column", "plain", "console", "room", "fitted", "table", "left_out", "say", "wrapped"],
        "comparison": ["Measure", "Cell", "Difference", "CaseComparison", "compare", "ranks_over_tasks"],
        "conclusions": ["place", "of_run", "of_repeats"],
        "inventory": ["print_inventory", "print_datasets", "print_dataset", "as_read"],
        "markdown": ["tables_within", "ranks_markdown", "Written", "arms_of"],
        "progress": ["Total", "Board", "View", "PlainView", "LiveView", "SweepView"],
        "statistics": [
            "Interval",
            "bootstrap_interval",
            "reduced",
            "PairedTest",
            "paired_test",
            "rank_biserial",
            "holm",
            "verdict",
            "MeanRanks",
            "mean_ranks",
            "Spread",
            "spread",
        ],
        "tables": ["print_title", "print_run", "print_repeats"],
    },
)
