"""A run that is given a larger budget than it was begun with: it goes on from what was paid for.

Where the search asks the same as with the larger budget from the beginning, the run becomes that run, to the bit: what
of its last question was cut off by the smaller budget is asked now. Where its choices depend on what is left of the
budget, what was asked stays as it is, and the record says which budget it was asked under.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ktnas.benchmarks.base import Benchmark
from ktnas.errors import ConfigurationError, DataError
from ktnas.files.durable import write_atomically
from ktnas.files.json_lines import complete_lines, to_json
from ktnas.files.plain_json import read_regular
from ktnas.problem.budget import Budget, EarlierBudget
from ktnas.problem.callback import Callback
from ktnas.problem.trial import Evaluation, Question, Trial
from ktnas.records.asked import read_asked
from ktnas.records.checked import count_of, fields_of, list_of
from ktnas.records.configuration import EARLIER, configuration
from ktnas.records.evaluations import EvaluationLog
from ktnas.records.known import known_answers, read_reused
from ktnas.records.proposals import PROPOSALS, ProposalLog, read_journal
from ktnas.records.run_directory import SUMMARY, RunDirectory
from ktnas.records.summary_check import CHECK, check_of
from ktnas.records.trials import TRIALS, trials_so_far
from ktnas.runner.experiment import Experiment
from ktnas.runner.mode import is_asynchronous, with_mode_of
from ktnas.runner.stepwise import OpenBatch, Stepwise


def budget_of(held: Mapping[str, object], wanted: Budget) -> Budget | None:
    """The budget that a configuration tells, with those that held before; None where it tells none.

    Args:
        held: What ``config.json`` holds.
        wanted: Whose fitness to stop at it has.
    """
    try:
        earlier = tuple(
            EarlierBudget(count_of(one["evaluations"]), count_of(one["trials"]))
            for one in map(fields_of, list_of(held.get(EARLIER, [])))
        )
        return Budget(count_of(held["budget"]), wanted.stop_at, earlier)
    except (KeyError, TypeError, ConfigurationError):
        return None  # it is of another kind, or damaged: `RunDirectory.claim` says so


def note_on(budget: Budget, method: str) -> tuple[str, ...]:
    """What a reader must know of a budget that was raised; nothing of any other."""
    return tuple(
        f"The budget was raised from {one.evaluations:,} evaluations per task after {one.trials:,} trials. "
        f"{method} chooses by what is left of its budget: with {budget.evaluations:,} from the beginning it would have "
        "asked otherwise."
        for one in budget.earlier
    )


def with_earlier_budget(
    experiment: Experiment, benchmark: Benchmark, seed: int, directory: RunDirectory, told: Callback
) -> Experiment:
    """The experiment as a directory's run goes on with it, whose record is made ready for a larger budget.

    Args:
        experiment: What is searched.
        benchmark: Its benchmark, for this run.
        seed: Seed of the run.
        directory: Held by this process.
        told: Told if it takes long.

    Raises:
        ConfigurationError: If the directory holds another run, or one of a larger budget; nothing is changed then.
        DataError: If its record is damaged.
    """
    held = directory.config()
    if held is None:
        return experiment
    before, wanted = budget_of(held, experiment.budget), experiment.budget
    if before is None:
        return experiment
    if before.evaluations == wanted.evaluations:
        return replace(experiment, budget=before)
    config = configuration(benchmark, experiment.problem, experiment.search, before, (seed,))
    directory.claim(with_mode_of(directory, config, experiment.search))
    require_larger(directory, before.evaluations, wanted.evaluations)
    if is_asynchronous(directory):
        return _raised_asynchronous(replace(experiment, budget=before), wanted.evaluations, seed, directory, benchmark)
    told.busy(f"what was asked with {before.evaluations:,} evaluations is asked again with {wanted.evaluations:,}")
    raised = _raised(replace(experiment, budget=before), wanted.evaluations, seed, directory, benchmark)
    told.busy("")
    return raised


def require_larger(directory: RunDirectory, before: int, wanted: int) -> None:
    """Refuse a budget below the one that a directory has.

    Raises:
        ConfigurationError: If it is.
    """
    if before > wanted:
        raise ConfigurationError(
            f"{directory.path} holds a run of {before:,} evaluations per task; a budget can be raised, not lowered to "
            f"{wanted:,}"
        )


def raise_budget_of_all(config: Mapping[str, object], directory: RunDirectory) -> None:
    """Let a directory of several runs have a larger budget; each of them is looked at when it goes on.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    held = directory.config()
    here: dict[str, object] = json.loads(json.dumps(config))
    ours, theirs = here.get("budget"), (held or {}).get("budget")
    if held is None or not (isinstance(ours, int) and isinstance(theirs, int)) or ours <= theirs:
        return
    directory.claim({**here, "budget": theirs})  # type: ignore[dict-item]  # of JSON, as it came
    directory.write_config({**held, "budget": ours})


