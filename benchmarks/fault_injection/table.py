"""The table of faults: as Markdown, as JSON, and where it stands in the documentation."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fault_injection.registry import Injection, Tally

BEGIN, END = "<!-- benchmarks/faults.py: begin -->", "<!-- benchmarks/faults.py: end -->"
"""The table in the documentation stands between these lines."""

_HEAD = (
    "| fault | times injected | runs completed | refused first | evaluations lost | results changed | processes left |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and how a table was made.

    Attributes:
        machine: Kind of machine.
        seed: Of the injections.
    """

    machine: str
    seed: int


def circumstances(seed: int) -> Circumstances:
    """Of this machine, now."""
    found = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    name = found[0] if found else platform.machine()
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{cores} cores of {name}, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    return Circumstances(machine, seed)


def commit() -> str:
    """Of this checkout; with ``+`` behind it if the program's files have been changed since."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(Path(__file__).parent), *words]
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "../../ktnas", "../../benchmarks")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def markdown(tallies: Sequence[Tally], where: Circumstances) -> str:
    """The table, with a line above it that says where it was made, and what was left out below it."""
    done = [tally for tally in tallies if tally.injections]
    rows = [_row(tally.fault, [tally]) for tally in done] + [_row("**all**", done)]
    skipped = [f"* {tally.fault}: not done ({tally.skipped})" for tally in tallies if tally.skipped]
    wrong = [f"* {tally.fault}: {text}" for tally in tallies for text in tally.wrong]
    commits = ", ".join(dict.fromkeys(tally.commit for tally in done))
    command = f"python benchmarks/faults.py --seed {where.seed}"
    said = f"`{command}` at {commits}; {where.machine}."
    parts = [said, "\n".join((*_HEAD, *rows))]
    parts += ["\n".join(lines) for lines in (skipped, wrong) if lines]
    return "\n\n".join(parts) + "\n"


def _row(name: str, tallies: Sequence[Tally]) -> str:
    numbers = [sum(len(tally.injections) for tally in tallies), sum(tally.completed for tally in tallies)]
    numbers += [sum(t.total(key) for t in tallies) for key in ("refused", "lost", "changed", "left")]
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def as_json(tallies: Sequence[Tally], where: Circumstances) -> str:
    """The same for programs, with what came of each injection."""
    rows = [{**asdict(tally), "holds": tally.holds} for tally in tallies]
    return json.dumps({**asdict(where), "faults": rows}, indent=2) + "\n"


def earlier(path: Path, names: Sequence[str]) -> dict[str, Tally]:
    """Rows that `as_json` has written to a file, of faults that there are still; none if there is no file."""
    if not path.exists():
        return {}
    rows = json.loads(path.read_text())["faults"]
    return {
        row["fault"]: Tally(row["fault"], row["commit"], [Injection(**i) for i in row["injections"]], row["skipped"])
        for row in rows
        if row["fault"] in names
    }


def put(page: Path, text: str) -> None:
    """Put the table into a page, between its lines.

    Raises:
        SystemExit: If the page has no such lines.
    """
    content = page.read_text()
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"faults.py: error: {page} has no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
