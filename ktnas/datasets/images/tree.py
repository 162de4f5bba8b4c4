"""Which files below a folder are images, judged by their content, and which are passed over; nothing is decoded.

What systems and editors leave behind (`__MACOSX`, ``Thumbs.db``, hidden files) is passed over with its name. A
file whose name or content says that it is an image, of a kind that is not read, is an error: no image is to be lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ktnas.datasets.account import HIDDEN, NO_IMAGE, PassedOver
from ktnas.errors import DataError
from ktnas.files.regular import open_regular

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm"})
"""How names of images usually end, in small or capital letters."""


_UNREAD_SUFFIXES = frozenset(
    {
        *(".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".svg", ".psd", ".ico", ".tga", ".exr", ".hdr", ".pfm"),
        *(".dcm", ".dicom", ".nii", ".npy", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf"),
    }
)
"""How names of images end that are not read."""


_STARTS = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|RIFF....WEBP|P[1-6]\s+(#[^\n]*\n\s*)*\d+\s"
    rb"|BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00",
    re.DOTALL,
)
"""How images that are read begin."""


_UNREAD_STARTS = re.compile(
    rb".{4}ftyp(heic|heix|hevc|mif1|msf1|avif|avis)|\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51|\x00\x00\x00\x0cJXL "
    rb"|\xff\x0a|8BPS|\x93NUMPY|.{128}DICM",
    re.DOTALL,
)
"""How images begin that are not read."""


_READ = "PNG, JPEG, BMP, GIF, TIFF, WebP and PPM"


_OF_SYSTEMS = frozenset(
    {
        *("__macosx", "thumbs.db", "desktop.ini", "@eadir", "__pycache__", "lost+found", "$recycle.bin"),
        *("system volume information", "icon\r"),
    }
)


@dataclass(frozen=True, slots=True)
class Tree:
    """The images below a folder.

    Attributes:
        root: The folder.
        loose: Names of images that lie in it directly.
        folders: What lies in it else, empty folders too, by name in order.
        count: Images at any depth.
    """

    root: Path
    loose: tuple[str, ...]
    folders: Mapping[str, Tree]
    count: int

    @property
    def with_images(self) -> tuple[str, ...]:
        """Folders in it with images at any depth."""
        return tuple(name for name, below in self.folders.items() if below.count)

    @property
    def paths(self) -> Iterator[Path]:
        """Its images at any depth, in the order of names at each."""
        for name in sorted((*self.loose, *self.folders)):
            if name in self.folders:
                yield from self.folders[name].paths
            else:
                yield self.root / name


def walk(root: Path) -> tuple[Tree, tuple[PassedOver, ...]]:
    """The images below a folder, and what is passed over there; links are followed.

    Raises:
        DataError: If it is no folder, a folder cannot be listed, or a file is an image that cannot be read.
    """
    if not root.is_dir():
        raise DataError(f"{root} does not exist or is no directory")
    passed_over = list[PassedOver]()
    return _walked(root, "", (os.path.realpath(root),), passed_over), tuple(passed_over)


def _walked(directory: Path, prefix: str, above: tuple[str, ...], passed_over: list[PassedOver]) -> Tree:
    try:
        names = sorted(path.name for path in directory.iterdir())
    except OSError as error:
        raise DataError(f"{directory} cannot be listed: {error}") from error
    loose, folders = list[str](), dict[str, Tree]()
    for name in names:
        path, reason = directory / name, NO_IMAGE
        if name.startswith(".") or name.casefold() in _OF_SYSTEMS:
            reason = HIDDEN
        elif path.is_dir():
            real = os.path.realpath(path)
            if real not in above:
                folders[name] = _walked(path, f"{prefix}{name}/", (*above, real), passed_over)
                continue
            reason = "a link to a folder above it"
        elif _is_image(path):
            loose.append(name)
            continue
        passed_over.append(PassedOver(f"{prefix}{name}", reason))
    return Tree(directory, tuple(loose), folders, len(loose) + sum(below.count for below in folders.values()))


def _is_image(path: Path) -> bool:
    """Whether a file is an image by its name or its content.

    Raises:
        DataError: If it is one that is not read, or cannot be opened.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        if suffix in SUFFIXES:
            raise DataError(f"{path} is no image that can be read: it is a link to nothing, or no file")
        return False
    if suffix in SUFFIXES:
        return True
    try:
        with open_regular(path) as stream:
            start = stream.read(512)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if suffix in _UNREAD_SUFFIXES or _UNREAD_STARTS.match(start):
        raise DataError(f"{path} is an image of a kind that is not read; read are {_READ}: convert or remove it")
    return _STARTS.match(start) is not None
