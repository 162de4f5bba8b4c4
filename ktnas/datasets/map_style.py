"""A map-style `torch.utils.data.Dataset`, or anything like it, as a dataset: every item is read once, into arrays.

Torch is not imported: whatever has a length and gives ``(image, target)`` by index will do, such as torchvision's
datasets, a `Subset`, a `TensorDataset` or a list of pairs. Images are tensors ``(channels, height, width)`` or
``(height, width)``, NumPy arrays ``(height, width[, channels])``, or pillow's. Transforms that draw at random are drawn
once, which the note tells: augmentation is the recipe's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

import numpy as np

from ktnas.datasets.account import Account
from ktnas.datasets.dataset import Dataset, Images, Split
from ktnas.datasets.images.files import require_plausible
from ktnas.datasets.images.splits import hold_out
from ktnas.datasets.labels import of_any_kind
from ktnas.datasets.objectives import Classification, Objective, Targets
from ktnas.errors import DataError

_IMAGE_KEYS = ("image", "img", "pixel_values")


_TARGET_KEYS = ("label", "labels", "target")


_FEW = 4
"""Channels of photographs, at most."""


_READ_TWICE = 8
"""Items that are read again to see whether they come out alike."""


_TAKEN = (
    "taken are map-style datasets: len(dataset), and dataset[i] = (image, target); others as a list of such pairs, "
    "list(dataset)"
)


class MapStyle(Protocol):
    """What is read: `torch.utils.data.Dataset` with a length."""

    def __len__(self) -> int:
        """Number of items."""

    def __getitem__(self, index: int, /) -> object:
        """An image and its target."""


Arrays: TypeAlias = tuple[list[Images], list[Targets]]
"""Images ``(height, width, channels)`` and targets, item by item."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The items of one part: images ``(n, h, w, c)``, targets ``(n, ...)``, and what was noticed."""

    images: Images
    targets: Targets
    remarks: tuple[str, ...]


def from_torch(
    name: str,
    train: object,
    validation: object | None = None,
    test: object | None = None,
    *,
    objective: Objective | None = None,
) -> Dataset:
    """A dataset from map-style datasets of torch.

    Args:
        name: Name of the task.
        train: Trained on: a length, and ``(image, target)`` by index.
        validation: Gives the fitness; if None, 15 % of each class of ``train`` are held out (of all images where there
            are no classes), evenly spaced.
        test: The test part; None where there is none.
        objective: What is to be learnt. If None, whole numbers and one-hot rows are classes, rows of 0 and 1 labels
            that hold together, and other numbers are to be predicted (`Regression`).

    Raises:
        DataError: If a dataset is not map-style, an item cannot be read, images are not of one form, or targets cannot
            be understood.
    """
    given = {"train": train, "validation": validation, "test": test}
    parts = {key: _read(part, f"dataset {name!r}, {key}") for key, part in given.items() if part is not None}
    labelled = of_any_kind({key: part.targets for key, part in parts.items()}, objective, f"dataset {name!r}")
    found, targets = labelled.objective, labelled.parts
    images, converted = _in_colour({key: part.images for key, part in parts.items()})
    splits = {key: Split(images[key], targets[key]) for key in parts}
    if validation is None:
        splits |= _held_out(splits["train"], found, name)
    told = (*labelled.remarks, *converted, *(remark for part in parts.values() for remark in part.remarks))
    account = Account(_class_names(train, found), told)
    return Dataset(name, found, splits["train"], splits["validation"], splits.get("test"), account=account).told()


def _read(dataset: object, where: str) -> _Part:
    count = _length(dataset, where)
    items = cast("MapStyle", dataset)
    images, targets = list[Images](), list[Targets]()
    remarks = dict[str, None]()
    for i in range(count):
        image, target = _pair(_item(items, i, where), f"{where}, item {i}")
        pixels, remark = _pixels(image, f"{where}, item {i}")
        if images and (pixels.shape[:2], pixels.dtype) != (images[0].shape[:2], images[0].dtype):
            raise DataError(
                f"{where}: images are not of one form: {pixels.dtype} {pixels.shape} at item {i}, {images[0].dtype} "
                f"{images[0].shape} at item 0; bring all to one, with a transform or before"
            )
        if not images:
            require_plausible(count * pixels.nbytes, count * pixels.nbytes, where)
        images.append(pixels.copy())
        targets.append(_number(target, f"{where}, item {i}"))
        remarks |= dict.fromkeys(remark)
    if _draws(items, images[:_READ_TWICE], where):
        part = where.rpartition(" ")[2]
        remarks[f"Images of {part} differ each time they are read: random transforms were drawn once."] = None
    if {image.shape[2] for image in images} == {1, 3}:
        gray = sum(image.shape[2] == 1 for image in images)
        remarks[f"Gray images beside colour became RGB: {gray:,}."] = None
    return _Part(_stacked(images, where), _stacked_targets(targets, where), tuple(remarks))


def _length(dataset: object, where: str) -> int:
    kind = type(dataset).__name__
    if isinstance(dataset, Mapping):
        raise DataError(f"{where}: got a {kind} of {', '.join(map(str, list(dataset)[:3]))}; give its parts one by one")
    if not hasattr(dataset, "__getitem__"):
        hint = "; of a loader, give loader.dataset" if hasattr(dataset, "dataset") else ""
        raise DataError(f"{where}: a {kind} has no items by index; {_TAKEN}{hint}")
    try:
        count = len(cast("MapStyle", dataset))
    except (TypeError, NotImplementedError) as error:
        raise DataError(f"{where}: a {kind} has no length, as datasets in the iterable style; {_TAKEN}") from error
    if not count:
        raise DataError(f"{where}: a {kind} without items")
    return count


