"""KTNAS: evolutionary multi-task neural architecture search with architecture embedding and transfer rank.

``ktnas.search(...)`` is the front door (`ktnas.api.search`). Names are imported when they are first used, so that
``import ktnas`` loads nothing heavy.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktnas.api import Found, SearchResult, search
    from ktnas.benchmarks import Benchmark, Standing
    from ktnas.benchmarks.functions import FunctionBenchmark
    from ktnas.benchmarks.lookup import find_benchmark, load_benchmark
    from ktnas.benchmarks.user_table import load_table
    from ktnas.budget import Budget
    from ktnas.errors import KtnasError
    from ktnas.rng import Streams
    from ktnas.runner import Progress, Result
    from ktnas.space import ListedSpace, SearchSpace
    from ktnas.trial import Evaluation, History, Problem, Proposal, Task, Trial

__version__ = "0.1.0"

__all__ = [
    "Benchmark",
    "Budget",
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
    "Streams",
    "Task",
    "Trial",
    "__version__",
    "find_benchmark",
    "load_benchmark",
    "load_table",
    "search",
]

_HOMES = {
    "Benchmark": "ktnas.benchmarks",
    "Budget": "ktnas.budget",
    "Evaluation": "ktnas.trial",
    "Found": "ktnas.api",
    "FunctionBenchmark": "ktnas.benchmarks.functions",
    "History": "ktnas.trial",
    "KtnasError": "ktnas.errors",
    "ListedSpace": "ktnas.space",
    "Problem": "ktnas.trial",
    "Progress": "ktnas.runner",
    "Proposal": "ktnas.trial",
    "Result": "ktnas.runner",
    "SearchResult": "ktnas.api",
    "SearchSpace": "ktnas.space",
    "Standing": "ktnas.benchmarks",
    "Streams": "ktnas.rng",
    "Task": "ktnas.trial",
    "Trial": "ktnas.trial",
    "find_benchmark": "ktnas.benchmarks.lookup",
    "load_benchmark": "ktnas.benchmarks.lookup",
    "load_table": "ktnas.benchmarks.user_table",
}


def __getattr__(name: str) -> object:
    if name == "search":
        return import_module("ktnas.search")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _CallableSubpackage(ModuleType):
    """``ktnas.search`` holds the algorithms, and is the function `ktnas.api.search` when it is called."""

    def __call__(self, *arguments: object, **options: object) -> object:
        function = import_module("ktnas.api").search
        return function(*arguments, **options)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        if name == "search" and isinstance(value, ModuleType):  # the import system binds each submodule it has loaded
            value.__class__ = _CallableSubpackage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
