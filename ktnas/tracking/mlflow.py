"""MLflow: a run of its own for every run, in whatever store ``MLFLOW_TRACKING_URI`` names.

The client is used alone, never the state that ``mlflow.start_run`` keeps for a whole process, so that a run of
somebody else's that is active there is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, TypeVar

from ktnas.problem.run_events import Closed, Opened
from ktnas.tracking.base import Point, Tracker, plain_name, run_name, settings_of
from ktnas.version import __version__

if TYPE_CHECKING:
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

T = TypeVar("T")

EXPERIMENT, VARIABLE = "ktnas", "MLFLOW_EXPERIMENT_NAME"
"""The experiment that runs belong to, unless the variable names another."""

_IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
"""A server that does not answer is asked for minutes otherwise, while the search waits; what is set already holds."""

_STATUS = {"finished": "FINISHED", "stopped": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}

_MOST_SETTINGS, _MOST_METRICS, _LONGEST_TAG = 100, 1_000, 5_000
"""What MLflow takes at once, and characters of a tag."""


class MLflow(Tracker):
    """Logs settings as parameters, a metric per task and number over its evaluations, and how the run has ended."""

    title, package, extra = "MLflow", "mlflow", "mlflow"

    def __init__(self, uri: str | None = None, experiment: str | None = None) -> None:
        """Each run that is told becomes a run there.

        Args:
            uri: Where it is kept; None for what ``MLFLOW_TRACKING_URI`` says, or MLflow's own default.
            experiment: The experiment's name; None for what ``MLFLOW_EXPERIMENT_NAME`` says, or ``ktnas``.

        Raises:
            ConfigurationError: If MLflow is not installed.
        """
        super().__init__()
        self._uri = uri
        self._experiment = experiment or os.environ.get(VARIABLE) or EXPERIMENT
        self._client: MlflowClient | None = None
        self._run = ""

    def begin(self, run: Opened) -> None:
        """Make the run, in an experiment that is made if need be."""
        for name, value in _IMPATIENT.items():
            os.environ.setdefault(name, value)
        from mlflow.entities import Param
        from mlflow.tracking import MlflowClient

        self._client = client = MlflowClient(tracking_uri=self._uri)
        labels = {f"ktnas.{key}": text[:_LONGEST_TAG] for key, text in run.labels.items()}
        tags = {"ktnas.version": __version__, "ktnas.directory": run.directory or "in memory", **labels}
        self._run = client.create_run(self._number(client), run_name=run_name(run), tags=tags).info.run_id
        for part in _parts([Param(name, text) for name, text in settings_of(run).items()], _MOST_SETTINGS):
            client.log_batch(self._run, params=part)

    def _number(self, client: MlflowClient) -> str:
        """The experiment's number; it may be made by another process between a look and the attempt to make it."""
        found = client.get_experiment_by_name(self._experiment)
        if found is None:
            try:
                return client.create_experiment(self._experiment)
            except Exception:
                found = client.get_experiment_by_name(self._experiment)
                if found is None:
                    raise
        return str(found.experiment_id)

    def write(self, points: Sequence[Point]) -> None:
        """Log metrics, at the evaluation of the task as their step."""
        from mlflow.entities import Metric

        now = int(time() * 1_000)
        self._log(
            [
                Metric(f"{plain_name(point.task)}/{name}", value, now, point.evaluation)
                for point in points
                for name, value in point.values.items()
            ]
        )

    def end(self, closed: Closed, results: Mapping[str, float]) -> None:
        """Log the results, and end the run."""
        if self._client is None or not self._run:
            return
        from mlflow.entities import Metric

        try:
            now = int(time() * 1_000)
            self._log([Metric(f"results/{name}", value, now, 0) for name, value in results.items()])
            if closed.reason:
                self._client.set_tag(self._run, "ktnas.reason", closed.reason[:_LONGEST_TAG])
        finally:
            self._client.set_terminated(self._run, _STATUS[closed.status])
            self._client, self._run = None, ""

    def _log(self, metrics: Sequence[Metric]) -> None:
        if self._client is not None:
            for part in _parts(metrics, _MOST_METRICS):
                self._client.log_batch(self._run, metrics=part)


def _parts(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
