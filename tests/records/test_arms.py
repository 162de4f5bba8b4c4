"""Runs beside one another: names tell what differs, and what is recorded twice comes once."""

from dataclasses import replace
from pathlib import Path

from ktnas.records.arms import Recorded, differences, distinguished
from ktnas.records.sweep_log import RunRecord
from ktnas.records.trajectory import Step, Trajectory

PLAIN = {
    "type": "Garden",
    "label": "garden",
    "trees": 5,
    "soil": {"type": "Clay", "depth": 2},
    "beds": [{"type": "Rose"}],
}


def trajectory(fitness, rank=3):
    steps = (Step(1, fitness, None), Step(4, fitness + 1, rank))
    return Trajectory("task", "height", "", False, None, 9, 0, 0, steps, ())


def group(path, method, seeds=(0, 1), fitness=1.0, arm="garden", rank=3):
    records = tuple(RunRecord(arm, "a case", seed, 9, False, {"t": trajectory(fitness + seed, rank)}) for seed in seeds)
    return Recorded(Path("somewhere") / path, method, records)


def arms(*groups):
    return [(record.arm, record.seed) for record in distinguished(groups)]


def test_methods_are_named_by_what_differs():
    sandy = PLAIN | {"soil": {"type": "Sand"}}
    more = PLAIN | {"trees": 9}
    assert arms(group("a", PLAIN), group("b", sandy), group("c", more)) == [
        ("garden, trees 5, soil Clay", 0),
        ("garden, trees 5, soil Clay", 1),
        ("garden, trees 5, soil Sand", 0),
        ("garden, trees 5, soil Sand", 1),
        ("garden, trees 9, soil Clay", 0),
        ("garden, trees 9, soil Clay", 1),
    ]


def test_other_seeds_of_another_method_are_not_mixed_up():
    assert [arm for arm, _ in arms(group("a", PLAIN, (0,)), group("b", PLAIN | {"trees": 2}, (1,)))] == [
        "garden, trees 5",
        "garden, trees 2",
    ]


def test_other_seeds_of_the_same_method_are_one_arm():
    assert arms(group("a", PLAIN, (0, 1)), group("b", dict(PLAIN), (2,))) == [
        ("garden", 0),
        ("garden", 1),
        ("garden", 2),
    ]


def test_a_run_that_is_recorded_twice_comes_once():
    """Ranks of all improvements stand in a sweep alone."""
    assert arms(group("a", PLAIN, (0, 1)), group("copy", PLAIN, (1, 2), rank=None)) == [
        ("garden", 0),
        ("garden", 1),
        ("garden", 2),
    ]


def test_the_same_method_and_seed_gone_differently_are_told_apart_by_their_places():
    assert arms(group("a", PLAIN), group("later", PLAIN, fitness=2.0)) == [
        ("garden", 0),
        ("garden", 1),
        ("garden (later)", 0),
        ("garden (later)", 1),
    ]


def test_an_unknown_method_is_taken_for_the_same_only_where_it_went_the_same_way():
    assert {arm for arm, _ in arms(group("a", PLAIN), group("b", None))} == {"garden"}
    assert {arm for arm, _ in arms(group("a", PLAIN), group("b", None, fitness=7.0))} == {"garden", "garden (b)"}


def test_other_names_are_left_alone():
    assert [arm for arm, _ in arms(group("a", PLAIN, (0,)), group("b", PLAIN, (0,), arm="wild, garden"))] == [
        "garden",
        "wild, garden",
    ]


def test_differences_go_as_deep_as_they_must():
    deeper = replace_path(PLAIN, "soil", {"type": "Clay", "depth": 3})
    roses = PLAIN | {"beds": [{"type": "Rose"}, {"type": "Lily"}]}
    assert differences([PLAIN, deeper]) == [("soil.depth 2",), ("soil.depth 3",)]
    assert differences([PLAIN, roses]) == [("beds Rose",), ("beds Rose+Lily",)]
    assert differences([PLAIN, PLAIN | {"beds": [{"type": "Lily"}]}]) == [("beds Rose",), ("beds Lily",)]
    assert differences([PLAIN, PLAIN | {"wall": None}]) == [(), ()]


def replace_path(plain, key, value):
    return {**plain, key: value}


def test_records_are_left_as_they_are():
    first = group("a", PLAIN)
    distinguished([first, group("b", PLAIN | {"trees": 1})])
    assert replace(first).records[0].arm == "garden"
