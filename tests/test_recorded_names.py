import dataclasses
import functools
import inspect
import json
import pkgutil
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

import ktnas
from ktnas.config.registry import EMBEDDERS, METHODS, SCORES, SPACES, SURROGATES, TRANSFERS
from ktnas.description import describe, identify
from ktnas.recorded_names import FIRST_PATHS, LATER_FIELDS, lasting_name, plain_names
from ktnas.records.function_digest import function_digest
from ktnas.spaces.fingerprint import fingerprint
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.networks.building import build
from ktnas.training.zero_cost.proxy import ZeroCost

THEN = json.loads((Path(__file__).parent / "fixtures" / "before_the_move" / "names.json").read_text())

PARTS = {
    "methods": METHODS,
    "embedders": EMBEDDERS,
    "surrogates": SURROGATES,
    "transfers": TRANSFERS,
    "spaces": SPACES,
    "proxies": {name: lambda score=score: ZeroCost(score()) for name, score in SCORES.items()},
}

EARLIER = {
    ("methods", "ktnas"): METHODS["ktnas-early"],
    ("methods", "gp-search"): METHODS["gp-search-early"],
    ("surrogates", "joint"): lambda: METHODS["ktnas-early"]().screening,
}
"""What has been composed otherwise since, as it was then."""

HELD_BY_NO_SEARCH = {"Cell", "Entry"}
"""Names of more than one class, none of which a composed object holds: they stand in no record and no key."""


@dataclasses.dataclass(frozen=True)
class KTNAS:
    """Somebody else's, of a name that is ours too."""

    size: int = 3


@functools.cache
def defined():
    """Modules by the names of the classes, and of the functions in `FIRST_PATHS`, that they define; no private ones."""
    found = defaultdict(list)
    for module in pkgutil.walk_packages(ktnas.__path__, "ktnas."):
        if not module.name.endswith(("__main__", ".run")):
            for kind in vars(import_module(module.name)).values():
                name = getattr(kind, "__qualname__", "_")
                recorded = inspect.isclass(kind) or (inspect.isfunction(kind) and name in FIRST_PATHS)
                if recorded and kind.__module__ == module.name and not name.startswith("_"):
                    found[name].append(module.name)
    return found


def test_no_two_classes_are_recorded_by_one_name():
    twice = {name for name, modules in defined().items() if len(modules) > 1}
    assert twice <= HELD_BY_NO_SEARCH, "name one of them otherwise: a record could not tell them apart"
    assert not twice & FIRST_PATHS.keys()


def test_every_first_path_is_that_of_something_there_is():
    assert len(set(FIRST_PATHS.values())) == len(FIRST_PATHS)
    gone = FIRST_PATHS.keys() - defined().keys()
    assert not gone, "a class that is renamed keeps its path under its new name"


def test_records_hold_plain_names_and_keys_first_paths():
    assert describe(NASBench201())["type"] == "NASBench201"
    assert identify(NASBench201())["type"] == lasting_name(NASBench201) == "ktnas.spaces.nasbench201.NASBench201"
    assert lasting_name(build) == "ktnas.training.networks.build"


def test_a_name_does_not_depend_on_the_module(monkeypatch):
    described, key = describe(NASBench201()), fingerprint.__wrapped__(NASBench201())
    digest = function_digest(NASBench201())
    monkeypatch.setattr(NASBench201, "__module__", "ktnas.elsewhere")
    assert describe(NASBench201()) == described
    assert fingerprint.__wrapped__(NASBench201()) == key
    assert function_digest(NASBench201()) == digest


def test_a_new_class_of_ours_is_known_by_its_name_alone():
    newcomer = dataclasses.make_dataclass("Newcomer", [], namespace={"__module__": "ktnas.elsewhere"})()
    assert describe(newcomer) == identify(newcomer) == {"type": "Newcomer"}


def test_what_is_not_ours_is_known_by_module_and_name():
    assert describe(KTNAS()) == identify(KTNAS()) == {"type": f"{__name__}.KTNAS", "size": 3}


@pytest.mark.parametrize("kind", ["ktnasty.search.ktnas", "my.ktnas"])
def test_a_package_whose_name_begins_like_ours_is_another(kind, monkeypatch):
    monkeypatch.setattr(KTNAS, "__module__", kind)
    assert lasting_name(KTNAS) == f"{kind}.KTNAS"


def test_old_paths_become_plain_names_wherever_they_stand():
    old = {"a": ["ktnas.search.ktnas.KTNAS", 1, None, True], "ktnas.search.ktnas.KTNAS": "my ktnas.search.ktnas.KTNAS"}
    assert plain_names(old) == {
        "a": ["KTNAS", 1, None, True],
        "ktnas.search.ktnas.KTNAS": "my ktnas.search.ktnas.KTNAS",
    }
    assert plain_names("ktnas.search.gone.Unknown") == "ktnas.search.gone.Unknown"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, named in THEN.items() for name in named])
def test_what_was_recorded_of_every_name_still_holds(kind, name):
    then, part = THEN[kind][name], EARLIER.get((kind, name), PARTS[kind][name])()
    assert identify(part) == then["described"]
    assert describe(part) == plain_names(then["described"])
    assert '"ktnas.' not in json.dumps(describe(part))
    assert function_digest(part) == then["digest"]
    if kind == "spaces":
        assert fingerprint(part) == then["fingerprint"]


def test_a_field_that_came_later_is_told_unless_it_holds_what_held_before():
    early, now = (describe(METHODS[name]())["screening"] for name in ("ktnas-early", "ktnas"))
    assert early.keys() == {"type", "model", "detailed", "final"}
    assert now.keys() - early.keys() == LATER_FIELDS["JointScreening"].keys()


@pytest.mark.parametrize("kind", LATER_FIELDS)
def test_later_fields_are_fields(kind):
    (module,) = defined()[kind]
    names = {field.name for field in dataclasses.fields(getattr(import_module(module), kind))}
    assert LATER_FIELDS[kind].keys() <= names


def test_every_name_there_was_is_there():
    assert {kind: named.keys() - PARTS[kind].keys() for kind, named in THEN.items()} == {kind: set() for kind in THEN}
