"""What is recorded of a composed object: everything that decides, in plain values."""

import json
from dataclasses import dataclass, field, replace

import pytest

from ktnas.config.experiment import compose
from ktnas.config.method import MethodChoice
from ktnas.config.registry import METHODS
from ktnas.config.run_options import RunOptions
from ktnas.description import describe
from ktnas.errors import ConfigurationError
from ktnas.records.configuration import configuration, environment
from ktnas.records.digest import table_digest


@dataclass(frozen=True)
class Part:
    size: int = 3
    names: tuple[str, ...] = ("a", "b")
    limits: dict[str, float] = field(default_factory=lambda: {"low": 0.5})
    cache: object = field(default=None, compare=False)


@dataclass(frozen=True)
class Whole:
    part: Part = Part()
    kinds: frozenset[str] = frozenset({"y", "x"})


def test_fields_are_described_to_the_bottom():
    described = describe(Whole(Part(cache=object())))
    assert described == {
        "type": f"{__name__}.Whole",
        "part": {"type": f"{__name__}.Part", "size": 3, "names": ["a", "b"], "limits": {"low": 0.5}},
        "kinds": ["x", "y"],
    }


def test_what_cannot_be_described_is_refused():
    with pytest.raises(ConfigurationError, match="plain value"):
        describe(Part(size=object()))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_can_be_described(name):
    described = describe(METHODS[name]())
    assert json.loads(json.dumps(described)) == described


def test_a_changed_part_changes_the_configuration():
    options = RunOptions(sources=("cora",), targets=("pubmed",), method=MethodChoice("ktnas"))
    plain = compose(options)
    changed = compose(replace(options, method=MethodChoice("ktnas", transfer="none")))
    described = [configuration(e.benchmark, e.problem, e.search, e.budget, (0,)) for e in (plain, changed)]
    assert described[0]["method"]["transfer"]["type"].endswith("TransferRank")
    assert described[1]["method"]["transfer"]["type"].endswith("NoTransfer")
    assert described[0]["tasks"]["cora"] | {"best_listed": 0} == {
        "role": "source",
        "metric": "validation accuracy",
        "unit": "",
        "minimize": False,
        "best_listed": 0,
    }
    assert described[0]["seed"] == 0
    assert "store" not in described[0]["method"]


def test_the_environment_names_versions():
    found = environment()
    assert found["numpy"]
    assert set(found) == {
        "ktnas",
        "python",
        "gensim",
        "nas-bench-graph",
        "networkx",
        "numpy",
        "scikit-learn",
        "scipy",
        "torch",
    }


def test_a_table_is_told_from_others_of_its_name(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("code,acc\nab,1\nba,2\nbb,3\n")
    options = RunOptions(table=path, space="categorical", tasks=("acc",), method=MethodChoice("random-search"))
    experiment = compose(options)
    described = configuration(experiment.benchmark, experiment.problem, experiment.search, experiment.budget, (0,))
    assert described["data"] == table_digest(experiment.benchmark)
    assert list(described)[:3] == ["benchmark", "data", "space"]
