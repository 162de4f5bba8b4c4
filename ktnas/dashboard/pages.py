"""Pages of records as they are sent: made anew once a record has changed, and never so often that nothing else is done.

A page is made of a whole record, which takes longer the longer that is. So one that took t seconds is sent as it is for
four times as long, however much the record grows meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

from ktnas.dashboard.answer import Answer, json_answer
from ktnas.errors import KtnasError
from ktnas.formatting import visible_lines
from ktnas.records.found import FoundRecord, first_link
from ktnas.typing import JSON

KEPT = 16
"""Pages that are kept, the latest."""

REST = 4.0
"""A page rests so many times as long as it took to make."""

SIZE_LIMIT = 1 << 28
"""Larger records are not read for a page, bytes."""

MakePage = Callable[[Sequence[Path]], Mapping[str, JSON]]
"""Makes the page of one record, or of several side by side, from their directories, as JSON has it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page that was made.

    Attributes:
        state: Of the records that it was made of.
        page: It, and what is wrong where there is none.
        until: When it may be made anew, by `time.monotonic`.
    """

    state: object
    page: Mapping[str, JSON]
    until: float


@dataclass(slots=True)
class Pages:
    """Makes pages, and keeps them.

    Attributes:
        make: Makes the page of one record, or of several.
        clock: Seconds, by a clock that nobody sets.
    """

    make: MakePage
    clock: Callable[[], float] = monotonic
    _kept: OrderedDict[tuple[str, ...], _Kept] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, records: Sequence[FoundRecord], inner: Sequence[FoundRecord], told: Mapping[str, JSON]) -> Answer:
        """What is sent of records.

        Args:
            records: One, or several that are compared.
            inner: Those that lie in them.
            told: What is sent beside the page, which costs nothing.
        """
        names = tuple(record.name for record in records)
        state = [(one.name, one.state) for one in (*records, *inner)]
        with self._lock:  # one at a time: making a page takes a core
            kept = self._kept.get(names)
            if kept is None or (kept.state != state and self.clock() >= kept.until):
                began = self.clock()
                page = self._made(records, inner)
                now = self.clock()
                kept = _Kept(state, page, now + REST * (now - began))
                self._kept[names] = kept
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(names)
        return json_answer({**told, **kept.page})

    def _made(self, records: Sequence[FoundRecord], inner: Sequence[FoundRecord]) -> dict[str, JSON]:
        link = next((link for record in records if (link := first_link(record.path)) is not None), None)
        if link is not None:
            return _problem(f"{link} is a link, which is not followed")
        size = sum(one.size for one in (*records, *inner))
        if size > SIZE_LIMIT:
            return _problem(
                f"{size >> 20:,} MiB of records are too much for a page here (at most {SIZE_LIMIT >> 20}); "
                "`ktnas report` makes a file of them"
            )
        try:
            return {"page": dict(self.make([record.path for record in records])), "problem": ""}
        except (KtnasError, OSError) as error:
            return _problem(visible_lines(str(error)))


def _problem(text: str) -> dict[str, JSON]:
    return {"page": None, "problem": text}
