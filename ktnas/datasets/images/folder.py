"""A folder of images per class, in the formats that people have; pillow reads them.

Either ``DIRECTORY/CLASS/IMAGE``, divided into 70, 15 and 15 % of each class (`splits.three_parts`), or
``DIRECTORY/{train,val,test}/CLASS/IMAGE``, of which only ``train`` must be there: without ``val``, 15 % of each class
of ``train`` are held out; without ``test``, there is no test part. Classes are numbered in the order of their names,
images taken in the order of theirs. Hidden files, and files whose names do not end as those of images, are passed over.

Images of one size stay as they are. Where sizes differ, each is cut to its central square and resized to
`SIDE` x `SIDE` pixels. One gray channel if all are gray, else three; an image's first frame counts; transparency and
the orientation that a camera notes are ignored.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ktnas.datasets.dataset import Dataset, Images, Split
from ktnas.datasets.images.files import require_plausible
from ktnas.datasets.images.splits import Indices, hold_out, three_parts
from ktnas.datasets.objectives import Classification
from ktnas.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image


SIDE = 64
"""Height and width that images of different sizes are brought to."""


PIXEL_LIMIT = 64 << 20
"""An image of more pixels is refused."""


SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm"})
"""How names of images end, in small or capital letters."""


_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")


_GRAY = frozenset({"1", "L", "LA"})


_COLOUR = frozenset({"P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})


_VALIDATION = ("val", "valid", "validation")


@dataclass(frozen=True, slots=True)
class _Files:
    """The images of a part: their files, and their labels ``(n,)``."""

    paths: tuple[Path, ...]
    labels: npt.NDArray[np.int64]

    def at(self, indices: Indices) -> _Files:
        return _Files(tuple(self.paths[i] for i in indices), self.labels[indices])


@dataclass(frozen=True, slots=True)
class _Form:
    """What all images become: height, width, channels, and whether they must be cut and resized for it."""

    shape: tuple[int, int, int]
    resized: bool


def read_folder(directory: Path, name: str | None = None) -> Dataset:
    """The dataset in a folder of images per class.

    Args:
        directory: The folder.
        name: Its name; the folder's if None.

    Raises:
        DataError: If there are no classes, a class has no or too few images, an image is broken, too large or of more
            than 8 bits per channel, or pillow is not installed.
    """
    classes, parts = _parts(directory)
    with _pillow(directory):
        form = _survey([path for part in parts.values() for path in part.paths], directory)
        splits = {key: Split(_decode(part.paths, form), part.labels) for key, part in parts.items()}
    name = name or directory.resolve().name
    return Dataset(name, Classification(classes), splits["train"], splits["validation"], splits.get("test"))


def _parts(directory: Path) -> tuple[int, Mapping[str, _Files]]:
    """The number of classes, and the files of each part."""
    train = directory / "train"
    if not train.is_dir():
        classes = _classes(directory)
        files = _list(directory, classes, at_least=3)
        keys = ("train", "validation", "test")
        return len(classes), {key: files.at(i) for key, i in zip(keys, three_parts(files.labels), strict=True)}
    classes = _classes(train)
    validation = next((directory / name for name in _VALIDATION if (directory / name).is_dir()), None)
    if validation is None:
        files = _list(train, classes, at_least=2)
        parts = {key: files.at(i) for key, i in zip(("train", "validation"), hold_out(files.labels), strict=True)}
    else:
        parts = {"train": _list(train, classes, at_least=1), "validation": _list_subset(validation, classes)}
    if (directory / "test").is_dir():
        parts["test"] = _list_subset(directory / "test", classes)
    return len(classes), parts


def _classes(directory: Path) -> list[str]:
    if not directory.is_dir():
        raise DataError(f"{directory} does not exist or is no directory")
    classes = _folders(directory)
    if len(classes) < 2:
        found = f"only {classes[0]!r}" if classes else "none"
        raise DataError(f"{directory} must have a folder for each of at least two classes; found {found}")
    return classes


def _folders(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.is_dir() and not path.name.startswith("."))


def _list_subset(directory: Path, classes: Sequence[str]) -> _Files:
    present = _folders(directory)
    if unknown := [name for name in present if name not in classes]:
        raise DataError(f"{directory} has classes that the training part has not: {', '.join(unknown[:5])}")
    if not present:
        raise DataError(f"{directory} must have a folder for each class; found none")
    files = _list(directory, present, at_least=1)
    numbers = np.array([classes.index(name) for name in present], np.int64)
    return _Files(files.paths, numbers[files.labels])


def _list(directory: Path, classes: Sequence[str], *, at_least: int) -> _Files:
    members = [_images(directory / name) for name in classes]
    for name, paths in zip(classes, members, strict=True):
        if len(paths) < at_least:
            raise DataError(
                f"class {name!r} in {directory} has {len(paths)} images; at least {at_least} are needed "
                f"(files that end in {', '.join(sorted(SUFFIXES))})"
            )
    labels = np.repeat(np.arange(len(classes), dtype=np.int64), [len(paths) for paths in members])
    return _Files(tuple(path for paths in members for path in paths), labels)


def _images(directory: Path) -> list[Path]:
    found = (path for path in directory.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not path.name.startswith("."))


@contextmanager
def _pillow(directory: Path) -> Iterator[None]:
    """Pillow, its warning of decompression bombs an error and its other warnings unheard."""
    try:
        from PIL.Image import DecompressionBombWarning
    except ImportError as error:
        raise DataError(f"reading the images in {directory} needs pillow: pip install 'ktnas[train]'") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield


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
    except Exception as error:  # whatever a broken image makes pillow's decoders raise
        raise DataError(f"{path} is no image that can be read: {str(error) or type(error).__name__}") from error


def _check(image: Image, path: Path) -> None:
    if image.width * image.height > PIXEL_LIMIT:
        raise DataError(f"{path} has {image.width} x {image.height} pixels; at most {PIXEL_LIMIT} are read")
    if image.mode not in _GRAY | _COLOUR:
        raise DataError(f"{path} has pixels of mode {image.mode!r}; save it with 8 bits per channel")


def _survey(paths: Sequence[Path], directory: Path) -> _Form:
    sizes, modes = set[tuple[int, int]](), set[str]()
    for path in paths:
        with _opened(path) as image:
            sizes.add(image.size)
            modes.add(image.mode)
    channels = 1 if modes <= _GRAY else 3
    width, height = next(iter(sizes)) if len(sizes) == 1 else (SIDE, SIDE)
    content = len(paths) * height * width * channels
    require_plausible(content, sum(path.stat().st_size for path in paths), str(directory))
    return _Form((height, width, channels), len(sizes) > 1)


def _decode(paths: Sequence[Path], form: _Form) -> Images:
    images: Images = np.empty((len(paths), *form.shape), np.uint8)
    for place, path in zip(images, paths, strict=True):
        with _opened(path) as image:
            pixels = image.convert("L" if form.shape[2] == 1 else "RGB")
            place[...] = np.asarray(_squared(pixels) if form.resized else pixels).reshape(form.shape)
    return images


def _squared(image: Image) -> Image:
    from PIL.Image import Resampling

    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    # Cropped first: `resize(box=...)` lets pixels from outside the box bleed in.
    square = image.crop((left, top, left + side, top + side))
    return square.resize((SIDE, SIDE), Resampling.BILINEAR)
