"""``python -m ktnas.datasets.scenes --out FILE``: a PNG of rendered scenes with their targets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ktnas.datasets.scenes.sheet import draw_sheet
from ktnas.datasets.scenes.tasks import Scenes
from ktnas.errors import ConfigurationError, KtnasError
from ktnas.files.durable import write_atomically

MOST_COLUMNS = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the sheet; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ktnas.datasets.scenes", description=__doc__.partition(": ")[2])
    parser.add_argument("--out", type=Path, default=Path("scenes.png"), help="file to write (default: %(default)s)")
    parser.add_argument("--count", type=int, default=4, help="number of scenes (default: %(default)s)")
    parser.add_argument("--size", type=int, default=64, help="height and width in pixels (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the scenes (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        _write(options.out, options.count, options.size, options.seed)
    except KtnasError as error:
        sys.stderr.write(f"{parser.prog}: error: {error}\n")
        return 2
    return 0


def _write(out: Path, count: int, size: int, seed: int) -> None:
    if not 1 <= count <= MOST_COLUMNS:
        raise ConfigurationError(f"--count must be 1 to {MOST_COLUMNS}; got {count}")
    picture = draw_sheet(Scenes(train=1, validation=count, test=0, size=size, seed=seed), count)
    try:
        write_atomically(out, picture)
    except OSError as error:
        raise ConfigurationError(f"cannot write {out}: {error.strerror}; name another file with --out") from None


if __name__ == "__main__":
    sys.exit(main())
