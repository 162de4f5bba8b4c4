"""A study whose tasks are evaluated outside, from options by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.outside import OutsideBenchmark
from ktnas.benchmarks.several import SeveralBenchmarks
from ktnas.config.registry import SPACES, listing, made
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError, unknown_name
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.runner.experiment import Experiment, require_population, with_store
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.several import SeveralSpaces


def is_outside(options: RunOptions) -> bool:
    """Whether options name a space and nothing that would evaluate its architectures."""
    return options.space is not None and not (options.table or options.benchmark or options.training.live)


def outside_hint(options: RunOptions) -> str:
    """How tasks that were taken for a benchmark's are evaluated outside; empty where they name no search spaces."""
    names = (*options.sources, *options.targets, *options.tasks)
    spaces = list(dict.fromkeys(name.partition(":")[0] for name in names if ":" in name))
    if options.benchmark or not spaces or not set(spaces) <= SPACES.keys():
        return ""
    return f"; tasks that you evaluate yourself need --space {'+'.join(spaces)}"


def compose_outside(options: RunOptions, choices: Sequence[int] = ()) -> Experiment:
    """The experiment, with tasks that are names alone.

    Args:
        options: Space, tasks, method and budget. Several spaces are joined by ``+``, and tasks then called
            ``SPACE:TASK``.
        choices: Of a categorical space, how many values each position of a code has.

    Raises:
        KtnasError: If a name is not known, or options contradict each other.
    """
    _require_of_use(options)
    names = (*options.sources, *options.targets, *options.tasks)
    if not names:
        raise ConfigurationError("a study that is evaluated outside needs names of tasks: --tasks a,b")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"task {twice!r} is named twice; name each task once")
    if (options.tasks and (options.sources or options.targets)) or bool(options.sources) != bool(options.targets):
        raise ConfigurationError("give either --tasks, or --source and --target")
    benchmark = _benchmark(_spaces(options.space or "", choices), names, options.minimize)
    if options.until_best:
        raise ConfigurationError("--until-best needs a table; what is evaluated outside lists no best entry")
    search = with_store(options.method.build())
    budget = Budget(options.budget_evals)
    require_population(search, budget.evaluations)
    problem = Problem(benchmark.space, benchmark.tasks, frozenset(options.sources))
    if isinstance(problem.space, SeveralSpaces):
        search.start(problem)  # a method that cannot search them says so before anything is made
    return Experiment(benchmark, problem, search, budget)


def _require_of_use(options: RunOptions) -> None:
    given = {
        "--from": options.earlier,
        "--fidelity": options.fidelity,
        "--arch-column": options.arch_column,
        "--repeated": options.repeated,
    }
    useless = next((flag for flag, value in given.items() if value), None)
    if useless is not None:
        raise ConfigurationError(f"{useless} is of no use to a study that is evaluated outside; leave it out")


def _benchmark(spaces: Mapping[str, SearchSpace], names: Sequence[str], minimize: Sequence[str]) -> Benchmark:
    """Tasks of one space, by whatever names; or of several, those of one space together."""
    every = frozenset(minimize)
    if len(spaces) == 1:
        return OutsideBenchmark(next(iter(spaces.values())), tuple(names), every)
    for name in minimize:
        if name not in names:
            raise unknown_name("task to minimize", name, names)
    own: dict[str, list[str]] = {space: [] for space in spaces}
    for name in names:
        own[_space_of(name, spaces)].append(name)
    empty = next((space for space, tasks in own.items() if not tasks), None)
    if empty is not None:
        raise ConfigurationError(f"no task is of search space {empty!r}: name one {empty}:TASK, or leave the space out")
    return SeveralBenchmarks(
        tuple(OutsideBenchmark(spaces[space], tuple(tasks), every & set(tasks)) for space, tasks in own.items())
    )


def _space_of(task: str, spaces: Mapping[str, SearchSpace]) -> str:
    space, colon, own = task.partition(":")
    if not (colon and own):
        raise ConfigurationError(
            f"task {task!r} does not say of which search space it is: it must be SPACE:TASK, with one of "
            f"{listing(spaces)}"
        )
    if space not in spaces:
        raise unknown_name("search space", space, spaces, f"task {task!r}")
    return space


def _spaces(name: str, choices: Sequence[int]) -> dict[str, SearchSpace]:
    """The spaces of a name such as ``nasbench201+transnas101-micro``, by their own."""
    names = name.split("+")
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"search space {twice!r} is named twice in --space {name}; name each once")
    found = {one: made("search space", one, SPACES) for one in names}
    if choices and None not in found.values():
        raise ConfigurationError(f"--choices is of a categorical space; {name} has its own")
    return {one: _categorical(one, choices) if space is None else space for one, space in found.items()}


def _categorical(name: str, choices: Sequence[int]) -> SearchSpace:
    if not choices:
        raise ConfigurationError(
            f"a {name} space needs --choices 4,4,3: how many values each position of a code has; other spaces: "
            f"{listing(one for one in SPACES if one != name)}"
        )
    if min(choices) < 1:
        raise ConfigurationError(f"--choices must be at least 1 each; got {','.join(map(str, choices))}")
    return Categorical(tuple(choices))
