"""Columns of tables whose architectures were trained by several schedules: by task, part and number of epochs.

``TASK_valN`` and ``TASK_testN`` are accuracies in % after a training of N epochs, ``TASK_secondsN`` what it took.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ktnas.benchmarks.table import Fidelity, TaskRecord
from ktnas.files.table_reader import Columns
from ktnas.problem.task import Task
from ktnas.typing import FloatArray

Seconds = Callable[[int], FloatArray | None]
"""From a number of epochs to the seconds of such trainings, where the table has no column of them."""


def record_of(
    columns: Columns, task: str, epochs: int, cheaper: Sequence[int], seconds: Seconds = lambda _: None
) -> TaskRecord:
    """What a table records for a task.

    Args:
        columns: The table.
        task: The task; its columns begin with its name.
        epochs: Epochs of the full trainings.
        cheaper: Epochs of others, which may be missing.
        seconds: What trainings take where no column tells.

    Raises:
        UnknownNameError: If the columns of the full trainings are missing.
        DataError: If a column holds no number.
    """

    def cost(number: int) -> FloatArray | None:
        column = f"{task}_seconds{number}"
        return columns.numbers(column).values if column in columns.header else seconds(number)

    fitness = columns.numbers(f"{task}_val{epochs}")
    metrics = {"test_accuracy": columns.numbers(f"{task}_test{epochs}").values}
    if (latency := f"{task}_latency_s") in columns.header:
        metrics["latency_s"] = columns.numbers(latency).values
    return TaskRecord(
        Task(task, "validation accuracy", "%"),
        fitness.values,
        fitness.failures,
        cost_s=cost(epochs),
        metrics=metrics,
        complexity={name: columns.numbers(f"{task}_{name}").values for name in ("params_M", "flops_M")},
        epochs=epochs,
        fidelities={n: _fidelity(columns, task, n, cost(n)) for n in cheaper if f"{task}_val{n}" in columns.header},
    )


def _fidelity(columns: Columns, task: str, epochs: int, cost_s: FloatArray | None) -> Fidelity:
    fitness = columns.numbers(f"{task}_val{epochs}")
    return Fidelity(fitness.values, fitness.failures, cost_s)
