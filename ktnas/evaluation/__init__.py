"""How proposals are evaluated: one by one, in processes, from the record.

* `Assignment`: a question, and what its answer depends on beside it.
* `without_context`: assignments whose answers depend on nothing but the question.
* `Reply`: an evaluation as it comes back from where it was computed.
* `Backend`: where evaluations are computed, behind one interface.
* `Batched`: a `BatchEvaluator` on a backend: begins with a whole batch, and answers in the order asked.
* `InTurn`: a backend of this process: one evaluation after the other, in the order handed out.
* `Threads`: a backend of threads.
* `Executors`: a backend on any `concurrent.futures.Executor`.
* `DaskCluster`: a backend on a Dask cluster.
* `Workers`: evaluates in several processes, which start as questions need them.
* `BatchEvaluator`: an evaluator that is told beforehand what it will be asked, and may begin at once.
* `Serial`: evaluates in this process, one by one; a `BatchEvaluator` of which nothing begins before it is asked.
* `Told`: an evaluator that answers at once, with callbacks that are told when.
* `WorkerLostError`: for answerers to raise: this process can answer nothing more, such as after a crash of its GPU.
* `WorkerStartError`: a worker that could not begin.
* `Worker`: a process, and what this side knows of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.evaluation.assignment import Assignment as Assignment
    from ktnas.evaluation.assignment import Reply as Reply
    from ktnas.evaluation.assignment import without_context as without_context
    from ktnas.evaluation.backend import Backend as Backend
    from ktnas.evaluation.backend import Batched as Batched
    from ktnas.evaluation.dask_cluster import DaskCluster as DaskCluster
    from ktnas.evaluation.executors import Executors as Executors
    from ktnas.evaluation.in_turn import InTurn as InTurn
    from ktnas.evaluation.processes import Workers as Workers
    from ktnas.evaluation.protocol import BatchEvaluator as BatchEvaluator
    from ktnas.evaluation.serial import Serial as Serial
    from ktnas.evaluation.threads import Threads as Threads
    from ktnas.evaluation.told import Told as Told
    from ktnas.evaluation.worker import Worker as Worker
    from ktnas.evaluation.worker import WorkerLostError as WorkerLostError
    from ktnas.evaluation.worker import WorkerStartError as WorkerStartError

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "assignment": ["Assignment", "Reply", "without_context"],
        "backend": ["Backend", "Batched"],
        "dask_cluster": ["DaskCluster"],
        "executors": ["Executors"],
        "in_turn": ["InTurn"],
        "processes": ["Workers"],
        "protocol": ["BatchEvaluator"],
        "serial": ["Serial"],
        "threads": ["Threads"],
        "told": ["Told"],
        "worker": ["WorkerLostError", "WorkerStartError", "Worker"],
    },
)
