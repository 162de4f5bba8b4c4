"""Which columns of a user's table are the architecture, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ktnas.benchmarks.identifiers import tells_nothing, tells_of_rows, why_no_architecture
from ktnas.errors import ArchitectureError, ConfigurationError, DataError, KtnasError, listing, quoted
from ktnas.files.numbers import is_measured, plain_spelling
from ktnas.files.table_reader import Columns
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.codes import Codes, read_codes, read_columns_of_codes
from ktnas.typing import Genotype

_SHOWN = 3


@dataclass(frozen=True, eq=False)
class Architectures:
    """The architectures of a table, one per row.

    Attributes:
        space: The space that they belong to.
        genotypes: Their genotypes.
        labels: Their strings, as they stand in the table.
        columns: The columns that they stand in.
        notes: How they were found and read, a sentence each.
    """

    space: SearchSpace
    genotypes: tuple[Genotype, ...]
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def read_architectures(
    table: Columns, space: SearchSpace | None, columns: Sequence[str], tasks: Sequence[str]
) -> Architectures:
    """The architectures of a table.

    Args:
        table: The table.
        space: The space; None for a categorical one, inferred from the codes.
        columns: The columns of architectures: one of codes, or one per choice; empty to find the one.
        tasks: The columns that are something else.

    Raises:
        UnknownNameError: If there is no such column.
        ArchitectureError: If an architecture does not parse.
        DataError: If the column cannot be told, or codes do not fit one another.
        ConfigurationError: If several columns are to be architectures of a space that has strings of its own.
    """
    names = tuple(columns) or (_found(table, space, [name for name in table.header if name not in tasks]),)
    if space is not None:
        return _of_space(table, space, names)
    if len(names) > 1:
        return _of_choices(table, names)
    labels = tuple(cell.strip() for cell in table.text(names[0]))
    codes = _codes(table, names[0], labels)
    notes = [_which(names), *_doubts(names[0], labels, codes, table), *codes.notes]
    return _categorical(codes, labels, names, notes)


def resolved(pieces: Sequence[str], header: Sequence[str]) -> list[str]:
    """Names of columns that were divided at commas, put together again where they are the name of a column.

    Args:
        pieces: What stands between commas.
        header: Names of the columns there are.
    """
    known = {_without_blanks(name): name for name in header if "," in name}
    found: list[str] = []
    rest = [piece.strip() for piece in pieces]
    while rest:
        end = next((end for end in range(len(rest), 1, -1) if ",".join(rest[:end]) in known), 1)
        found.append(known.get(",".join(rest[:end]), rest[0]))
        rest = rest[end:]
    return found


def _without_blanks(name: str) -> str:
    return ",".join(part.strip() for part in name.split(","))


def _of_space(table: Columns, space: SearchSpace, names: Sequence[str]) -> Architectures:
    if len(names) > 1:
        raise ConfigurationError(
            f"architectures of {space.name} are strings in one column; got the columns {listing(names)}. Several "
            "columns make a code of --space categorical"
        )
    labels = tuple(cell.strip() for cell in table.text(names[0]))
    genotypes = _parsed(table, names[0], labels, lambda text: space.normalize(space.parse(text)))
    return Architectures(space, genotypes, labels, tuple(names), (_which(names),))


def _of_choices(table: Columns, names: Sequence[str]) -> Architectures:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"column {quoted(twice)} is named twice; name each column of the architecture once")
    columns = {name: plain_spelling(table.text(name)) for name in names}
    codes = read_columns_of_codes(columns)
    rows = zip(*columns.values(), strict=True)
    labels = tuple(", ".join(f"{name}={cell.strip()}" for name, cell in zip(names, row, strict=True)) for row in rows)
    notes = [_which(names), *codes.notes]
    if tells_nothing(codes):
        notes.append(_NOTHING)
    return _categorical(codes, labels, names, notes)


def _categorical(codes: Codes, labels: tuple[str, ...], columns: Sequence[str], notes: Sequence[str]) -> Architectures:
    space = Categorical.of_codes(codes)
    genotypes = tuple(space.genotype(row, label) for row, label in zip(codes.rows, labels, strict=True))
    return Architectures(space, genotypes, labels, tuple(columns), tuple(notes))


def _which(names: Sequence[str]) -> str:
    return f"Architectures: column{'s' if len(names) > 1 else ''} {', '.join(map(quoted, names))}."


_NOTHING = "Almost every symbol of the codes occurs once: no architecture can tell of another, whatever the method."


def _doubts(name: str, labels: Sequence[str], codes: Codes, table: Columns) -> list[str]:
    """What speaks against a column that was named."""
    if tells_nothing(codes):
        return [_NOTHING]
    why = why_no_architecture(name, labels, codes)
    doubtful = why and not codes.notes and len(table) > _SHOWN
    return [f"Column {quoted(name)} may be none of architectures: {why}."] if doubtful else []


def _codes(table: Columns, name: str, labels: Sequence[str]) -> Codes:
    try:
        return read_codes(labels)
    except DataError as error:
        raise DataError(f"column {quoted(name)} of {table.path} holds no codes of one space: {error}") from None


def _parsed(
    table: Columns, column: str, labels: Sequence[str], genotype: Callable[[str], Genotype]
) -> tuple[Genotype, ...]:
    genotypes: list[Genotype] = []
    problems: list[str] = []
    for row, label in enumerate(labels, 1):
        try:
            genotypes.append(genotype(label))
        except ArchitectureError as error:
            problems.append(f"row {row}: {error}")
    if problems:
        more = f"; and {len(problems) - _SHOWN:,} more rows" if len(problems) > _SHOWN else ""
        raise ArchitectureError(
            f"{len(problems):,} of {len(labels):,} architectures in column {quoted(column)} of {table.path} do not "
            "parse: " + "; ".join(problems[:_SHOWN]) + more
        )
    return tuple(genotypes)


def _found(table: Columns, space: SearchSpace | None, names: Sequence[str]) -> str:
    """The one column that can be the architectures."""
    refusals = {name: _refusal(name, table, space) for name in names}
    fitting = [name for name, why in refusals.items() if not why]
    unique = [name for name in fitting if len(set(table.text(name))) == len(table)]
    if len(unique or fitting) == 1:
        return (unique or fitting)[0]
    if fitting:
        raise DataError(
            f"columns {', '.join(map(quoted, fitting[:20]))} of {table.path} could all be the architectures; name the "
            "one that is (--arch-column)"
        )
    kind = "codes of one categorical space" if space is None else f"architectures of {space.name}"
    looked = f"no column of {table.path} holds {kind} in every row; looked at {listing(names, 20)}"
    if len(names) == 1:
        raise DataError(f"{looked}: {refusals[names[0]]}")
    if space is not None:
        raise DataError(f"{looked}. Name the column (--arch-column) to see which row does not parse")
    told = "; ".join(f"{quoted(name)}: {why}" for name, why in refusals.items() if why in _telling(refusals))
    choices = [name for name in names if not tells_of_rows(name) and _is_choice(table.text(name))]
    several = f", or one column per choice (--arch-column {','.join(choices[:8])})" if len(choices) > 1 else ""
    raise DataError(f"{looked}{f' ({told})' if told else ''}. Name the column of codes (--arch-column){several}")


def _telling(refusals: dict[str, str]) -> set[str]:
    """Reasons that are more than that a column holds no codes; few enough to be read."""
    return {why for why in list(refusals.values())[:12] if len(why) < 80}


def _is_choice(cells: Sequence[str]) -> bool:
    """Whether a column may be a choice that architectures are made of: some values, each of them several times."""
    different = len({cell.strip() for cell in cells})
    return 1 < different <= max(len(cells) // 2, 2) and len(cells) > 2


def _refusal(name: str, table: Columns, space: SearchSpace | None) -> str:
    """Why a column is not the architectures; empty if it can be."""
    texts = [cell.strip() for cell in table.text(name)]
    if space is not None:
        try:
            _parsed(table, name, texts, space.parse)
        except KtnasError as error:
            return str(error)
        return ""
    if is_measured(texts):
        return "it holds measurements"
    try:
        codes = read_codes(texts)
    except DataError as error:
        return str(error)
    if max(len(set(column)) for column in zip(*codes.rows, strict=True)) < 2:
        return "all of its cells are the same"
    return why_no_architecture(name, texts, codes)
