"""Rows of the published tables, read with nothing of the package but its search path, to check the spaces by."""

import csv
import gzip

import pytest

from ktnas.files.search_path import find


@pytest.fixture(scope="session")
def rows():
    """``rows(name)``: the rows of a table, as dictionaries of text."""

    def read(name):
        with gzip.open(find(f"{name}.csv.gz"), "rt", newline="") as table:
            return list(csv.DictReader(table))

    return read
