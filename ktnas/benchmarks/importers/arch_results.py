"""The results of one architecture as NAS-Bench-201 and NATS-Bench keep them, and the columns that become of them.

Results lie by schedule (``12`` or ``less``, ``200`` or ``full``, ...), and there by dataset and seed. For CIFAR-10,
validation accuracy is of networks trained on half of the training set (``cifar10-valid``), and test accuracy of
networks trained on all of it, as is the convention; CIFAR-100 and ImageNet16-120 have one network for both. A value is
the mean over the seeds at the last epoch. Validation (``x-valid``) and test (``ori-test``, ``x-test``) are columns of
their own from here on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ktnas.errors import DataError

TASKS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "cifar10": (("cifar10-valid", "x-valid"), ("cifar10", "ori-test")),
    "cifar100": (("cifar100", "x-valid"), ("cifar100", "x-test")),
    "imagenet16": (("ImageNet16-120", "x-valid"), ("ImageNet16-120", "x-test")),
}
"""By task: dataset and part of validation, and of test."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of training.

    Attributes:
        keys: What it is called in distributions.
        epochs: Its number of epochs.
    """

    keys: tuple[str, ...]
    epochs: int


def header(schedules: Sequence[Schedule]) -> tuple[str, ...]:
    """The columns, in order."""
    measured = (f"{task}_{kind}{s.epochs}" for task in TASKS for s in schedules for kind in _KINDS)
    fixed = (f"{task}_{kind}" for task in TASKS for kind in ("params_M", "flops_M", "latency_s"))
    return ("index", "arch_str", *measured, *fixed)


_KINDS = ("val", "test", "seconds", "seeds")


def row(index: object, infos: object, schedules: Sequence[Schedule], where: str) -> dict[str, Any]:
    """The columns of one architecture; what was not measured is not among them.

    Args:
        index: The official number.
        infos: Its results, by schedule.
        schedules: The schedules that are looked for.
        where: Named in messages.

    Raises:
        DataError: If it is no such record.
    """
    if type(index) is not int or not isinstance(infos, Mapping):
        raise DataError(f"{where}: record {str(index)[:40]!r} holds no results of an architecture")
    found: dict[str, Any] = {"index": index}
    for schedule in schedules:
        results = next((infos[key] for key in schedule.keys if key in infos), None)
        if results is None:
            continue
        text, trials = _parts(results, f"{where}: architecture {index}")
        if found.setdefault("arch_str", text) != text:
            raise DataError(f"{where}: architecture {index} is {found['arch_str']!r} and {text!r} at once")
        for task, (validation, test) in TASKS.items():
            found.update(_measured(trials, task, validation, test, schedule.epochs))
    if "arch_str" not in found:
        wanted = ", ".join("/".join(s.keys) for s in schedules)
        raise DataError(f"{where}: architecture {index} has none of the schedules {wanted}; it has {_names(infos)}")
    return found


def _names(infos: Mapping[Any, Any]) -> str:
    return ", ".join(str(key)[:20] for key in list(infos)[:10]) or "none"


def _parts(results: object, where: str) -> tuple[str, Mapping[str, Sequence[Mapping[str, Any]]]]:
    """The architecture's string, and its trials by dataset, in the order of seeds."""
    if not isinstance(results, Mapping):
        raise DataError(f"{where} holds no results")
    text, every = results.get("arch_str"), results.get("all_results")
    if type(text) is not str or not isinstance(every, Mapping):
        raise DataError(f"{where} lacks arch_str or all_results")
    trials: dict[str, list[Mapping[str, Any]]] = {}
    for key, trial in sorted(every.items(), key=repr):
        if not (type(key) is tuple and len(key) == 2 and type(key[0]) is str and isinstance(trial, Mapping)):
            raise DataError(f"{where}: results are kept under {str(key)[:60]!r}, not under a dataset and a seed")
        trials.setdefault(key[0], []).append(trial)
    return text, trials


def _measured(
    trials: Mapping[str, Sequence[Mapping[str, Any]]],
    task: str,
    validation: tuple[str, str],
    test: tuple[str, str],
    epochs: int,
) -> dict[str, Any]:
    searched, judged = trials.get(validation[0], ()), trials.get(test[0], ())
    valid = [_at_the_end(trial, validation[1], epochs) for trial in searched]
    columns = {
        f"{task}_val{epochs}": _mean(valid),
        f"{task}_test{epochs}": _mean([_at_the_end(trial, test[1], epochs) for trial in judged]),
        f"{task}_seconds{epochs}": _mean([_seconds(trial, epochs) for trial in searched]),
        f"{task}_seeds{epochs}": sum(value is not None for value in valid) or None,
        f"{task}_params_M": _mean([number(trial.get("params")) for trial in judged]),
        f"{task}_flops_M": _mean([number(trial.get("flop")) for trial in judged]),
        f"{task}_latency_s": _mean([_latency(trial) for trial in judged]),
    }
    return {name: value for name, value in columns.items() if value is not None}


def _at_the_end(trial: Mapping[str, Any], part: str, epochs: int) -> float | None:
    """Accuracy in % on a part after the last epoch."""
    accuracies = trial.get("eval_acc1es")
    return number(accuracies.get(f"{part}@{epochs - 1}")) if isinstance(accuracies, Mapping) else None


def _seconds(trial: Mapping[str, Any], epochs: int) -> float | None:
    """Seconds of training, all epochs; None where not each of them was timed."""
    times = trial.get("train_times")
    if not isinstance(times, Mapping) or len(times) != epochs:
        return None
    found = [number(value) for value in times.values()]
    return math.fsum(value for value in found if value is not None) if None not in found else None


def _latency(trial: Mapping[str, Any]) -> float | None:
    """Seconds of one batch, the mean of those measured."""
    measured = trial.get("latency")
    values = [number(value) for value in measured] if isinstance(measured, list) else []
    return _mean([value for value in values if value is not None and value > 0])


def number(value: object) -> float | None:
    """A finite number, or None."""
    return float(value) if type(value) in (int, float) and math.isfinite(value) else None  # type: ignore[arg-type]


def _mean(values: Sequence[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    if found and min(found) == max(found):
        return found[0]  # a sum would change the last digit
    return math.fsum(found) / len(found) if found else None
