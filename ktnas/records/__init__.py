"""What runs leave on disk, and the way back from it: a contract (docs/output.md).

* `HandedOut`: that an asynchronous search was asked, and what it handed out.
* `read_asked`: what an asynchronous run handed out, in order.
* `AskedLog`: appends to ``asked.jsonl``; what stands there already must come again, exactly.
* `read_printed`: what evaluations of a run printed, in the order they ended.
* `EvaluationLog`: appends evaluations to ``answers.jsonl`` of a run directory as they arrive.
* `read_evaluations`: the evaluations in ``answers.jsonl`` of a run directory, by task and genotype.
* `BeliefLog`: appends to ``beliefs.jsonl`` what a search's model believed.
* `read_beliefs`: what a run's model believed, in the order in which it chose.
* `Recording`: one run, with everything that is recorded of it.
* `Recordings`: one run, or the repeats of one.
* `read_recordings`: all that a run directory holds, or a study's.
* `read_directories`: the finished runs of all directories, under names by which arms can be told apart
  (`ktnas.records.arms`).
* `RunDirectory`: a directory that holds one run, or one run per seed.
* `places_of`: the directory of each seed's run: the given one for a single seed, else one within it for each.
* `unused_directory`: a new directory named after parts; where the name is taken, with a number behind it.
* `TaskSummary`: what a run comes to on one task.
* `Summary`: what a run comes to.
* `Lesson`: what a finished search contributed to a run.
* `Ending`: how a run ended.
* `summarize`: the summary of a run that has ended.
* `RunRecord`: one finished run.
* `read_records`: the records of a ``runs.jsonl`` by key; of several with one key the last.
* `SweepLog`: appends records to a directory's ``runs.jsonl``.
* `case_title`: what is searched and for how long, in a few words.
* `Step`: an improvement of a task's incumbent.
* `Move`: an architecture that was transferred to a task.
* `Trajectory`: how a run went on one task, as ``runs.jsonl`` holds it.
* `trajectories`: how a finished search went, task by task.
* `SeenTask`: what a run has seen of one task.
* `read_finished`: what the run in a directory has seen, or all its repeats, task by task.
* `read_trials`: the trials recorded in a run directory, in order; a last line that was cut off is left out.
* `TrialLog`: appends trials to ``trials.jsonl``; those that stand there already must come again, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.records.asked import AskedLog as AskedLog
    from ktnas.records.asked import HandedOut as HandedOut
    from ktnas.records.asked import read_asked as read_asked
    from ktnas.records.beliefs import BeliefLog as BeliefLog
    from ktnas.records.beliefs import read_beliefs as read_beliefs
    from ktnas.records.evaluations import EvaluationLog as EvaluationLog
    from ktnas.records.evaluations import read_evaluations as read_evaluations
    from ktnas.records.finished import SeenTask as SeenTask
    from ktnas.records.finished import read_finished as read_finished
    from ktnas.records.printed import read_printed as read_printed
    from ktnas.records.reader import read_directories as read_directories
    from ktnas.records.recordings import Recording as Recording
    from ktnas.records.recordings import Recordings as Recordings
    from ktnas.records.recordings import read_recordings as read_recordings
    from ktnas.records.run_directory import RunDirectory as RunDirectory
    from ktnas.records.run_directory import places_of as places_of
    from ktnas.records.run_directory import unused_directory as unused_directory
    from ktnas.records.summary import Ending as Ending
    from ktnas.records.summary import Lesson as Lesson
    from ktnas.records.summary import Summary as Summary
    from ktnas.records.summary import TaskSummary as TaskSummary
    from ktnas.records.summary import summarize as summarize
    from ktnas.records.sweep_log import RunRecord as RunRecord
    from ktnas.records.sweep_log import SweepLog as SweepLog
    from ktnas.records.sweep_log import read_records as read_records
    from ktnas.records.trajectory import Move as Move
    from ktnas.records.trajectory import Step as Step
    from ktnas.records.trajectory import Trajectory as Trajectory
    from ktnas.records.trajectory import case_title as case_title
    from ktnas.records.trajectory import trajectories as trajectories
    from ktnas.records.trials import TrialLog as TrialLog
    from ktnas.records.trials import read_trials as read_trials

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "finished": ["SeenTask", "read_finished"],
        "asked": ["HandedOut", "read_asked", "AskedLog"],
        "beliefs": ["BeliefLog", "read_beliefs"],
        "recordings": ["Recording", "Recordings", "read_recordings"],
        "evaluations": ["EvaluationLog", "read_evaluations"],
        "printed": ["read_printed"],
        "reader": ["read_directories"],
        "run_directory": ["RunDirectory", "places_of", "unused_directory"],
        "summary": ["TaskSummary", "Summary", "Ending", "summarize", "Lesson"],
        "sweep_log": ["RunRecord", "read_records", "SweepLog"],
        "trajectory": ["case_title", "Step", "Move", "Trajectory", "trajectories"],
        "trials": ["read_trials", "TrialLog"],
    },
)
