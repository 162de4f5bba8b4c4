"""``python -m pytest tests/golden --bless`` writes the golden files anew; read the difference before committing it."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--bless", action="store_true", help="write the golden files of tests/golden anew")


@pytest.fixture
def bless(request):
    # the option exists only where this directory is named on the command line
    return request.config.getoption("--bless", default=False)
