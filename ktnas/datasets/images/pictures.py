"""Image files to pixels, by pillow: all of one form, and what was converted for it.

Images of one size stay as they are. Where sizes differ, each is cut to its central square and resized to
`SIDE` x `SIDE` pixels. One gray channel if all are gray, else three; an image's first frame counts; transparency and
the orientation that a camera notes are ignored. Gray images of more than 8 bits keep them, if all are of that kind.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ktnas.datasets.dataset import Images
from ktnas.datasets.images.files import require_plausible
from ktnas.errors import DataError
from ktnas.files.regular import open_regular

if TYPE_CHECKING:
    from PIL.Image import Image


SIDE = 64
"""Height and width that images of different sizes are brought to."""


PIXEL_LIMIT = 64 << 20
"""An image of more pixels is refused."""


_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")


_GRAY = frozenset({"1", "L", "LA"})


_COLOUR = frozenset({"P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})


_DEEP = {"I;16": np.uint16, "I;16B": np.uint16, "I;16L": np.uint16, "I": np.int32, "F": np.float32}
"""Modes of gray images with more than 8 bits, and their pixels."""


_CONVERTED = {"P": "with a palette", "PA": "with a palette", "CMYK": "CMYK", "YCbCr": "YCbCr"}


_ORIENTATION, _BITS_PER_SAMPLE = 274, 258


_PNG_HEAD = 26


@dataclass(frozen=True, slots=True)
class Form:
    """What all images become.

    Attributes:
        shape: Height, width, channels.
        dtype: Type of their pixels.
        resized: Whether they must be cut and resized for it.
        remarks: What is converted, a sentence each.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    resized: bool
    remarks: tuple[str, ...]


@contextmanager
def pillow(directory: Path) -> Iterator[None]:
    """Pillow, its warning of decompression bombs an error and its other warnings unheard.

    Raises:
        DataError: If it is not installed.
    """
    try:
        from PIL.Image import DecompressionBombWarning
    except ImportError as error:
        raise DataError(f"reading the images in {directory} needs pillow: pip install 'ktnas[train]'") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


def survey(paths: Sequence[Path], directory: Path) -> Form:
    """What images become, as their headers tell.

    Args:
        paths: Their files, at least one.
        directory: Where they lie, for errors.

    Raises:
        DataError: If one is broken, too large or of an unknown kind, if they are not all of one depth, or all of them
            would take too much memory.
    """
    sizes, modes, seen = set[tuple[int, int]](), dict[str, Path](), Counter[str]()
    for path in paths:
        with _opened(path) as image:
            sizes.add(image.size)
            modes.setdefault(image.mode, path)
            seen.update([f"mode {image.mode}", *_features(image, path)])
    dtype = _depth(modes)
    channels = 3 if modes.keys() & _COLOUR else 1
    width, height = next(iter(sizes)) if len(sizes) == 1 else (SIDE, SIDE)
    content = len(paths) * height * width * channels * dtype.itemsize
    require_plausible(content, sum(path.stat().st_size for path in paths), str(directory))
    resized = len(sizes) > 1
    return Form((height, width, channels), dtype, resized, tuple(_remarks(seen, channels, sizes)))


def decode(paths: Sequence[Path], form: Form) -> Images:
    """Pixels ``(n, height, width, channels)`` of images in their form.

    Raises:
        DataError: If one is broken.
    """
    images: Images = np.empty((len(paths), *form.shape), form.dtype)
    for place, path in zip(images, paths, strict=True):
        with _opened(path) as image:
            if form.dtype == np.uint8:
                pixels = image.convert("L" if form.shape[2] == 1 else "RGB")
                place[...] = np.asarray(_squared(pixels) if form.resized else pixels).reshape(form.shape)
            else:
                place[...] = _deep_pixels(image, form)
    return images


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """An image whose header alone has been read."""
    from PIL import Image

    try:
        with Image.open(path, formats=_FORMATS) as image:
            _check(image, path)
            yield image
    except DataError:
        raise
    except MemoryError as error:
        raise DataError(f"{path} does not fit into memory") from error
    except Exception as error:  # pillow's decoders raise all kinds of errors for broken files
        raise DataError(f"{path} is no image that can be read: {str(error) or type(error).__name__}") from error


