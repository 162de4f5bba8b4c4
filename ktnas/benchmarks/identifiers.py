"""Columns that number, date or name the rows of a table: they look like codes, and nothing can be learned from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from ktnas.files.numbers import is_measured
from ktnas.spaces.code_text import is_plain, number
from ktnas.spaces.codes import Codes

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_NAMES = frozenset(
    {
        *("id", "ids", "index", "idx", "no", "nr", "num", "number", "trial", "trials", "run", "runs", "row"),
        *("rows", "uid", "uuid", "guid", "hash", "sha", "md5", "seed", "seeds", "rank", "step", "epoch", "epochs"),
        *("iteration", "iter", "date", "time", "timestamp", "datetime", "day", "created", "started", "finished"),
        *("started_at", "status", "state", "host", "node", "worker", "user", "job", "fold", "split", "generation"),
        *("gen", "path", "file", "filename", "checkpoint", "url", "commit"),
    }
)
"""Words in names of columns that say what row it is, not what architecture."""

_LABELS = frozenset(
    {
        *("id", "no", "nr", "trial", "run", "row", "gen", "generation", "ind", "individual", "model", "net"),
        *("network", "arch", "architecture", "exp", "experiment", "seed", "job", "worker", "iter", "iteration"),
        *("step", "epoch", "candidate", "cand", "arm", "sample", "member", "config", "cfg", "conf", "child"),
        *("genome", "indiv", "sobol", "random"),
    }
)
"""Words before numbers that count rows: ``trial_7``, ``gen3_ind12``."""

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}", re.IGNORECASE)
_DIGITS_OR_HEX = re.compile(r"(?:0x)?[0-9a-f]{6,}", re.IGNORECASE)
_CLOCK = r"\d{1,2}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d"
    rf"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[T _-]*(?:{_CLOCK}|\d{{4}}|\d{{6}}).*)?"
)
_TIME = re.compile(r"\d{1,2}:[0-5]\d:[0-5]\d(?:[.,]\d+)?|\d+ days? .*")
_LABELLED = re.compile(r"([^\W\d_]+)\d+")
_ENOUGH = 8
"""Fewer rows, or digits, say nothing about how they are spread."""

_LETTERS = 12
"""Words are made of more letters than that; codes of single letters need fewer."""


def words_of(name: str) -> frozenset[str]:
    """The words of a name, in small letters, whether capitals or anything else divides them."""
    return frozenset(word.lower() for word in (*_WORD.findall(name), *re.findall(r"[^\W\d_]+", name)))


def tells_of_rows(name: str) -> bool:
    """Whether a column is called as those are that number, date or describe rows."""
    words = words_of(name)
    return bool(words & _NAMES) and not words & {"arch", "architecture", "code", "cell", "genotype"}


def why_no_architecture(name: str, cells: Sequence[str], codes: Codes) -> str:
    """Why a column is none of architectures, although it can be divided as codes can; empty if nothing says so.

    Args:
        name: Its name.
        cells: Its cells.
        codes: The same, divided into positions.
    """
    texts = [cell.strip() for cell in cells]
    if tells_of_rows(name):
        return "its name says that it numbers, dates or describes the rows"
    reason = next((reason for is_so, reason in _KINDS if is_so(texts)), "")
    if reason or not all(map(is_plain, texts)):
        return reason
    return "it holds names" if _are_words(texts, codes) else _names_rows(codes)


def _are_dates(texts: Sequence[str]) -> bool:
    return all(_DATE.fullmatch(text) for text in texts) or all(_TIME.fullmatch(text) for text in texts)


def _are_hashes(texts: Sequence[str]) -> bool:
    if all(_UUID.fullmatch(text) for text in texts):
        return True
    mixed = sum(_HEX.fullmatch(text) is not None for text in texts)
    return 2 * mixed > len(texts) and all(_DIGITS_OR_HEX.fullmatch(text) for text in texts)


def _are_counted(texts: Sequence[str]) -> bool:
    """Whether a column counts in equal steps, or holds whole numbers with all digits."""
    if not _are_whole_numbers(texts):
        return False
    values = sorted({int(text) for text in texts if len(text) < 19})
    steps = {high - low for low, high in pairwise(values)}
    if len(values) == len(texts) > 2 and steps == {1}:
        return True
    if any(len(text) > 1 and text.startswith("0") for text in texts):
        return False  # numbers have no leading zeros
    return len(values) == len(texts) and ((len(values) > 2 and len(steps) == 1) or len(set("".join(texts))) > _ENOUGH)


def _are_repeated_numbers(texts: Sequence[str]) -> bool:
    zeros = any(len(text) > 1 and text.startswith("0") for text in texts)
    return _are_whole_numbers(texts) and not zeros and len(set(texts)) < len(texts)


def _are_words(texts: Sequence[str], codes: Codes) -> bool:
    """Whether single letters are so many, and so spread, that they are those of words."""
    if codes.separator or not all(text.isalpha() for text in texts):
        return False
    different = [len(set(column)) for column in zip(*codes.rows, strict=True)]
    return len(set("".join(texts))) > _LETTERS and sum(different) >= 5 * len(different)


_KINDS: Sequence[tuple[Callable[[Sequence[str]], bool], str]] = (
    (is_measured, "it holds measurements"),
    (_are_dates, "it holds dates or times"),
    (_are_hashes, "it holds hashes"),
    (_are_counted, "it numbers the rows"),
    (_are_repeated_numbers, "it holds whole numbers"),
)
"""What a column of texts may be that are no codes."""


def _names_rows(codes: Codes) -> str:
    """What speaks against codes whose positions say no more than which row it is."""
    columns = [column for column in zip(*codes.rows, strict=True) if len(set(column)) > 1]
    different = len(set(codes.rows))
    repeated = different < len(codes.rows)
    if not columns or (repeated and different < 3):
        return "it holds hardly any different values"
    if different < 3 and len(codes.rows[0]) > 1:
        return ""  # two rows say nothing of how codes are made
    one = columns[0]
    agree = all(len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other)) for other in columns)
    if len(columns) == 1 or (agree and (repeated or any(map(_are_whole_numbers, columns)))):
        return "it is a single value" if repeated else "it only names or numbers the rows"
    return _counts_rows(columns)


def _counts_rows(columns: Sequence[Sequence[str]]) -> str:
    """What speaks against codes by what their positions look like."""
    prefixes = [{found[1].lower() if (found := _LABELLED.fullmatch(s)) else "" for s in column} for column in columns]
    if all(len(prefix) == 1 and prefix <= _LABELS for prefix in prefixes):
        return "it only names or numbers the rows"
    unique = [column for column in columns if len(set(column)) == len(column) > _ENOUGH]
    if any(_are_whole_numbers(column) or _are_hashes(column) for column in unique):
        return "a part of it numbers or names the rows"
    return ""


def _are_whole_numbers(column: Sequence[str]) -> bool:
    return all(symbol.isdecimal() and symbol.isascii() for symbol in column)


def tells_nothing(codes: Codes) -> bool:
    """Whether almost every symbol occurs once, so that no architecture can tell of another."""
    columns = [column for column in zip(*codes.rows, strict=True) if len(set(column)) > 1]
    if len(codes.rows) < 3 or not columns:
        return False
    if any(all(number(symbol) is not None for symbol in column) for column in columns):
        return False  # near numbers tell of one another
    seen: dict[str, int] = {}
    for column in columns:
        for symbol in column:
            seen[symbol] = seen.get(symbol, 0) + 1
    once = sum(count == 1 for count in seen.values())
    return once > 0.9 * sum(map(len, columns))
