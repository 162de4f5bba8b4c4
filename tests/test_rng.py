import subprocess
import sys
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ktnas.rng import Streams

names = st.text(min_size=1, max_size=8)
indices = st.lists(st.integers(0, 2**40) | names, max_size=3)


def draws(generator):
    return generator.integers(2**63, size=4).tolist()


@given(seed=st.integers(0, 2**70), name=names, where=indices)
def test_equal_addresses_draw_equally(seed, name, where):
    assert draws(Streams(seed).rng(name, *where)) == draws(Streams(seed).rng(name, *where))


def test_every_part_of_the_address_counts():
    addresses = [("a",), ("b",), ("a", 0), ("a", 1), ("a", "x"), ("a", "y"), ("a", 0, 1), ("a", 1, 0), ("a", "x", 0)]
    streams = [Streams(seed).rng(*address) for seed in (0, 1) for address in addresses]
    assert all(first != second for first, second in combinations([draws(s) for s in streams], 2))


def test_drawing_from_one_stream_leaves_another_alone():
    streams = Streams(3)
    other = streams.rng("other")
    before = draws(streams.rng("one"))
    draws(other)
    assert draws(streams.rng("one")) == before


def test_a_stream_is_what_its_definition_says():
    # crc32(b"mutation") and crc32(b"normal"), written out so that no change of the derivation goes unnoticed
    sequence = np.random.SeedSequence(5, spawn_key=(1_330_215_158, 2, 562_391_268))
    assert draws(Streams(5).rng("mutation", 2, "normal")) == draws(np.random.default_rng(sequence))


def test_the_hash_seed_of_the_process_does_not_matter():
    program = "from ktnas.rng import Streams; print(Streams(1).rng('transfer', 'normal', 3).integers(2**60))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert outputs == {f"{Streams(1).rng('transfer', 'normal', 3).integers(2**60)}\n"}
