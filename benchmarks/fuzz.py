"""Every reader of files and texts against damaged and made-up input: a `KtnasError` or a valid result, soon.

``python benchmarks/fuzz.py`` mutates whole files at random for some seconds each; with ``--guided`` (atheris) it looks
for input that reaches other branches, which pays where a reader is Python of our own. Tests ask the same of the same
targets with hypothesis (`tests/fuzz/test_readers.py`). What breaks a reader is written to ``--keep`` and told.

    python benchmarks/fuzz.py --list
    python benchmarks/fuzz.py --seconds 60 table pickle
    python benchmarks/fuzz.py --guided --seconds 600 pickle
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from types import ModuleType

    from fuzz_targets import Target


def main() -> int:
    """Fuzz; the exit code."""
    options = _parser().parse_args()
    readers = _readers(guided=options.guided and not options.list)
    known: dict[str, Target] = readers.targets()
    for name in options.targets:
        if name not in known:
            raise SystemExit(f"fuzz.py: error: unknown target {name!r}; known: {', '.join(known)}")
    if options.list:
        print("\n".join(known))
        return 0
    chosen = options.targets or list(known)
    if options.guided:
        if len(chosen) != 1:
            raise SystemExit("fuzz.py: error: --guided takes one target at a time")
        return _guided(readers, known[chosen[0]], options)
    found = sum(_at_random(readers, name, known[name], options) for name in chosen)
    print(f"{len(chosen)} readers, {found} findings")
    return 1 if found else 0


def _readers(*, guided: bool) -> ModuleType:
    """The module of readers; to be guided, what it imports of ours tells which branches it takes."""
    if not guided:
        return importlib.import_module("fuzz_targets")
    try:
        import atheris
    except ImportError:
        raise SystemExit("fuzz.py: error: --guided needs atheris: pip install atheris") from None
    with atheris.instrument_imports(include=["ktnas"]):
        return importlib.import_module("fuzz_targets")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", metavar="TARGET", nargs="*", help="readers (default: all)")
    parser.add_argument("--seconds", metavar="S", type=float, default=10, help="for each (default: 10)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="decides the changes (default: 0)")
    parser.add_argument("--guided", action="store_true", help="look for other branches, by atheris; one reader")
    parser.add_argument(
        "--keep", metavar="DIR", type=Path, default=Path("fuzz-findings"), help="of what breaks a reader"
    )
    parser.add_argument("--list", action="store_true", help="tell the readers' names, and end")
    return parser


def _at_random(readers: ModuleType, name: str, target: Target, options: argparse.Namespace) -> int:
    """How many kinds of findings there are; one line is printed, and one for each."""
    rng, seeds, counts = random.Random(options.seed), target.seeds(), {"taken": 0, "refused": 0}
    findings: dict[str, bytes] = {}
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        content = readers.mutated(rng.choice(seeds), rng)
        directory = Path(tempfile.mkdtemp(prefix="ktnas-fuzz-"))
        try:
            counts[readers.attempt(target, content, directory)] += 1
        except Exception as error:
            findings.setdefault(f"{type(error).__name__}: {str(error)[:200]}", content)
        finally:
            shutil.rmtree(directory)
    print(f"{name}: {counts['taken']} taken, {counts['refused']} refused, {len(findings)} findings", flush=True)
    for text, content in findings.items():
        print(f"    {text}  ({_kept(content, options.keep)})", flush=True)
    return len(findings)


def _kept(content: bytes, directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / hashlib.sha256(content).hexdigest()[:16]
    path.write_bytes(content)
    return path


def _guided(readers: ModuleType, target: Target, options: argparse.Namespace) -> int:
    """Until a finding, or the time is over."""
    import atheris

    directory = Path(tempfile.mkdtemp(prefix="ktnas-fuzz-"))
    corpus = directory / "corpus"
    corpus.mkdir()
    for number, content in enumerate(target.seeds()):
        (corpus / str(number)).write_bytes(content)
    place = directory / "input"

    def once(content: bytes) -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        try:
            readers.attempt(target, content, place)
        except Exception:
            print(f"finding: {_kept(content, options.keep)}", file=sys.stderr)
            raise

    limits = [f"-max_total_time={int(options.seconds)}", f"-seed={options.seed + 1}", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
