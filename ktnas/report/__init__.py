"""For people: progress, tables, comparisons, figures.

* `Measure`: what is compared.
* `Cell`: what one arm came to on one task.
* `Difference`: how an arm differs from the baseline on one task.
* `CaseComparison`: all arms on one case.
* `compare`: compare all arms, case by case.
* `ranks_over_tasks`: mean ranks of the arms over all tasks of all cases; None with less than three arms or two tasks.
* `print_inventory`: every benchmark: whether its data are here, where, and how to get what is missing.
* `print_datasets`: datasets of images, for live training: those that are here, and how to get the others.
* `print_dataset`: what was read of a dataset.
* `ranks_markdown`: mean ranks over tasks, best first, and which arms differ significantly.
* `Board`: what is known of all runs.
* `View`: shows how far runs have come; a context manager.
* `PlainView`: a line for every tenth of the work, for logs and pipes.
* `LiveView`: a table on the terminal that renews itself.
* `SweepView`: shows how far a sweep has come.
* `Interval`: a confidence interval.
* `bootstrap_interval`: percentile bootstrap interval of a statistic.
* `PairedTest`: how the first of two paired samples differs from the second.
* `paired_test`: compare two samples ``(n,)`` whose entries belong together, such as runs of the same seed.
* `rank_biserial`: matched-pairs rank-biserial correlation of differences ``(n,)``, from -1 to 1; 0 if all are zero.
* `holm`: p-values of a family of tests, adjusted by Holm's step-down procedure, in the same order.
* `verdict`: what a test says in words: ``"better"``, ``"worse"`` or ``"not significant"``.
* `MeanRanks`: arms ranked within every block.
* `mean_ranks`: mean ranks of arms over blocks.
* `Spread`: a quantity over the seeds that have it.
* `spread`: the spread of the values that are not None; None if none is left.
* `Picture`: figures at hand: a notebook shows them, `save` writes them.
* `print_run`: a run's end.
* `print_repeats`: the end of a run with repeats: per task and quantity the mean, median and range, and what that
  means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.report.comparison import CaseComparison as CaseComparison
    from ktnas.report.comparison import Cell as Cell
    from ktnas.report.comparison import Difference as Difference
    from ktnas.report.comparison import Measure as Measure
    from ktnas.report.comparison import compare as compare
    from ktnas.report.comparison import ranks_over_tasks as ranks_over_tasks
    from ktnas.report.inventory import print_dataset as print_dataset
    from ktnas.report.inventory import print_datasets as print_datasets
    from ktnas.report.inventory import print_inventory as print_inventory
    from ktnas.report.markdown import ranks_markdown as ranks_markdown
    from ktnas.report.picture import Picture as Picture
    from ktnas.report.progress import Board as Board
    from ktnas.report.progress import LiveView as LiveView
    from ktnas.report.progress import PlainView as PlainView
    from ktnas.report.progress import SweepView as SweepView
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
    from ktnas.report.statistics import spread as spread
    from ktnas.report.statistics import verdict as verdict
    from ktnas.report.tables import print_repeats as print_repeats
    from ktnas.report.tables import print_run as print_run

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "comparison": ["Measure", "Cell", "Difference", "CaseComparison", "compare", "ranks_over_tasks"],
        "inventory": ["print_inventory", "print_datasets", "print_dataset"],
        "markdown": ["ranks_markdown"],
        "picture": ["Picture"],
        "progress": ["Board", "View", "PlainView", "LiveView", "SweepView"],
        "statistics": [
            "Interval",
            "bootstrap_interval",
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
        "tables": ["print_run", "print_repeats"],
    },
)
