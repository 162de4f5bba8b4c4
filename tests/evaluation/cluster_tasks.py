"""Functions that are evaluated in other processes, and say so in a file."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Noted:
    """A sum, noted in a file with the process that computed it; where a file says so, it waits, or dies once."""

    directory: str
    weight: int = 1
    ballast: bytes = b""

    def __call__(self, code):
        place = Path(self.directory)
        with (place / "paid").open("a") as file:
            file.write(f"{os.getpid()} {''.join(map(str, code))}\n")
        while (place / "wait").exists():
            time.sleep(0.02)
        return float(sum(self.weight * gene for gene in code))


def printing(code):
    sys.stdout.write(f"printed {code}\n")
    return float(sum(code))
