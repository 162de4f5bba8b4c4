import hashlib
from itertools import product

import pytest

from ktnas.benchmarks.identifiers import tells_nothing, why_no_architecture
from ktnas.spaces.codes import read_codes

COUNT = 12
CODES = [f"{i % 3}{i // 3}{i * 5 % 4}" for i in range(COUNT)]


def reason(cells, name="what"):
    return why_no_architecture(name, cells, read_codes(cells))


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([f"{i}_0" for i in range(COUNT)], "only names or numbers the rows"),
        ([f"run_{i:04d}" for i in range(COUNT)], "only names or numbers the rows"),
        ([f"{i:04d}" for i in range(1, COUNT)], "numbers the rows"),
        ([f"gen{i // 4}-ind{i % 4}" for i in range(COUNT)], "only names or numbers the rows"),
        ([f"{i // 4}_{i}" for i in range(COUNT)], "a part of it numbers or names the rows"),
        ([f"2031-05-{i + 10}" for i in range(COUNT)], "dates or times"),
        ([f"2031-05-06T07:{i:02d}:08Z" for i in range(COUNT)], "dates or times"),
        ([f"20310506_07{i:02d}08" for i in range(COUNT)], "dates or times"),
        ([f"0:{i:02d}:{i * 4 + 3:02d}" for i in range(COUNT)], "dates or times"),
        ([hashlib.md5(bytes([i]), usedforsecurity=False).hexdigest() for i in range(COUNT)], "hashes"),
        ([hashlib.md5(bytes([i]), usedforsecurity=False).hexdigest()[:8] for i in range(COUNT)], "hashes"),
        (["431200", "512384", "298112", "775936", "610048", "350720", "481792", "920576"], "numbers the rows"),
        (["100", "150", "300"] * 4, "whole numbers"),
        (["PASS", "FAIL"] * 6, "hardly any different values"),
        (["aa", "bb", "cc"] * 4, "a single value"),
        (["alpha", "gamma", "delta", "kappa", "sigma", "omega", "theta", "aleph", "gimel", "dalet", "zayin"], "names"),
        ([f"10.1.0.{i}" for i in range(COUNT)], "only names or numbers the rows"),
        ([f"{i}.5 ms" for i in range(10, 22)], "measurements"),
    ],
)
def test_what_numbers_dates_or_names_the_rows_is_no_architecture(cells, why):
    assert why in reason(cells)


@pytest.mark.parametrize(
    "cells",
    [
        CODES,
        ["_".join(code) for code in CODES],
        ["".join(code) for code in product("xyz", "pq", "uvw")],
        [f"{w}_{k}" for w in (16, 32, 64) for k in (3, 5, 7)],
        [
            f"{lr}|{op}"
            for lr, op in zip((0.13, 0.27, 0.31, 0.44, 0.58, 0.61, 0.72, 0.83, 0.97), "abcabcabc", strict=True)
        ],
        ["[[0,1],[0,0]]|in,conv", "[[0,1,1],[0,0,1],[0,0,0]]|in,pool,out", "[[0]]|in"],
        ["01", "10"],
        [code for code in CODES for _ in range(2)],
    ],
)
def test_codes_are_architectures(cells):
    assert reason(cells) == ""


@pytest.mark.parametrize("name", ["trial_id", "Run", "createdAt time", "wandb hash", "seed"])
def test_a_name_may_say_what_a_column_is(name):
    assert "its name says" in reason(CODES, name)
    assert reason(CODES, "arch_id") == ""


@pytest.mark.parametrize(
    ("cells", "nothing"),
    [
        (["alpha|beta", "gamma|delta", "kappa|sigma", "omega|theta"], True),
        (["[[0,1],[0,0]]|in,conv", "[[0,1,1],[0,0,1],[0,0,0]]|in,pool,out", "[[0]]|in"], True),
        (["alpha|beta", "beta|delta", "delta|alpha", "alpha|delta"], False),
        (["alpha|1", "gamma|2", "kappa|3", "omega|4"], False),
        (["same|alpha", "same|beta"], False),
    ],
)
def test_codes_of_which_none_tells_of_another(cells, nothing):
    assert tells_nothing(read_codes(cells)) is nothing
