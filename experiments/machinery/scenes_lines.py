"""A line of the table of rendered scenes: what came of a training, and the machine on which it came about."""

from __future__ import annotations

import numpy as np
import torch

from experiments.machinery import publishing
from experiments.machinery.scenes_training import Result
from ktnas.training.engine.device import resolve

METRICS = ("validation", "test", "loss", "test_loss")
COLUMNS = ("network", "task", "seed", *METRICS, "parameters", "flops", "seconds", "machine")
KEY = 3
"""How many of the columns name a training."""

DIGITS = 7
"""Significant digits of a metric."""


def told(result: Result) -> tuple[str, ...]:
    """The columns of a result; a training that failed has no metrics."""
    (test,), (test_loss,) = (result.tests or (None,)), (result.test_losses or (None,))
    metrics = (metric(value) for value in (result.validation, test, result.loss, test_loss))
    return (*metrics, str(result.parameters), str(result.flops), f"{result.seconds:.1f}")


def metric(value: float | None) -> str:
    """A metric as the file has it; nothing where there is none."""
    return "" if value is None else f"{value:.{DIGITS}g}"


def machine(device: str) -> dict[str, object]:
    """What decides the bits of a result beside the recipe."""
    place = resolve(device)
    name = torch.cuda.get_device_name(place) if place.type == "cuda" else cpu()
    return {"on": name, "torch": torch.__version__.partition("+")[0], "numpy": np.__version__}


def cpu() -> str:
    """Kind of the CPU and the instructions that torch uses of it."""
    kind = publishing.hardware().rpartition(", ")[0]
    return f"{kind}, {torch.backends.cpu.get_cpu_capability()}"
