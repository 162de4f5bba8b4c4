"""Large pickles of plain values, read entry by entry: in bounded memory, and without letting them run anything.

The pickles of benchmarks hold gigabytes in one dictionary of architectures. `PickleMachine` does what Python's
unpickler does, for the operations that plain content needs; whatever a file asks for is looked up in a short list of
names and is never imported. A dictionary whose entries are asked for by name (``streamed``) is not built: each entry
is handed out when it is complete, and what the pickle remembers of it is forgotten. Kept are the first entry, and of
the others kinds of numbers, and texts and tuples that no entry before held: what the program that wrote it shared.

Between two batches of entries (a thousand, as Python writes them) the machine rests: its state is then a few plain
values, which can be kept and taken up again (`PickleMachine.snapshot`).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ktnas.errors import DataError
from ktnas.files.pickle_bytes import PickleBytes, Stream
from ktnas.files.pickle_rare import PLAIN, do_rare, flat
from ktnas.files.pickle_values import Call, Kind, NamedCall, RefusedError, called, decoded, encoded
from ktnas.typing import JSON

KEPT_LIMIT = 1_000_000
"""Different texts that are remembered at most."""

_COPIES, _SHORT = 64, 24
"""Copies of a short text that are remembered of the entry in which it is seen first, and how long it may be."""

_RECENT = 32
"""Values that are remembered of an entry before it is seen that one has begun; more than it takes."""

_BATCH = 1_000
"""Entries that Python writes at once."""

_MARGIN = 1 << 12
"""No operation whose length is not looked at is longer, bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a dictionary that is not built.

    Attributes:
        of: The key under which the dictionary lies.
        key: The entry's key.
        value: Its value.
        before: What lies before that dictionary in those around it, by key: plain values.
    """

    of: object
    key: object
    value: object
    before: dict[object, object]


class _Streamed:
    """Stands for a dictionary that is not built."""

    __slots__ = ("of",)

    def __init__(self, of: object) -> None:
        self.of = of


class PickleMachine:
    """Reads one pickle after the other from a stream.

    Args:
        stream: The bytes.
        streamed: Keys of the dictionaries that are handed out entry by entry.
        where: Named in messages.
        state: A snapshot to go on from; the stream must stand at its `offset`.
    """

    def __init__(
        self, stream: Stream, streamed: Collection[object], where: str, state: dict[str, Any] | None = None
    ) -> None:
        self._bytes = PickleBytes(stream, 0 if state is None else int(state["offset"]))
        self._streamed, self._where = frozenset(streamed), where
        self._stack: list[Any] = []
        self._levels: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._kept: dict[int, Any] = {}
        self._seen: set[object] = set()
        self._count = 0
        self.value: object = None
        if state is not None:
            self._take_up(state)

    @property
    def offset(self) -> int:
        """Bytes that have been read of the stream."""
        return self._bytes.offset

    def load(self) -> object:
        """The value of the next pickle, all of it.

        Raises:
            DataError: If it is truncated or damaged, or asks for anything else than plain values.
        """
        for _ in self.entries():
            pass
        return self.value

    def entries(self) -> Iterator[Entry | None]:
        """Each entry of the dictionaries that are not built, and None wherever the machine rests; then `value` is set.

        Raises:
            DataError: If it is truncated or damaged, or asks for anything else than plain values.
        """
        try:
            yield from self._run()
        except DataError:
            raise
        except (IndexError, struct.error, EOFError) as error:
            raise DataError(
                f"{self._where} is truncated or damaged: a pickle ends in the middle, after {self.offset:,} bytes; get "
                "it again"
            ) from error
        except (RefusedError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise DataError(
                f"{self._where} cannot be read as plain values at byte {self.offset:,}: "
                f"{str(error) or type(error).__name__}"
            ) from error

    def _run(self) -> Iterator[Entry | None]:  # noqa: C901, PLR0912, PLR0915, one loop: a call per operation takes three times as long
        content = self._bytes
        buffer, at = content.buffer, content.position
        stack, levels, memo = self._stack, self._levels, self._memo
        append, pop = stack.append, stack.pop
        count = self._count
        limit = len(buffer) - _MARGIN
        number, pair, whole = struct.Struct(">d").unpack_from, _PAIR.iter_unpack, struct.Struct("<I").unpack_from
        while True:
            if at > limit and not content.ended:
                content.position = at
                buffer, at = content.fill(), 0
                limit = len(buffer) - _MARGIN
                continue
            op = buffer[at]
            at += 1
            if op == 0x47:  # BINFLOAT
                append(number(buffer, at)[0])
                at += 8
            elif op == 0x94:  # MEMOIZE
                memo[count] = stack[-1]
                count += 1
            elif op == 0x8C:  # SHORT_BINUNICODE
                size = buffer[at]
                at += 1 + size
                append(str(buffer[at - size : at], "utf-8"))
                if buffer[at] == 0x94:  # at once, with the number that often follows: half of all operations
                    memo[count] = stack[-1]
                    count += 1
                    at += 1
                    if buffer[at] == 0x47:
                        append(number(buffer, at + 1)[0])
                        at += 9
            elif op == 0x4B:  # BININT1
                append(buffer[at])
                at += 1
            elif op == 0x71:  # BINPUT
                memo[buffer[at]] = stack[-1]
                at += 1
            elif op == 0x72:  # LONG_BINPUT
                memo[whole(buffer, at)[0]] = stack[-1]
                at += 4
            elif op == 0x58:  # BINUNICODE
                size = whole(buffer, at)[0]
                at += 4 + size
                if size < 256:  # within the margin; remembered at once, with the number that often follows
                    append(str(buffer[at - size : at], "utf-8"))
                    if buffer[at] == 0x72:
                        memo[whole(buffer, at + 1)[0]] = stack[-1]
                        at += 5
                        if buffer[at] == 0x47:
                            append(number(buffer, at + 1)[0])
                            at += 9
                else:
                    content.position = at - size
                    append(str(content.take(size), "utf-8"))
                    buffer, at = content.buffer, content.position
                    limit = len(buffer) - _MARGIN
            elif op in _GETS:  # BINGET, LONG_BINGET
                size = _GETS[op]
                index = int.from_bytes(buffer[at : at + size], "little")
                at += size
                append(memo[index] if index in memo else self._remembered(index))
            elif op == 0x28:  # MARK
                if len(stack) > 3 and levels and type(levels[-1][-1]) is _Streamed and (done := _complete(stack)):
                    for i in range(0, done, 2):
                        yield _entry(levels, stack[i], stack[i + 1])
                    del stack[:done]
                    self._forget(at, _RECENT)
                levels.append(stack)
                stack = self._stack = []
                append, pop = stack.append, stack.pop
                run = at
                while run <= limit and buffer[run] == 0x4B and buffer[run + 2] == 0x47:  # numbers by small numbers
                    run += 11
                if run - at > 11:
                    stack.extend(chain.from_iterable(pair(buffer[at:run])))
                    at = run
            elif op == 0x75:  # SETITEMS
                pairs = stack
                stack = self._stack = levels.pop()
                append, pop = stack.append, stack.pop
                target = stack[-1]
                if type(target) is dict:
                    target.update(zip(pairs[::2], pairs[1::2], strict=True))
                elif type(target) is _Streamed:
                    for i in range(0, len(pairs), 2):
                        yield _entry([*levels, stack], pairs[i], pairs[i + 1])
                    content.position, self._count = at, count
                    self._forget(at)
                    yield None
                else:
                    raise RefusedError("it sets items of something that is no dictionary")
            elif op == 0x7D:  # EMPTY_DICT
                append(self._dictionary(stack))
            elif op == 0x4E:  # NONE
                append(None)
            elif 0x85 <= op <= 0x87:  # TUPLE1 to TUPLE3
                size = op - 0x84
                parts = flat(stack[-size:])
                if len(parts) < size:
                    raise IndexError
                del stack[-size:]
                append(parts)
            elif op == 0x4D:  # BININT2
                append(buffer[at] | buffer[at + 1] << 8)
                at += 2
            elif op == 0x4A:  # BININT
                append(int.from_bytes(buffer[at : at + 4], "little", signed=True))
                at += 4
            elif op == 0x52:  # REDUCE
                arguments, function = pop(), pop()
                append(
                    self._dictionary(stack) if _makes_dictionary(function, arguments) else called(function, arguments)
                )
            elif op == 0x73:  # SETITEM
                value, key = pop(), pop()
                target = stack[-1]
                if type(target) is dict:
                    target[key] = value
                elif type(target) is _Streamed:
                    yield _entry([*levels, stack], key, value)
                    content.position, self._count = at, count
                    self._forget(at)
                    yield None
                else:
                    raise RefusedError("it sets an item of something that is no dictionary")
            elif op == 0x2E:  # STOP
                self.value = pop()
                if stack or levels:
                    raise RefusedError("values are left over at its end")
                content.position = at
                content.since = content.offset
                self._memo.clear()
                self._kept.clear()
                self._seen.clear()
                self._count = 0
                return
            elif op == 0x95:  # FRAME
                at += 8
            elif op == 0x80:  # PROTO
                if buffer[at] > 5:
                    raise RefusedError(f"it is of protocol {buffer[at]}")
                at += 1
            else:
                content.position, self._count = at, count
                stack = self._stack = do_rare(op, stack, levels, content)
                append, pop = stack.append, stack.pop
                buffer, at = content.buffer, content.position
                limit = len(buffer) - _MARGIN

    def _remembered(self, index: int) -> object:
        if index in self._kept:
            return self._kept[index]
        raise RefusedError(f"it refers back to value {index:,}, of an earlier entry, or to one that there is not")

    def _dictionary(self, stack: list[Any]) -> dict[Any, Any] | _Streamed:
        """A new dictionary, or what stands for one that is not built."""
        key = stack[-1] if stack else None
        return _Streamed(key) if type(key) is str and key in self._streamed else {}

    def _forget(self, at: int, recent: int = 0) -> None:
        """Forget what was remembered of entries that are complete; the most recent may be of one that has begun."""
        kept, seen, first = self._kept, self._seen, not self._kept
        fresh: dict[object, int] = {}
        for index, held in self._memo.items():
            if type(held) is str or (type(held) is tuple and all(type(part) in PLAIN for part in held)):
                copies = _COPIES if type(held) is tuple or len(held) <= _SHORT else 2
                if held not in seen and fresh.get(held, 0) < copies:
                    fresh[held] = fresh.get(held, 0) + 1
                    kept[index] = held
            elif type(held) is NamedCall or type(held) is Kind or (first and type(held) is not _Streamed):
                kept[index] = held
        seen.update(fresh)
        if len(kept) > KEPT_LIMIT:
            raise RefusedError(f"it holds more than {KEPT_LIMIT:,} different texts")
        begun = list(self._memo.items())[-recent:] if recent else []
        self._memo.clear()
        self._memo.update(begun)
        self._bytes.position = at
        self._bytes.since = self._bytes.offset

    def snapshot(self) -> dict[str, JSON]:
        """The state where the machine rests, as plain values; with `offset`, all that is needed to go on.

        Raises:
            ValueError: If what is around the entries is nothing plain.
        """
        return {
            "offset": self.offset,
            "count": self._count,
            "levels": [[_around(value) for value in level] for level in (*self._levels, self._stack)],
            "kept": list(self._encoded()),
        }

    def _encoded(self) -> Iterator[JSON]:
        """What is remembered, but for what is nothing plain: to that no entry refers."""
        for index, value in self._kept.items():
            with suppress(ValueError, RecursionError):
                yield [index, encoded(value)]

    def _take_up(self, state: dict[str, Any]) -> None:
        self._count = int(state["count"])
        *levels, self._stack = [[_from_around(value) for value in level] for level in state["levels"]]
        self._levels = levels
        self._kept = {int(index): decoded(value) for index, value in state["kept"]}
        self._seen = {value for value in self._kept.values() if type(value) is str or type(value) is tuple}


_PAIR = struct.Struct(">xBxd")
_GETS = {0x68: 1, 0x6A: 4}


def _complete(stack: list[Any]) -> int:
    """How many values on the stack, keys and values of entries, are of entries that are surely complete.

    The last one may be under way; so may be one that is empty yet, or has whole batches alone (of a thousand): what
    stands behind it may be its own key and value. Whatever is no dictionary waits for the end of its batch.
    """
    done, last = 0, len(stack) - 2
    while done < last and type(stack[done + 1]) is dict and len(stack[done + 1]) % _BATCH:
        done += 2
    return done


def _entry(levels: list[list[Any]], key: object, value: object) -> Entry:
    """An entry of the innermost dictionary that is not built."""
    around: dict[object, object] = {}
    of: object = None
    for level in levels:
        for place, held in enumerate(level):
            if type(held) is dict:
                around.update(held)
            elif type(held) is _Streamed:
                of = held.of
            elif type(held) is str and place + 1 < len(level) and type(level[place + 1]) is not _Streamed:
                around[held] = level[place + 1]
    return Entry(of, key, value, around)


def _makes_dictionary(function: object, arguments: object) -> bool:
    return isinstance(function, NamedCall) and function.call is Call.DICTIONARY and arguments == ()


def _around(value: object) -> JSON:
    return {"streamed": encoded(value.of)} if isinstance(value, _Streamed) else encoded(value)


def _from_around(value: Any) -> object:
    if isinstance(value, dict) and "streamed" in value:
        return _Streamed(decoded(value["streamed"]))
    return decoded(value)
