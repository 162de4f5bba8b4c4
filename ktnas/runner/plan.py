"""What a sweep comes down to: its runs in order, each with a key made of everything that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.description import identify
from ktnas.errors import ConfigurationError
from ktnas.problem.budget import check
from ktnas.records.configuration import configuration, environment
from ktnas.records.digest import configuration_key, data_digest
from ktnas.records.run_directory import DATA, ENVIRONMENT
from ktnas.records.sweep_evaluations import SweptTask, swept_tasks
from ktnas.runner.design import Sweep
from ktnas.spaces.fingerprint import fingerprint
from ktnas.typing import JSON
from ktnas.version import __version__


@dataclass(frozen=True, slots=True)
class Job:
    """One run: numbers of its arm and case, and its seed."""

    arm: int
    case: int
    seed: int


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """All runs of a sweep.

    Attributes:
        keys: The runs in order, each with its key.
        swept: Of what evaluations are, by case and task.
        titles: Names of the cases.
        described: What ``sweep.json`` says: every arm and case in full.
    """

    keys: dict[Job, str]
    swept: dict[int, dict[str, SweptTask]]
    titles: dict[int, str]
    described: dict[str, JSON]


def planned(sweep: Sweep) -> SweepPlan:
    """Check every arm against every case, so that mistakes show before anything runs.

    Raises:
        KtnasError: If an arm does not suit a case, two cases have one name, or data are not found.
    """
    configs: dict[tuple[int, int], dict[str, JSON]] = {}
    identities: dict[tuple[int, int], dict[str, JSON]] = {}
    titles: dict[int, str] = {}
    found: dict[int, dict[str, SweptTask]] = {}
    for (c, case), (a, arm) in product(enumerate(sweep.cases), enumerate(sweep.arms)):
        experiment = case.experiment(arm.search)
        benchmark, problem, budget = experiment.benchmark, experiment.problem, experiment.budget
        for seed in sweep.seeds:
            check(problem, budget, seed)
        configs[a, c] = {
            **_without(configuration(benchmark, problem, experiment.search, budget, (0,)), (ENVIRONMENT, DATA)),
            "version": __version__,
            "data": data_digest(benchmark),
            "fingerprint": fingerprint(problem.space),
        }
        identities[a, c] = {**configs[a, c], **_identity(benchmark, experiment.search)}
        titles[c] = case.title(problem, benchmark.name)
        if c not in found:
            found[c] = swept_tasks(benchmark, problem)
    named = list(titles.values())
    twice = next((title for title in named if named.count(title) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"two cases are named {twice!r}; give each a name of its own")
    jobs = [Job(a, c, seed) for seed in sweep.seeds for c in range(len(sweep.cases)) for a in range(len(sweep.arms))]
    keys = {job: configuration_key({**identities[job.arm, job.case], "seed": job.seed}) for job in jobs}
    return SweepPlan(keys, found, titles, _described(sweep, titles, configs))


def _without(config: Mapping[str, JSON], keys: tuple[str, ...]) -> dict[str, JSON]:
    return {key: value for key, value in config.items() if key not in keys}


def _identity(benchmark: Benchmark, search: object) -> dict[str, JSON]:
    """What a key is made of in place of the descriptions of a configuration."""
    live = {"training": identify(benchmark.settings())} if isinstance(benchmark, ComputedBenchmark) else {}
    return {**live, "method": identify(search)}


def _described(
    sweep: Sweep, titles: Mapping[int, str], configs: Mapping[tuple[int, int], Mapping[str, JSON]]
) -> dict[str, JSON]:
    """Every arm and case in full, by name."""
    arms = {arm.name: configs[a, 0]["method"] for a, arm in enumerate(sweep.arms)}
    cases = {
        title: {key: value for key, value in configs[0, c].items() if key not in ("method", "seed")}
        for c, title in titles.items()
    }
    return {"arms": arms, "cases": cases, "seeds": list(sweep.seeds), ENVIRONMENT: environment()}