def _check(image: Image, path: Path) -> None:
    if image.width * image.height > PIXEL_LIMIT:
        raise DataError(f"{path} has {image.width} x {image.height} pixels; at most {PIXEL_LIMIT} are read")
    if image.mode not in _GRAY | _COLOUR and image.mode not in _DEEP:
        raise DataError(f"{path} has pixels of mode {image.mode!r}; save it as gray or RGB with 8 bits per channel")


def _depth(modes: dict[str, Path]) -> np.dtype[np.generic]:
    """Type of the pixels of all images."""
    first = {np.dtype(_DEEP.get(mode, np.uint8)): (mode, path) for mode, path in modes.items()}
    if len(first) == 1:
        return next(iter(first))
    mode, path = next(found for dtype, found in first.items() if dtype != np.uint8)
    other = next(found for dtype, found in first.items() if found != (mode, path))
    raise DataError(
        f"{path} has pixels of mode {mode!r}, {other[1]} of mode {other[0]!r}: their scales differ; save all with as "
        "many bits per channel"
    )


def _features(image: Image, path: Path) -> Iterator[str]:
    """What of an image is lost or ignored."""
    if image.mode in {"LA", "RGBA", "PA"} or "transparency" in image.info:
        yield "transparent"
    if getattr(image, "is_animated", False):
        yield "frames"
    if image.format in {"JPEG", "MPO", "TIFF", "WEBP"} and image.getexif().get(_ORIENTATION, 1) != 1:
        yield "turned"
    if image.mode not in _DEEP and _has_16_bits(image, path):
        yield "deep"


def _has_16_bits(image: Image, path: Path) -> bool:
    """Whether a file has more bits per channel than pillow gives."""
    if image.format == "PNG":
        with open_regular(path) as stream:
            return stream.read(_PNG_HEAD)[24:25] == b"\x10"
    tags = getattr(image, "tag_v2", None) if image.format == "TIFF" else None
    return tags is not None and max(tags.get(_BITS_PER_SAMPLE, (1,))) > 8


def _remarks(seen: Counter[str], channels: int, sizes: set[tuple[int, int]]) -> Iterator[str]:
    if len(sizes) > 1:
        small, large = (f"{w} x {h}" for w, h in (min(sizes), max(sizes)))
        yield f"Sizes differ ({small} to {large}): central squares were resized to {SIDE} x {SIDE}."
    converted = Counter[str]()
    for mode in (*_CONVERTED, *(_GRAY if channels == 3 else ())):
        converted[_CONVERTED.get(mode, "gray")] += seen[f"mode {mode}"]
    if kinds := [f"{count:,} {kind}" for kind, count in converted.items() if count]:
        yield f"Converted to RGB: {', '.join(kinds)}."
    for feature, text in (
        ("transparent", "whose transparency was ignored"),
        ("turned", "that a camera noted as turned, and were left so"),
        ("frames", "of several frames, of which the first was read"),
        ("deep", "of more than 8 bits per channel, reduced to 8"),
    ):
        if seen[feature]:
            yield f"Images {text}: {seen[feature]:,}."


def _deep_pixels(image: Image, form: Form) -> Images:
    from PIL.Image import fromarray

    pixels = np.asarray(image)
    if form.resized:
        pixels = np.asarray(_squared(fromarray(pixels.astype(np.float32))))
        pixels = pixels if form.dtype.kind == "f" else np.rint(pixels)
    return pixels.reshape(form.shape).astype(form.dtype)


def _squared(image: Image) -> Image:
    from PIL.Image import Resampling

    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    # Cropped first: `resize(box=...)` lets pixels from outside the box bleed in.
    square = image.crop((left, top, left + side, top + side))
    return square.resize((SIDE, SIDE), Resampling.BILINEAR)
