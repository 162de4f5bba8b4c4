"""The least code of an acyclic graph with an input and an output, over all orders of the vertices between them.

Of a graph with few vertices there are few shapes, and a search meets the same ones again and again: what is found for
a shape is remembered, and its vertices' operations cost one comparison per symmetry.
"""

from __future__ import annotations

from functools import lru_cache

Order = tuple[int, ...]
"""Which of the old vertices stands at each of the new inner places."""


@lru_cache(maxsize=1 << 16)
def least_orders(into: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[Order, ...]]:
    """The least masks of a shape, and every order of its vertices that leads to them.

    Args:
        into: For every vertex but the first, a bit mask of the vertices that have an edge to it, all before it. The
            first vertex is the input and the last the output; both keep their places.

    Returns:
        The masks after renumbering, the least of all in lexicographic order, and the orders; two of them differ by a
        symmetry of the shape.

    >>> least_orders((0b1, 0b11, 0b110))  # one order alone
    ((1, 3, 6), ((1, 2),))
    >>> least_orders((0b1, 0b1, 0b110))  # two vertices side by side
    ((1, 1, 6), ((1, 2), (2, 1)))
    """
    last = len(into)
    partial: list[tuple[Order, dict[int, int]]] = [((), {0: 0})]
    masks: list[int] = []
    for place in range(1, last):
        found = [
            (_renumbered(into[v - 1], places), order, places, v)
            for order, places in partial
            for v in range(1, last)
            if v not in places and all(x in places for x in range(v) if into[v - 1] >> x & 1)
        ]
        masks.append(min(mask for mask, *_ in found))
        partial = [((*order, v), {**places, v: place}) for mask, order, places, v in found if mask == masks[-1]]
    ends = [_renumbered(into[-1], places) for _, places in partial]
    least = min(ends)
    orders = tuple(order for (order, _), end in zip(partial, ends, strict=True) if end == least)
    return (*masks, least), orders


def _renumbered(mask: int, places: dict[int, int]) -> int:
    return sum(1 << place for v, place in places.items() if mask >> v & 1)
