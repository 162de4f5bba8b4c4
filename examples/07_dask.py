"""A Dask cluster evaluates, a worker that is free gets something to do at once. Prints what was found and who computed.

Needs `pip install 'ktnas[dask]'`. The cluster is two processes of this machine; with `dask_jobqueue` or
`dask_kubernetes` in place of `LocalCluster` it is as many machines as you have.
"""

import os
import time

from distributed import Client, LocalCluster

import ktnas
from ktnas.spaces.nasbench201 import NASBench201


def photos(cell: tuple[int, ...]) -> ktnas.Evaluation:
    """Takes its time, and says in which process it was."""
    time.sleep(0.01 * sum(cell))
    return ktnas.Evaluation(80.0 + 2 * cell.count(3), metrics={"process": os.getpid()})


def sketches(cell: tuple[int, ...]) -> ktnas.Evaluation:
    """The same, another taste."""
    time.sleep(0.01 * sum(cell))
    return ktnas.Evaluation(70.0 + 2 * cell.count(2), metrics={"process": os.getpid()})


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        workforce = ktnas.Workforce(dask=cluster.scheduler_address, asynchronous=True)
        result = ktnas.search(NASBench201(), {"photos": photos, "sketches": sketches}, budget=15, workers=workforce)
    for task, found in result.best.items():
        print(f"{task}: {found.fitness} with {found.architecture}")
    print(len({trial.evaluation.metrics["process"] for trial in result.history}), "processes evaluated")
