"""Recipes that no training could follow."""

import pytest

from ktnas.errors import ConfigurationError
from ktnas.training.recipe import Recipe


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *((name, 0, "at least 1") for name in ("epochs", "batch_size")),
        ("resolution", 7, "at least 8"),
        *(("share", value, "above 0 and at most 1") for value in (0.0, 1.01, float("nan"))),
        *(("learning_rate", value, "above 0") for value in (0.0, float("nan"))),
        *((n, v, "below 1") for n in ("warmup", "momentum", "label_smoothing", "drop_path") for v in (-0.1, 1.0)),
        *((name, -1, "at least 0") for name in ("weight_decay", "gradient_clip", "padding", "cutout", "auxiliary")),
        ("precision", "float16", "float32 or bfloat16"),
    ],
)
def test_values_out_of_range(name, value, expected):
    with pytest.raises(ConfigurationError, match=f"the recipe's {name} must be .*{expected}; got {value}"):
        Recipe(**{name: value})


def test_a_resolution_is_square():
    assert Recipe().resized((20, 30, 1)) == (20, 30, 1)
    assert Recipe(resolution=16).resized((20, 30, 1)) == (16, 16, 1)
