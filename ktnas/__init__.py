"""KTNAS: evolutionary multi-task neural architecture search with architecture embedding and transfer rank.

``ktnas.search(...)`` is the front door (`ktnas.api.search`). Names are imported when they are first used, so that
``import ktnas`` loads nothing heavy.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktnas.api import search
    from ktnas.benchmarks.base import Benchmark, Standing
    from ktnas.benchmarks.functions import FunctionBenchmark
    from ktnas.benchmarks.registry import find_benchmark, load_benchmark
    from ktnas.benchmarks.user_table import load_table
    from ktnas.errors import KtnasError
    from ktnas.problem.budget import Budget
    from ktnas.problem.callback import Callback, StopSearch
    from ktnas.problem.progress import Progress
    from ktnas.problem.task import Problem, Task
    from ktnas.problem.trial import Evaluation, History, Proposal, Trial
    from ktnas.rng import Streams
    from ktnas.runner.loop import Result
    from ktnas.runner.workforce import Workforce
    from ktnas.spaces.base import ListedSpace, SearchSpace
    from ktnas.study.network import load_network
    from ktnas.study.result import Found, SearchResult
    from ktnas.study.study import Study
    from ktnas.study.telling import Suggestion
    from ktnas.version import __version__

__all__ = [
    "Benchmark",
    "Budget",
    "Callback",
    "Evaluation",
    "Found",
    "FunctionBenchmark",
    "History",
    "KtnasError",
    "ListedSpace",
    "Problem",
    "Progress",
    "Proposal",
    "Result",
    "SearchResult",
    "SearchSpace",
    "Standing",
    "StopSearch",
    "Streams",
    "Study",
    "Suggestion",
    "Task",
    "Trial",
    "Workforce",
    "__version__",
    "find_benchmark",
    "load_benchmark",
    "load_network",
    "load_table",
    "search",
]


_HOMES = {
    "Benchmark": "ktnas.benchmarks.base",
    "Budget": "ktnas.problem.budget",
    "Callback": "ktnas.problem.callback",
    "Evaluation": "ktnas.problem.trial",
    "Found": "ktnas.study.result",
    "FunctionBenchmark": "ktnas.benchmarks.functions",
    "History": "ktnas.problem.trial",
    "KtnasError": "ktnas.errors",
    "ListedSpace": "ktnas.spaces.base",
    "Problem": "ktnas.problem.task",
    "Progress": "ktnas.problem.progress",
    "Proposal": "ktnas.problem.trial",
    "Result": "ktnas.runner.loop",
    "SearchResult": "ktnas.study.result",
    "SearchSpace": "ktnas.spaces.base",
    "Standing": "ktnas.benchmarks.base",
    "StopSearch": "ktnas.problem.callback",
    "Streams": "ktnas.rng",
    "Study": "ktnas.study.study",
    "Suggestion": "ktnas.study.telling",
    "Task": "ktnas.problem.task",
    "Trial": "ktnas.problem.trial",
    "Workforce": "ktnas.runner.workforce",
    "__version__": "ktnas.version",
    "find_benchmark": "ktnas.benchmarks.registry",
    "load_benchmark": "ktnas.benchmarks.registry",
    "load_network": "ktnas.study.network",
    "load_table": "ktnas.benchmarks.user_table",
    "search": "ktnas.api",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
