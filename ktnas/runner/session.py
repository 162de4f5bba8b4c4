"""From an experiment to its run directory: one search, or one per seed spread over processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from ktnas.benchmarks import Benchmark
from ktnas.benchmarks.live import LiveBenchmark
from ktnas.config.experiment import compose
from ktnas.config.run_options import RunOptions
from ktnas.evaluation.interrupts import interruptions_held_back
from ktnas.evaluation.protocol import Evaluate
from ktnas.evaluation.replay import recalling
from ktnas.files.json_lines import to_json
from ktnas.problem.budget import check
from ktnas.problem.progress import TaskResult
from ktnas.records.configuration import configuration
from ktnas.records.evaluations import EvaluationLog, answered
from ktnas.records.run_directory import SUMMARY, RunDirectory
from ktnas.records.summary import Ending, Summary, summarize
from ktnas.records.trials import TrialLog
from ktnas.report.progress import REFRESHES_PER_SECOND, Standings, View
from ktnas.runner.experiment import Experiment
from ktnas.runner.loop import run
from ktnas.runner.recorder import Recorder, Show

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event
from ktnas.records.run_directory import places_of, unused_directory

Say: TypeAlias = Callable[[str], None]
"""Is told what is done beside searching; an empty text ends it."""


_POLL_S = 0.1


_NAME_LIMIT = 60


_NAMED_TASKS = 3


def _unsaid(doing: str) -> None:
    """Nobody is told."""


def search_once(experiment: Experiment, seed: int, directory: RunDirectory, show: Show, say: Say = _unsaid) -> Summary:
    """Search, or go on with a search that was cut off, and record it; an interrupted one comes back unfinished.

    Args:
        experiment: What is searched, and how.
        seed: Seed of all random numbers.
        directory: Where it is recorded.
        show: Told how far the search has come.
        say: Told what is done after it, where that takes long.

    Raises:
        ConfigurationError: If settings do not suit the problem, or the directory cannot take the run; nothing has
            been evaluated then.
        DataError: If the directory holds a damaged record.
    """
    problem, budget = experiment.problem, experiment.budget
    check(problem, budget, seed)
    benchmark = experiment.benchmark
    if isinstance(benchmark, LiveBenchmark):
        benchmark = benchmark.for_run(seed, directory.path)
    directory.claim(configuration(benchmark, problem, experiment.search, budget, (seed,)))
    with closing(TrialLog(directory.path)) as log:
        recorder = Recorder(benchmark.label, log, None, show, {name: TaskResult() for name in problem.names})
        try:
            with _evaluator(benchmark, directory.path, recorder) as evaluate:
                result = run(problem, experiment.search, evaluate, budget=budget, seed=seed, observe=recorder)
            ending = Ending(result.tasks, {"total": result.total_s, "search": result.search_s})
        except KeyboardInterrupt:
            ending = recorder.interrupted()
        earlier = directory.finished_summary()
        if earlier is not None and not log.appended:
            return earlier
        if ending.finished and isinstance(benchmark, LiveBenchmark):
            say("the best of each task is measured on test images")
        method = experiment.search.name
        summary = summarize(benchmark, problem, ending, method=method, seed=seed, budget=budget.evaluations)
        directory.write(SUMMARY, to_json(summary))
    say("")
    return summary


@contextmanager
def _evaluator(benchmark: Benchmark, directory: Path, recorder: Recorder) -> Iterator[Evaluate]:
    """What answers a run's questions: first the record; answers that take long are recorded as they arrive."""
    known = recorder.log.evaluations
    if not isinstance(benchmark, LiveBenchmark):
        yield recalling(known, benchmark.evaluate)
        return
    with closing(EvaluationLog(directory)) as answers, benchmark.evaluator(recorder.watch) as evaluate:
        recorder.answers = answers
        yield recalling({**answers.evaluations, **known}, evaluate)


def search_seeds(
    settings: RunOptions, seeds: Sequence[int], directory: RunDirectory, view: View, jobs: int
) -> list[Summary]:
    """One search per seed, each in a directory of its own, in as many processes; the results do not depend on ``jobs``.

    Args:
        settings: What is searched, and how.
        seeds: At least two; `search_once` takes a single one.
        directory: Where the runs are recorded, each in a directory within it.
        view: Told how far they have come.
        jobs: Processes at most.

    Returns:
        The summaries in the order of the seeds; after an interruption, of those that had begun.

    Raises:
        KtnasError: As `search_once`.
    """
    experiment = compose(settings)
    problem, budget = experiment.problem, experiment.budget
    for seed in seeds:
        check(problem, budget, seed)
    directory.claim(configuration(experiment.benchmark, problem, experiment.search, budget, seeds))
    places = places_of(directory.path, seeds)
    workers = min(jobs, len(seeds))
    summaries = _in_turn(experiment, places, view) if workers == 1 else _in_parallel(settings, places, view, workers)
    directory.write(SUMMARY, to_json(summaries))
    return summaries