def _item(dataset: MapStyle, i: int, where: str) -> object:
    try:
        return dataset[i]
    except NotImplementedError as error:
        kind = type(dataset).__name__
        raise DataError(f"{where}: a {kind} gives no items by index, as in the iterable style; {_TAKEN}") from error
    except Exception as error:  # a user's code may raise anything
        raise DataError(
            f"{where}: item {i} of {len(dataset)} cannot be read: {type(error).__name__}: {error}"
        ) from error


def _pair(item: object, where: str) -> tuple[object, object]:
    """The image and the target of an item."""
    if isinstance(item, Mapping):
        images, targets = ([key for key in keys if key in item] for keys in (_IMAGE_KEYS, _TARGET_KEYS))
        if len(images) == len(targets) == 1:
            return item[images[0]], item[targets[0]]
        got = f"a dictionary of {', '.join(map(str, item))}"
    elif isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2:
        return item[0], item[1]
    else:
        got = f"{len(item)} of them" if isinstance(item, tuple | list) else type(item).__name__
    raise DataError(
        f"{where} must be an image and its target, or a dictionary of image and label; got {got}. Wrap the dataset so "
        "that it gives (image, target)"
    )


def _array(value: object) -> Images:
    """A tensor, an array or a number as an array; bfloat16, which NumPy lacks, as float32."""
    if hasattr(value, "detach"):
        tensor = value.detach().cpu()
        return np.asarray(tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor)
    return np.asarray(value)


def _pixels(image: object, where: str) -> tuple[Images, tuple[str, ...]]:
    """Pixels ``(height, width, channels)`` of an image, and what is to be told of them."""
    remark: tuple[str, ...] = ()
    if hasattr(image, "convert") and hasattr(image, "mode"):
        if image.mode not in {"L", "RGB", "I;16", "I", "F"}:
            wanted = "L" if image.mode in {"1", "LA"} else "RGB"
            remark = (f"Images of mode {image.mode} became {wanted}.",)
            image = image.convert(wanted)
        pixels = np.asarray(image)
    else:
        pixels = _array(image)
        if hasattr(image, "detach") and pixels.ndim == 3:
            if pixels.shape[2] <= _FEW < pixels.shape[0]:
                remark = ("Tensors were read as (height, width, channels).",)
            else:
                pixels = pixels.transpose(1, 2, 0)
    if pixels.dtype.kind not in "buif" or pixels.ndim not in {2, 3}:
        raise DataError(
            f"{where}: the image must be a tensor (channels, height, width), an array (height, width, channels) or "
            f"pillow's; got {type(image).__name__}, {pixels.dtype} of shape {pixels.shape}"
        )
    return pixels[..., None] if pixels.ndim == 2 else pixels, remark


def _number(target: object, where: str) -> Targets:
    number = _array(target)
    if number.dtype.kind not in "buif":
        raise DataError(
            f"{where}: the target must be a whole number (a class), a row of 0 and 1 (labels), or numbers to be "
            f"predicted; got {type(target).__name__} {str(target)[:40]!r}"
        )
    return number


def _draws(dataset: MapStyle, images: Sequence[Images], where: str) -> bool:
    """Whether items come out otherwise when they are read again."""
    again = (_pixels(_pair(_item(dataset, i, where), where)[0], where)[0] for i in range(len(images)))
    return any(not np.array_equal(old, new) for old, new in zip(images, again, strict=True))


def _stacked(images: list[Images], where: str) -> Images:
    """Images of one part in one array, gray ones beside colour repeated."""
    channels = {image.shape[2] for image in images}
    if channels == {1, 3}:
        images = [np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image for image in images]
    elif len(channels) > 1:
        raise DataError(
            f"{where}: images have {', '.join(map(str, sorted(channels)))} channels; bring all to one number"
        )
    return np.stack(images)


def _stacked_targets(targets: list[Targets], where: str) -> Targets:
    shapes = {target.shape for target in targets}
    if len(shapes) > 1:
        raise DataError(f"{where}: targets differ in shape: {', '.join(map(str, sorted(shapes)))}; they must be alike")
    return np.stack(targets)


def _in_colour(images: Mapping[str, Images]) -> tuple[dict[str, Images], tuple[str, ...]]:
    """All parts in colour if one is."""
    channels = {key: part.shape[3] for key, part in images.items()}
    if set(channels.values()) != {1, 3}:
        return dict(images), ()
    grays = [key for key, count in channels.items() if count == 1]
    coloured = {key: np.repeat(part, 3, axis=3) if key in grays else part for key, part in images.items()}
    return coloured, (f"Gray images of {', '.join(grays)} became RGB.",)


def _held_out(train: Split, objective: Objective, name: str) -> dict[str, Split]:
    """The training part without what becomes the validation part, and that."""
    classes = isinstance(objective, Classification)
    labels = train.targets.astype(np.int64) if classes else np.zeros(len(train), np.int64)
    if int(np.unique(labels, return_counts=True)[1].min()) < 2:
        raise DataError(f"dataset {name!r}: at least 2 images of each class are needed to hold some out for validation")
    kept, held = hold_out(labels)
    return {key: Split(train.images[i], train.targets[i]) for key, i in (("train", kept), ("validation", held))}


def _class_names(dataset: object, objective: Objective) -> tuple[str, ...]:
    """Names of the classes as torchvision's datasets bear them."""
    names = getattr(dataset, "classes", None)
    fits = isinstance(objective, Classification) and isinstance(names, Sequence) and len(names) == objective.classes
    return tuple(map(str, names)) if fits and isinstance(names, Sequence) else ()
