"""Sources of fitness: a search space, its tasks, an evaluator, and the one door to test metrics.

One file per NAS benchmark. A search sees `Benchmark.evaluate` only; `Benchmark.report` is opened once,
after the search.

* `Standing`: where an architecture stands among all listed ones, by validation fitness.
* `Benchmark`: where fitness comes from.
* `Listing`: a benchmark that lists the architectures among which it ranks.
* `WithFidelities`: a benchmark that knows trainings of several lengths: a search may see short ones, and be judged by
  the full.
* `Tabulated`: a complexity that a table lists; fulfils `ktnas.problem.proxy.Proxy`.
* `tabulated`: a measure of complexity as a proxy; None if the benchmark does not list it for every task.
* `ComputedBenchmark`: a benchmark whose answers are computed, and take long.
* `Distributable`: a benchmark whose answers can be computed in any process that has it.
* `HasData`: a benchmark that reads data of which something is to be told before anything is paid for.
* `Estimate`: what a search is expected to take.
* `Estimable`: a benchmark that can tell how long its answers take.
* `FunctionBenchmark`: a benchmark that computes its answers; fulfils `ktnas.benchmarks.Benchmark`.
* `KnownBenchmark`: a benchmark known by name.
* `BenchmarkEntry`: one line of the inventory.
* `known_benchmark`: what is known of the benchmark of that name.
* `known_benchmarks`: what is known of every benchmark, in the order in which they are looked for a task.
* `load_benchmark`: the benchmark of that name.
* `find_benchmark`: the first benchmark that has all of ``tasks``, restricted to them.
* `inventory`: every benchmark known by name, found or not.
* `PackedGenotypes`: a sequence of genotypes that are made when they are asked for, and found again by their numbers.
* `CorrelatedTasks`: where such a pair of tasks comes from: a source of benchmarks for sweeps.
* `with_correlated_task`: a task of a benchmark, after a synthetic one of the given Spearman correlation with it.
* `Plateau`: a made-up task whose unconnected architectures are all alike, and good.
* `TwoRegions`: a made-up task whose good architectures lie in two regions.
* `SeveralBenchmarks`: tasks of several benchmarks.
* `load_several`: tasks of several benchmarks, by names such as ``nasbench201:cifar10``.
* `Fidelity`: what a table records for one task after fewer epochs, one entry per row.
* `TaskRecord`: what a table records for one task, one entry per row.
* `TableBenchmark`: a benchmark over listed architectures; fulfils `ktnas.benchmarks.Benchmark`.
* `listed_space`: ``base`` itself if ``genotypes``, all different, are every code of it.
* `load_table`: a benchmark whose tasks are columns of a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.benchmarks.base import Benchmark as Benchmark
    from ktnas.benchmarks.base import Listing as Listing
    from ktnas.benchmarks.base import Standing as Standing
    from ktnas.benchmarks.base import WithFidelities as WithFidelities
    from ktnas.benchmarks.complexity_proxy import Tabulated as Tabulated
    from ktnas.benchmarks.complexity_proxy import tabulated as tabulated
    from ktnas.benchmarks.computed import ComputedBenchmark as ComputedBenchmark
    from ktnas.benchmarks.computed import Distributable as Distributable
    from ktnas.benchmarks.computed import HasData as HasData
    from ktnas.benchmarks.estimate import Estimable as Estimable
    from ktnas.benchmarks.estimate import Estimate as Estimate
    from ktnas.benchmarks.functions import FunctionBenchmark as FunctionBenchmark
    from ktnas.benchmarks.known import BenchmarkEntry as BenchmarkEntry
    from ktnas.benchmarks.known import KnownBenchmark as KnownBenchmark
    from ktnas.benchmarks.made_up import Plateau as Plateau
    from ktnas.benchmarks.made_up import TwoRegions as TwoRegions
    from ktnas.benchmarks.packed import PackedGenotypes as PackedGenotypes
    from ktnas.benchmarks.registry import find_benchmark as find_benchmark
    from ktnas.benchmarks.registry import inventory as inventory
    from ktnas.benchmarks.registry import known_benchmark as known_benchmark
    from ktnas.benchmarks.registry import known_benchmarks as known_benchmarks
    from ktnas.benchmarks.registry import load_benchmark as load_benchmark
    from ktnas.benchmarks.several import SeveralBenchmarks as SeveralBenchmarks
    from ktnas.benchmarks.several import load_several as load_several
    from ktnas.benchmarks.synthetic import CorrelatedTasks as CorrelatedTasks
    from ktnas.benchmarks.synthetic import with_correlated_task as with_correlated_task
    from ktnas.benchmarks.table import Fidelity as Fidelity
    from ktnas.benchmarks.table import TableBenchmark as TableBenchmark
    from ktnas.benchmarks.table import TaskRecord as TaskRecord
    from ktnas.benchmarks.table import listed_space as listed_space
    from ktnas.benchmarks.user_table import load_table as load_table

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "made_up": ["Plateau", "TwoRegions"],
        "base": ["Standing", "Benchmark", "Listing", "WithFidelities"],
        "complexity_proxy": ["Tabulated", "tabulated"],
        "computed": ["ComputedBenchmark", "Distributable", "HasData"],
        "estimate": ["Estimate", "Estimable"],
        "functions": ["FunctionBenchmark"],
        "known": ["KnownBenchmark", "BenchmarkEntry"],
        "packed": ["PackedGenotypes"],
        "registry": ["known_benchmark", "known_benchmarks", "load_benchmark", "find_benchmark", "inventory"],
        "several": ["SeveralBenchmarks", "load_several"],
        "synthetic": ["CorrelatedTasks", "with_correlated_task"],
        "table": ["Fidelity", "TaskRecord", "TableBenchmark", "listed_space"],
        "user_table": ["load_table"],
    },
)
