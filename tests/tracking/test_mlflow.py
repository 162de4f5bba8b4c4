"""MLflow's own client and store of files: what a run there holds, and that it ends however the search does."""

import pytest

from ktnas.errors import EvaluationError
from ktnas.problem.run_events import Closed, Opened
from ktnas.tracking.mlflow import MLflow

pytestmark = [
    pytest.mark.slow,  # a second or two to import
    pytest.mark.filterwarnings("ignore"),  # whatever a library of somebody else's warns of
]


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "store").as_uri())
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "nets")
    from mlflow.tracking import MlflowClient

    return MlflowClient()


def runs(client):
    experiment = client.get_experiment_by_name("nets")
    return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])


def test_a_run_holds_settings_curves_and_results(searched, client):
    result = searched(MLflow())
    (run,) = runs(client)
    assert (run.info.run_name, run.info.status) == ("mine", "FINISHED")
    assert run.data.params["method.type"] == "RandomSearch"
    assert run.data.params["budget"] == "15"
    assert run.data.metrics["total/best"] == result.best["total"].fitness
    assert run.data.metrics["loss/best"] == -result.best["loss"].fitness
    assert run.data.metrics["results/total/evaluations_to_best"] == result.tasks["total"].evaluations_to_best
    history = client.get_metric_history(run.info.run_id, "total/failed")
    assert [point.step for point in history] == list(range(1, 16))


def test_it_ends_however_the_search_does(searched, client):
    def broken(_):
        raise ValueError("no data")

    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(EvaluationError):
        searched(MLflow(), functions={"total": broken, "loss": broken}, place=None)
    with pytest.raises(KeyboardInterrupt):
        searched(MLflow(), functions={"total": interrupted, "loss": interrupted}, place=None)
    assert [run.info.status for run in runs(client)] == ["FAILED", "KILLED"]
    assert "no data" in runs(client)[0].data.tags["ktnas.reason"]


def test_a_run_of_a_sweep_has_its_names_as_tags(client):
    tracker, labels = MLflow(), {"sweep": "mine", "arm": "an arm", "case": "a case"}
    tracker.run_opened(Opened(3, {}, "runs/mine", "an-arm/a-case/seed-3", labels))
    tracker.run_closed(Closed("finished"))
    (run,) = runs(client)
    assert run.info.run_name == "an-arm/a-case/seed-3"
    assert {key: run.data.tags[f"ktnas.{key}"] for key in labels} == labels
    assert run.data.params["arm"] == "an arm"


def test_another_process_makes_the_experiment_at_the_same_moment(searched, client, monkeypatch):
    looked = []
    look = type(client).get_experiment_by_name

    def blind_at_first(self, name):
        looked.append(name)
        if len(looked) == 1:
            self.create_experiment(name)
            return None
        return look(self, name)

    monkeypatch.setattr(type(client), "get_experiment_by_name", blind_at_first)
    searched(MLflow())
    assert [run.info.status for run in runs(client)] == ["FINISHED"]


def test_a_server_that_does_not_answer_is_said_and_the_search_goes_on(searched, client, caplog, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    result = searched(MLflow("http://127.0.0.1:9"), place=None)
    assert result.tasks["total"].evaluations == 15
    assert caplog.text.count("tracking with MLflow ended") == 1
