"""How long the dashboard takes to list many runs, and how soon a page shows what a search has just found.

    python -m benchmarks.dashboard --runs 1000 --unfinished 50

Makes run directories from one that is searched first (`ktnas`, two tasks of `scenes`, 20 evaluations each, seed 0).
Times are of one process: CPU seconds, and seconds by the clock, which other work on the machine makes longer. With
Chromium and Playwright here, a page in a browser is timed too, from the moment a trial is written.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from ktnas.cli.main import main as ktnas
from ktnas.dashboard.overview import Watch
from ktnas.dashboard.serving import make_server

COPIED = ("config.json", "study.json", "trials.jsonl", "summary.json")
UPDATES = 10


def searched(place: Path) -> None:
    """One run, which the others are copies of."""
    tasks = ["--source", "segmentsemantic", "--target", "normal", "--benchmark", "scenes"]
    with redirect_stdout(io.StringIO()):
        code = ktnas(["run", *tasks, "--budget", "20", "--quiet", "--out", str(place)])
    if code != 0:
        raise SystemExit("the run that is copied failed")


def copies(source: Path, root: Path, runs: int, unfinished: int) -> None:
    """Directories of runs; the first of them without a summary."""
    for number in range(runs):
        place = root / f"run-{number:05}"
        place.mkdir(parents=True)
        for name in COPIED:
            if name != "summary.json" or number >= unfinished:
                shutil.copy2(source / name, place / name)


def timed(act: Callable[[], object]) -> dict[str, float]:
    """CPU seconds, and seconds by the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    act()
    return {"cpu_s": round(time.process_time() - cpu, 3), "clock_s": round(time.perf_counter() - clock, 3)}


def listing(root: Path) -> dict[str, object]:
    """A list that nobody has read before, and another look at it."""
    watch = Watch(root)
    return {
        "first look": timed(lambda: watch.look(patience_s=1_000)),
        "another look": timed(watch.look),
        "as JSON": timed(lambda: json.dumps(watch.look().plain())),
    }


def following(source: Path, root: Path) -> list[float] | None:
    """Seconds from a trial on disk to the page that shows it; None where no browser is here."""
    browser = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if browser is None:
        return None
    place = root / "followed"
    shutil.copytree(source, place)
    (place / "summary.json").unlink()
    lines = (place / "trials.jsonl").read_bytes().splitlines(keepends=True)
    (place / "trials.jsonl").write_bytes(b"".join(lines[:UPDATES]))
    server = make_server(root, port=0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = []
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        page.goto(f"{server.address}run?name=followed")
        page.wait_for_selector(f".standing >> text={UPDATES} of {len(lines)}")
        for number in range(UPDATES, 2 * UPDATES):
            began = time.perf_counter()
            with (place / "trials.jsonl").open("ab") as file:
                file.write(lines[number])
            page.wait_for_selector(f".standing >> text={number + 1} of {len(lines)}")
            found.append(round(time.perf_counter() - began, 3))
    server.shutdown()
    return found


def main() -> None:
    """Print what was measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1_000, help="how many (default: %(default)s)")
    parser.add_argument("--unfinished", type=int, default=50, help="of these, without a summary (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        source, root = Path(directory) / "one", Path(directory) / "runs"
        searched(source)
        copies(source, root, options.runs, options.unfinished)
        told: dict[str, object] = {"runs": options.runs, "unfinished": options.unfinished, **listing(root)}
        seconds = following(source, Path(directory) / "following")
        if seconds is not None:
            told["seconds until shown"] = {"median": statistics.median(seconds), "max": max(seconds), "n": len(seconds)}
        print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
