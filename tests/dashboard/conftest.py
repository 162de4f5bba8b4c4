import pytest

from tests.dashboard.runs import age, study


@pytest.fixture
def root(tmp_path):
    """A directory with one finished run, ``done``, whose record is an hour old."""
    study(tmp_path / "runs" / "done").run()
    age(tmp_path / "runs" / "done")
    return tmp_path / "runs"
