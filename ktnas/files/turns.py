"""A directory that many processes write to, one after the other: each waits for its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep

from ktnas.errors import ConfigurationError
from ktnas.files.json_lines import locked_directory

PATIENCE_S = 120.0
"""How long a turn is waited for: a method that fits a model for its next question takes seconds."""

_FIRST_S, _LONGEST_S = 0.005, 0.2


@contextmanager
def in_turn(directory: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """A directory that no other process writes to until the block ends, once those before have left it.

    Args:
        directory: Made if need be.
        patience_s: Seconds to wait for one that has it.

    Raises:
        ConfigurationError: If another process has it all that time.
        OSError: If it cannot be made or opened.
    """
    until, pause = monotonic() + patience_s, _FIRST_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locked_directory(directory))
                break
            except ConfigurationError:
                if monotonic() >= until:
                    raise ConfigurationError(
                        f"another process has been working in {directory} for {patience_s:g} s: wait until it has "
                        "ended (a study that is being run asks and answers by itself), then try again"
                    ) from None
            sleep(pause)
            pause = min(_LONGEST_S, 1.5 * pause)
        yield
