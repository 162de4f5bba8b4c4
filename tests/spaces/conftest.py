"""Rows of the published tables, read without the package: it is what they are compared with."""

import csv
import gzip
import os
from pathlib import Path

import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "tables"


@pytest.fixture(scope="session")
def rows():
    """``rows(name)``: the rows of a table, as dictionaries of text."""
    places = [Path(os.environ["KTNAS_DATA"])] if os.environ.get("KTNAS_DATA") else []

    def read(name):
        path = next(path for place in (*places, _BESIDE_THE_CHECKOUT) if (path := place / f"{name}.csv.gz").is_file())
        with gzip.open(path, "rt", newline="") as table:
            return list(csv.DictReader(table))

    return read
