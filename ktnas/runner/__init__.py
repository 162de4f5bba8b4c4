"""Runs searches: the loop, one run, repeats, sweeps.

* `BenchmarkSource`: where a benchmark comes from, in whatever process it is needed; hashable, and small to send.
* `Named`: a benchmark of `ktnas.benchmarks.registry`.
* `AtFidelity`: a benchmark that is searched at trainings of fewer epochs, and judged by the full ones.
* `OwnTable`: a user's own table.
* `Given`: a benchmark at hand, which must be picklable where there are several processes.
* `Arm`: what is compared.
* `Case`: what is searched, and for how long.
* `Sweep`: every arm on every case with every seed.
* `Experiment`: a problem of a benchmark, an algorithm, and when to stop.
* `Asynchronous`: a search that is asked and told step by step.
* `replay`: bring an asynchronous search to where a record leaves it.
* `FirstFailures`: raises where the first evaluations of a task have all failed; after one success never again.
* `FinalTraining`: one architecture on one dataset.
* `Ledger`: what one run has come to; the only mutable thing in it.
* `Transferring`: a search that moves architectures between tasks and can say what became of it.
* `Result`: a finished search.
* `run`: search until every task has used its evaluations, reached its fitness, or has nothing new to ask.
* `Job`: one run: numbers of its arm and case, and its seed.
* `SweepPlan`: all runs of a sweep.
* `Outcomes`: what came of the items.
* `Onlooker`: who looks on in this process; each ends the whole by returning True.
* `run_in_parallel`: work on items, each with one thread for its matrices, until all is done or someone wants an end.
* `map_in_parallel`: what a function makes of every item, in their order.
* `Link`: what work has of whoever gave it out, in whichever process it is done.
* `Recorder`: writes trials down before the search acts on them; answers that take long, as soon as they are there.
* `Earlier`: what is known of an asynchronous run before it begins.
* `run_asynchronously`: search without generations: a worker that is free gets something to do at once.
* `Workforce`: who evaluates: this process, workers, an executor or a cluster, generation by generation or not.
* `search_once`: search, or go on with a search that was cut off, and record it.
* `search_seeds`: one search per seed, each in a directory of its own.
* `SweepResult`: what a sweep has come to.
* `run_sweep`: run what a directory does not hold yet; Ctrl-C, or a callback, ends it with what has been finished.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.runner.asynchronous import Asynchronous as Asynchronous
    from ktnas.runner.asynchronous import replay as replay
    from ktnas.runner.design import Arm as Arm
    from ktnas.runner.design import AtFidelity as AtFidelity
    from ktnas.runner.design import BenchmarkSource as BenchmarkSource
    from ktnas.runner.design import Case as Case
    from ktnas.runner.design import Given as Given
    from ktnas.runner.design import Named as Named
    from ktnas.runner.design import OwnTable as OwnTable
    from ktnas.runner.design import Sweep as Sweep
    from ktnas.runner.experiment import Experiment as Experiment
    from ktnas.runner.failures import FirstFailures as FirstFailures
    from ktnas.runner.final_training import FinalTraining as FinalTraining
    from ktnas.runner.ledger import Ledger as Ledger
    from ktnas.runner.ledger import Transferring as Transferring
    from ktnas.runner.loop import Result as Result
    from ktnas.runner.loop import run as run
    from ktnas.runner.plan import Job as Job
    from ktnas.runner.plan import SweepPlan as SweepPlan
    from ktnas.runner.pool import Onlooker as Onlooker
    from ktnas.runner.pool import Outcomes as Outcomes
    from ktnas.runner.pool import map_in_parallel as map_in_parallel
    from ktnas.runner.pool import run_in_parallel as run_in_parallel
    from ktnas.runner.pool_process import Link as Link
    from ktnas.runner.recorder import Recorder as Recorder
    from ktnas.runner.repeats import search_seeds as search_seeds
    from ktnas.runner.session import search_once as search_once
    from ktnas.runner.steady_loop import Earlier as Earlier
    from ktnas.runner.steady_loop import run_asynchronously as run_asynchronously
    from ktnas.runner.sweep import SweepResult as SweepResult
    from ktnas.runner.sweep import run_sweep as run_sweep
    from ktnas.runner.workforce import Workforce as Workforce

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "asynchronous": ["Asynchronous", "replay"],
        "design": ["BenchmarkSource", "Named", "OwnTable", "AtFidelity", "Given", "Arm", "Case", "Sweep"],
        "experiment": ["Experiment"],
        "failures": ["FirstFailures"],
        "final_training": ["FinalTraining"],
        "ledger": ["Transferring", "Ledger"],
        "loop": ["Result", "run"],
        "plan": ["Job", "SweepPlan"],
        "pool": ["Outcomes", "Onlooker", "run_in_parallel", "map_in_parallel"],
        "pool_process": ["Link"],
        "recorder": ["Recorder"],
        "repeats": ["search_seeds"],
        "session": ["search_once"],
        "steady_loop": ["Earlier", "run_asynchronously"],
        "sweep": ["SweepResult", "run_sweep"],
        "workforce": ["Workforce"],
    },
)