def unanswered(experiment: Experiment, seeds: Sequence[int], path: Path | None) -> list[Counter[str]]:
    """Per run that has not come to its end, how many evaluations of each task are left.

    Args:
        experiment: What is searched.
        seeds: A run for each.
        path: Where they are recorded; it need not exist. None where nothing is.

    Raises:
        DataError: If one holds a damaged record.
    """
    every = Counter(dict.fromkeys(experiment.problem.names, experiment.budget.evaluations))
    if path is None:
        return [every for _ in seeds]
    runs = [place for place in places_of(path, seeds).values() if RunDirectory(place).finished_summary() is None]
    return [every - Counter(task for task, _ in answered(run)) for run in runs]


def _in_turn(experiment: Experiment, places: Mapping[int, Path], view: View) -> list[Summary]:
    summaries: list[Summary] = []
    for seed, place in places.items():

        def show(standing: Standings, seed: int = seed) -> None:
            view.show(seed, standing)

        summaries.append(search_once(experiment, seed, RunDirectory(place), show, view.say))
        if not summaries[-1]["finished"]:
            break
    return summaries


def _in_parallel(settings: RunOptions, places: Mapping[int, Path], view: View, jobs: int) -> list[Summary]:
    context = multiprocessing.get_context("spawn")
    news: Queue[tuple[int, Standings]] = context.Queue()
    stop = context.Event()
    with ProcessPoolExecutor(jobs, context, _attach, (news, stop)) as pool:
        futures: list[Future[Summary]] = []
        try:
            with interruptions_held_back():
                futures = [pool.submit(_search_in_process, settings, seed, place) for seed, place in places.items()]
            _watch(futures, news, view)
        except KeyboardInterrupt:
            stop.set()
            for future in futures:
                future.cancel()
            wait(futures)
        _report(news, view)
        return [future.result() for future in futures if not future.cancelled()]


def _watch(futures: Sequence[Future[Summary]], news: Queue[tuple[int, Standings]], view: View) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=_POLL_S)
        _report(news, view)
        for future in done:
            future.result()  # an error ends the whole, at once


def _report(news: Queue[tuple[int, Standings]], view: View) -> None:
    while True:
        try:
            seed, standing = news.get_nowait()
        except Empty:
            return
        view.show(seed, standing)


_wires: list[tuple[Queue[tuple[int, Standings]], Event]] = []
"""In a process of a pool: where to tell how far a run has come, and whether to stop. Set once, by `_attach`."""


def _attach(news: Queue[tuple[int, Standings]], stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted and tells when to stop
    _wires.append((news, stop))


def _search_in_process(settings: RunOptions, seed: int, place: Path) -> Summary:
    news, stop = _wires[0]
    told = 0.0

    def show(standing: Standings) -> None:
        nonlocal told
        if stop.is_set():
            raise KeyboardInterrupt
        ended = all(row.closed or row.evaluations >= settings.budget_evals for row in standing.values())
        if ended or monotonic() - told > 1 / REFRESHES_PER_SECOND:
            told = monotonic()
            news.put((seed, standing))

    return search_once(compose(settings), seed, RunDirectory(place), show)


def fresh_directory(experiment: Experiment, seeds: Sequence[int], parent: Path) -> Path:
    """A new directory named after the run; where the name is taken, with a number behind it: nothing is overwritten.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    problem = experiment.problem
    sources = "+".join(name for name in problem.names if name in problem.sources)
    others = "+".join(name for name in problem.names if name not in problem.sources)
    tasks = f"{sources}-to-{others}" if sources else others
    if len(tasks) > _NAME_LIMIT:
        tasks = f"{len(problem.names)}-tasks"
    seed = f"seed{seeds[0]}" if len(seeds) == 1 else f"seeds{seeds[0]}-{seeds[-1]}"
    return unused_directory(parent, (experiment.benchmark.name, tasks, experiment.search.name, seed))
