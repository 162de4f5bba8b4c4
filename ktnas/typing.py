"""Type aliases shared by the whole package, each with its meaning."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Genotype: TypeAlias = tuple[int, ...]
"""An architecture's code: position ``i`` holds an integer in ``0 .. cardinalities[i] - 1``."""


CanonicalForm: TypeAlias = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]
"""Hashable ``(operations, edges)``; equal for two graphs exactly if they are isomorphic."""


FloatArray: TypeAlias = npt.NDArray[np.float64]
"""A float64 array; the docstring of its owner gives the shape."""


IntArray: TypeAlias = npt.NDArray[np.int64]
"""An int64 array; the docstring of its owner gives the shape."""


JSON: TypeAlias = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None
"""A value that JSON can hold."""
