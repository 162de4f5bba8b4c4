"""A sheet of scenes with their targets, to look at: a PNG by matplotlib, without ``pyplot`` and its global state."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Images
from ktnas.datasets.scenes.camera import HIGH, LOW
from ktnas.datasets.scenes.kinds import PATTERNS
from ktnas.datasets.scenes.materials import LABELS, SOLID_PATTERNS
from ktnas.datasets.scenes.solids import SHAPES
from ktnas.datasets.scenes.tasks import Scenes

DPI = 100


CELL, GAP, LEFT, BELOW = 128, 6, 40, 130
"""Pixels: an image at least, between images, left of them, below them."""


ROWS = ("image\n(autoencoder)", "segmentsemantic", "normal", "jigsaw")


PALETTE = np.array(
    [
        *([203, 213, 225], [120, 113, 108], [241, 245, 249], [125, 211, 252], [146, 64, 14], [250, 204, 21]),
        *([190, 24, 93], [255, 255, 150], [51, 65, 85]),
        *([239, 68, 68], [249, 115, 22], [132, 204, 22], [16, 185, 129], [6, 182, 212], [59, 130, 246]),
        *([139, 92, 246], [236, 72, 153]),
    ],
    dtype=np.uint8,
)
"""Colours of `LABELS`."""


def draw_sheet(scenes: Scenes, count: int) -> bytes:
    """The first validation scenes with the targets of all tasks, a column each, as a PNG.

    Args:
        scenes: Which scenes.
        count: How many, at most those for validation.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    cell = max(1, CELL // scenes.size) * scenes.size + GAP
    mosaic = np.concatenate([_row(images, cell) for images in _pictures(scenes, count)])
    height, width = mosaic.shape[0] + BELOW, mosaic.shape[1] + LEFT
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.figimage(mosaic, LEFT, BELOW)
    for i, name in enumerate(ROWS):
        figure.text(
            LEFT / 2 / width, 1 - (i + 0.5) * cell / height, name, va="center", ha="center", size=8, rotation=90
        )
    for i, caption in enumerate(_captions(scenes, count)):
        figure.text((LEFT + (i + 0.5) * cell) / width, BELOW / height, caption, va="top", ha="center", size=6.5)
    handles = [Patch(color=tuple(colour / 255), label=name) for colour, name in zip(PALETTE, LABELS, strict=True)]
    figure.legend(handles=handles, loc="lower center", ncols=min(9, width // 80), fontsize=6.5, frameon=False)
    file = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png", pil_kwargs={"optimize": True})
    return file.getvalue()


def _pictures(scenes: Scenes, count: int) -> Iterator[Images]:
    """Per row, images ``(count, size, size, 3)``."""
    yield scenes.dataset("autoencoder").validation.images[:count]
    yield PALETTE[scenes.dataset("segmentsemantic").validation.targets[:count].astype(np.int64)]
    yield ((scenes.dataset("normal").validation.targets[:count].astype(np.float32) + 1) * 127.5).astype(np.uint8)
    yield scenes.dataset("jigsaw").validation.images[:count]


def _row(images: Images, cell: int) -> npt.NDArray[np.uint8]:
    """Images ``(n, size, size, 3)`` side by side, enlarged by a whole number, each in a white cell."""
    scale = cell // images.shape[1]
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    row = np.full((cell, len(images), cell, 3), 255, dtype=np.uint8)
    row[: large.shape[1], :, : large.shape[2]] = large.transpose(1, 0, 2, 3)
    return row.reshape(cell, -1, 3)


def _captions(scenes: Scenes, count: int) -> Iterator[str]:
    """What the tasks with few numbers ask of each scene."""
    kinds, objects, orders, layouts = (
        scenes.dataset(task).validation.targets[:count]
        for task in ("class_scene", "class_object", "jigsaw", "room_layout")
    )
    for kind, solid, order, layout in zip(kinds, objects, orders, layouts, strict=True):
        pattern, shape = divmod(int(solid), len(SHAPES))
        yaw, pitch, roll, x, y, z, *sides = (layout + 1) / 2 * (HIGH - LOW) + LOW
        yield (
            f"jigsaw {order}\nscene {kind}\n"
            f"object {solid}: {PATTERNS[SOLID_PATTERNS[pattern]]} {SHAPES[shape].name}\n"
            f"yaw {round(yaw)}\N{DEGREE SIGN}, pitch {round(pitch)}\N{DEGREE SIGN}, roll {round(roll)}\N{DEGREE SIGN}\n"
            f"at {x:.1f}, {y:.1f}, {z:.1f} m\nin {' x '.join(f'{side:.1f}' for side in sides)} m"
        )
