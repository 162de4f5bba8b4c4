"""What the commands share: a parser that says mistakes in one line, and how a command begins and ends."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from pathlib import Path
from typing import Any, NoReturn

INTERRUPTED = 130
"""The exit code of what was interrupted."""

RUNS = Path("runs")
"""Where runs are recorded unless a directory is named."""


def use_one_thread() -> None:
    """One thread is fastest for matrices of this size, and sums then do not depend on the number of cores."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and name the nearest option."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Refuse what is not known where it stands: the parser of a command knows its own options."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            near = difflib.get_close_matches(
                unknown[0].partition("=")[0], self._option_string_actions, n=1, cutoff=0.75
            )
            hint = f"; did you mean {near[0]}?" if near else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """One line instead of the usage, which buries it."""
        text = " ".join(message.split())
        for kind, expected in (("int", "a whole number"), ("float", "a number")):
            text = text.replace(f"invalid {kind} value:", f"expected {expected}; got")
        self.exit(2, f"{self.prog}: error: {text}{_nearest(text)} (see {self.prog} --help)\n")


def _nearest(message: str) -> str:
    """The choice that was meant, where a message lists choices."""
    found = re.search(r"invalid choice: '?([^' ]*)'? \(choose from (.*)\)$", message)
    near = difflib.get_close_matches(found[1], re.findall(r"[\w.-]+", found[2]), n=1) if found else []
    return f"; did you mean '{near[0]}'?" if near else ""