def _raised(
    experiment: Experiment, evaluations: int, seed: int, directory: RunDirectory, benchmark: Benchmark
) -> Experiment:
    """With the larger budget; its record is cut back to what the search asks with it, or tells what was not."""
    path = directory.path
    trials = trials_so_far(path)
    known = known_answers(path, trials)
    larger = Budget(evaluations, experiment.budget.stop_at, experiment.budget.earlier)
    again = Stepwise(experiment.problem, experiment.search, larger, seed, known)
    again.advance()
    paid = {question: answer for question, answer in known.items() if question not in read_reused(path)}
    if _asks_all(again, paid):
        _cut(directory, again, trials, benchmark)
    else:
        larger = replace(larger, earlier=(*larger.earlier, _held_until(experiment.budget.evaluations, trials, path)))
    unfinish(directory)
    raised = replace(experiment, budget=larger)
    config = configuration(benchmark, raised.problem, raised.search, larger, (seed,))
    directory.write_config(config)
    return raised


def _raised_asynchronous(
    experiment: Experiment, evaluations: int, seed: int, directory: RunDirectory, benchmark: Benchmark
) -> Experiment:
    """With the larger budget; what was handed out stays, and was asked under the smaller one."""
    trials = trials_so_far(directory.path)
    open_ = any(handed.seen >= len(trials) for handed in read_asked(directory.path))
    held = EarlierBudget(experiment.budget.evaluations, len(trials) + open_)
    larger = Budget(evaluations, experiment.budget.stop_at, (*experiment.budget.earlier, held))
    raised = replace(experiment, budget=larger)
    config = configuration(benchmark, raised.problem, raised.search, larger, (seed,))
    config = with_mode_of(directory, config, raised.search)
    unfinish(directory)
    directory.write_config(config)
    return raised


def _held_until(evaluations: int, trials: Sequence[Trial], path: Path) -> EarlierBudget:
    """What was handed out and is not told stays asked: then the old budget holds for that question, too."""
    told = {(trial.task, trial.genotype) for trial in trials}
    is_open = any(question not in told for question in read_journal(path).questions)
    return EarlierBudget(evaluations, len(trials) + is_open)


def _asks_all(again: Stepwise[object], paid: Collection[Question]) -> bool:
    """Whether a search that has gone as far as answers reach comes to ask all that was paid for, whatever else comes.

    A task whose budget was used up earlier than another's now goes on beside it. What it will answer is not known: the
    search is asked on with answers that are all better, and all worse, than any that were seen.
    """
    values = [trial.fitness for trial in again.history if trial.fitness is not None] or [0.0]
    spread = max(values) - min(values) or 1.0
    return all(
        _asks_with(again.fork(), paid, filling)
        for filling in (Evaluation(max(values) + spread), Evaluation(min(values) - spread))
    )


def _asks_with(again: Stepwise[object], paid: Collection[Question], filling: Evaluation) -> bool:
    needed = Counter(task for task, _ in paid)
    while batch := again.ask():
        if set(paid) <= again.questions:
            return True
        if all(again.results()[task].evaluations >= count for task, count in needed.items()):
            return False
        again.advance({question: again.known.get(question, filling) for question in batch.questions})
    return set(paid) <= again.questions


def _cut(directory: RunDirectory, again: Stepwise[object], trials: Sequence[Trial], benchmark: Benchmark) -> None:
    """Keep of the record what is asked again in its place, and what else was answered among the answers."""
    path = directory.path
    whole = 0
    for batch in again.trials:
        if tuple(trials[whole : whole + len(batch)]) != batch:
            break
        whole += len(batch)
    rest = trials[whole:]
    if rest:
        log = EvaluationLog(path)
        try:
            for trial in rest:
                question = (trial.task, trial.genotype)
                if not trial.repeat and question not in log.evaluations:
                    log.append(question, trial.evaluation)
        finally:
            log.close()
        lines, _ = complete_lines(read_regular(path / TRIALS))
        _write(path / TRIALS, b"".join(line + b"\n" for line in lines[:whole]))
    if again.batch is not None and (path / PROPOSALS).exists():
        _renew(path, again.batch, benchmark)


def _renew(path: Path, batch: OpenBatch, benchmark: Benchmark) -> None:
    log = ProposalLog(path)
    try:
        log.append([log.journal.asked(batch.number, batch.asked, batch.questions, benchmark.label)])
    finally:
        log.close()


def unfinish(directory: RunDirectory) -> None:
    """Say that it goes on: a summary of the smaller budget is no longer that of a run that came to its end."""
    summary = directory.finished_summary()
    if summary is not None:
        unfinished = {**summary, "finished": False}
        directory.write(SUMMARY, to_json({**unfinished, CHECK: check_of(unfinished)}))


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; nothing was changed") from None
