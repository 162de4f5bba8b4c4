"""``study.json``: how a run is made again from its directory alone, and what its tasks' functions were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

from ktnas.errors import DataError
from ktnas.files.json_lines import to_json
from ktnas.files.plain_json import read_json_file
from ktnas.records.checked import count_of, fields_of, flag_of, text_of
from ktnas.typing import JSON

FORMAT = 1
"""Of what this version writes; of a later one nothing is guessed."""


@dataclass(frozen=True, slots=True)
class StudyFile:
    """What ``study.json`` holds.

    Attributes:
        options: The options of `ktnas run` that make it, by their keys; None where it was made in Python.
        space: Its search space as a composed object; None where the options tell.
        outside: Whether its tasks are evaluated outside.
        functions: A digest per task that is a function.
        catch: Whether it goes on where the first evaluations of a task have all failed.
    """

    options: Mapping[str, JSON] | None = None
    space: JSON = None
    outside: bool = False
    functions: Mapping[str, str] = field(default_factory=dict)
    catch: bool = False

    def to_json(self) -> str:
        """The file's content."""
        return to_json({"format": FORMAT, **asdict(self)})


def read_study_file(path: Path) -> StudyFile:
    """What a file holds; an empty one where there is none, as in runs of before.

    Raises:
        DataError: If it is damaged, or of a later version.
    """
    try:
        found = fields_of(read_json_file(path))
        version = count_of(found["format"])
        if version > FORMAT:
            raise DataError(f"{path} was written by a later version of ktnas (format {version}); use that")
        options = found["options"]
        return StudyFile(
            None if options is None else cast("dict[str, JSON]", fields_of(options)),
            cast("JSON", found["space"]),
            flag_of(found["outside"]),
            {name: text_of(digest) for name, digest in fields_of(found["functions"]).items()},
            flag_of(found["catch"]),
        )
    except FileNotFoundError:
        return StudyFile()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is damaged ({type(error).__name__}: {error}); put it back from a copy") from None
