"""What goes wrong in training although the input was fine: a failed evaluation, not a defect."""

from __future__ import annotations

from ktnas.errors import KtnasError
from ktnas.evaluation.worker import WorkerLostError


class TrainingError(KtnasError):
    """A network that could not be trained: it diverged, ran out of memory, or over its time limit."""


class DeviceLostError(WorkerLostError):
    """A crash after which this process can no longer use its GPU: whatever it tried next would fail too."""
