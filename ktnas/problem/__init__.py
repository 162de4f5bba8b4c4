"""What a search is about, as frozen records: tasks, trials, populations, budgets, progress.

* `Budget`: when to stop.
* `EarlierBudget`: a budget that was raised.
* `StopSearch`: raised by a callback, it ends the search; its text says why.
* `Asked`: what a search asks.
* `Begun`: an evaluation that begins.
* `Finished`: an evaluation that has ended.
* `Printed`: what an evaluation printed in its worker.
* `Answered`: a generation that was answered, before the search is told.
* `Ended`: a search that has come to its end, or was ended by a callback.
* `Callback`: is told of a search; every hook does nothing until it is overridden.
* `Callbacks`: tells several callbacks, in their order, and remembers whether one wants to end the search.
* `Opened`: a run that is about to search, or to go on.
* `Closed`: a run that has ended, however that was.
* `Pending`: an evaluation that was asked for and is not told yet.
* `survivors`: elitist truncation.
* `tournament`: the best of ``size`` members drawn with replacement; of equals, the first drawn.
* `Transfers`: what was transferred to one task.
* `NewBest`: a trial that was better than all before it on its task.
* `TaskProgress`: how far one task has come: what `after` makes of the task's trials, one by one.
* `progress_of`: how far each task has come after trials in order, as far as trials tell.
* `Progress`: how far a search has come after a generation.
* `RunProgress`: how far a run has come at any moment, within a generation too.
* `SweepProgress`: how far a sweep has come.
* `Proxy`: a free score.
* `ParameterCounting`: a space that knows the size of its networks.
* `Parameters`: trainable parameters where the space counts them (`ParameterCounting`), else operations in the pruned
  graph.
* `Task`: one task: what its fitness measures, and in which direction.
* `Problem`: what is searched: one space, one or more tasks, and who may donate architectures to whom.
* `Proposal`: an architecture that a search wants evaluated on a task.
* `Evaluation`: what an evaluator answered.
* `Trial`: one answered proposal.
* `History`: an immutable sequence of trials that grows in constant time per trial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.problem.budget import Budget as Budget
    from ktnas.problem.budget import EarlierBudget as EarlierBudget
    from ktnas.problem.callback import Answered as Answered
    from ktnas.problem.callback import Asked as Asked
    from ktnas.problem.callback import Begun as Begun
    from ktnas.problem.callback import Callback as Callback
    from ktnas.problem.callback import Callbacks as Callbacks
    from ktnas.problem.callback import Ended as Ended
    from ktnas.problem.callback import Finished as Finished
    from ktnas.problem.callback import Printed as Printed
    from ktnas.problem.callback import StopSearch as StopSearch
    from ktnas.problem.pending import Pending as Pending
    from ktnas.problem.population import survivors as survivors
    from ktnas.problem.population import tournament as tournament
    from ktnas.problem.progress import NewBest as NewBest
    from ktnas.problem.progress import Progress as Progress
    from ktnas.problem.progress import RunProgress as RunProgress
    from ktnas.problem.progress import SweepProgress as SweepProgress
    from ktnas.problem.progress import TaskProgress as TaskProgress
    from ktnas.problem.progress import Transfers as Transfers
    from ktnas.problem.progress import progress_of as progress_of
    from ktnas.problem.proxy import ParameterCounting as ParameterCounting
    from ktnas.problem.proxy import Parameters as Parameters
    from ktnas.problem.proxy import Proxy as Proxy
    from ktnas.problem.run_events import Closed as Closed
    from ktnas.problem.run_events import Opened as Opened
    from ktnas.problem.task import Problem as Problem
    from ktnas.problem.task import Task as Task
    from ktnas.problem.trial import Evaluation as Evaluation
    from ktnas.problem.trial import History as History
    from ktnas.problem.trial import Proposal as Proposal
    from ktnas.problem.trial import Trial as Trial

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "budget": ["Budget", "EarlierBudget"],
        "callback": [
            "StopSearch",
            "Asked",
            "Begun",
            "Finished",
            "Printed",
            "Answered",
            "Ended",
            "Callback",
            "Callbacks",
        ],
        "pending": ["Pending"],
        "population": ["survivors", "tournament"],
        "progress": ["Transfers", "NewBest", "TaskProgress", "progress_of", "Progress", "RunProgress", "SweepProgress"],
        "proxy": ["Proxy", "ParameterCounting", "Parameters"],
        "run_events": ["Opened", "Closed"],
        "task": ["Task", "Problem"],
        "trial": ["Proposal", "Evaluation", "Trial", "History"],
    },
)
