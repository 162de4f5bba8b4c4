"""The files in which results are published, and how those came about.

Published are, under ``experiments/results``, a CSV file with every figure, the tables in Markdown, the drawings, and
``<name>.json``, which says how they came about; `experiments.report` makes ``docs/results/`` of them.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from experiments.machinery.harness import ROOT, Options
from ktnas.records.configuration import environment
from ktnas.records.digest import code_digest
from ktnas.report.markdown import Value, csv_text


@dataclass(frozen=True, slots=True)
class Work:
    """What results rest on where no sweep has run.

    Attributes:
        counts: What was done, and how often, such as ``{"trainings": 40}``.
        cpu_s: CPU seconds.
        code: Digests of the program's source that did it.
        extra: What else a reader must know, such as a GPU.
    """

    counts: Mapping[str, int]
    cpu_s: float
    code: tuple[str, ...] = field(default_factory=lambda: (code_digest(),))
    extra: str = ""


def publish(
    opts: Options,
    markdown: str,
    rows: Sequence[Mapping[str, Value]],
    figures: Mapping[str, bytes],
    captions: Mapping[str, str] | None = None,
    work: Work | None = None,
) -> None:
    """Write what an experiment has come to, and print its tables.

    Args:
        opts: The options, with all runs.
        markdown: Headings of the third level and tables.
        rows: Every figure, as rows of a CSV file.
        figures: Drawings as PNG, by the end of their file names.
        captions: What to say below each drawing.
        work: What was done; None if it is the runs of the options.
    """
    opts.out.mkdir(parents=True, exist_ok=True)
    (opts.out / f"{opts.name}.csv").write_text(csv_text(rows))
    images = []
    for key, content in figures.items():
        (opts.out / f"{opts.name}-{key}.png").write_bytes(content)
        images.append(f"![{(captions or {}).get(key, key)}]({opts.name}-{key}.png)\n")
    (opts.out / f"{opts.name}.md").write_text("\n".join([markdown.rstrip() + "\n", *images]))
    (opts.out / f"{opts.name}.json").write_text(json.dumps(provenance(opts, work), indent=2) + "\n")
    print(markdown)


def publish_rows(opts: Options, key: str, rows: Sequence[Mapping[str, Value]]) -> None:
    """Write further figures, with columns of their own, to a CSV file."""
    (opts.out / f"{opts.name}-{key}.csv").write_text(csv_text(rows))


def provenance(opts: Options, work: Work | None = None) -> dict[str, object]:
    """How the results came about: command, commit, seeds, hardware, time."""
    runs = {(run.arm, run.case, run.seed): run for run in opts.runs}.values()
    done: dict[str, object]
    if work is None:
        evaluations = sum(trajectory.evaluations for run in runs for trajectory in run.tasks.values())
        done = {"runs": len(runs), "evaluations": evaluations, "cpu_s": round(sum(run.cpu_s for run in runs))}
        work = Work({}, 0.0, tuple(sorted({run.code for run in runs})))
    else:
        done = {"counts": dict(work.counts), "cpu_s": round(work.cpu_s, 1)}
    return {
        "command": command(opts),
        "commit": commit(),
        "program": code_digest(),
        "code": list(work.code),
        "seeds": opts.seeds,
        **done,
        "hardware": ", ".join(filter(None, (hardware(), work.extra))),
        "environment": environment(),
    }


def command(opts: Options) -> str:
    """What to call for the same results."""
    shown = ["--smoke"] if opts.smoke else ["--seeds", str(opts.seeds)] if opts.seeds else []
    return shlex.join(["python", "-m", opts.module, *opts.further, *shown])


def commit() -> str:
    """The commit that is checked out; with a plus sign where the program differs from it."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git the user has
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", "ktnas", "experiments/*.py"],  # noqa: S607 - as above
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip() + ("+" if changed.stdout.strip() else "")


def hardware() -> str:
    """Kind of CPU, as far as the system tells, and number of cores."""
    kind = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        kind = f"{names[0]} ({kind})" if names else kind
    return f"{kind}, {os.cpu_count()} cores"
