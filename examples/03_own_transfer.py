"""A transfer strategy of your own, against transfer rank and none, under statistics.

`Fittest` moves what is best on the other task, and asks nothing else. Prints a table with means, intervals and tests,
for two tasks of NAS-Bench-Graph, which comes with ktnas. With 20 seeds it takes half a minute; a number says how many:

    python examples/03_own_transfer.py 20
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ktnas import Trial
from ktnas.algorithms.presets import ktnas_paper
from ktnas.report import compare
from ktnas.report.markdown import markdown
from ktnas.runner import Arm, Case, Named, Sweep, run_sweep
from ktnas.testing import check_transfer
from ktnas.transfer import Candidates, NoTransfer


@dataclass(frozen=True)
class Fittest:
    """Moves the candidates that are fittest on the task where they live."""

    name: str = "fittest"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        return sorted(candidates.trials, key=lambda trial: trial.fitness, reverse=True)[:count]


if __name__ == "__main__":  # processes import this file anew
    check_transfer(Fittest(), np.random.default_rng(0))
    base = ktnas_paper()
    arms = (
        Arm("transfer rank", base),
        Arm("fittest", replace(base, transfer=Fittest())),
        Arm("none", replace(base, transfer=NoTransfer())),
    )
    cases = (Case(Named("nasbench-graph", ("cora", "citeseer")), budget=50),)
    seeds = tuple(range(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
    with TemporaryDirectory() as directory:  # a place of your own keeps the runs: they are not repeated then
        records = run_sweep(Sweep(arms, cases, seeds), Path(directory), jobs=1).records
    print(markdown(compare(records, baseline="none")[0]))
