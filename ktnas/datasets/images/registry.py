"""A dataset by name or path, and which ones are here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ktnas.datasets.dataset import Dataset
from ktnas.datasets.images.folder import read_folder
from ktnas.datasets.images.idx import FILES, read_idx
from ktnas.datasets.images.known import KNOWN, NOTES, Known, Reader
from ktnas.datasets.images.npz import holds_images, read_headers, read_npz
from ktnas.errors import DataError, KtnasError, UnknownNameError, unknown_name
from ktnas.files.search_path import expanded, search_path

_BY_NAME = {known.name: known for known in KNOWN}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inventory.

    Attributes:
        name: Name of the dataset.
        path: Where it lies; None if it was not found.
        shape: Height, width, channels of its images; None if its file cannot be read.
        hint: How to get it; empty where it was found.
        note: What a reader of results must know of it; empty if nothing.
        problem: What is wrong with a file that was found but cannot be read; empty otherwise.
    """

    name: str
    path: Path | None
    shape: tuple[int, int, int] | None
    hint: str = ""
    note: str = ""
    problem: str = ""

    @property
    def found(self) -> bool:
        """Whether the dataset can be used."""
        return self.path is not None and not self.problem


def find(name: str, directory: Path | None = None) -> Dataset:
    """The dataset of that name, or at that path.

    A known name comes first (`known.KNOWN`); then ``NAME.npz`` or a directory ``NAME`` on the data search path;
    then a path to an npz file, or to a directory with official files or with a folder of images per class. What ends in
    ``.npz`` is a path in the first place. A file that bears a known name must hold what the name promises.

    Args:
        name: Name or path.
        directory: Where to look first.

    Raises:
        UnknownNameError: If it is no known name, and nothing of that name is there.
        DataError: If it is known but its files are not here, or they are damaged or not what the name promises.
    """
    if name in _BY_NAME:
        return _read_known(_BY_NAME[name], directory)
    places = search_path(directory)
    candidates = [place / found for place in places for found in (f"{name}.npz", name)] if _is_plain(name) else []
    itself = expanded(Path(name))
    candidates = [itself, *candidates] if name.endswith(".npz") else [*candidates, itself]
    path = next((path for path in candidates if name and path.exists()), None)
    if path is not None:
        return _read(path)
    if not _is_plain(name) or name.endswith(".npz"):
        raise DataError(f"dataset {name!r}: there is no such file or directory")
    error = unknown_name("dataset", name, [known for known in _BY_NAME if not known.endswith("_64")])
    raise UnknownNameError(
        f"{error}; nor is {name}.npz or a folder {name} in any of: {_listed(directory)}. "
        "The path of an npz file, or of a folder with a folder of images for each class, is understood too"
    )


def known(directory: Path | None = None) -> tuple[Entry, ...]:
    """Every dataset known by name, found or not, and every other npz file of images on the data search path.

    Sizes other than MedMNIST's first are listed only where found. Images are not read.

    Args:
        directory: Where to look first.

    Raises:
        DataError: If ``directory`` is given and is no directory.
    """
    entries = [_entry(source, directory) for source in KNOWN]
    listed = [entry for entry in entries if entry.path is not None or not entry.name.endswith("_64")]
    others: dict[str, Entry] = {}
    for path in (path for place in search_path(directory) for path in sorted(place.glob("*.npz"))):
        if path.stem not in _BY_NAME and path.stem not in others and holds_images(path):
            others[path.stem] = _checked(Entry(path.stem, path, None, note=NOTES.get(path.stem, "")))
    return (*listed, *others.values())


def _is_plain(name: str) -> bool:
    return bool(name) and name not in {".", "..", "~"} and Path(name).name == name


def _listed(directory: Path | None) -> str:
    return ", ".join(str(place) for place in search_path(directory))


def _read_known(source: Known, directory: Path | None) -> Dataset:
    located = source.locate(directory)
    if located is None:
        places = [_listed(directory), *map(str, source.elsewhere)] if source.layouts else ["the installed packages"]
        like = [entry.name for entry in known(directory) if entry.found and entry.name.startswith(source.name)]
        instead = f" Here is, in part: {', '.join(like)}." if like else ""
        raise DataError(f"dataset {source.name!r} was not found in any of: {', '.join(places)}. {source.hint}{instead}")
    path, read = located
    return _read_as(source, path, read)


def _read_as(source: Known, path: Path, read: Reader) -> Dataset:
    dataset = read(path, source.name, source.objective)
    if dataset.shape != source.shape:
        expected, got = (" x ".join(map(str, shape)) for shape in (source.shape, dataset.shape))
        raise DataError(
            f"{path}: images of {source.name!r} have {expected} (height, width, channels); these have {got}. "
            "If this is another dataset, give it another name"
        )
    return _with_note(dataset)


def _with_note(dataset: Dataset) -> Dataset:
    """With what a reader of results must know; images are counted of data that nobody else has."""
    if dataset.name in _BY_NAME or dataset.name in NOTES:
        said = (NOTES.get(dataset.name, ""), *dataset.account.sentences)
        return replace(dataset, note=" ".join(filter(None, said)))
    return dataset.told()


def _read(path: Path) -> Dataset:
    """What lies at a path; official files under their known name."""
    if not path.is_dir():
        source = _BY_NAME.get(path.stem)
        promised = source is not None and any(layout.relative == f"{path.stem}.npz" for layout in source.layouts)
        return _read_as(source, path, read_npz) if source and promised else _with_note(read_npz(path))
    official = _official(path)
    if len(official) > 1:
        names = ", ".join(source.name for source, _, _ in official)
        raise DataError(f"{path} holds several datasets; name one of {names}, with this as the data directory")
    if official:
        return _read_as(*official[0])
    if any((path / file).exists() for name in FILES for file in (name, f"{name}.gz")):
        return _with_note(read_idx(path, path.resolve().name))
    return read_folder(path).told()


def _official(directory: Path) -> list[tuple[Known, Path, Reader]]:
    """Official files in a directory: below it, or it is their directory, or one above (torchvision's ``MNIST``)."""
    found: dict[str, tuple[Known, Path, Reader]] = {}
    for source in KNOWN:
        for layout in source.layouts:
            parts = Path(layout.relative).parts
            for begin in range(len(parts) + 1):
                path = directory.joinpath(*parts[begin:])
                if path.is_dir() and (not begin or directory.resolve().parts[-begin:] == parts[:begin]):
                    found.setdefault(source.name, (source, path, layout.read))
    return list(found.values())


def _entry(source: Known, directory: Path | None) -> Entry:
    located = source.locate(directory)
    note = NOTES.get(source.name, "")
    if located is None:
        return Entry(source.name, None, source.shape, source.hint, note)
    return _checked(Entry(source.name, located[0], source.shape, note=note))


def _checked(entry: Entry) -> Entry:
    """The entry, with its problem and shape as the headers of an npz file tell."""
    if entry.path is None or entry.path.suffix != ".npz":
        return entry
    try:
        _, height, width, *channels = read_headers(entry.path)["train_images"].shape
    except KtnasError as error:
        return replace(entry, problem=str(error))
    return replace(entry, shape=(height, width, channels[0] if channels else 1))
