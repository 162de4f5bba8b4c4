"""A study whose tasks are evaluated outside, from options by name."""

from __future__ import annotations

from collections.abc import Sequence

from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.config.registry import SPACES, listing, made
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.experiment import Experiment, require_population, with_store
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.categorical import Categorical


def is_outside(options: RunOptions) -> bool:
    """Whether options name a space and nothing that would evaluate its architectures."""
    return options.space is not None and not (options.table or options.benchmark or options.training.live)


def compose_outside(options: RunOptions, choices: Sequence[int] = ()) -> Experiment:
    """The experiment, with tasks that are names alone.

    Args:
        options: Space, tasks, method and budget.
        choices: Of a categorical space, how many values each position of a code has.

    Raises:
        KtnasError: If a name is not known, or options contradict each other.
    """
    names = (*options.sources, *options.targets, *options.tasks)
    if not names:
        raise ConfigurationError("a study that is evaluated outside needs names of tasks: --tasks a,b")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"task {twice!r} is named twice; name each task once")
    if (options.tasks and (options.sources or options.targets)) or bool(options.sources) != bool(options.targets):
        raise ConfigurationError("give either --tasks, or --source and --target")
    benchmark = OutsideBenchmark(_space(options.space or "", choices), names, frozenset(options.minimize))
    if options.until_best:
        raise ConfigurationError("--until-best needs a table; what is evaluated outside lists no best entry")
    search = with_store(options.method.build())
    budget = Budget(options.budget_evals)
    require_population(search, budget.evaluations)
    return Experiment(benchmark, Problem(benchmark.space, benchmark.tasks, frozenset(options.sources)), search, budget)


def _space(name: str, choices: Sequence[int]) -> SearchSpace:
    space = made("search space", name, SPACES)
    if space is not None:
        if choices:
            raise ConfigurationError(f"--choices is of a categorical space; {name} has its own")
        return space
    if not choices:
        raise ConfigurationError(
            f"a {name} space needs --choices 4,4,3: how many values each position of a code has; other spaces: "
            f"{listing(one for one in SPACES if one != name)}"
        )
    if min(choices) < 1:
        raise ConfigurationError(f"--choices must be at least 1 each; got {','.join(map(str, choices))}")
    return Categorical(tuple(choices))
