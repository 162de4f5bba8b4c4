"""Sources of fitness: a search space, its tasks, an evaluator, and the one door to test metrics.

One file per NAS benchmark. A search sees `Benchmark.evaluate` only; `Benchmark.report` is opened once,
after the search.
"""
