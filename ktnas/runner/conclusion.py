"""What a run has come to: its summary, which stands if it is there and agrees with the record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ktnas.benchmarks.base import Benchmark
from ktnas.benchmarks.computed import ComputedBenchmark
from ktnas.files.json_lines import to_json
from ktnas.problem.callback import Callback
from ktnas.records.run_directory import SUMMARY, RunDirectory
from ktnas.records.summary import Ending, Summary, agrees, summarize
from ktnas.records.trials import read_trials
from ktnas.runner.experiment import Experiment
from ktnas.runner.extension import note_on
from ktnas.runner.lessons import lessons
from ktnas.runner.provenance import reuse_notes

_WORKED_OUT_ANEW = (
    f"{SUMMARY} did not agree with the record, or was changed since it was written: it has been worked out anew."
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a run that has ended is concluded.

    Attributes:
        experiment: What was searched, and how.
        benchmark: Who evaluated.
        seed: Seed of all random numbers.
        directory: Where it is recorded.
        told: Told what is done, if that takes long.
        recorded: Whether nothing was found that was not on record before.
    """

    experiment: Experiment
    benchmark: Benchmark
    seed: int
    directory: RunDirectory
    told: Callback
    recorded: bool

    def of(self, ending: Ending) -> Summary:
        """The summary of the run; of one that is interrupted now, too, unless one stands there already."""
        experiment, directory = self.experiment, self.directory
        notes = (*note_on(experiment.budget, experiment.search.name), *reuse_notes(directory.path))
        ending = replace(ending, notes=notes)
        try:
            learned = lessons(experiment, read_trials(directory.path), self.seed)
            return self._summary(replace(ending, learned=learned))
        except KeyboardInterrupt:  # what is left is to report it, which the same command does
            if directory.finished_summary() is not None:
                raise
            return self._summary(replace(ending, finished=False))

    def _summary(self, ending: Ending) -> Summary:
        """The summary that stands there, if the run was finished and it agrees with the record; else a new one."""
        directory, problem, search = self.directory, self.experiment.problem, self.experiment.search
        budget = self.experiment.budget.evaluations
        earlier = directory.finished_summary() if self.recorded else None
        if earlier is not None and agrees(
            earlier, self.benchmark, problem, ending, method=search.name, seed=self.seed, budget=budget
        ):
            return earlier
        if self.recorded and (earlier is not None or directory.holds_altered_summary()):
            ending = replace(ending, notes=(*ending.notes, _WORKED_OUT_ANEW))
        if ending.finished and isinstance(self.benchmark, ComputedBenchmark):
            self.told.busy("the best of each task is measured on test images")

        summary = summarize(self.benchmark, problem, ending, method=search.name, seed=self.seed, budget=budget)
        directory.write(SUMMARY, to_json(summary))
        self.told.busy("")
        return summary
