"""Digests of functions: equal for what behaves alike, different for what does not, the same in every process."""

import subprocess
import sys
from dataclasses import dataclass, field
from functools import lru_cache, partial
from types import FunctionType

import numpy as np
import pytest

from ktnas.records.function_digest import function_digest


def compiled(source, **globals_):
    """The function ``f`` of a module of this source."""
    module = {"__name__": "module", **globals_}
    exec(source, module)
    return module["f"]


def digest(source, **globals_):
    return function_digest(compiled(source, **globals_))


@dataclass
class Weighted:
    weight: float
    calls: int = field(default=0, compare=False)

    def __call__(self, code):
        return self.weight * sum(code)


class Counter:
    def best(self, code):
        return sum(code)


def scaled(factor):
    return lambda code: factor * sum(code)


ONE = "def f(code):\n    return code.count(1)"


@pytest.mark.parametrize(
    "other",
    [
        "def f(code):\n    return code.count(2)",
        "def f(code):\n    return code.index(1)",
        "def f(code):\n    return -code.count(1)",
        "def f(code, extra=3):\n    return code.count(1)",
        "def f(code, *, extra=3):\n    return code.count(1)",
        "def f(code):\n    return code.count(1.0)",
        "def f(code):\n    return code.count(True)",
    ],
)
def test_other_code_has_another_digest(other):
    assert digest(other) != digest(ONE)


def test_where_a_function_stands_changes_nothing():
    assert digest(f"\n\n# a comment\n{ONE}") == digest(ONE)


@pytest.mark.parametrize(
    ("source", "one", "two"),
    [
        ("def f(code):\n    return A * sum(code)", {"A": 1}, {"A": 2}),
        ("def f(code):\n    return A[0] * sum(code)", {"A": [1, 2]}, {"A": [2, 2]}),
        ("def f(code):\n    return A['x']", {"A": {"x": 1}}, {"A": {"x": 2}}),
        ("def f(code):\n    return code in A", {"A": {1, 2}}, {"A": {1, 3}}),
        ("def f(code):\n    return A.sum()", {"A": np.arange(4)}, {"A": np.arange(4)[::-1]}),
        ("def f(code):\n    return A.sum()", {"A": np.arange(4)}, {"A": np.arange(4).reshape(2, 2)}),
        ("def f(code):\n    return A.sum()", {"A": np.array([1, "a"], object)}, {"A": np.array([1, "b"], object)}),
        ("def f(code):\n    return [A for _ in code]", {"A": 1}, {"A": 2}),
        ("def f(code):\n    return (lambda: A)()", {"A": 1}, {"A": 2}),
    ],
)
def test_a_global_that_is_named_counts(source, one, two):
    assert digest(source, **one) != digest(source, **two)
    assert digest(source, **one) == digest(source, **one)


def test_a_global_that_is_not_named_does_not_count():
    assert digest(ONE, A=1) == digest(ONE, A=2)


def test_helpers_of_the_same_module_count():
    source = "def helper(code):\n    return {}\n\ndef f(code):\n    return helper(code)"
    assert digest(source.format("sum(code)")) != digest(source.format("max(code)"))
    kept = "@lru_cache\n" + source
    assert digest(kept.format("sum(code)"), lru_cache=lru_cache) != digest(
        kept.format("max(code)"), lru_cache=lru_cache
    )


def test_functions_may_call_themselves_and_each_other():
    source = "def f(code):\n    return g(code)\n\ndef g(code):\n    return f(code) + {}"
    assert digest(source.format(1)) == digest(source.format(1)) != digest(source.format(2))
    inner = "def f(code):\n    def inner(n):\n        return n and inner(n - {})\n    return inner(code)"
    assert digest(inner.format(1)) == digest(inner.format(1)) != digest(inner.format(2))


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (scaled(2), scaled(2), scaled(3)),
        (scaled([1, 2]), scaled([1, 2]), scaled([1, 3])),
        (partial(max, 1), partial(max, 1), partial(max, 2)),
        (partial(max, default=1), partial(max, default=1), partial(max, default=2)),
        (Weighted(1.0), Weighted(1.0, calls=3), Weighted(2.0)),
        (Weighted(1.0).__call__, Weighted(1.0).__call__, Weighted(2.0).__call__),
        (lru_cache(scaled(2)), scaled(2), lru_cache(scaled(3))),
        (Counter().best, Counter().best, Counter.best),
        (sum, sum, max),
        (Counter, Counter, Weighted),
    ],
)
def test_what_a_callable_holds_counts(one, same, other):
    assert function_digest(one) == function_digest(same) != function_digest(other)


def test_the_code_of_a_dataclass_counts():
    source = (
        "@dataclass\nclass Own:\n    weight: float = 1.0\n    def __call__(self, code):\n        return {}\n\nf = Own()"
    )
    one, two = (compiled(source.format(body), dataclass=dataclass) for body in ("1", "2"))
    assert not isinstance(one, FunctionType)
    assert function_digest(one) != function_digest(two)


def test_every_process_finds_the_same():
    program = (
        "from ktnas.records.function_digest import function_digest\n"
        "A = {'a', 'b', 'c', ('d', 1)}\n"
        "print(function_digest(lambda code: (code in {'x', 'y', 'z'}, A)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 32


def test_code_that_was_read_from_a_file_has_the_digest_of_code_just_compiled(tmp_path):
    module = tmp_path / "mine.py"
    module.write_text(
        "def helper(a, b):\n    return ((1, 2), (1, 2), a, b)\n\n"
        "def f(a, b):\n    return ((1, 2), {1, 2} == b, helper(a, b), [lambda a, b: (1, 2)])\n"
    )
    program = "import mine; from ktnas.records.function_digest import function_digest as d; print(d(mine.f))"
    environment = {"PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"}
    found = [
        subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert list(tmp_path.glob("__pycache__/*.pyc"))
    assert found[0].stdout == found[1].stdout


def test_equal_constants_need_not_be_one_object():
    one, two = ((1, "a"), (1, "a")), tuple((1, "a") for _ in range(2))
    shared = (two[0], two[0])
    assert function_digest(partial(max, *one)) == function_digest(partial(max, *two))
    assert function_digest(partial(max, *two)) == function_digest(partial(max, *shared))


@pytest.mark.parametrize("container", ["{f, g}", "frozenset({f, g})", "[f, g]", "{'f': f, 'g': g}"])
def test_functions_may_name_what_holds_them(container):
    source = "def f(code):\n    return len(ALL)\n\ndef g(code):\n    return {} in ALL\n\nALL = {}"
    found = [digest(source.format(constant, container)) for constant in ("1", "2")]
    assert found[0] != found[1]
    assert found[0] == digest(source.format("1", container))


def test_a_variable_of_an_outer_function_need_not_be_set_yet():
    def outer(early):
        if not early:
            later = 1
        return lambda: later

    assert function_digest(outer(early=True)) == function_digest(outer(early=True))
    assert function_digest(outer(early=True)) != function_digest(outer(early=False))
