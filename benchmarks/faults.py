"""The fault table: every fault is done so many times, and nothing may be lost, changed or left behind.

``python benchmarks/faults.py`` injures commands of ours (runs on tables, live training, repeats, sweeps, the training
of a supernet, `ktnas train`) in every way that `fault_injection` knows, gives each command again, and compares what it
comes to with a run that nobody has injured. Linux alone; full disks need root. The exit code is 1 if anything is not as
promised, and what is not stands on standard error with the directory that shows it.

    python benchmarks/faults.py --list
    python benchmarks/faults.py --only "power cut" --injections 20
    python benchmarks/faults.py --injections 6 --json benchmarks/fault_table.json --docs docs/results/faults.md
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fault_injection.lab import Lab
from fault_injection.registry import Fault, Tally, faults
from fault_injection.table import as_json, circumstances, commit, earlier, markdown, put

from ktnas.files.durable import write_atomically

_TRIES = 6
"""An injection that came too late is done again so often."""


def main() -> int:
    """Make the table; the exit code."""
    options = _parser().parse_args()
    if not Path("/proc/self/environ").exists():
        raise SystemExit("faults.py: error: faults are injected on Linux alone: /proc is read")
    if options.injections < 1:
        raise SystemExit(f"faults.py: error: --injections must be at least 1; got {options.injections}")
    chosen = _chosen(options)
    if options.list:
        print("\n".join(row.name for row in chosen))
        return 0
    root = Path(tempfile.mkdtemp(prefix="ktnas-faults-", dir=options.work))
    where = circumstances(options.seed)
    tallies: list[Tally] = []
    lab = Lab(root)
    try:
        for tally in _each(chosen, options, lab):
            tallies.append(tally)
            if options.json is not None:  # after each: it takes long
                write_atomically(options.json, as_json(_joined(options.json, tallies), where))
    except KeyboardInterrupt:
        print("faults.py: interrupted", file=sys.stderr)
        return 130
    finally:
        lab.end()
    text = markdown(tallies if options.json is None else _joined(options.json, tallies), where)
    print(text, end="")
    if options.docs is not None:
        put(options.docs, text)
    if all(tally.holds for tally in tallies):
        shutil.rmtree(root)
        return 0
    print(f"faults.py: not all is as promised; what shows it is in {root}", file=sys.stderr)
    return 1


def _joined(path: Path, tallies: list[Tally]) -> list[Tally]:
    """With the rows of other faults that a file holds, in the order of all."""
    names = [row.name for row in faults()]
    rows = earlier(path, names) | {tally.fault: tally for tally in tallies}
    return [rows[name] for name in names if name in rows]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        epilog="".join(__doc__.rpartition("\n\n")[2:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--injections",
        metavar="N",
        type=int,
        default=6,
        help="times that each fault is done; a third of it with torch (default: 6)",
    )
    parser.add_argument("--quick", action="store_true", help="a few faults without torch, once each: for tests")
    parser.add_argument("--only", metavar="TEXT", action="append", default=[], help="faults whose names hold a text")
    parser.add_argument("--without", metavar="TEXT", action="append", default=[], help="none whose names hold a text")
    parser.add_argument("--list", action="store_true", help="tell the names of the faults, and end")
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="decides when and where faults come (default: 0)"
    )
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="what came of each injection; rows of other faults stay"
    )
    parser.add_argument("--docs", metavar="FILE", type=Path, help="page into which the table is put")
    parser.add_argument(
        "--work", metavar="DIR", type=Path, help="where commands are injured (default: a temporary one)"
    )
    return parser


def _chosen(options: argparse.Namespace) -> list[Fault]:
    found = [row for row in faults() if row.quick or not options.quick]
    for text in options.only:
        if not any(text in row.name for row in found):
            raise SystemExit(f"faults.py: error: no fault's name holds {text!r}; --list tells all")
    wanted = [row for row in found if not options.only or any(text in row.name for text in options.only)]
    return [row for row in wanted if not any(text in row.name for text in options.without)]


def _each(chosen: list[Fault], options: argparse.Namespace, lab: Lab) -> Iterator[Tally]:
    """Do the faults, one after the other, and tell how far it has come."""
    began = time.monotonic()
    for number, row in enumerate(chosen, 1):
        tally = Tally(row.name, commit(), skipped=_missing(row.needs))
        if not tally.skipped:
            times = 1 if options.quick else row.times(options.injections)
            _inject(row, tally, times, options.seed, lab)
        state = tally.skipped or f"{tally.completed} of {len(tally.injections)} completed"
        bad = "" if tally.skipped or tally.holds else "  <<< not as promised"
        minutes = (time.monotonic() - began) / 60
        print(f"{number}/{len(chosen)} {row.name}: {state}{bad}  ({minutes:.1f} min)", file=sys.stderr, flush=True)
        for injection in tally.injections:
            if injection.wrong:
                print(f"    {injection.wrong}", file=sys.stderr)
        yield tally


def _inject(row: Fault, tally: Tally, times: int, seed: int, lab: Lab) -> None:
    """Do a fault so many times, each with random numbers of its own."""
    for number in range(times):
        rng = random.Random(zlib.crc32(f"{seed} {number} {row.name}".encode()))
        for _ in range(_TRIES):
            injection = row.inject(lab, rng)
            if injection is not None:
                tally.injections.append(injection)
                break
    if not tally.injections:
        tally.skipped = "it always came too late"


def _missing(needs: tuple[str, ...]) -> str:
    """What a fault needs that is not there; empty if all is."""
    if "torch" in needs and importlib.util.find_spec("torch") is None:
        return "torch is not installed"
    if "dask" in needs and importlib.util.find_spec("distributed") is None:
        return "needs Dask"
    if "root" in needs and not _may_mount():
        return "no disk can be mounted"
    return ""


def _may_mount() -> bool:
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", folder]
        try:
            mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        except OSError:
            return False
        if mounted:
            subprocess.run(["umount", folder], check=False, capture_output=True)
        return mounted


if __name__ == "__main__":
    sys.exit(main())
