"""Which share of their images datasets are trained on: one for all, or one each.

``0.1`` is of all datasets, ``birds=0.5`` of one, ``0.1,birds=0.5`` of one and of all others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ktnas.errors import ConfigurationError, unknown_name


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of images to train on, above 0 up to 1.

    Attributes:
        rest: Of datasets that are not named; None leaves what suits their size.
        named: Of tasks by name.

    Raises:
        ConfigurationError: If a share is out of its range, or a task is named twice.
    """

    rest: float | None = None
    named: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for share in (self.rest, *dict(self.named).values()):
            if share is not None and not 0 < share <= 1:
                raise ConfigurationError(f"a share of images must be above 0 and at most 1; got {share:g}")
        if len(dict(self.named)) != len(self.named):
            raise ConfigurationError("a share of images is given for a task twice; give each task one")

    def of(self, task: str) -> float | None:
        """The share of a task; None for what suits its size."""
        return dict(self.named).get(task, self.rest)

    def require_known(self, tasks: Collection[str]) -> None:
        """Refuse names that are no tasks.

        Raises:
            UnknownNameError: Naming the nearest task.
        """
        for name, _ in self.named:
            if name not in tasks:
                raise unknown_name("task", name, tasks, "--share")


def shares(text: str) -> Shares:
    """Shares from a text such as ``0.1,birds=0.5``.

    Raises:
        ConfigurationError: If it is of another form, or a share is out of its range.

    >>> shares("0.1,birds=0.5")
    Shares(rest=0.1, named=(('birds', 0.5),))
    """
    rest, named = list[float](), list[tuple[str, float]]()
    for item in text.split(","):
        name, equals, number = item.strip().rpartition("=")
        try:
            share = float(number)
        except ValueError:
            share = None
        if share is None or bool(equals) != bool(name):
            raise ConfigurationError(f"{text!r} is no share: expected X, NAME=X or several, such as 0.1,birds=0.5")
        if name:
            named.append((name, share))
        else:
            rest.append(share)
    if len(rest) > 1:
        raise ConfigurationError(f"{text!r} has several shares without a name; name the tasks of all but one")
    return Shares(rest[0] if rest else None, tuple(named))
