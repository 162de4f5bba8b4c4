"""A chart as plain data: axes, and layers that are drawn over one another.

Nothing here draws. A browser does (``assets/charts.js``, with Bokeh), in a report, in the dashboard and in a notebook.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from ktnas.typing import JSON

Number: TypeAlias = float | int | None
"""None leaves a gap."""

Colour: TypeAlias = str
"""What is drawn, not how: ``"line"``, ``"alone"``, ``"best"``, ``"positive"``, ``"series:3"``, ``"fill:0"``, ..."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis.

    Attributes:
        label: What is along it, with its unit; empty for nothing.
        kind: A scale, or categories.
        categories: The categories, in order.
        range: From where to where; None for as far as the layers go.
        whole: Whether only whole numbers have a meaning.
        hidden: Whether it is left out, with its grid.
    """

    label: str = ""
    kind: Literal["linear", "log", "category"] = "linear"
    categories: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    whole: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by a line.

    Attributes:
        x: ``(n,)`` places.
        y: ``(n,)`` heights; None leaves a gap.
        label: Its name in the legend; empty for none.
        colour: Its colour.
        dash: Whether it is dashed.
        width: Pixels.
        quiet: Whether it says nothing under the pointer.
    """

    mark: ClassVar[str] = "line"
    x: Sequence[float]
    y: Sequence[Number]
    label: str = ""
    colour: Colour = "line"
    dash: bool = False
    width: float = 2.0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ThinLines:
    """Many thin lines of one kind, such as one per run."""

    mark: ClassVar[str] = "lines"
    xs: Sequence[Sequence[float]]
    ys: Sequence[Sequence[Number]]
    label: str = ""
    colour: Colour = "line"
    width: float = 1.0
    alpha: float = 0.3


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two heights."""

    mark: ClassVar[str] = "band"
    x: Sequence[float]
    low: Sequence[Number]
    high: Sequence[Number]
    label: str = ""
    colour: Colour = "line"


@dataclass(frozen=True, slots=True)
class Points:
    """Points, of one colour or coloured by a value.

    Attributes:
        x: ``(n,)`` places.
        y: ``(n,)`` heights, or categories.
        tip: What each says under the pointer, in lines.
        label: Their name in the legend; empty for none.
        colour: Their colour.
        value: ``(n,)`` what colours them; None for one colour.
        low: The value at the one end of the colours.
        high: The value at the other.
        scale: What the value is.
        shape: ``"circle"``, ``"star"``, ``"diamond"``, ...
        size: Pixels.
        hollow: Whether only their edge is drawn.
    """

    mark: ClassVar[str] = "points"
    x: Sequence[float]
    y: Sequence[Number] | Sequence[str]
    tip: Sequence[str] = ()
    label: str = ""
    colour: Colour = "line"
    value: Sequence[Number] | None = None
    low: float = 0.0
    high: float = 1.0
    scale: str = ""
    shape: str = "circle"
    size: float = 8.0
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line through the whole chart, at a height, or ``along`` ``"x"`` at a place."""

    mark: ClassVar[str] = "rule"
    value: float
    label: str = ""
    colour: Colour = "best"
    along: Literal["x", "y"] = "y"
    dash: bool = True


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from ``base`` to ``top``.

    Attributes:
        at: Where each stands: a category, or a number.
        base: ``(n,)`` where each begins.
        top: ``(n,)`` where each ends.
        tip: What each says under the pointer.
        label: Their name in the legend.
        colour: Their colour.
        flat: Whether they lie.
        thick: How thick they are, in the units of the axis they stand on.
    """

    mark: ClassVar[str] = "bars"
    at: Sequence[str] | Sequence[float]
    base: Sequence[Number]
    top: Sequence[Number]
    tip: Sequence[str]
    label: str = ""
    colour: Colour = "line"
    flat: bool = False
    thick: float = 0.7


@dataclass(frozen=True, slots=True)
class HeatTiles:
    """A matrix of coloured fields over two axes of categories."""

    mark: ClassVar[str] = "tiles"
    x: Sequence[str]
    y: Sequence[str]
    value: Sequence[Number]
    text: Sequence[str]
    tip: Sequence[str]
    low: float = -1.0
    high: float = 1.0
    diverging: bool = True
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Named boxes: the operations of an architecture.

    Attributes:
        x: ``(n,)`` their middles.
        y: ``(n,)`` their middles.
        width: ``(n,)``, in the units of the axis.
        height: ``(n,)``, in the units of the axis.
        text: What stands in each.
        colours: What each is filled with.
        edges: The colour of each one's edge.
        marked: Which have a thick edge.
    """

    mark: ClassVar[str] = "boxes"
    x: Sequence[float]
    y: Sequence[float]
    width: Sequence[float]
    height: Sequence[float]
    text: Sequence[str]
    colours: Sequence[Colour]
    edges: Sequence[Colour]
    marked: Sequence[bool]
    quiet: bool = True


@dataclass(frozen=True, slots=True)
class Arrows:
    """Lines that end in a head which points to the right."""

    mark: ClassVar[str] = "arrows"
    xs: Sequence[Sequence[float]]
    ys: Sequence[Sequence[float]]
    colour: Colour = "muted"


Layer: TypeAlias = Curve | ThinLines | Band | Points | Rule | Bars | HeatTiles | Boxes | Arrows


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        name: Tells it from the others of a page, and from other states of itself nothing.
        title: Its heading.
        about: What it shows and what came out, for who cannot see it.
        x: The axis from left to right.
        y: The axis from below.
        layers: What is drawn, the first undermost.
        height: Pixels.
        width: Pixels; None for as wide as there is room.
    """

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    about: str
    x: Axis
    y: Axis
    layers: tuple[Layer, ...] = field(default_factory=tuple)
    height: int = 300
    width: int | None = None

    def plain(self) -> dict[str, JSON]:
        """As plain values, without what is empty."""
        return {"kind": self.kind, **_plain(self)}


def _plain(part: Chart | Axis | Layer) -> dict[str, JSON]:
    mark = getattr(part, "mark", None)
    found: dict[str, JSON] = {} if mark is None else {"mark": mark}
    for one in dataclasses.fields(part):
        value = getattr(part, one.name)
        if value is not None and not (isinstance(value, str) and not value):
            found[one.name] = _value(value)
    return found


def _value(value: object) -> JSON:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return {str(key): _value(each) for key, each in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value  # type: ignore[return-value]
    return [_value(each) for each in value]
