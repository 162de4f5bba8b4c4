"""Who helped whom: what was transferred between tasks, generation by generation, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ktnas.report.charts.chart import Axis, Bars, Chart, Layer, Points
from ktnas.report.charts.curves import around

_BINS = 60
"""Columns of a chart over generations, at most: more generations share one."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Architectures that were transferred from one task to another in one generation, of all runs together.

    Attributes:
        source: The task they came from.
        target: The task they were evaluated on.
        generation: When.
        positive: Those with a child among the best of the next population.
        negative: Those judged without one.
        unjudged: Those that were not judged.
    """

    source: str
    target: str
    generation: int
    positive: int = 0
    negative: int = 0
    unjudged: int = 0

    @property
    def accepted(self) -> int:
        """All of them."""
        return self.positive + self.negative + self.unjudged


@dataclass(frozen=True, slots=True)
class Offer:
    """What of one task was before the gate of another in one generation, of all runs together.

    Attributes:
        source: The task it came from.
        target: The task it might have been evaluated on.
        generation: When.
        offered: Members of the source's population that the target did not know.
        promising: Those of them that the model let pass.
    """

    source: str
    target: str
    generation: int
    offered: int
    promising: int


def transfer_chart(target: str, moved: Sequence[Moved], offers: Sequence[Offer]) -> Chart:
    """What came to a task over generations: columns of what was accepted, and above it what was offered."""
    own = [one for one in moved if one.target == target]
    open_ = [one for one in offers if one.target == target]
    last = max([one.generation for one in own] + [one.generation for one in open_], default=0)
    size = last // _BINS + 1
    counts = {kind: Counter[int]() for kind in ("positive", "negative", "unjudged", "offered", "promising")}
    for one in own:
        for kind in ("positive", "negative", "unjudged"):
            counts[kind][one.generation // size] += getattr(one, kind)
    for offer in open_:
        counts["offered"][offer.generation // size] += offer.offered
        counts["promising"][offer.generation // size] += offer.promising
    bins = list(range(last // size + 1))
    at = [b * size + (size - 1) / 2 for b in bins]
    layers, tops = _columns(counts, bins, at, size)
    passed = [(x, counts["promising"][b], b) for x, b in zip(at, bins, strict=True) if counts["promising"][b]]
    if passed:
        tops += [count for _, count, _ in passed]
        tips = [
            f"let pass by the model: {n}\noffered: {counts['offered'][b]}\ngeneration {_span(b, size)}"
            for _, n, b in passed
        ]
        layers.append(
            Points(
                [x for x, *_ in passed], [n for _, n, _ in passed], tips, "let pass by the model", "line", hollow=True
            )
        )
    high = around([0.0, *tops])
    return Chart(
        name=f"transfers {target}",
        title=f"to {target}",
        about=_about(target, own, open_),
        x=Axis(
            "generation" if size == 1 else f"generation ({size} in a column)",
            range=(-0.7 * size, last + 0.7 * size),
            whole=True,
        ),
        y=Axis("architectures", range=(0.0, max(2.0, high[1] if high else 2.0)), whole=True),
        layers=tuple(layers),
        height=260,
    )


_NAMES = {"positive": "positive", "negative": "negative", "unjudged": "not judged"}


def _columns(
    counts: dict[str, Counter[int]], bins: Sequence[int], at: Sequence[float], size: int
) -> tuple[list[Layer], list[float]]:
    base = [0.0] * len(bins)
    layers: list[Layer] = []
    for kind, name in _NAMES.items():
        shown = [i for i, b in enumerate(bins) if counts[kind][b]]
        top = [low + counts[kind][b] for low, b in zip(base, bins, strict=True)]
        if shown:
            tips = [f"{name}: {counts[kind][bins[i]]}\ngeneration {_span(bins[i], size)}" for i in shown]
            layers.append(
                Bars([at[i] for i in shown], [base[i] for i in shown], [top[i] for i in shown], tips, name, kind)
            )
        base = top
    return layers, base


def _span(number: int, size: int) -> str:
    return str(number) if size == 1 else f"{number * size} to {(number + 1) * size - 1}"


def _about(target: str, moved: Sequence[Moved], offers: Sequence[Offer]) -> str:
    accepted = sum(one.accepted for one in moved)
    positive, negative = sum(one.positive for one in moved), sum(one.negative for one in moved)
    offered = sum(one.offered for one in offers)
    said = f" of {offered:,} offered" if offers else ""
    return (
        f"Architectures transferred to {target} over generations: {accepted:,} accepted{said}, {positive:,} judged "
        f"positive, {negative:,} negative."
    )


def transfer_rows(moved: Sequence[Moved], offers: Sequence[Offer]) -> list[list[str | int | None]]:
    """From which task to which: offered, let pass by the model, accepted, positive, negative, not judged.

    What was offered is None where nothing is recorded of it.
    """
    pairs = dict.fromkeys([(one.source, one.target) for one in moved] + [(one.source, one.target) for one in offers])
    rows: list[list[str | int | None]] = []
    for source, target in pairs:
        own = [one for one in moved if (one.source, one.target) == (source, target)]
        before = [one for one in offers if (one.source, one.target) == (source, target)]
        rows.append(
            [
                source,
                target,
                sum(one.offered for one in before) if offers else None,
                sum(one.promising for one in before) if offers else None,
                sum(one.accepted for one in own),
                sum(one.positive for one in own),
                sum(one.negative for one in own),
                sum(one.unjudged for one in own),
            ]
        )
    return rows
