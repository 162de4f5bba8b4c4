"""The content of an ``.npy`` file as an array of numbers, read without unpickling and without believing its header."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt

_HEADER = re.compile(
    rb"\{'descr': '([<>|][fiu][1248])', 'fortran_order': False, 'shape': \(((?:[0-9]{1,15}(?:, |,?(?=\))))*)\), \} *\n"
)


def array_of(content: bytes) -> npt.NDArray[np.generic]:
    """The array of an ``.npy`` file.

    NumPy's own reader evaluates the header and takes its shape's word for the memory to set aside; this one
    takes numbers only, in the form that NumPy writes, and exactly as many as are there.

    Raises:
        ValueError: If the content is anything else.
    """
    size = 10 + int.from_bytes(content[8:10], "little")
    header = _HEADER.fullmatch(content[10:size])
    if content[:8] != b"\x93NUMPY\x01\x00" or header is None:
        raise ValueError("it holds something else than arrays of numbers")
    shape = tuple(int(length) for length in header[2].decode().split(",") if length.strip())
    dtype = np.dtype(header[1].decode())
    if math.prod(shape) * dtype.itemsize != len(content) - size:
        raise ValueError(f"it holds {len(content) - size} bytes for an array of shape {shape}")
    return np.frombuffer(content, dtype, offset=size).reshape(shape)
